// One layer and direction of a recurrent network: its parameters, its dropouts, and the scan.
// Letters: T steps, N batch, D input, H hidden.
import { concat, dropout, expand, mul, slice } from '../autograd/ops.js';
import { scan } from '../cell/run/scan.js';
import type { ScanOptions } from '../cell/run/setting.js';
import type { CellGraph } from '../cell/define/graph.js';
import { DROPPED } from '../cell/define/transform.js';
import { type Sizes, sizeNamed } from '../cell/define/width.js';
import { transformCell } from '../cell/define/transform.js';
import type { Philox } from '../tensor/philox.js';
import { full } from '../tensor/create.js';
import type { Device } from '../tensor/device.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { labelledLayouts } from '../weights/cellLabels.js';
import { orderOf01 } from '../weights/legacyOrders.js';
import { checkpointed } from './checkpointing.js';
import { byColumnBlocks, constantInit, type Initializer, uniformInit } from './initializers.js';
import { Module, parameter } from './module.js';
import type { Packing } from './ragged.js';
import type { RandomCalls } from './random.js';
import { packedSegmentsOf, type Segment, segmentsOf } from './segments.js';

export interface LayerOptions {
  sizes: Sizes;
  bias: boolean;
  /** For each state. */
  zoneout: Readonly<Record<string, number>>;
  inputDropout: number;
  stateDropout: number;
  weightDropout: number;
  learnInitialState: boolean;
  init: Initializer | undefined;
  recurrentInit: Initializer | undefined;
  initialBias: Readonly<Record<string, number>>;
  rng: Philox;
  calls: RandomCalls;
}

export interface LayerCall {
  state: Readonly<Record<string, Tensor>>;
  reverse: boolean;
  packing: Packing | null;
  trace: readonly string[];
  gradientScale?: Tensor;
  /** Steps of a segment of gradient checkpointing; 0 without. */
  segment: number;
}

export interface LayerResult {
  /** [T, N, H], or [R, H] of a packed batch. */
  output: Tensor;
  /** Sorted where packed. */
  state: Record<string, Tensor>;
  trace: Record<string, Tensor>;
}

export class RecurrentLayer extends Module {
  readonly cell: CellGraph;
  readonly sizes: Sizes;
  readonly weights: Record<string, Tensor> = {};
  readonly #recurrent: ReadonlySet<string>;
  readonly #initial: Record<string, Tensor> = {};
  readonly #options: LayerOptions;
  #altered: { cell: (cell: CellGraph) => CellGraph; masks: Readonly<Record<string, Tensor>> } | null = null;

  constructor(cell: CellGraph, options: LayerOptions) {
    super();
    const { sizes, rng } = options;
    this.cell = cell;
    this.sizes = sizes;
    this.#options = options;
    const { init = uniformInit(1 / Math.sqrt(sizes.hidden)), recurrentInit = init } = options;
    const biases = { ...cell.initialBias, ...options.initialBias };
    const layouts = labelledLayouts(transformCell(cell, { bias: options.bias }), sizes);
    for (const [name, { shape, kind, blocks, init: constant, label }] of layouts) {
      const values =
        kind === 'vector'
          ? constant === undefined
            ? biasInit(init, shape)
            : constantInit(constant)
          : byColumnBlocks(
              blocks.map((b) => b.width),
              (block) => {
                if (kind !== 'bias') return kind === 'input' ? init : recurrentInit;
                const given = biases[blocks[block].linear];
                return given === undefined ? biasInit(init, shape) : constantInit(given);
              },
            );
      const made = parameter(shape, values, rng, `${name} of a recurrent layer`);
      this.weights[name] = this.addParameter(name, made, label, () => orderOf01(cell));
    }
    this.#recurrent = new Set([...layouts].flatMap(([name, { kind }]) => (kind === 'recurrent' ? [name] : [])));
    if (options.learnInitialState) {
      for (const s of cell.states) {
        const start = constantInit(cell.initialState[s] ?? 0);
        const shape = [1, sizeNamed(sizes, cell.stateSizes[s])];
        const t = parameter(shape, start, rng, `initial_${s} of a recurrent layer`);
        this.#initial[s] = this.addParameter(`initial_${s}`, t, { axes: ['one', 'hidden'], blocks: [] });
      }
    }
  }

  /** Size of the output. */
  get outputSize(): number {
    return sizeNamed(this.sizes, this.cell.stateSizes[this.cell.output]);
  }

  /** The equations of a step outside of training. */
  get inference(): CellGraph {
    const { bias, zoneout } = this.#options;
    return transformCell(this.cell, { bias, zoneout });
  }

  /** What states start from that are not given [1, H], by name; empty where they start as the cell says. */
  get initial(): Readonly<Record<string, Tensor>> {
    return this.#initial;
  }

  /** While `run` runs, the equations are others over the same parameters. @param masks what these read beside, [N, W] or [1, W] */
  altering<R>(cell: (cell: CellGraph) => CellGraph, masks: Readonly<Record<string, Tensor>>, run: () => R): R {
    const before = this.#altered;
    this.#altered = { cell, masks };
    try {
      return run();
    } finally {
      this.#altered = before;
    }
  }

  forward(x: Tensor, call: LayerCall): LayerResult {
    const { bias, calls, inputDropout, stateDropout, weightDropout, zoneout } = this.#options;
    const { packing } = call;
    const training = this.training;
    const N = packing?.steps.N ?? x.shape[1];
    const drops = training && stateDropout > 0;
    const own = transformCell(this.cell, { bias, zoneout, stateDropout: drops, training });
    const cell = this.#altered?.cell(own) ?? own;
    const state: Record<string, Tensor> = { ...call.state };
    for (const [s, t] of Object.entries(this.#initial)) state[s] ??= expand(t, [N, t.shape[1]]);
    const masks: Record<string, Tensor> = { ...this.#altered?.masks };
    const mask = (width: number, p: number): Tensor => maskOfRows([N, width], p, calls, x.device);
    if (drops) {
      for (const [s, width] of Object.entries(own.masks)) {
        masks[s] = mask(sizeNamed(this.sizes, width), stateDropout);
        const first = this.cell.initialState[s] ?? 0;
        if (state[s] !== undefined || first !== 0) {
          state[s + DROPPED] = mul(state[s] ?? full(masks[s].shape, first, { device: x.device }), masks[s]);
        }
      }
    }
    let input = x;
    if (training && inputDropout > 0) {
      const once = mask(x.shape[x.rank - 1], inputDropout);
      input = mul(x, packing === null ? once : packing.spread(once));
    }
    let weights: Readonly<Record<string, Tensor>> = this.weights;
    if (training && weightDropout > 0) {
      const dropped = { ...this.weights };
      for (const name of this.#recurrent) dropped[name] = dropout(dropped[name], weightDropout, calls.next());
      weights = dropped;
    }
    const draws = training && Object.values(zoneout).some((p) => p > 0);
    const random = draws ? calls.next() : undefined;
    // A packed batch is reversed row by row; a full one by the scan itself.
    const turned = packing !== null && call.reverse;
    const source = turned ? packing.reverse(input) : input;
    const segments =
      packing === null
        ? segmentsOf(x.shape[0], call.segment, call.reverse)
        : packedSegmentsOf(packing.steps, packing.lengths, call.segment);
    const optionsOf = ({ time, firstStep, steps }: Segment): ScanOptions => ({
      masks,
      trace: call.trace,
      random,
      firstStep,
      steps,
      reverse: steps === undefined && call.reverse,
      gradientScale: call.gradientScale && slice(call.gradientScale, 0, ...time),
    });
    let result: LayerResult;
    if (segments.length === 1) result = scan(cell, source, weights, state, this.sizes, optionsOf(segments[0]));
    else {
      const parts: LayerResult[] = [];
      let carried: Readonly<Record<string, Tensor>> = state;
      for (const segment of segments) {
        const options = optionsOf(segment);
        const part = slice(source, 0, segment.from, segment.to);
        const done = checkpointed(part, weights, carried, (p, w, s) => scan(cell, p, w, s, this.sizes, options));
        carried = done.state;
        parts.push(done);
      }
      if (call.reverse && !turned) parts.reverse();
      const trace = Object.fromEntries(call.trace.map((name) => [name, concat(parts.map((p) => p.trace[name]))]));
      result = { output: concat(parts.map((p) => p.output)), state: { ...carried }, trace };
    }
    if (turned) {
      const trace = Object.fromEntries(Object.entries(result.trace).map(([name, t]) => [name, packing.reverse(t)]));
      result = { ...result, output: packing.reverse(result.output), trace };
    }
    if (!drops) return result;
    const visible = Object.entries(result.state).filter(([s]) => !s.endsWith(DROPPED));
    return { ...result, state: Object.fromEntries(visible) };
  }
}

/** A mask that holds over all steps: [N, W]. */
export function maskOfRows([N, W]: Shape, p: number, calls: RandomCalls, device: Device): Tensor {
  const parts = calls.nextOfRows(N, (from, to, key) => dropout(full([to - from, W], 1, { device }), p, key));
  return parts.length === 1 ? parts[0] : concat(parts);
}

/** A bias has no rows for a matrix initializer such as orthogonal: it is drawn as a row of one. */
function biasInit(init: Initializer, shape: Shape): Initializer {
  return shape.length === 1 && init.length === 2 ? (s, rng) => init([1, ...s], rng) : init;
}
