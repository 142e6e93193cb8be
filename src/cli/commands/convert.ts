// `unrolled convert`: weights from another toolkit to this one, and from here to others.
import { dirname, extname, join } from 'node:path';
import { UnrolledError } from '../../errors.js';
import { LAYER_READINGS, type LayerReading } from '../../formats/layers.js';
import type { Quantized } from '../../formats/quantize.js';
import type { ImportedModel } from '../../models/foreign/importedModel.js';
import type { LanguageModel } from '../../models/language/languageModel.js';
import type { Model } from '../../models/model.js';
import { defineCommand } from '../command.js';
import { writeWhole } from '../files.js';
import { layerTable, mappedTable, sourceOf, unmappedTable } from '../foreign.js';
import type { Io } from '../io.js';
import { choice, flag, string } from '../options.js';
import { formatBytes } from '../output.js';
import { refuseOverwriting } from '../outputs.js';
import { writeModule } from '../writeModule.js';
import { storedSmaller, writeQuantized } from '../writeQuantized.js';

const TARGETS = ['pytorch', 'safetensors', 'npz', 'keras', 'tfjs', 'onnx', 'module', 'unrolled'] as const;
type Target = (typeof TARGETS)[number];

const DTYPES: readonly Quantized[] = ['int8', 'f16', 'bf16', 'f32'];

const BY_ENDING: Readonly<Record<string, Target>> = {
  '.pt': 'pytorch',
  '.pth': 'pytorch',
  '.npz': 'npz',
  '.keras': 'keras',
  '.json': 'tfjs',
  '.onnx': 'onnx',
  '.mjs': 'module',
};

export const convertCommand = defineCommand({
  name: 'convert',
  summary:
    'bring weights from PyTorch, Keras, TensorFlow.js, brain.js, char-rnn, safetensors, NumPy or ONNX here, or a model there',
  arguments: [
    {
      name: '<from>',
      description:
        'a file of weights, known by its content: .pt, .safetensors, its index, .npz, .keras, .h5, model.json, brain.js JSON, .t7, .onnx, a model',
    },
    { name: '<to>', description: 'the file to write; of TensorFlow.js model.json, with its weights beside it' },
  ],
  options: {
    to: choice(
      '--to <format>',
      'what to write; by the ending of .pt, .pth, .npz, .keras, .json, .onnx and .mjs',
      TARGETS,
    ),
    at: string('--at <key>', 'of a checkpoint with several state dicts: which'),
    prefix: string('--prefix <name>', 'only what begins with it, and without it'),
    layers: string(
      '--layers <name=kind,…>',
      `what a layer is where its tensors leave a choice: ${LAYER_READINGS.join(', ')}`,
    ),
    quantize: choice(
      '--quantize <type>',
      'a model of this library, or a module (.mjs), with smaller matrices: int8 computes so, f16 and bf16 are for storage, f32 makes them wide again',
      DTYPES,
    ),
    partial: flag('--partial', 'leave out what no layer here takes'),
  },
  examples: [
    'unrolled convert checkpoint.pt model.safetensors --to unrolled',
    'unrolled convert tagger.onnx tagger.pt',
    'unrolled convert runs/moby-dick-lstm.safetensors moby.pt',
    'unrolled convert runs/moby-dick-lstm.safetensors moby.onnx',
    'unrolled convert model.keras model.safetensors --to unrolled',
    'unrolled convert model.safetensors web/model.json',
    'unrolled convert runs/moby-dick-lstm.safetensors moby.mjs --quantize int8',
    'unrolled convert runs/moby-dick-lstm.safetensors small.safetensors --quantize int8',
  ],
  async run(context, [from, to], options) {
    const { io } = context;
    await refuseOverwriting(context, { '<to>': to }, [from]);
    if (options.to === 'module' || (options.to === undefined && extname(to).toLowerCase() === '.mjs')) {
      const { startBackend } = await import('../library.js');
      await startBackend(context.globals);
      return writeModule(io, from, to, options.quantize === 'f32' ? undefined : options.quantize);
    }
    const dtype = options.quantize ?? ((await storedSmaller(io, from, options.to, to)) ? 'f32' : undefined);
    if (dtype !== undefined) {
      const other = options.to ?? BY_ENDING[extname(to).toLowerCase()] ?? 'unrolled';
      if (other === 'unrolled') return writeQuantized(io, from, to, dtype);
      throw new UnrolledError(
        'OPTION',
        `expected --quantize for a file of this library or a module (.mjs), received ${other}`,
        'leave --quantize out, or write model.safetensors or model.mjs',
      );
    }
    const target = options.to ?? targetOf(to);
    const { TFJS_WEIGHTS } = await import('../../formats/tfjs.js');
    const beside = target === 'tfjs' ? { 'the weights beside <to>': join(dirname(to), TFJS_WEIGHTS) } : {};
    await refuseOverwriting(context, { '<to>': to, ...beside }, [from]);
    const layers = readingsOf(options.layers);
    const { exportModel, importModel, startBackend } = await import('../library.js');
    await startBackend(context.globals);
    const given = await openGiven(io, from, { ...options, layers });
    const isOurs = !('layout' in given);
    if (target === 'onnx') return writeOnnx(io, from, to, given);
    if (isOurs && target === 'unrolled') {
      throw new UnrolledError(
        'OPTION',
        `expected another format for ${from}, received a model of this library`,
        'say --to pytorch, safetensors, npz, keras, tfjs or onnx',
      );
    }
    if (!isOurs && target === 'unrolled' && given.characters !== undefined) {
      const model = languageModelIn(given);
      if (model !== null) return writeLanguageModel(io, from, to, given, model, given.characters);
    }
    const exported = isOurs ? given.model : given;
    const files = target === 'tfjs' ? exportModel(exported, target) : null;
    const bytes =
      files?.get('model.json') ??
      (target === 'unrolled' && !isOurs ? given.toBytes() : exportModel(exported, target as 'pytorch'));
    for (const [name, part] of files ?? []) {
      await writeWhole(io.cwd, name === 'model.json' ? to : join(dirname(to), name), part);
    }
    if (files === null) await writeWhole(io.cwd, to, bytes);
    const open = (name: string): Uint8Array => files?.get(name) ?? new Uint8Array();
    // A plain RNN does not say its nonlinearity: read again as what it is.
    const written = await importModel(bytes, {
      layers: { ...layers, ...relus(isOurs ? null : given) },
      ...(files === null ? {} : { open }),
    });
    const source = isOurs ? written : given;
    const { exportedDifference, importedDifference } = await import('../../models/foreign/difference.js');
    const largest = isOurs
      ? exportedDifference(given.model, given.parts(), written)
      : importedDifference(given, written);
    const size = [...(files?.values() ?? [bytes])].reduce((sum, part) => sum + part.length, 0);
    const json = {
      from: isOurs
        ? { format: 'unrolled', layout: 'Unrolled' }
        : { format: given.format, layout: given.layout, ...given.metadata },
      layers: source.layers,
      mapped: source.mapped.map(({ name, shape, label, from: tensors }) => ({
        tensors,
        parameter: name,
        shape,
        gates: label.blocks.map(({ gate }) => gate),
      })),
      unmapped: isOurs ? [] : given.unmapped,
      to,
      format: target,
      bytes: size,
      largestDifference: largest,
    };
    const place = isOurs || given.metadata.in === undefined ? '' : `, in ${given.metadata.in}`;
    const text = [
      isOurs
        ? `${from}: a model of this library`
        : `${from}: ${given.format}, names and orders of ${given.layout}${place}`,
      layerTable(source.layers),
      mappedTable(source.mapped),
      ...(isOurs || given.unmapped.length === 0 ? [] : [unmappedTable(given.unmapped)]),
      `${to}: ${target}, ${formatBytes(size)}${comparison(largest)}`,
    ];
    return { json, text: text.join('\n\n') };
  },
});

/** The language model that a file's layers make; null where they make none, as those of several sizes, or with tokens twice. */
function languageModelIn(given: ImportedModel): LanguageModel | null {
  try {
    return given.languageModel();
  } catch (error) {
    if (error instanceof UnrolledError && ['UNSUPPORTED', 'OPTION'].includes(error.code)) return null;
    throw error;
  }
}

/** A file that says what its tokens mean is a language model here. */
async function writeLanguageModel(
  io: Io,
  from: string,
  to: string,
  given: ImportedModel,
  model: LanguageModel,
  characters: string,
) {
  const { languageDifference } = await import('../../models/foreign/difference.js');
  const { placesOf } = await import('../../models/foreign/languageModelOf.js');
  const bytes = model.toBytes();
  await writeWhole(io.cwd, to, bytes);
  const places = placesOf(characters);
  const largest = languageDifference(given, model, places);
  const json = {
    ...{ from: { format: given.format, layout: given.layout, ...given.metadata }, layers: given.layers },
    ...{ to, format: 'unrolled', task: model.task, tokens: model.text.settings.tokens, vocabulary: places.length },
    ...{ bytes: bytes.length, largestDifference: largest },
  };
  const text = [
    `${from}: ${given.format}, names and orders of ${given.layout}`,
    layerTable(given.layers),
    `${to}: a language model of ${places.length} ${model.text.settings.tokens === 'byte' ? 'bytes' : 'characters'}, ${formatBytes(bytes.length)}${comparison(largest)}\nTry: unrolled generate ${to}`,
  ];
  return { json, text: text.join('\n\n') };
}

/** A network as ONNX. Errors: those of `exportOnnx`, UNSUPPORTED for layers that make no network by themselves. */
async function writeOnnx(io: Io, from: string, to: string, given: ImportedModel | OurModel) {
  const { exportOnnx, importModel } = await import('../library.js');
  const { importedDifference, onnxDifference } = await import('../../models/foreign/difference.js');
  const isOurs = !('layout' in given);
  const network = isOurs ? given.model : [...given.network().layers.values()];
  const bytes = await exportOnnx(network as Parameters<typeof exportOnnx>[0]);
  await writeWhole(io.cwd, to, bytes);
  const largest = isOurs
    ? await onnxDifference(given.model, bytes)
    : importedDifference(given, await importModel(bytes));
  const source = isOurs ? { format: 'unrolled', layout: 'Unrolled' } : { format: given.format, layout: given.layout };
  const json = { from: source, to, format: 'onnx', bytes: bytes.length, largestDifference: largest };
  const told = isOurs ? 'a model of this library' : `${given.format}, names and orders of ${given.layout}`;
  const layers = isOurs ? [] : [layerTable(given.layers)];
  const text = [`${from}: ${told}`, ...layers, `${to}: onnx, ${formatBytes(bytes.length)}${comparison(largest)}`];
  return { json, text: text.join('\n\n') };
}

/** Errors: OPTION where the ending leaves a choice. */
function targetOf(to: string): Target {
  const ending = extname(to).toLowerCase();
  if (Object.hasOwn(BY_ENDING, ending)) return BY_ENDING[ending];
  throw new UnrolledError(
    'OPTION',
    `expected --to for ${to}, received none`,
    '--to unrolled is for this library, --to safetensors for others (the names of PyTorch)',
  );
}

/** `rnn=rnn-relu,decoder=linear`. Errors: OPTION. */
function readingsOf(given: string | undefined): Record<string, LayerReading> {
  const entries = (given ?? '').split(',').flatMap((part): [string, LayerReading][] => {
    if (part === '') return [];
    const at = part.lastIndexOf('=');
    const reading = LAYER_READINGS.find((one) => one === part.slice(at + 1));
    if (at >= 0 && reading !== undefined) return [[part.slice(0, at), reading]];
    throw new UnrolledError(
      'OPTION',
      `expected name=kind for --layers, received "${part}"`,
      `kinds are ${LAYER_READINGS.join(', ')}`,
    );
  });
  return Object.fromEntries(entries);
}

type OurModel = Awaited<ReturnType<typeof ofOurs>>;

interface ReadingOptions {
  at?: string;
  prefix?: string;
  partial: boolean;
  layers: Record<string, LayerReading>;
}

/** A model of this library, or what came out of another file. Errors: those of `importModel`, UNSUPPORTED for a model without a network. */
async function openGiven(io: Io, from: string, { at, prefix, partial, layers }: ReadingOptions) {
  const { importModel, loadModel } = await import('../library.js');
  const { isOnnx } = await import('../../formats/foreignKinds.js');
  const { openTensors } = await import('../../formats/openTensors.js');
  const { readBytes } = await import('../files.js');
  const { source, open } = await sourceOf(io.cwd, from);
  try {
    const isGraph = isOnnx(await source.read(0, Math.min(16, source.size)));
    const opened = isGraph ? null : await openTensors(source, { at, open });
    const metadata: Readonly<Record<string, string>> = opened?.metadata ?? {};
    await opened?.close();
    if (/^unrolled-/.test(metadata.format ?? '') && metadata.kind !== 'module') {
      const model = loadModel(await readBytes(io.cwd, from), from);
      if ('network' in model) return ofOurs(model);
      throw new UnrolledError(
        'UNSUPPORTED',
        `expected a network in ${from}, received an n-gram model`,
        'no other toolkit has a layer for it',
      );
    }
  } finally {
    await source.close?.();
  }
  const again = await sourceOf(io.cwd, from);
  return importModel(again.source, { at, prefix, partial, layers, open });
}

/** The recurrent layers with relu, as the option that says so. */
function relus(model: ImportedModel | null): Record<string, LayerReading> {
  const found = (model?.layers ?? []).flatMap((layer): [string, LayerReading][] =>
    layer.kind === 'recurrent' && layer.cell === 'rnn-relu' ? [[layer.name, 'rnn-relu']] : [],
  );
  return Object.fromEntries(found);
}

/** A model of this library, and its layers as other toolkits know them. */
async function ofOurs(model: Model) {
  const { ImportedModel, partsOf } = await import('../library.js');
  const parts = (): ImportedModel => {
    const { layers, weights } = partsOf(model);
    return new ImportedModel('safetensors', 'Unrolled', true, layers, weights, [], [], {});
  };
  return { model, parts };
}

/** What was seen when the file was read again and run. */
function comparison(largest: number | null): string {
  return largest === null
    ? '; it was read again, but makes no network that runs here by itself'
    : `; read again and run on a random input, its output differs by ${largest} at most`;
}
