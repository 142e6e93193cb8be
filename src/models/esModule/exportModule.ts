// exportModule: a language model as one JavaScript module that needs nothing else.
import { VERSION } from '../../copy.js';
import { expectChoice, type Names, optionsOf, refuse } from '../../expect.js';
import { LanguageModel } from '../language/languageModel.js';
import { requireAlone } from '../model.js';
import { ModuleWriter } from './moduleWriter.js';
import { RUNTIME } from './runtimeText.js';

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

/**
 * A language model as the bytes of one ES module without dependencies, weights inlined: any cell, one of your own too, any depth. It computes in plain
 * JavaScript, one token at a time, and draws what `model.generate` draws.
 *
 *     await writeFile('model.mjs', exportModule(model));
 *     import { encode, generate, start, tokens } from './model.mjs';
 *     generate({ prime: 'Call me ', length: 200, seed: 1 });
 *     const reading = start();
 *     for (const token of encode('Call me')) probabilities = reading.next(token); // [V]
 *     start(reading.state); // another one, from there
 *
 * Errors: UNSUPPORTED for a mixture with n-grams, and for weights beyond 256 MiB; OPTION for other models.
 */
export function exportModule(model: LanguageModel, options: ExportModuleOptions = {}): Uint8Array {
  const { quantize } = optionsOf(options, OPTIONS, 'exportModule');
  if (quantize !== undefined) expectChoice(quantize, 'quantize', MODULE_QUANTIZATIONS);
  if (!(model instanceof LanguageModel)) {
    refuse(
      'a language model',
      model,
      'write other models as ONNX, with exportOnnx, or use the library in your program',
    );
  }
  requireAlone(model, 'a module');
  const writer = new ModuleWriter(quantize ?? 'f32');
  const network = writer.finish(model.network.writeModule(writer));
  const { settings, vocabulary } = model.text;
  const { cell, hiddenSize, numLayers } = model.config;
  const text = [
    `// A language model (${cell.replace(/[^\w -]/g, '')}, ${numLayers} × ${hiddenSize}), written by unrolled ${VERSION}. It needs nothing else.`,
    '//',
    "//     import { encode, generate, start, tokens } from './model.mjs';",
    "//     generate({ prime: '', length: 200, temperature: 0.8, seed: 1 });",
    '//     const reading = start();',
    '//     const probabilities = reading.next(token); // [V], for each of `tokens`',
    '//     start(reading.state); // another one, from there',
    RUNTIME,
    network,
    '',
    `const model = runtime.languageModel(network, ${inScript({ settings, vocabulary: vocabulary.toJSON() })});`,
    '',
    '/** The vocabulary: what the indices of tokens mean. @type {string[]} */',
    'export const tokens = model.tokens;',
    '/** The indices of a text. @type {(text: string) => Int32Array} */',
    'export const encode = model.encode;',
    '/** The text of indices. @type {(tokens: ArrayLike<number>) => string} */',
    'export const decode = model.decode;',
    '/**',
    ' * A sequence to read, from the beginning or from a state: `next` reads a token and gives the probabilities of the one after it.',
    ' * @type {(state?: ArrayLike<number>[]) => { next(token: number): Float64Array, readonly logits: Float32Array | null, readonly state: Float32Array[] }}',
    ' */',
    'export const start = model.start;',
    '/**',
    ' * Text that follows `prime`: `length` tokens, or as many as come before `stop`.',
    ' * @type {(options?: { prime?: string, length?: number, seed?: number, temperature?: number, topK?: number, topP?: number, stop?: string }) => string}',
    ' */',
    'export const generate = model.generate;',
    '/** The same, piece by piece. @type {(options?: Parameters<typeof generate>[0]) => Generator<string>} */',
    'export const stream = model.stream;',
    '',
  ].join('\n');
  return new TextEncoder().encode(text);
}

/** JSON as it may stand in a script, within a page too: no half characters, which UTF-8 cannot say, and no end of a script. */
function inScript(value: unknown): string {
  return JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
}
