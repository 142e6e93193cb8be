// A model file, ours or from elsewhere, as a language model, and a text in its vocabulary.
import { LanguageModel, UnrolledError } from 'unrolled';
import { Corpus } from 'unrolled/text';
import type { Imported, TextSource, ToImporter } from '../messages.js';
import type { RunSettings } from '../settings.js';
import { corpusOptions, readText, type ReadText } from './texts.js';

/** What its tokens mean has to be asked for. */
export interface Asks {
  size: number;
}

/** Errors: FORMAT for a file that is none, UNSUPPORTED for layers that are no language model, OPTION for another vocabulary. */
export async function openLanguageModel(
  bytes: Uint8Array,
  name: string,
  vocabulary: string[] | null,
): Promise<LanguageModel | Asks> {
  const isOurs = /\.safetensors$/i.test(name) && saysOurs(bytes);
  if (isOurs) return LanguageModel.fromBytes(bytes, name);
  const answer = await imported({ bytes, name, vocabulary });
  if ('size' in answer) return answer;
  if ('bytes' in answer) return LanguageModel.fromBytes(answer.bytes, name);
  const { code, message, help } = answer.failed;
  throw new UnrolledError(code as UnrolledError['code'], message, help);
}

/** Read in a worker of its own. */
function imported(file: ToImporter): Promise<Imported> {
  const worker = new Worker(new URL('./importer.js', self.location.href), { type: 'module', name: 'importer' });
  return new Promise<Imported>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Imported>) => resolve(data);
    worker.onerror = () =>
      reject(new UnrolledError('IO', 'expected importer.js beside the page, received none', 'serve the whole folder'));
    worker.postMessage(file);
  }).finally(() => {
    worker.terminate();
  });
}

/** A file of ours has its kind in the header. */
function saysOurs(bytes: Uint8Array): boolean {
  const length = bytes.length < 8 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = new TextDecoder().decode(bytes.subarray(8, 8 + Math.min(length, 100_000)));
  // What cannot be told is opened as ours, whose errors say what it is.
  return /"kind"|"unrolled/.test(header) || !header.startsWith('{');
}

/** The text in the vocabulary of a model. What the model does not know is left out where it has no sign for it. */
export async function readFor(
  model: LanguageModel,
  source: TextSource,
  settings: RunSettings,
): Promise<ReadText & { leftOut: number }> {
  const { vocabulary, settings: own } = model.text;
  const { tokens = 'char', collapseWhitespace = false } = own;
  const kind = tokens === 'byte' || tokens === 'word' ? tokens : 'char';
  const read = await readText(source, { ...settings, tokens: kind, collapseWhitespace });
  if (kind === 'byte') return { ...read, leftOut: 0 };
  const known = read.corpus.tokens;
  const texts = Array.from(known, (token) => read.corpus.vocabulary.token(token));
  const kept = vocabulary.unknownIndex >= 0 ? texts : texts.filter((token) => vocabulary.has(token));
  if (kept.length < 2) {
    throw new UnrolledError(
      'EMPTY',
      'expected a text of characters that the model knows, received one without',
      'choose a text like the one that it learned',
    );
  }
  const joined = kept.join(kind === 'word' ? ' ' : '');
  const corpus = Corpus.fromText(joined, {
    ...corpusOptions({ ...settings, tokens: kind, collapseWhitespace: false }, read.name),
    vocabulary,
  });
  return { ...read, corpus, leftOut: texts.length - kept.length };
}

/** Characters of a text in the order of their codes, as char-level programs sort them: a guess at a vocabulary. */
export function sortedCharacters(texts: Iterable<string>): string {
  return [...new Set(texts)]
    .filter((one) => !one.startsWith('<') || one.length === 1)
    .sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0))
    .join('');
}
