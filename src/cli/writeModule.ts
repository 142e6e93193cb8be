// `unrolled convert model.safetensors model.mjs`: a language model as a module of its own.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ModuleQuantization } from '../models/esModule/exportModule.js';
import type { ModuleReading } from '../models/esModule/runtime.js';
import type { LanguageModel } from '../models/language/languageModel.js';
import { Philox } from '../tensor/philox.js';
import type { CommandResult } from './command.js';
import { readBytes, writeWhole } from './files.js';
import type { Io } from './io.js';
import { formatBytes } from './output.js';

/** Tokens that the module and the model read for comparison. */
const COMPARED = 32;

/** Writes the module, loads it, and compares the two. Errors: those of `loadModel` and `exportModule`. */
export async function writeModule(
  io: Io,
  from: string,
  to: string,
  quantize: ModuleQuantization | undefined,
): Promise<CommandResult> {
  const { exportModule, LanguageModel, loadModel } = await import('./library.js');
  const model = loadModel(await readBytes(io.cwd, from), from);
  const left = model instanceof LanguageModel && model.mixture !== null;
  if (left) model.mixture = null;
  const bytes = exportModule(model as LanguageModel, { quantize });
  await writeWhole(io.cwd, to, bytes);
  const largest = await largestDifference(model as LanguageModel, resolve(io.cwd, to));
  const json = {
    ...{ from: { format: 'unrolled', layout: 'Unrolled' }, to, format: 'module', weights: quantize ?? 'f32' },
    ...{ bytes: bytes.length, leftOut: left ? ['n-grams'] : [], largestDifference: largest },
  };
  const text = [
    `${from}: a model of this library`,
    ...(left ? ['its n-grams are left out: the module predicts by the network alone'] : []),
    `${to}: a module of its own, ${quantize ?? 'float32'}, ${formatBytes(bytes.length)}; over ${COMPARED} tokens its probabilities differ from the network's by ${largest.toPrecision(2)} at most`,
    `import { generate } from './${to.replace(/^.*[\\/]/, '')}';`,
  ];
  return { json, text: text.join('\n\n') };
}

/** Of the probabilities after each of some tokens. */
async function largestDifference(model: LanguageModel, path: string): Promise<number> {
  const written = (await import(pathToFileURL(path).href)) as { start(): ModuleReading };
  const reading = written.start();
  const session = model.session();
  const rng = new Philox(0);
  let largest = 0;
  for (let i = 0; i < COMPARED; i++) {
    const token = rng.integer(model.vocabularySize);
    const ours = session.read([token]).probabilities();
    reading.next(token).forEach((p, j) => (largest = Math.max(largest, Math.abs(p - ours[j]))));
  }
  session.close();
  return largest;
}
