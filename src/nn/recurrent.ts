// Recurrent: stacks of scans around a cell, in one direction or both, with everything that stands between the layers.
// Letters: T steps, N batch, D input, H hidden, L layers.
import { cellByName } from '../cell/cells/index.js';
import { refuseOtherCopy } from '../copy.js';
import { UnrolledError } from '../errors.js';
import { asTensor, type TensorLike } from '../tensor/asTensor.js';
import {
  expectNumbers,
  expectRows,
  expectText,
  expectTexts,
  type Names,
  optionsOf,
  refuse,
  shownValue,
} from '../expect.js';
import { add, concat, mul } from '../autograd/ops.js';
import type { CellGraph } from '../cell/define/graph.js';
import { sizeNamed } from '../cell/define/width.js';
import { requireNumber } from '../range.js';
import { fromData } from '../tensor/create.js';
import { formatShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { type Gate, gateOf } from './gate.js';
import { checkSizes, Dropout, Linear } from './layers.js';
import { Module } from './module.js';
import type { Lengths } from './lengths.js';
import { Packing } from './ragged.js';
import { defaultCalls, defaultRng, type RandomCalls } from './random.js';
import { maskOfRows, RecurrentLayer } from './recurrentLayer.js';
import {
  allStates,
  checkOptions,
  hiddenSizesOf,
  type Merge,
  mergedSize,
  recurrentOptionsOf,
  type RecurrentOptions,
  sizesFor,
} from './recurrentOptions.js';
import { flipTime, inTime, swapBatch } from './timeAxis.js';

export type { Merge, RecurrentOptions } from './recurrentOptions.js';

/** For each layer (and direction: forward, then backward), each state [N, H]. */
export type RecurrentState = Readonly<Record<string, Tensor>>[];

/** What a call of `forward` takes beside its input. */
export interface ForwardOptions {
  /** From an earlier call; where missing, zero, or what was learned. */
  state?: RecurrentState | null;
  /** Steps of each sequence [N], 0 allowed; no work is done beyond them, and the output there is zero. */
  lengths?: Lengths;
  /** [T, N] (or [N, T] where batchFirst): where it is 0 the state holds and the output is zero. */
  mask?: TensorLike;
  /** Named values of the cell to return at every step: states, linears (their gates), and what it named. */
  trace?: readonly string[];
  /** Gradient checkpointing: steps of a segment, or 'sqrt' for √T of them. */
  checkpoint?: number | 'sqrt';
  /** Factors [T] of the gradients that pass from step t + 1 to step t: see randomizedTruncation. */
  gradientScale?: ArrayLike<number>;
}

const FORWARD_NAMES: Names<ForwardOptions> = {
  ...{ state: true, lengths: true, mask: true, trace: true, checkpoint: true, gradientScale: true },
};

/** What a call of `forward` gives. */
export interface RecurrentResult {
  /** The output of the last layer at every step: [T, N, H] (or [N, T, H]), directions merged. */
  output: Tensor;
  /** All states of all layers and directions after each sequence's last step. */
  state: RecurrentState;
  /** For each layer and direction, each traced value [T, N, H] (or [N, T, H]), outside the tape. */
  trace: Readonly<Record<string, Tensor>>[];
}

/** The parts of a network and what stands between them. */
export interface RecurrentStructure {
  options: RecurrentOptions;
  /** [layer][direction] */
  layers: readonly (readonly RecurrentLayer[])[];
  /** What follows each layer, or null. */
  projections: readonly (Linear | null)[];
}

/** Where a gate is. */
export interface GatePlace {
  /** From 0, the layer that reads the input; 0. */
  layer?: number;
  /** backward: of a network in both directions, the one from the end; forward. */
  direction?: 'forward' | 'backward';
}

/** Errors: OPTION for what no network returned. */
export function expectState(state: RecurrentState): void {
  if (Array.isArray(state) && state.some((part: unknown) => part instanceof Tensor)) {
    refuse(
      'an object for each layer as the state, its states by their names',
      state,
      'write { state: [{ h, c }] }, of h and c [N, H] for each layer, where PyTorch takes [h0, c0] of all layers',
    );
  }
  const help = 'pass the state that this network returned: { state: result.state }';
  expectRows(state, help, (layer) => {
    for (const t of Object.values(layer)) {
      refuseOtherCopy(t, 'tensor');
      if (!(t instanceof Tensor)) refuse('tensors as the state', t, help);
    }
  });
}

const GATE_NAMES: Names<GatePlace> = { layer: true, direction: true };

/** Errors: OPTION for what is no cell. */
function cellOf(cell: unknown): CellGraph {
  if (typeof cell === 'string') return cellByName(cell);
  refuseOtherCopy(cell, 'cell');
  if (isCellGraph(cell)) return cell;
  return refuse(
    'a cell',
    cell,
    "give a cell, as in new Recurrent(LSTM, { inputSize: 28, hiddenSize: 256 }), or its name: 'lstm'",
  );
}

function isCellGraph(cell: unknown): cell is CellGraph {
  const graph = (cell ?? {}) as Partial<CellGraph>;
  return Array.isArray(graph.states) && Array.isArray(graph.linears) && graph.next instanceof Map;
}

/**
 * A recurrent network of `numLayers` layers of one cell.
 *
 *     const rnn = new Recurrent(LSTM, { inputSize: 28, hiddenSize: 256 });
 *     const { output, state } = rnn.forward(x, { state: detach(previous) });
 */
export class Recurrent extends Module {
  /** The cell of all layers; `backwardCell` may be another. */
  readonly cell: CellGraph;
  /** D, or the size of the vocabulary where the input is tokens. */
  readonly inputSize: number;
  /** Of the last layer. */
  readonly hiddenSize: number;
  /** How many layers stand above each other. */
  readonly numLayers: number;
  /** Whether each layer reads in both directions. */
  readonly bidirectional: boolean;
  /** Size of the output's last axis. */
  readonly outputSize: number;
  /** Whether input and output are [N, T, …] in place of [T, N, …]. */
  readonly batchFirst: boolean;
  /** What it was made with. */
  readonly options: Readonly<RecurrentOptions>;
  /** [layer][direction] */
  readonly #layers: RecurrentLayer[][] = [];
  readonly #projections: (Linear | null)[] = [];
  readonly #dropout: Dropout;
  readonly #calls: RandomCalls;
  #watch: { names: readonly string[]; see: (trace: RecurrentResult['trace']) => void } | null = null;

  /**
   * @param cell one of the library, by its name too (`'lstm'`), or one of your own
   * Errors: OPTION for an option that is not known; RANGE.
   */
  constructor(cell: CellGraph | string, options: RecurrentOptions) {
    super();
    options = recurrentOptionsOf(options);
    cell = cellOf(cell);
    const { inputSize, dropout: p = 0, batchFirst = false, bidirectional = false, numHeads = 4 } = options;
    const hiddenSizes = hiddenSizesOf(options);
    checkSizes({
      inputSize,
      numHeads,
      ...(options.projSize === undefined ? {} : { projSize: options.projSize }),
      ...options.sizes,
    });
    const cells = bidirectional ? [cell, cellOf(options.backwardCell ?? cell)] : [cell];
    checkOptions(cells, options, hiddenSizes);
    this.cell = cell;
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSizes[hiddenSizes.length - 1];
    this.numLayers = hiddenSizes.length;
    this.bidirectional = bidirectional;
    this.batchFirst = batchFirst;
    this.options = options;
    this.#calls = this.addCalls(options.calls ?? defaultCalls());
    const { rng = defaultRng(), merge = 'concat', skip = false } = options;
    let input = inputSize;
    const outputs: number[] = [];
    for (const [l, hidden] of hiddenSizes.entries()) {
      const directions = cells.map((c, d) => {
        const sizes = sizesFor(c, input, hidden, options);
        const zoneout = typeof options.zoneout === 'number' ? allStates(c, options.zoneout) : (options.zoneout ?? {});
        const layer = new RecurrentLayer(c, {
          sizes,
          bias: options.bias ?? true,
          zoneout,
          inputDropout: options.inputDropout ?? 0,
          stateDropout: options.stateDropout ?? 0,
          weightDropout: options.weightDropout ?? 0,
          learnInitialState: options.learnInitialState ?? false,
          init: options.init,
          recurrentInit: options.recurrentInit,
          initialBias: options.initialBias ?? {},
          rng,
          calls: this.#calls,
        });
        return this.addPart(d === 0 ? String(l) : `${l}.reverse`, layer);
      });
      this.#layers.push(directions);
      const sizes = directions.map((layer) => layer.outputSize);
      let out = mergedSize(sizes, merge);
      const projects = options.projSize !== undefined && !cell.sizes.includes('projection');
      const projection = projects ? new Linear(out, options.projSize ?? out, { bias: false, rng }) : null;
      if (projection !== null) {
        this.addPart(`${l}.projection`, projection);
        out = projection.outputSize;
      }
      this.#projections.push(projection);
      outputs.push(out);
      input = skip ? out + inputSize : out;
    }
    this.outputSize = skip ? outputs.reduce((a, b) => a + b, 0) : outputs[outputs.length - 1];
    this.#dropout = this.addPart('dropout', new Dropout(p, this.#calls));
  }

  /**
   * @param sequence [T, N, D], or int32 tokens [T, N] that stand for one-hot vectors; [N, T, …] where batchFirst; without the batch
   * axis ([T, D], tokens [T]) for one sequence, and so the result
   * Errors: SHAPE, STATE, OPTION, RANGE for a token outside 0 … D − 1 or a length beyond T.
   */
  forward(sequence: TensorLike, given: ForwardOptions = {}): RecurrentResult {
    const x = asTensor(sequence, 'the input');
    const options = optionsOf(given, FORWARD_NAMES, 'forward');
    const rank = x.dtype === 'int32' ? 2 : 3;
    if (x.rank === rank - 1) return this.#single(x, options);
    if (x.rank !== rank) {
      throw new UnrolledError(
        'SHAPE',
        `expected input of shape [T, N, ${this.inputSize}] or int32 tokens [T, N], received ${x.dtype} ${formatShape(x.shape)}`,
        'the axes are steps, batch and features',
      );
    }
    if (x.dtype === 'int32' && (this.options.inputDropout ?? 0) > 0) {
      throw new UnrolledError(
        'OPTION',
        'expected dense input for inputDropout, received tokens',
        'put an embedding in front, or leave inputDropout out',
      );
    }
    const directions = this.bidirectional ? 2 : 1;
    const before = options.state ?? null;
    if (before !== null) expectState(before);
    if (before !== null && before.length !== this.numLayers * directions) {
      throw new UnrolledError(
        'STATE',
        `expected states of ${this.numLayers} layers${directions === 2 ? ' in two directions' : ''} (${this.numLayers * directions}), received ${before.length}`,
        'pass the state that this network returned',
      );
    }
    if (options.trace !== undefined) expectTexts(options.trace, 'trace', "name values of the cell, as ['h']");
    const { batchFirst } = this;
    const first = batchFirst ? swapBatch(x) : x;
    const [T, N] = first.shape;
    const packing = packingOf(options, batchFirst, T, N);
    const gradientScale = scaleOf(options.gradientScale, T, x);
    const segment = segmentOf(options.checkpoint, T);
    const { skip = false, residual = false, merge = 'concat', reverse = false, keepOrder = true } = this.options;
    const source = packing === null ? first : packing.pack(first);
    if (skip && this.numLayers > 1 && x.dtype === 'int32') {
      throw new UnrolledError(
        'DTYPE',
        'expected dense input with skip connections, received int32 tokens',
        'put an embedding in front of the network',
      );
    }
    let y = source;
    const state: Record<string, Tensor>[] = [];
    const trace: Record<string, Tensor>[] = [];
    const outputs: Tensor[] = [];
    this.#layers.forEach((layers, l) => {
      let input = l === 0 ? y : this.#between(y, packing);
      if (skip && l > 0) input = concat([input, source], -1);
      const results = layers.map((layer, d) => {
        const start = before?.[l * directions + d] ?? {};
        const own = packing === null ? start : mapValues(start, (t) => packing.sort(t));
        const call = {
          state: own,
          reverse: reverse || d === 1,
          packing,
          trace: [...new Set([...(options.trace ?? []), ...(this.#watch?.names ?? [])])],
          segment,
          gradientScale,
        };
        return layer.forward(input, call);
      });
      for (const result of results) {
        state.push(packing === null ? result.state : mapValues(result.state, (t) => packing.unsort(t)));
        trace.push(mapValues(result.trace, (t) => inTime(packing === null ? t : packing.unpack(t), batchFirst)));
      }
      let out = results.length === 2 ? merged(results[0].output, results[1].output, merge) : results[0].output;
      const projection = this.#projections[l];
      if (projection !== null) out = projection.forward(out);
      y = residual && input.dtype !== 'int32' && out.shape.at(-1) === input.shape.at(-1) ? add(out, input) : out;
      outputs.push(y);
    });
    let output = skip && outputs.length > 1 ? concat(outputs, -1) : y;
    if (reverse && !keepOrder) output = packing === null ? flipTime(output) : packing.reverse(output);
    if (packing !== null) output = packing.unpack(output);
    this.#watch?.see(trace);
    return { output: inTime(output, batchFirst), state, trace };
  }

  /**
   * The columns of a gate (a linear of the cell), wherever they stand in memory: to read, set and freeze.
   * @param place the layer, from 0, and the direction; the first, forward
   * Errors: OPTION for a gate, layer or direction that is not there.
   *
   *     rnn.gate('f').bias.set(1);
   */
  gate(name: string, place: GatePlace = {}): Gate {
    const { layer = 0, direction = 'forward' } = optionsOf(place, GATE_NAMES, 'gate');
    expectText(name, 'a gate', "give its name, as in gate('f')");
    const directions = this.#layers.at(layer);
    const found = directions?.at(direction === 'backward' ? 1 : 0);
    if (found === undefined || !(layer >= 0)) {
      throw new UnrolledError(
        'OPTION',
        `expected a layer from 0 to ${this.numLayers - 1}${this.bidirectional ? '' : ' in direction forward'}, received ${shownValue(layer)} ${shownValue(direction)}`,
        'layers are counted from 0, the first one',
      );
    }
    return gateOf(found, name, found.cell.name);
  }

  /** How it is put together, for whoever writes it down elsewhere. @internal */
  get structure(): RecurrentStructure {
    return { options: this.options, layers: this.#layers, projections: this.#projections };
  }

  /** For each layer (and direction: forward, then backward), the size of each state. */
  stateSizes(): Record<string, number>[] {
    return this.#layers.flat().map(({ cell, sizes }) => {
      return Object.fromEntries(cell.states.map((s) => [s, sizeNamed(sizes, cell.stateSizes[s])]));
    });
  }

  /**
   * One step, for streaming: the same numbers as the whole sequence gives.
   * @param values [N, D], or tokens [N]. Returns output [N, H] and the state.
   * Errors: OPTION for a network that needs the end of the sequence.
   */
  step(values: TensorLike, state: RecurrentState | null = null): { output: Tensor; state: RecurrentState } {
    const x = asTensor(values, 'the input');
    if (this.bidirectional || this.options.reverse === true) {
      throw new UnrolledError(
        'OPTION',
        'expected a unidirectional forward network, received one that starts at the end',
        'give forward() the whole sequence',
      );
    }
    const axis = this.batchFirst ? 1 : 0;
    const shape = [...x.shape];
    shape.splice(axis, 0, 1);
    const result = this.forward(x.reshape(shape), { state });
    return { output: result.output.reshape([x.shape[0], -1]), state: result.state };
  }

  /**
   * While `run` runs, every call of `forward`, from wherever, traces these values too and shows them: how to look into a network
   * that is a part of another. @param see gets the trace of each call; its tensors go with the scope of the call
   */
  watch<R>(names: readonly string[], see: (trace: RecurrentResult['trace']) => void, run: () => R): R {
    const before = this.#watch;
    this.#watch = { names, see };
    try {
      return run();
    } finally {
      this.#watch = before;
    }
  }

  /**
   * While `run` runs, the equations of one layer (forward) are others over the same parameters. @param masks what these read beside
   * @internal
   */
  altering<R>(
    layer: number,
    cell: (cell: CellGraph) => CellGraph,
    masks: Readonly<Record<string, Tensor>>,
    run: () => R,
  ): R {
    return this.#layers[layer][0].altering(cell, masks, run);
  }

  #single(x: Tensor, options: ForwardOptions): RecurrentResult {
    const axis = this.batchFirst ? 0 : 1;
    const shape = [...x.shape];
    shape.splice(axis, 0, 1);
    if (options.state) expectState(options.state);
    const state = options.state?.map((s) => mapValues(s, (t) => t.reshape([1, -1]))) ?? null;
    const drop = (t: Tensor): Tensor => t.reshape(t.shape.filter((_, i) => i !== axis));
    const result = this.forward(x.reshape(shape), { ...options, state });
    return {
      output: drop(result.output),
      state: result.state.map((s) => mapValues(s, (t) => t.reshape([-1]))),
      trace: result.trace.map((values) => mapValues(values, drop)),
    };
  }

  /** Dropout between two layers. */
  #between(y: Tensor, packing: Packing | null): Tensor {
    const { p } = this.#dropout;
    if (!this.training || p === 0 || this.options.variational !== true) return this.#dropout.forward(y);
    const N = packing?.steps.N ?? y.shape[1];
    const once = maskOfRows([N, y.shape[y.rank - 1]], p, this.#calls, y.device);
    return mul(y, packing === null ? once : packing.spread(once));
  }
}

/** Outputs of two directions as one. @internal */
export function merged(a: Tensor, b: Tensor, merge: Merge): Tensor {
  if (typeof merge === 'function') return merge(a, b);
  switch (merge) {
    case 'concat':
      return concat([a, b], -1);
    case 'sum':
      return add(a, b);
    case 'mean':
      return mul(add(a, b), 0.5);
    case 'mul':
      return mul(a, b);
    default:
      return merge satisfies never;
  }
}

function packingOf(options: ForwardOptions, batchFirst: boolean, T: number, N: number): Packing | null {
  if (options.mask !== undefined && options.lengths !== undefined) {
    throw new UnrolledError(
      'OPTION',
      'expected lengths or a mask, received both',
      'leave lengths out: the mask replaces them',
    );
  }
  if (options.lengths !== undefined) return Packing.fromLengths(options.lengths, T, N);
  if (options.mask === undefined) return null;
  const given = asTensor(options.mask, 'the mask');
  const mask = given.rank === 1 ? given.reshape(batchFirst ? [1, -1] : [-1, 1]) : given;
  return Packing.fromMask(batchFirst ? mask.transpose(0, 1) : mask, T, N);
}

function scaleOf(given: ArrayLike<number> | undefined, T: number, x: Tensor): Tensor | undefined {
  if (given === undefined) return undefined;
  expectNumbers(given, 'gradientScale', 'see randomizedTruncation');
  if (given.length !== T)
    throw new UnrolledError(
      'SHAPE',
      `expected a factor for each of ${T} steps, received ${given.length}`,
      'see randomizedTruncation',
    );
  for (let t = 0; t < T; t++) requireNumber(`the factor of step ${t}`, given[t], {}, 'see randomizedTruncation');
  return fromData(Float64Array.from(given), [T], { device: x.device });
}

/** Steps of a segment of checkpointing; 0 without. Errors: OPTION. */
function segmentOf(checkpoint: number | 'sqrt' | undefined, T: number): number {
  if (checkpoint === undefined) return 0;
  if (checkpoint === 'sqrt') return Math.ceil(Math.sqrt(T));
  if (!(Number.isInteger(checkpoint) && checkpoint > 0)) {
    throw new UnrolledError(
      'OPTION',
      `expected a whole number of steps or 'sqrt' as checkpoint, received ${shownValue(checkpoint)}`,
      "'sqrt' needs the least memory",
    );
  }
  return checkpoint;
}

function mapValues<T, U>(values: Readonly<Record<string, T>>, f: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, f(value)]));
}

/** The same state outside the tape: gradients stop there (truncated backpropagation through time). null stays null. */
export function detach<S extends Tensor | RecurrentState | null>(state: S): S {
  const inner = (value: unknown): unknown => {
    if (value instanceof Tensor) return value.detach();
    if (Array.isArray(value)) return value.map(inner);
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, inner(part)]));
    }
    return value;
  };
  return inner(state) as S;
}
