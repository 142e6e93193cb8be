// What people give in place of a file of weights, by its first bytes: with what it is, and how to come to weights.
import { brief } from '../brief.js';
import { type FileKind, fileKind } from './fileKinds.js';

type Test = string | ((start: Uint8Array, text: string) => boolean);

const STATE_DICT = 'in PyTorch: torch.save(model.state_dict(), file)';

/** Says what is in a file beside its kind. */
type Said = string | ((start: Uint8Array, text: string) => string);

const KINDS: readonly [test: Test, what: Said, help: string][] = [
  [(start) => start.length === 0, 'an empty file', 'copy it again'],
  [
    'version https://git-lfs.github.com/spec/',
    'a pointer of Git LFS, not the file itself',
    'git lfs pull gets the file',
  ],
  [
    (_, text) => /^\s*<(!doctype html|html|head|\?xml)/i.test(text),
    'a page (HTML)',
    'download the file itself: its address leads to a page',
  ],
  [
    '\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20',
    'a PyTorch file of the format before 1.6',
    'in PyTorch: torch.save(torch.load(old), new)',
  ],
  [
    (start, text) => start.length > 262 && text.slice(257, 262) === 'ustar',
    (_, text) => `a tar archive, which begins with "${brief(text.slice(0, 100).split('\0')[0])}"`,
    'unpack it, and name the file of weights',
  ],
  [
    (_, text) => /^(3\n1\n\d+\n[12]\n|4\n1\n3\nV \d\n)/.test(text),
    'a file of Torch 7 in its text form',
    "in Torch: torch.save(new, torch.load(old, 'ascii'))",
  ],
  ['GGUF', ofGguf, 'name the safetensors file that it was made from'],
  [
    (_, text) => /^(lmgg|tjgg|fmgg|ggml|ggjt)/.test(text),
    'GGML, a model of llama.cpp',
    'name the safetensors file that it was made from',
  ],
  [(_, text) => text.slice(4, 8) === 'TFL3', 'a TensorFlow Lite model', 'name the model that it was made from'],
  [isOnnx, 'an ONNX model', 'importModel and importOnnx of unrolled/convert read it'],
  [
    (_, text) => /^\x80[\x02-\x05]/.test(text),
    'a Python pickle',
    `pickles may run code, and are not read; ${STATE_DICT}`,
  ],
  [(_, text) => /^(Salted__|age-encryption\.org|-----BEGIN PGP)/.test(text), 'encrypted data', 'decrypt it first'],
  ['\x1f\x8b', 'gzip data', 'unpack it: gunzip file'],
  ['BZh', 'bzip2 data', 'unpack it: bunzip2 file'],
  ['\xfd7zXZ', 'xz data', 'unpack it: unxz file'],
  ['\x28\xb5\x2f\xfd', 'Zstandard data', 'unpack it: unzstd file'],
  ['7z\xbc\xaf', 'a 7z archive', 'unpack it, and name the file of weights'],
  ['Rar!\x1a', 'a RAR archive', 'unpack it, and name the file of weights'],
  [
    (_, text) => /^\x08\x01\x12[^]{1,5}\x0a/.test(text),
    'a SavedModel of TensorFlow',
    'in Python: load it with Keras, then numpy.savez(file, *model.get_weights())',
  ],
  [
    (start) => start.length >= 64 && start.every((byte) => byte === 0),
    'zeros',
    'it was not copied to its end: copy it again',
  ],
];

const TEXTS: typeof KINDS = [
  [
    (_, text) => /^(\(dp?\d*\n|\(lp?\d*\n|c[\w.]+\n\w+\n)/.test(text),
    'a Python pickle',
    `pickles may run code, and are not read; ${STATE_DICT}`,
  ],
  [
    (_, text) => /^\d+ \d+\r?\n\S+( -?\d[\d.e+-]*){2}/.test(text),
    'word vectors (text)',
    'readVectors of unrolled/text reads them',
  ],
  [(_, text) => text.trim() !== '' && /^[\t\n\v\f\r\x20-\x7e\x80-\xff]*$/.test(text), 'text', 'name a file of weights'],
];

/** Whether bytes begin as an ONNX file: its version, then who wrote it, or the graph at once. */
export function isOnnx(start: Uint8Array): boolean {
  // Safetensors has a brace behind its first eight bytes.
  return start[8] !== 0x7b && /^\x08[\x01-\x20](\x12.[\x20-\x7e]|\x3a)/s.test(latin(start.subarray(0, 8)));
}

/** Not TextDecoder's latin1, which is windows-1252 and has other signs between 0x80 and 0x9f. */
function latin(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

/** Its version, then how many tensors and how many entries of metadata, each in eight bytes. */
function ofGguf(start: Uint8Array): string {
  const what = 'GGUF, a quantized model of llama.cpp';
  if (start.length < 24) return what;
  const tensors = new DataView(start.buffer, start.byteOffset).getBigUint64(8, true);
  return `${what}, of ${tensors} tensors`;
}

/** The kind of a file; null for what may be safetensors. @param start its first bytes, 512 of them or all */
export function foreignKind(start: Uint8Array): FileKind | null {
  const text = latin(start);
  const of = (kinds: typeof KINDS): FileKind | null => {
    const found = kinds.find(([test]) => (typeof test === 'string' ? text.startsWith(test) : test(start, text)));
    if (found === undefined) return null;
    const [, what, help] = found;
    return { what: typeof what === 'string' ? what : what(start, text), help };
  };
  const known = of(KINDS);
  if (known !== null || start[8] === 0x7b) return known;
  // A PDF is text at first, too.
  const other = fileKind(start);
  return other === null ? of(TEXTS) : { what: other.what, help: 'name a file of weights' };
}
