// `unrolled convert`: weights from another toolkit to this one, and from here to others.
import { extname } from 'node:path';
import { UnrolledError } from '../../errors.js';
import { LAYER_READINGS, type LayerReading } from '../../formats/layers.js';
import type { ModuleQuantization } from '../../models/esModule/exportModule.js';
import type { ImportedModel } from '../../models/foreign/importedModel.js';
import { defineCommand } from '../command.js';
import { writeWhole } from '../files.js';
import { layerTable, mappedTable, sourceOf, unmappedTable } from '../foreign.js';
import type { Io } from '../io.js';
import { choice, flag, string } from '../options.js';
import { formatBytes } from '../output.js';
import { refuseOverwriting } from '../outputs.js';
import { writeModule } from '../writeModule.js';

/** As `MODULE_QUANTIZATIONS`, which --help comes without. */
const MODULE_QUANTIZATIONS = ['int8', 'f16', 'bf16'] as const satisfies readonly ModuleQuantization[];
const TARGETS = ['pytorch', 'safetensors', 'npz', 'onnx', 'module', 'unrolled'] as const;
type Target = (typeof TARGETS)[number];

const BY_ENDING: Readonly<Record<string, Target>> = {
  '.pt': 'pytorch',
  '.pth': 'pytorch',
  '.npz': 'npz',
  '.onnx': 'onnx',
  '.mjs': 'module',
};

export const convertCommand = defineCommand({
  name: 'convert',
  summary: 'bring weights from PyTorch, safetensors, NumPy or brain.js here, or a model there',
  arguments: [
    {
      name: '<from>',
      description:
        'a file of weights, known by its content: .pt, .safetensors, its index, .npz, brain.js JSON, a model',
    },
    { name: '<to>', description: 'the file to write' },
  ],
  options: {
    to: choice('--to <format>', 'what to write; by the ending of .pt, .pth, .npz, .onnx and .mjs', TARGETS),
    at: string('--at <key>', 'of a checkpoint with several state dicts: which'),
    prefix: string('--prefix <name>', 'only what begins with it, and without it'),
    layers: string(
      '--layers <name=kind,…>',
      `what a layer is where its tensors leave a choice: ${LAYER_READINGS.join(', ')}`,
    ),
    quantize: choice('--quantize <type>', 'of a module (.mjs): store matrices smaller', MODULE_QUANTIZATIONS),
    partial: flag('--partial', 'leave out what no layer here takes'),
  },
  examples: [
    'unrolled convert checkpoint.pt model.safetensors --to unrolled',
    'unrolled convert runs/moby-dick-lstm.safetensors moby.pt',
    'unrolled convert runs/moby-dick-lstm.safetensors moby.onnx',
    'unrolled convert runs/moby-dick-lstm.safetensors moby.mjs --quantize int8',
  ],
  async run(context, [from, to], options) {
    const { io } = context;
    await refuseOverwriting(context, { '<to>': to }, [from]);
    const target = options.to ?? targetOf(to);
    const layers = readingsOf(options.layers);
    const { exportModel, importModel, startBackend } = await import('../library.js');
    await startBackend(context.globals);
    if (target === 'module') return writeModule(io, from, to, options.quantize);
    if (options.quantize !== undefined) {
      throw new UnrolledError(
        'OPTION',
        `expected a module (.mjs) for --quantize, received ${target}`,
        'leave --quantize out',
      );
    }
    if (target === 'onnx') return writeOnnx(io, from, to);
    const given = await openGiven(io, from, { ...options, layers });
    const isOurs = !('layout' in given);
    if (isOurs && target === 'unrolled') {
      throw new UnrolledError(
        'OPTION',
        `expected another format for ${from}, received a model of this library`,
        'say --to pytorch, safetensors or npz',
      );
    }
    const bytes = target === 'unrolled' && !isOurs ? given.toBytes() : exportModel(given, target as 'pytorch');
    await writeWhole(io.cwd, to, bytes);
    // A plain RNN does not say its nonlinearity: read again as what it is.
    const written = await importModel(bytes, { layers: { ...layers, ...relus(isOurs ? null : given) } });
    const source = isOurs ? written : given;
    const largest = isOurs ? 0 : largestDifference(given, written);
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
      bytes: bytes.length,
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
      `${to}: ${target}, ${formatBytes(bytes.length)}; read again, its numbers differ by ${largest} at most`,
    ];
    return { json, text: text.join('\n\n') };
  },
});

/** A model of this library as ONNX. Errors: those of `loadModel` and `exportOnnx`. */
async function writeOnnx(io: Io, from: string, to: string) {
  const { exportOnnx, loadModel } = await import('../library.js');
  const { readBytes } = await import('../files.js');
  const model = loadModel(await readBytes(io.cwd, from), from);
  const bytes = await exportOnnx(model as Parameters<typeof exportOnnx>[0]);
  await writeWhole(io.cwd, to, bytes);
  const json = { from: { format: 'unrolled', layout: 'Unrolled' }, to, format: 'onnx', bytes: bytes.length };
  return { json, text: `${from}: a model of this library\n\n${to}: onnx, ${formatBytes(bytes.length)}` };
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

interface ReadingOptions {
  at?: string;
  prefix?: string;
  partial: boolean;
  layers: Record<string, LayerReading>;
}

/** A model of this library, or what came out of another file. Errors: those of `importModel`, UNSUPPORTED for a model without a network. */
async function openGiven(io: Io, from: string, { at, prefix, partial, layers }: ReadingOptions) {
  const { importModel, loadModel } = await import('../library.js');
  const { openTensors } = await import('../../formats/openTensors.js');
  const { readBytes } = await import('../files.js');
  const { source, open } = await sourceOf(io.cwd, from);
  try {
    const { metadata } = await openTensors(source, { at, open });
    if (/^unrolled-/.test(metadata.format ?? '') && metadata.kind !== 'module') {
      const model = loadModel(await readBytes(io.cwd, from), from);
      if ('network' in model) return { network: model.network };
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

function largestDifference(a: ImportedModel, b: ImportedModel): number {
  let largest = 0;
  for (const [name, { data }] of Object.entries(a.weights)) {
    const other = b.weights[name].data;
    for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i] - other[i]));
  }
  return largest;
}
