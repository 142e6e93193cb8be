// The header of a safetensors file: 8 bytes with its length (little-endian), then JSON: name → dtype, shape, data_offsets;
// `__metadata__` for strings. All checks of the format are made here, before memory is taken for data.
// Source: https://github.com/huggingface/safetensors#format
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { type JsonFault, jsonFault } from './jsonKeys.js';

/** Bits of an element, by the format's names. Those below are not read; that they are no damage can be told. */
const BITS: Readonly<Record<string, number>> = {
  ...{
    BOOL: 8,
    U8: 8,
    I8: 8,
    U16: 16,
    I16: 16,
    F16: 16,
    BF16: 16,
    U32: 32,
    I32: 32,
    F32: 32,
    U64: 64,
    I64: 64,
    F64: 64,
  },
  ...{ F8_E4M3: 8, F8_E5M2: 8, F8_E8M0: 8, F8_E4M3FNUZ: 8, F8_E5M2FNUZ: 8, F6_E2M3: 6, F6_E3M2: 6, F4: 4, C64: 64 },
};

/** What the Rust library accepts; a longer header is not one. */
export const MAX_HEADER_BYTES = 100_000_000;
export const METADATA = '__metadata__';
/** Header, tensor, shape. */
const HEADER_DEPTH = 3;

/** Where a tensor is, in bytes from the beginning of the data. */
export interface SafetensorsEntry {
  key: string;
  /** One of the format's names; not all are read. */
  dtype: string;
  shape: number[];
  begin: number;
  end: number;
}

/** What the header says. */
export interface SafetensorsHeader {
  /** In the order of their data. */
  entries: SafetensorsEntry[];
  metadata: Record<string, string>;
}

/** Makes the error of a damaged file. */
export type Damaged = (expected: string, received: string, cause?: unknown) => UnrolledError;

/** @param name the file's */
export function damagedSafetensors(name: string): Damaged {
  return (expected, received, cause) =>
    new UnrolledError(
      'FORMAT',
      `expected ${expected} in ${name}, received ${received}`,
      'the file is damaged or not a safetensors file: copy it again, or save the model again',
      { cause },
    );
}

/** Where the data begin. @param start the first 9 bytes, as far as there are  @param size of the file. Errors: FORMAT. */
export function dataStartOf(start: Uint8Array, size: number, damaged: Damaged): number {
  if (start.length < 8) throw damaged('at least 8 bytes', `${start.length}`);
  const declared = new DataView(start.buffer, start.byteOffset, start.byteLength).getBigUint64(0, true);
  const room = Math.min(size - 8, MAX_HEADER_BYTES);
  if (declared < 2n || declared > BigInt(room)) {
    throw damaged(`a header of 2 to ${room} bytes`, `a header length of ${declared}`);
  }
  if (start[8] !== 0x7b) throw damaged('a header that begins with {', `the byte ${start[8]}`);
  return 8 + Number(declared);
}

/** @param bytes the JSON  @param dataLength bytes behind it. Errors: FORMAT. */
export function readHeader(bytes: Uint8Array, dataLength: number, damaged: Damaged): SafetensorsHeader {
  const header = parseHeader(bytes, damaged);
  const metadata: [string, string][] = [];
  const entries: SafetensorsEntry[] = [];
  for (const [key, value] of Object.entries(header)) {
    if (key !== METADATA) {
      entries.push(checkTensor(key, value, damaged));
      continue;
    }
    // MLX writes null where it has none.
    if (value === null) continue;
    if (!isRecord(value)) throw damaged(`${METADATA} to be an object`, shown(value));
    for (const [field, text] of Object.entries(value)) {
      if (typeof text !== 'string') throw damaged(`${METADATA}.${brief(field)} to be a string`, shown(text));
      metadata.push([field, text]);
    }
  }

  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let expectedBegin = 0;
  for (const { key, begin, end } of entries) {
    if (begin !== expectedBegin) {
      const problem = begin < expectedBegin ? 'that overlap another tensor' : 'that leave a gap';
      throw damaged(`data of "${brief(key)}" at ${expectedBegin}`, `data_offsets [${begin}, ${end}] ${problem}`);
    }
    expectedBegin = end;
  }
  if (expectedBegin !== dataLength) {
    throw damaged(`${expectedBegin} bytes of data`, `${dataLength}`);
  }
  return { entries, metadata: Object.fromEntries(metadata) };
}

function parseHeader(bytes: Uint8Array, damaged: Damaged): Record<string, unknown> {
  let text: string;
  let header: unknown;
  let fault: JsonFault | null;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    fault = jsonFault(text, HEADER_DEPTH);
    header = fault?.kind === 'deep' ? null : JSON.parse(text);
  } catch (error) {
    throw damaged('a header of JSON', error instanceof Error ? error.message : 'something else', error);
  }
  if (fault?.kind === 'deep') throw damaged(`a header of at most ${HEADER_DEPTH} levels`, 'a deeper one');
  if (!isRecord(header)) throw damaged('a JSON object as the header', shown(header));
  if (fault?.kind === 'twice') throw damaged('each name once in the header', `"${brief(fault.key)}" twice`);
  return header;
}

function checkTensor(key: string, value: unknown, damaged: Damaged): SafetensorsEntry {
  if (!isRecord(value)) throw damaged(`"${brief(key)}" to be an object`, shown(value));
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(BITS, dtype)) {
    throw damaged(`"${brief(key)}" of type ${Object.keys(BITS).join(', ')}`, shown(dtype));
  }
  if (!isSizes(shape)) throw damaged(`whole sizes in the shape of "${brief(key)}"`, shown(shape));
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[1] < offsets[0]) {
    throw damaged(`data_offsets [begin, end] for "${brief(key)}"`, shown(offsets));
  }
  let size = BITS[dtype];
  for (const n of shape) {
    size *= n;
    if (!Number.isSafeInteger(size)) throw damaged(`a shape that fits in memory for "${brief(key)}"`, shown(shape));
  }
  size /= 8;
  const [begin, end] = offsets;
  if (end - begin !== size) {
    throw damaged(`${size} bytes for "${brief(key)}" (${dtype}, ${shown(shape)})`, `data_offsets [${begin}, ${end}]`);
  }
  return { key, dtype, shape, begin, end };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

/** A value for a message: its JSON, cut. */
function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(brief(value)) : brief(JSON.stringify(value) ?? 'nothing');
}
