// What people give in place of a file of weights, by its first bytes: with what it is, and how to come to weights.
import type { FileKind } from './fileKinds.js';

type Test = string | ((start: Uint8Array, text: string) => boolean);

const STATE_DICT = 'in PyTorch: torch.save(model.state_dict(), file)';

const KINDS: readonly [test: Test, what: string, help: string][] = [
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
    'a tar archive',
    'unpack it, and name the file of weights',
  ],
  ['GGUF', 'GGUF, a quantized model of llama.cpp', 'name the safetensors file that it was made from'],
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

/** The kind of a file; null for what may be safetensors. @param start its first bytes, 512 of them or all */
export function foreignKind(start: Uint8Array): FileKind | null {
  const text = latin(start);
  const found = KINDS.find(([test]) => (typeof test === 'string' ? text.startsWith(test) : test(start, text)));
  return found === undefined ? null : { what: found[1], help: found[2] };
}
