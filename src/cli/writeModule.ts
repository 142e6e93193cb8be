// `unrolled convert model.safetensors model.mjs`: a model as a module of its own.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ModuleExportable, ModuleQuantization } from '../models/esModule/exportModule.js';
import type { CommandResult } from './command.js';
import { readBytes, writeWhole } from './files.js';
import type { Io } from './io.js';
import { formatBytes } from './output.js';

/** What a module of a task is called for, first. */
const MAIN: Readonly<Record<ModuleExportable['task'], string>> = {
  lm: 'generate',
  classify: 'classify',
  tag: 'tag',
  forecast: 'forecast',
};

/** Writes the module, loads it, and compares the two. Errors: those of `loadModel` and `exportModule`. */
export async function writeModule(
  io: Io,
  from: string,
  to: string,
  quantize: ModuleQuantization | undefined,
): Promise<CommandResult> {
  const { exportModule, LanguageModel, loadModel } = await import('./library.js');
  const model = loadModel(await readBytes(io.cwd, from), from) as ModuleExportable;
  const left = model instanceof LanguageModel && model.mixture !== null;
  if (left) model.mixture = null;
  const bytes = exportModule(model, { quantize });
  await writeWhole(io.cwd, to, bytes);
  const written: unknown = await import(pathToFileURL(resolve(io.cwd, to)).href);
  const { compareModule } = await import('./compareModule.js');
  const { compared, largest } = compareModule(model, written);
  const json = {
    ...{ from: { format: 'unrolled', layout: 'Unrolled' }, to, format: 'module', weights: quantize ?? 'f32' },
    ...{ task: model.task, bytes: bytes.length, leftOut: left ? ['n-grams'] : [], largestDifference: largest },
  };
  const text = [
    `${from}: a model of this library`,
    ...(left ? ['its n-grams are left out: the module predicts by the network alone'] : []),
    `${to}: a module of its own, ${quantize ?? 'float32'}, ${formatBytes(bytes.length)}; ${compared} differ from the model's by ${largest.toPrecision(2)} at most`,
    `import { ${MAIN[model.task]} } from './${to.replace(/^.*[\\/]/, '')}';`,
  ];
  return { json, text: text.join('\n\n') };
}
