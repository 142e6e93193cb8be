// exportModule: a model as one JavaScript module that needs nothing else.
import { VERSION } from '../../copy.js';
import { expectChoice, type Names, optionsOf, refuse } from '../../expect.js';
import { UnrolledError } from '../../errors.js';
import { Model, requireAlone } from '../model.js';
import { MODULE_TEXTS, type ModuleExportable, type ModuleTexts } from './moduleTexts.js';
import { ModuleWriter } from './moduleWriter.js';
import { RUNTIMES } from './runtimeText.js';

export type { ModuleExportable } from './moduleTexts.js';

/** How weights are stored smaller: int8 with a scale for each row, or half floats. */
export const MODULE_QUANTIZATIONS = ['int8', 'f16', 'bf16'] as const;
/** A name of `MODULE_QUANTIZATIONS`. */
export type ModuleQuantization = (typeof MODULE_QUANTIZATIONS)[number];

/** How `exportModule` writes a model. */
export interface ExportModuleOptions {
  /** Stores matrices smaller; float32 where nothing is said. They are widened when the module loads. */
  quantize?: ModuleQuantization;
}

const OPTIONS: Names<ExportModuleOptions> = { quantize: true };

/** Why models of the other tasks are no modules. */
const REASONS: Readonly<Record<string, string>> = {
  translate: 'a translator searches for each word with attention over the source, which a module has no code for',
  caption: 'a captioner reads pictures, which a module has no code for',
  ngram: 'n-grams are counts and no network: their table is the whole model, and larger than a script should be',
};

/**
 * A model as the bytes of one ES module without dependencies, weights inlined: any cell, one of your own too, any depth. It computes in plain
 * JavaScript what the model computes; what a text is cut into, n-grams and scaling are in it.
 *
 *     await writeFile('model.mjs', exportModule(model));
 *     import { generate, start } from './model.mjs'; // of a language model
 *     import { classify } from './model.mjs'; // of a classifier: classify('a good film').label
 *     import { tag } from './model.mjs'; // of a tagger: tag(['the', 'cat']).tags
 *     import { forecast } from './model.mjs'; // of a forecaster: forecast(history, 12).values
 *
 * Errors: UNSUPPORTED for a language model with n-grams beside it, for translators, captioners and n-gram models, and for weights beyond
 * 256 MiB; OPTION for what is no model.
 */
export function exportModule(model: ModuleExportable, options: ExportModuleOptions = {}): Uint8Array {
  const { quantize } = optionsOf(options, OPTIONS, 'exportModule');
  if (quantize !== undefined) expectChoice(quantize, 'quantize', MODULE_QUANTIZATIONS);
  requireTask(model);
  requireAlone(model, 'a module');
  const writer = new ModuleWriter(quantize ?? 'f32');
  const network = writer.finish(model.network.writeModule(writer));
  const { noun, example, about, exports } = MODULE_TEXTS[model.task] as ModuleTexts<ModuleExportable>;
  const { cell, hiddenSize, numLayers } = model.config;
  const text = [
    `// ${noun} (${cell.replace(/[^\w -]/g, '')}, ${numLayers} × ${hiddenSize}), written by unrolled ${VERSION}. It needs nothing else.`,
    '//',
    ...example.map((line) => `//     ${line}`),
    RUNTIMES[model.task],
    network,
    '',
    `const model = runtime.model(network, ${inScript(about(model))});`,
    '',
    ...exports.flatMap(({ name, type, words }) => [
      `/** ${words} @type {${type}} */`,
      `export const ${name} = model.${name};`,
    ]),
    '',
  ].join('\n');
  return new TextEncoder().encode(text);
}

/** Errors: OPTION, UNSUPPORTED. */
function requireTask(model: unknown): asserts model is ModuleExportable {
  const expected = 'a language model, classifier, tagger or forecaster';
  const { task } = (model ?? {}) as { task?: unknown };
  if (typeof task === 'string' && Object.hasOwn(REASONS, task)) {
    throw new UnrolledError(
      'UNSUPPORTED',
      `expected ${expected} for a module, received a model of the task ${task}: ${REASONS[task]}`,
      'use the library in your program',
    );
  }
  if (model instanceof Model && Object.hasOwn(MODULE_TEXTS, model.task)) return;
  refuse(expected, model, 'models are made by training, or by loadModel from files');
}

/** JSON as it may stand in a script, within a page too: no half characters, which UTF-8 cannot say, and no end of a script. */
function inScript(value: unknown): string {
  return JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
}
