// The options of Recurrent: what they are, what they must be, and the sizes that follow. Letters: D input, H hidden.
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { expectChoice, expectFlag, expectNumbers, type Names, optionsOf, refuse } from '../expect.js';
import type { CellGraph } from '../cell/define/graph.js';
import type { Sizes } from '../cell/define/width.js';
import { requireNumber } from '../range.js';
import { full } from '../tensor/create.js';
import type { Philox } from '../tensor/philox.js';
import { Tensor } from '../tensor/tensor.js';
import type { Initializer } from './initializers.js';
import { checkInitializers, checkSizes } from './layers.js';
import type { RandomCalls } from './random.js';

/** How the outputs of two directions become one; a function gets both [T, N, H] (or [R, H] of a ragged batch). */
export type Merge = 'concat' | 'sum' | 'mean' | 'mul' | ((forward: Tensor, backward: Tensor) => Tensor);

/** What a `Recurrent` network is: sizes, directions, what stands between its layers, regularization, initial values. */
export interface RecurrentOptions {
  /** D; the size of the vocabulary where the input is tokens. */
  inputSize: number;
  /** H: one for all layers, or a list with one for each. */
  hiddenSize: number | readonly number[];
  /** 1, or as many as sizes are given. */
  numLayers?: number;
  /** Values of a cell's own sizes, such as { projection: 64 }; the hidden size where missing. */
  sizes?: Readonly<Record<string, number>>;
  /** The output of each layer has this size: by the cell itself where it has the size `projection`, else by a matrix after it. */
  projSize?: number;
  /** Heads of cells with block-diagonal products; must divide the hidden size. 4 */
  numHeads?: number;
  /** false: no bias in the cell's linears. */
  bias?: boolean;
  /** A second set of layers reads each sequence from its end; `merge` says how the two outputs become one. */
  bidirectional?: boolean;
  /** concat */
  merge?: Merge;
  /** Another cell for the direction from the end. */
  backwardCell?: CellGraph;
  /** One direction, from the end of each sequence to its start. */
  reverse?: boolean;
  /** With reverse: the output in the order of time (true), or as it was computed, last step first. */
  keepOrder?: boolean;
  /** Adds a layer's input to its output, wherever the two have one size. */
  residual?: boolean;
  /** Every layer also gets the network's input, and the output is that of all layers side by side (Graves 2013). */
  skip?: boolean;
  /** Between layers, while training. */
  dropout?: number;
  /** That dropout has one mask for all steps of a sequence. */
  variational?: boolean;
  /** On the input of every layer, one mask a sequence (Gal and Ghahramani 2016). */
  inputDropout?: number;
  /** On the states where products read them, one mask a sequence. */
  stateDropout?: number;
  /** Elements of a state keep their old value with this probability (Krueger et al. 2017): of all states, or of each. */
  zoneout?: number | Readonly<Record<string, number>>;
  /** On the weights of recurrent products, one mask a call (Merity, Keskar and Socher 2017). */
  weightDropout?: number;
  /** States that are not given start from parameters in place of zero. */
  learnInitialState?: boolean;
  /** Input and output are [N, T, …] in place of [T, N, …]. */
  batchFirst?: boolean;
  /** Weights and biases; uniform ±1/√H by default, as in PyTorch. A gate's block of columns is drawn by itself. */
  init?: Initializer;
  /** Weights of states, where they should differ: `orthogonal`. */
  recurrentInit?: Initializer;
  /** Initial bias of a linear of the cell by its name: `{ f: 1 }` opens the forget gate (Jozefowicz et al. 2015). */
  initialBias?: Readonly<Record<string, number>>;
  /** Draws the initial values; the generator that `manualSeed` seeds by default. */
  rng?: Philox;
  /** Numbers the calls that draw dropout masks; those that `manualSeed` restarts by default. */
  calls?: RandomCalls;
}

const NAMES: Names<RecurrentOptions> = {
  ...{ inputSize: true, hiddenSize: true, numLayers: true, sizes: true, projSize: true, numHeads: true, bias: true },
  ...{
    bidirectional: true,
    merge: true,
    backwardCell: true,
    reverse: true,
    keepOrder: true,
    residual: true,
    skip: true,
  },
  ...{ dropout: true, variational: true, inputDropout: true, stateDropout: true, zoneout: true, weightDropout: true },
  ...{ learnInitialState: true, batchFirst: true, init: true, recurrentInit: true, initialBias: true },
  ...{ rng: true, calls: true },
};
const FLAGS: readonly string[] = [
  'bias',
  'bidirectional',
  'reverse',
  'keepOrder',
  'residual',
  'skip',
  'variational',
  'learnInitialState',
  'batchFirst',
] satisfies (keyof RecurrentOptions)[];
const MERGES = ['concat', 'sum', 'mean', 'mul'];

/** The options as they were given, by known names and of the right kinds. Errors: OPTION. */
export function recurrentOptionsOf(given: RecurrentOptions): RecurrentOptions {
  if (given === undefined || given === null)
    refuse('the options of Recurrent', given, 'as in { inputSize: 28, hiddenSize: 256 }');
  const options = optionsOf(given, NAMES, 'Recurrent');
  for (const [name, value] of Object.entries(options)) if (FLAGS.includes(name)) expectFlag(value, name);
  if (typeof options.merge !== 'function') expectChoice(options.merge ?? 'concat', 'merge', MERGES);
  checkInitializers({ init: options.init, recurrentInit: options.recurrentInit });
  return options;
}

/** One size for each layer. Errors: OPTION, RANGE. */
export function hiddenSizesOf({ hiddenSize, numLayers }: RecurrentOptions): number[] {
  if (typeof hiddenSize !== 'number') {
    if (hiddenSize === undefined)
      refuse('a hiddenSize', hiddenSize, 'give the units of each layer: { hiddenSize: 256 }');
    expectNumbers(hiddenSize, 'hiddenSize', 'give one size, or a list with one for each layer');
  }
  checkSizes({ numLayers: numLayers ?? (typeof hiddenSize === 'number' ? 1 : hiddenSize.length) });
  const sizes = typeof hiddenSize === 'number' ? new Array<number>(numLayers ?? 1).fill(hiddenSize) : [...hiddenSize];
  for (const size of new Set(sizes)) checkSizes({ hiddenSize: size });
  if (sizes.length !== (numLayers ?? sizes.length) || sizes.length === 0) {
    throw new UnrolledError(
      'OPTION',
      `expected a hidden size for each of ${numLayers ?? 1} layers, received ${sizes.length}`,
      'leave numLayers out, or give one size',
    );
  }
  return sizes;
}

/** What a cell's widths are in one layer. */
export function sizesFor(cell: CellGraph, input: number, hidden: number, options: RecurrentOptions): Sizes {
  const own = Object.fromEntries(cell.sizes.map((name) => [name, options.sizes?.[name] ?? hidden]));
  if (options.projSize !== undefined && cell.sizes.includes('projection')) own.projection = options.projSize;
  return { ...own, input, hidden, heads: options.numHeads ?? 4 };
}

/** The same probability for every state. */
export function allStates(cell: CellGraph, p: number): Record<string, number> {
  return Object.fromEntries(cell.states.map((s) => [s, p]));
}

/** Errors: OPTION, RANGE. */
export function checkOptions(cells: readonly CellGraph[], options: RecurrentOptions, hidden: readonly number[]): void {
  const fail = (message: string, help: string): never => {
    throw new UnrolledError('OPTION', message, help);
  };
  const [cell] = cells;
  for (const c of cells) {
    const names = c.linears.map((l) => l.name);
    const unknown = Object.keys(options.initialBias ?? {}).filter((name) => !names.includes(name));
    if (unknown.length > 0)
      fail(
        `expected initialBias for linears of ${c.name} (${names.join(', ')}), received ${brief(unknown.join(', '))}`,
        'use the names in the cell',
      );
    if (typeof options.zoneout === 'object') {
      const extra = Object.keys(options.zoneout).filter((s) => !c.states.includes(s));
      if (extra.length > 0)
        fail(
          `expected zoneout for states of ${c.name} (${c.states.join(', ')}), received ${extra.join(', ')}`,
          'use the names in the cell',
        );
    }
    const strange = Object.keys(options.sizes ?? {}).filter((name) => !c.sizes.includes(name));
    if (strange.length > 0)
      fail(
        `expected sizes of ${c.name} (${c.sizes.join(', ') || 'it has none'}), received ${strange.join(', ')}`,
        'use the names in the cell',
      );
    const heads = options.numHeads ?? 4;
    if (c.linears.some((l) => l.perHead.includes(true))) {
      for (const h of hidden)
        if (h % heads !== 0)
          fail(`expected a hidden size divisible by ${heads} heads, received ${h}`, 'change hiddenSize or numHeads');
    }
  }
  const rates = {
    dropout: options.dropout,
    inputDropout: options.inputDropout,
    stateDropout: options.stateDropout,
    weightDropout: options.weightDropout,
  };
  const zoneouts = typeof options.zoneout === 'number' ? { zoneout: options.zoneout } : (options.zoneout ?? {});
  for (const [name, p] of Object.entries({ ...rates, ...zoneouts })) {
    if (p !== undefined) requireNumber(name, p, { min: 0, below: 1 }, '0.2 drops a fifth');
  }
  for (const [name, value] of Object.entries(options.initialBias ?? {})) {
    requireNumber(`an initial bias of ${name}`, value, {}, '1 opens the forget gate');
  }
  if (options.backwardCell !== undefined && options.bidirectional !== true)
    fail('expected bidirectional: true with a backwardCell, received none', 'set bidirectional');
  if (options.reverse === true && options.bidirectional === true)
    fail('expected reverse or bidirectional, received both', 'bidirectional reads both ways');
  if (options.keepOrder === false && options.reverse !== true)
    fail('expected reverse: true with keepOrder: false, received none', 'set reverse');
  if (cell.states.length === 0) fail('expected a cell, received one without states', 'make it with defineCell');
}

/** Errors: OPTION for sizes that do not merge. */
export function mergedSize(sizes: readonly number[], merge: Merge): number {
  if (sizes.length === 1) return sizes[0];
  const [a, b] = sizes;
  if (merge === 'concat') return a + b;
  if (typeof merge === 'string') {
    if (a !== b)
      throw new UnrolledError(
        'OPTION',
        `expected directions of equal size for merge ${merge}, received ${a} and ${b}`,
        "use merge: 'concat'",
      );
    return a;
  }
  // A function's size shows when it runs.
  const out = merge(full([1, 1, a], 0), full([1, 1, b], 0));
  if (!(out instanceof Tensor)) refuse('a tensor from merge', out, 'return one, as in (a, b) => add(a, b)');
  return out.shape[out.rank - 1];
}
