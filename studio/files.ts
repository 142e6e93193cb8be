// Files that come into the page, by drop or by choice: a model, or a text to learn.
import { guestTaskOf } from './guestMessages.js';
import { changeText, guest, notice, openModel } from './state.js';
import { isTable } from './texts.js';
import { say } from './words.js';

/** Bytes of a text that are read, at most; a little more than the worker takes, so that it can say what it cut. */
const MOST = 20_000_001;

const MODEL_FILE = /\.(?:safetensors|pt|pth|bin|onnx|h5|hdf5|keras|t7|npz)$/i;

/** Networks of brain.js are JSON, which may be a text to learn as well. */
async function isBrainJs(file: File): Promise<boolean> {
  if (!/\.json$/i.test(file.name)) return false;
  return /^\s*\{\s*"type"\s*:\s*"(?:RNN|LSTM|GRU)"/.test(await file.slice(0, 200).text());
}

/** The first of them. */
export async function takeFiles(files: FileList | null): Promise<void> {
  const file = files?.[0];
  if (file === undefined) return;
  if (MODEL_FILE.test(file.name) || (await isBrainJs(file))) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (guestTaskOf(bytes) === null) openModel(file.name, bytes);
    else guest.value = { name: file.name, bytes };
    return;
  }
  if (isTable(file.name)) notice(say('tableAsText', { name: file.name }));
  const bytes = new Uint8Array(await file.slice(0, MOST).arrayBuffer());
  changeText({ kind: 'given', name: file.name, content: bytes });
}

/** Gives the browser a file to keep. */
export function giveFile(name: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 10_000);
}
