// State dicts of PyTorch's modules by their names, to layers with labelled weights and back; MLX's are read beside them. Gates and
// transpositions stand in pytorchParameters.ts.
// Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html (GRU, RNN, LSTMCell)
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { formatShape } from '../tensor/shape.js';
import type { FileTensor } from '../weights/files.js';
import type { StateDict } from '../weights/labels.js';
import type { LayerDescription, LayerReading, Mapping, RecurrentDescription, UnmappedTensor } from './layers.js';
import { tensorsOf } from './parameters.js';
import { expectedShapes, type Parts, parametersOf, type Read, refusalOf } from './pytorchParameters.js';
import type { TensorEntry, TensorFile } from './tensorFile.js';

/** The cell by its number of gates. */
const BY_GATES: Readonly<Record<number, RecurrentDescription['cell']>> = { 1: 'rnn', 3: 'gru', 4: 'lstm' };

const WEIGHTS: readonly string[] = ['F32', 'F64', 'F16', 'BF16'];
const RECURRENT = /^(weight_ih|weight_hh|bias_ih|bias_hh|weight_hr)(?:_l(\d+))?(_reverse)?$/;
/** Put in front of all names by nn.DataParallel and torch.compile. */
const WRAPPERS: readonly string[] = ['module.', '_orig_mod.'];
const EMBEDDING_NAME = /emb|wte|lookup|vocab/i;

/** How a state dict is read. */
export interface ReadOptions {
  /** Only what begins with it, and without it: `encoder`. */
  prefix?: string;
  /** What layers are whose tensors leave a choice, by name: `{ rnn: 'rnn-relu', decoder: 'linear' }`. */
  layers?: Readonly<Record<string, LayerReading>>;
}

/** A tensor of a group (one path), its last name apart. */
interface Leaf extends TensorEntry {
  leaf: string;
  name: string;
}

type Fail = (why: string) => null;

/** What the tensors of a state dict are. What no layer here takes is in `unmapped`, with the reason. */
export function readStateDict(
  { entries, keepsOrder }: Pick<TensorFile, 'entries' | 'keepsOrder'>,
  options: ReadOptions = {},
): Mapping {
  const unmapped: UnmappedTensor[] = [];
  const skip = ({ name, shape, dtype }: Leaf, why: string): void => {
    unmapped.push({ name, shape, dtype, why });
  };
  const groups = groupsOf(entries, options.prefix ?? '');
  const attentions = new Set([...groups].flatMap(([path, leaves]) => (leaves.some(isAttention) ? [path] : [])));
  const found = new Map<string, Read>();
  let layout = 'PyTorch';
  for (const [path, leaves] of groups) {
    const weights = leaves.filter((own) => WEIGHTS.includes(own.dtype));
    for (const own of leaves) if (!WEIGHTS.includes(own.dtype)) skip(own, `${brief(own.dtype)}: no weight`);
    if (weights.length === 0) continue;
    const isMlx = weights.some(({ leaf }) => /^(Wx|Wxh)$/.test(leaf));
    if (isMlx) layout = 'MLX';
    const isRecurrent = isMlx || weights.some(({ leaf }) => RECURRENT.test(leaf));
    const taken = new Set<string>();
    const fail: Fail = (why) => {
      for (const own of weights) skip(own, why);
      return null;
    };
    const reading = options.layers?.[path];
    const read = isRecurrent
      ? readRecurrent(path, weights, isMlx, reading, taken, fail)
      : readSimple(path, weights, reading, attentions, taken, fail);
    if (read === null) continue;
    found.set(path, read);
    for (const own of weights) if (!taken.has(own.name)) skip(own, 'no part of such a layer');
  }
  settleEmbeddings(found, keepsOrder, ({ layer, directions }) => {
    const name = directions[0].wx ?? layer.name;
    const { shape = [], dtype = '' } = entries.get(name) ?? {};
    unmapped.push({ name, shape, dtype, why: `embedding or linear: say { layers: { '${layer.name}': 'embedding' } }` });
  });
  const reads = [...found.values()];
  return { layout, layers: reads.map(({ layer }) => layer), parameters: reads.flatMap(parametersOf), unmapped };
}

/**
 * The state dict of these layers, as PyTorch has it.
 * Errors: UNSUPPORTED for layers that it has not; FORMAT where weights are missing or too many.
 */
export function writeStateDict(layers: readonly LayerDescription[], weights: StateDict): Map<string, FileTensor> {
  const refused = layers.flatMap((layer) => {
    const why = refusalOf(layer);
    return why === null ? [] : [`${layer.name || 'the network'} (${why})`];
  });
  if (refused.length > 0) {
    throw new UnrolledError(
      'UNSUPPORTED',
      `expected layers that PyTorch has too (RNN, GRU, LSTM, Embedding, Linear, LayerNorm), received ${refused.join('; ')}`,
      "export it as 'keras', or save the network as it is: toBytes()",
    );
  }
  const reads = layers.map((layer): Read => ({ layer, directions: layer.kind === 'recurrent' ? namesOf(layer) : [] }));
  return tensorsOf(reads.flatMap(parametersOf), weights);
}

/** Tensors by path, in the order of the file, without what wraps all of them. */
function groupsOf(entries: ReadonlyMap<string, TensorEntry>, prefix: string): Map<string, Leaf[]> {
  const start = prefix === '' || prefix.endsWith('.') ? prefix : `${prefix}.`;
  let names = [...entries.keys()]
    .filter((name) => name.startsWith(start))
    .map((name) => [name, name.slice(start.length)]);
  for (const wrapper of [...WRAPPERS, ...WRAPPERS]) {
    if (names.every(([, own]) => own.startsWith(wrapper))) {
      names = names.map(([name, own]) => [name, own.slice(wrapper.length)]);
    }
  }
  const groups = new Map<string, Leaf[]>();
  for (const [name, own] of names) {
    const entry = entries.get(name);
    if (entry === undefined) continue;
    const dot = own.lastIndexOf('.');
    const path = own.slice(0, Math.max(dot, 0));
    const group = groups.get(path) ?? [];
    groups.set(path, group);
    group.push({ leaf: own.slice(dot + 1), name, shape: entry.shape, dtype: entry.dtype });
  }
  return groups;
}

function isAttention({ leaf }: Leaf): boolean {
  return leaf === 'in_proj_weight';
}

/** A linear layer, an embedding or a normalization. @param attentions paths of MultiheadAttention */
function readSimple(
  name: string,
  leaves: readonly Leaf[],
  reading: LayerReading | undefined,
  attentions: ReadonlySet<string>,
  taken: Set<string>,
  fail: Fail,
): Read | null {
  const has = (leaf: string): boolean => leaves.some((own) => own.leaf === leaf);
  const parent = name.slice(0, Math.max(name.lastIndexOf('.'), 0));
  if (attentions.has(name) || (name.endsWith('out_proj') && attentions.has(parent))) {
    return fail('MultiheadAttention: there is no such layer here');
  }
  if (has('running_mean')) return fail('BatchNorm: there is no such layer here');
  if (has('weight_g') || has('original0')) return fail('weight normalization: remove it before saving');
  const weight = leaves.find(({ leaf }) => leaf === 'weight');
  const bias = leaves.find(({ leaf }) => leaf === 'bias');
  if (weight === undefined) return fail('no layer that is known here');
  const { shape } = weight;
  const width = shape[0];
  if (bias !== undefined && (bias.shape.length !== 1 || bias.shape[0] !== width)) return fail('a bias of another size');
  if (shape.includes(0)) return fail('without elements');
  const done = (layer: LayerDescription, more: Partial<Read> = {}): Read => {
    taken.add(weight.name);
    if (bias !== undefined) taken.add(bias.name);
    return { layer, directions: [{ wx: weight.name, bx: bias?.name }], ...more };
  };
  if (shape.length === 1 && (bias !== undefined || reading === 'layerNorm')) {
    return done({ kind: 'layerNorm', name, size: width, bias: bias !== undefined });
  }
  if (shape.length === 1) return fail("LayerNorm without bias or RMSNorm: say 'layerNorm' if it is one");
  if (shape.length > 2) return fail(`a weight of ${shape.length} axes, as of a convolution`);
  const isEmbedding =
    bias === undefined && (reading === 'embedding' || (reading === undefined && EMBEDDING_NAME.test(name)));
  if (isEmbedding) return done({ kind: 'embedding', name, count: width, size: shape[1] });
  return done(
    { kind: 'linear', name, inputSize: shape[1], outputSize: width, bias: bias !== undefined },
    { isUnsettled: bias === undefined && reading === undefined },
  );
}

/**
 * A matrix without bias whose vectors are what a recurrent layer behind it reads is a table. Of several, where the file does not keep
 * their order, nobody knows which.
 */
function settleEmbeddings(found: Map<string, Read>, keepsOrder: boolean, undecided: (read: Read) => void): void {
  if ([...found.values()].some(({ layer }) => layer.kind === 'embedding')) return;
  const recurrent = [...found.values()].findIndex(({ layer }) => layer.kind === 'recurrent');
  const first = [...found.values()].at(recurrent)?.layer;
  if (recurrent < 0 || first?.kind !== 'recurrent') return;
  const candidates = [...found].filter(([, { layer, isUnsettled }], i) => {
    const fits = isUnsettled === true && layer.kind === 'linear' && layer.inputSize === first.inputSize;
    return fits && (!keepsOrder || i < recurrent);
  });
  for (const [path, read] of candidates) {
    const { layer, directions } = read;
    if (layer.kind !== 'linear') continue;
    if (candidates.length > 1) {
      undecided(read);
      found.delete(path);
    } else {
      const { name, outputSize: count, inputSize: size } = layer;
      found.set(path, { layer: { kind: 'embedding', name, count, size }, directions });
    }
  }
}

/** nn.RNN, nn.GRU, nn.LSTM and their cells; MLX's. */
function readRecurrent(
  name: string,
  leaves: readonly Leaf[],
  isMlx: boolean,
  reading: LayerReading | undefined,
  taken: Set<string>,
  fail: Fail,
): Read | null {
  const shapes = new Map(leaves.map((own) => [own.name, own.shape]));
  const shapeOf = (part: string | undefined): readonly number[] | null =>
    part === undefined ? null : (shapes.get(part) ?? null);
  const directions = isMlx ? [partsOfMlx(leaves)] : partsOfPyTorch(leaves);
  if (directions === null) return fail('layers of a recurrent network that do not follow each other');
  const numLayers = directions.length / (directions[1] !== undefined && isReverse(directions[1]) ? 2 : 1);
  const bidirectional = numLayers !== directions.length;
  const [first] = directions;
  const wx = shapeOf(first.wx);
  const wh = shapeOf(first.wh);
  const wr = shapeOf(first.wr);
  if (wx?.length !== 2 || wh?.length !== 2) return fail('a recurrent layer without weight_ih or weight_hh');
  const hiddenSize = wr === null ? wh[1] : (wr[1] ?? 0);
  const gates = wx[0] / hiddenSize;
  const known = Object.hasOwn(BY_GATES, gates) ? BY_GATES[gates] : undefined;
  if (known === undefined) return fail(`${wx[0]} rows for ${hiddenSize} units: no RNN, GRU or LSTM`);
  if (wr !== null && known !== 'lstm') return fail('a projection of something else than an LSTM');
  const layer: RecurrentDescription = {
    kind: 'recurrent',
    name,
    cell: wr !== null ? 'lstm-projection' : known === 'rnn' && reading === 'rnn-relu' ? 'rnn-relu' : known,
    inputSize: wx[1],
    hiddenSize,
    numLayers,
    bidirectional,
    bias: first.bx !== undefined,
    ...(wr === null ? {} : { projSize: wr[0] }),
  };
  for (const [i, parts] of directions.entries()) {
    for (const [part, expected] of Object.entries(
      expectedShapes(layer, Math.floor(i / (bidirectional ? 2 : 1)), isMlx),
    )) {
      const own = shapeOf(parts[part as keyof Parts]);
      if (expected === null ? own !== null : own === null || formatShape(own) !== formatShape(expected)) {
        const received = own === null ? 'none' : formatShape(own);
        return fail(
          `layer ${Math.floor(i / (bidirectional ? 2 : 1))}: ${expected === null ? 'no' : formatShape(expected)} ${part}, not ${received}`,
        );
      }
    }
    for (const part of Object.values(parts)) if (typeof part === 'string') taken.add(part);
  }
  return { layer, directions };
}

const PARTS: Readonly<Record<string, keyof Parts>> = {
  ...{ weight_ih: 'wx', weight_hh: 'wh', weight_hr: 'wr', bias_ih: 'bx', bias_hh: 'bh' },
};

/** Parts of a direction from the end; they are known by their names. */
function isReverse({ wx }: Parts): boolean {
  return wx?.endsWith('_reverse') === true;
}

/** Layer by layer, forward first; null where one is missing between others. */
function partsOfPyTorch(leaves: readonly Leaf[]): Parts[] | null {
  const found = new Map<number, [forward: Parts, reverse: Parts]>();
  for (const { leaf, name } of leaves) {
    const [, kind, layer = '0', reverse] = RECURRENT.exec(leaf) ?? [];
    if (kind === undefined) continue;
    const pair = found.get(Number(layer)) ?? [{}, {}];
    found.set(Number(layer), pair);
    pair[reverse === undefined ? 0 : 1][PARTS[kind]] = name;
  }
  const bidirectional = found.get(0)?.[1].wx !== undefined;
  const result: Parts[] = [];
  for (let layer = 0; layer < found.size; layer++) {
    const pair = found.get(layer);
    if (pair === undefined || (pair[1].wx !== undefined) !== bidirectional) return null;
    result.push(pair[0], ...(bidirectional ? [pair[1]] : []));
  }
  return result;
}

/** MLX's RNN (Wxh, Whh, bias), LSTM (Wx, Wh, bias) and GRU (Wx, Wh, b, bhn). */
function partsOfMlx(leaves: readonly Leaf[]): Parts {
  const nameOf = (...names: string[]): string | undefined => leaves.find(({ leaf }) => names.includes(leaf))?.name;
  return { wx: nameOf('Wx', 'Wxh'), wh: nameOf('Wh', 'Whh'), bx: nameOf('bias', 'b'), bn: nameOf('bhn') };
}

/** The names of PyTorch for the tensors of a layer. */
function namesOf({ name, cell, numLayers, bidirectional, bias }: RecurrentDescription): Parts[] {
  const path = name === '' ? '' : `${name}.`;
  return Array.from({ length: numLayers * (bidirectional ? 2 : 1) }, (_, i): Parts => {
    const suffix = bidirectional ? `_l${i >> 1}${i % 2 === 1 ? '_reverse' : ''}` : `_l${i}`;
    return {
      wx: `${path}weight_ih${suffix}`,
      wh: `${path}weight_hh${suffix}`,
      ...(bias ? { bx: `${path}bias_ih${suffix}`, bh: `${path}bias_hh${suffix}` } : {}),
      ...(cell === 'lstm-projection' ? { wr: `${path}weight_hr${suffix}` } : {}),
    };
  });
}
