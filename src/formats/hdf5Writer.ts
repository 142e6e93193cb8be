// HDF5 files of groups and datasets of float32: what Keras's files of weights are made of. Superblock 0, object headers 1, links in the
// headers of their groups, data in one piece.
// Source: https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
import type { FileTensor } from '../weights/files.js';

interface Group {
  /** Datasets and groups, by name. */
  members: Map<string, Group | FileTensor>;
}

const SUPERBLOCK = 96;
const MESSAGE = { dataspace: 1, linkInfo: 2, datatype: 3, fill: 5, link: 6, layout: 8, groupInfo: 10 } as const;
const UNDEFINED = new Array<number>(8).fill(0xff);

/** The bytes of a file with these tensors, as float32; `layers/dense/vars/0` stands in three groups. */
export function encodeHdf5(tensors: ReadonlyMap<string, FileTensor>): Uint8Array {
  const root: Group = { members: new Map() };
  for (const [path, tensor] of tensors) {
    const parts = path.split('/');
    let group = root;
    for (const part of parts.slice(0, -1)) {
      const next = group.members.get(part);
      const inner: Group = next !== undefined && 'members' in next ? next : { members: new Map() };
      group.members.set(part, inner);
      group = inner;
    }
    group.members.set(parts[parts.length - 1], tensor);
  }
  const file = new Pieces();
  const address = writeGroup(file, root);
  return file.finish(address);
}

/** Bytes behind the superblock, each piece at a multiple of 8. */
class Pieces {
  readonly #pieces: [at: number, bytes: Uint8Array][] = [];
  #end = SUPERBLOCK;

  /** Where it stands. */
  add(bytes: Uint8Array): number {
    const at = this.#end;
    this.#pieces.push([at, bytes]);
    this.#end = at + Math.ceil(bytes.length / 8) * 8;
    return at;
  }

  finish(root: number): Uint8Array {
    const file = new Uint8Array(this.#end);
    file.set([
      ...[0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a],
      // Versions, sizes of offsets and lengths, ranks of trees that no group here has.
      ...[0, 0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0, 0, 0, 0, 0],
      ...number(0, 8),
      ...UNDEFINED,
      ...number(this.#end, 8),
      ...UNDEFINED,
      ...number(0, 8),
      ...number(root, 8),
    ]);
    for (const [at, bytes] of this.#pieces) file.set(bytes, at);
    return file;
  }
}

function writeGroup(file: Pieces, group: Group): number {
  const links = [...group.members].map(([name, value]): Message => {
    const address = 'members' in value ? writeGroup(file, value) : writeDataset(file, value);
    const text = new TextEncoder().encode(name);
    // Version 1; the length in two bytes, the name in UTF-8.
    return [MESSAGE.link, [1, 0x11, 1, ...number(text.length, 2), ...text, ...number(address, 8)]];
  });
  return file.add(
    header([[MESSAGE.linkInfo, [0, 0, ...UNDEFINED, ...UNDEFINED]], [MESSAGE.groupInfo, [0, 0]], ...links]),
  );
}

function writeDataset(file: Pieces, { shape, data }: FileTensor): number {
  const values = Float32Array.from(data as ArrayLike<number>);
  const bytes = new Uint8Array(values.buffer);
  const address = file.add(bytes);
  return file.add(
    header([
      [MESSAGE.dataspace, [1, shape.length, 0, 0, 0, 0, 0, 0, ...shape.flatMap((n) => number(n, 8))]],
      // Little-endian; sign at bit 31, exponent of 8 bits at 23 with a bias of 127, mantissa of 23 bits.
      [MESSAGE.datatype, [0x11, 0x20, 31, 0, ...number(4, 4), 0, 0, 32, 0, 23, 8, 0, 23, ...number(127, 4)]],
      [MESSAGE.fill, [2, 2, 2, 1, 0, 0, 0, 0]],
      [MESSAGE.layout, [3, 1, ...number(address, 8), ...number(bytes.length, 8)]],
    ]),
  );
}

type Message = readonly [type: number, data: readonly number[]];

function header(messages: readonly Message[]): Uint8Array {
  const body = messages.flatMap(([type, data]) => {
    const size = Math.ceil(data.length / 8) * 8;
    return [
      ...number(type, 2),
      ...number(size, 2),
      0,
      0,
      0,
      0,
      ...data,
      ...new Array<number>(size - data.length).fill(0),
    ];
  });
  return Uint8Array.from([
    1,
    0,
    ...number(messages.length, 2),
    ...number(1, 4),
    ...number(body.length, 4),
    0,
    0,
    0,
    0,
    ...body,
  ]);
}

/** Little-endian. */
function number(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);
}
