// What a file is that is not what was asked for, by its first bytes, so that a message can name it.
import { isPage } from '../platform/page.js';

/** A byte that may be any. */
const ANY = -1;

const STARTS: readonly [start: readonly number[], what: string, help: string][] = [
  [[0x25, 0x50, 0x44, 0x46], 'a PDF document', 'export its text'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'a workbook or document of an old Office version', 'save the sheet as CSV'],
  [[0x50, 0x41, 0x52, 0x31], 'Parquet', 'write it as CSV or JSON lines'],
  [[0x41, 0x52, 0x52, 0x4f, 0x57, 0x31], 'Arrow', 'write it as CSV or JSON lines'],
  [[0x89, 0x48, 0x44, 0x46], 'HDF5', 'write the table as CSV'],
  [[0x53, 0x51, 0x4c, 0x69, 0x74, 0x65], 'an SQLite database', 'export the table as CSV'],
  [[0x80, 0x04, 0x95], 'a Python pickle', 'write the data as CSV or JSON lines'],
  [[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], 'a NumPy array', 'write it with numpy.savetxt'],
  [[0x58, 0x0a, 0x00, 0x00], 'data of R', 'write it with write.csv'],
  [[0x42, 0x5a, 0x68], 'bzip2 data', 'unpack it, or pack it with gzip'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'xz data', 'unpack it, or pack it with gzip'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'Zstandard data', 'unpack it, or pack it with gzip'],
  [[0x37, 0x7a, 0xbc, 0xaf], 'a 7z archive', 'unpack it'],
  [[0x89, 0x50, 0x4e, 0x47], 'a PNG picture', 'name a file with text'],
  [[0xff, 0xd8, 0xff], 'a JPEG picture', 'name a file with text'],
  [[0x47, 0x49, 0x46, 0x38], 'a GIF picture', 'name a file with text'],
  [[0x52, 0x49, 0x46, 0x46, ANY, ANY, ANY, ANY, 0x57, 0x41, 0x56, 0x45], 'a sound (WAV)', 'name a file with text'],
  [[0x52, 0x49, 0x46, 0x46, ANY, ANY, ANY, ANY, 0x57, 0x45, 0x42, 0x50], 'a WebP picture', 'name a file with text'],
  [[0x49, 0x44, 0x33], 'a sound (MP3)', 'name a file with text'],
  [[ANY, ANY, ANY, ANY, 0x66, 0x74, 0x79, 0x70], 'a film or sound (MP4)', 'name a file with text'],
  [[0x00, 0x61, 0x73, 0x6d], 'WebAssembly', 'name a file with text'],
  [[0x7f, 0x45, 0x4c, 0x46], 'a program (ELF)', 'name a file with text'],
  [[0x46, 0x45, 0x41, 0x31], 'Feather', 'write it as CSV or JSON lines'],
  [[0x52, 0x61, 0x72, 0x21, 0x1a], 'a RAR archive', 'unpack it'],
  [[0x4d, 0x41, 0x54, 0x4c, 0x41, 0x42, 0x20, 0x35], 'data of MATLAB', 'write it with writematrix'],
];

/** Kinds of files that hold neither text nor a model that is read here. */
export interface FileKind {
  /** The kind, with its article. */
  what: string;
  /** How to get text out of it. */
  help: string;
}

/** The kind of a file; null for text, for archives, and for what is not known. */
export function fileKind(bytes: Uint8Array): FileKind | null {
  if (isSafetensors(bytes)) return { what: 'a model (safetensors)', help: 'name the data, not a model of it' };
  const found = STARTS.find(([start]) => start.every((byte, i) => byte === ANY || bytes[i] === byte));
  return found === undefined ? null : { what: found[1], help: found[2] };
}

/** Eight bytes that say how long the header is, and its brace: no text has the zeros of a length. */
function isSafetensors(bytes: Uint8Array): boolean {
  if (bytes.length < 10 || bytes[8] !== 0x7b) return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  return length >= 2n && length <= BigInt(bytes.length - 8);
}

/** What stands in place of a model: a kind that is known, an archive, text, or null where the bytes say nothing. */
export function notAModel(bytes: Uint8Array): string | null {
  if (bytes.length === 0) return 'an empty file';
  const kind = isSafetensors(bytes) ? null : fileKind(bytes);
  if (kind !== null) return kind.what;
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5)) return 'a zip archive';
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip data';
  if (isPage(bytes)) return 'an HTML page';
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const isPrintable = (byte: number): boolean => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d);
  return bytes.length > mark && bytes.subarray(mark, 64).every(isPrintable) ? 'text' : null;
}
