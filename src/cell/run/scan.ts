// The scan around a cell: one layer and direction over a whole sequence, forward and backward, as one tape operation.
// Letters: T steps, N batch, D input, H hidden, G columns of all linears, R rows of all steps (T · N where none is padding).
import '../../backend/compiled/calls/int8.js';
import '../../backend/compiled/calls/rows.js';
import { isRecording, record } from '../../autograd/tape.js';
import type { Int8Ref } from '../../backend/contract.js';
import { UnrolledError } from '../../errors.js';
import { empty } from '../../tensor/create.js';
import { keep } from '../../tensor/scope.js';
import { type Int8Numbers, Tensor } from '../../tensor/tensor.js';
import type { CellGraph } from '../define/graph.js';
import type { Sizes } from '../define/width.js';
import { deriveCell } from '../plan/derive.js';
import { type ParameterLayout, parametersOf } from '../plan/layout.js';
import { slot } from '../plan/slot.js';
import { type Buffer, bufferOf, describeBuffer, GATES } from './buffer.js';
import { gradientsOf } from './gradients.js';
import type { Buffers } from './place.js';
import { runPlan } from './runPlan.js';
import {
  allocate,
  gatherRows,
  isInputInLoop,
  type ScanOptions,
  sequenceShape,
  type Setting,
  settingOf,
  stateSize,
} from './setting.js';
import { stateRows } from './steps.js';

/** Parameters of a cell, by name: shapes and what their columns are for. */
export function cellParameters(cell: CellGraph, sizes: Sizes): Record<string, ParameterLayout> {
  return parametersOf(cell, deriveCell(cell).layout, sizes);
}

export interface ScanResult {
  /** [T, N, H], or [R, H] */
  output: Tensor;
  /** Each state after the last step: [N, W]. */
  state: Record<string, Tensor>;
  /** Each traced value: [T, N, W], or [R, W]; outside the tape. */
  trace: Record<string, Tensor>;
}

/**
 * Runs a cell over a sequence.
 * @param x [T, N, D], or int32 tokens [T, N] in place of one-hot vectors of size D
 * @param parameters as `cellParameters` says
 * @param initial states before the first step [N, W]; the cell's initial value where missing
 * Errors: SHAPE, STATE, OPTION for an unknown name to trace, RANGE for a token outside 0 … D − 1.
 */
export function scan(
  cell: CellGraph,
  x: Tensor,
  parameters: Readonly<Record<string, Tensor>>,
  initial: Readonly<Record<string, Tensor>>,
  sizes: Sizes,
  options: ScanOptions = {},
): ScanResult {
  return new ScanRun(settingOf({ derived: deriveCell(cell), x, parameters, initial, sizes, options })).forward();
}

/** What the way back of a scan goes by. */
export interface ScanSaved {
  setting: Setting;
  kept: Buffers;
}

/** One run and its memory. */
class ScanRun {
  readonly #setting: Setting;
  /** What backward needs: G, the states and what the plan keeps at every step. */
  readonly #kept = new Map<Buffer, Tensor>();
  /** Weights of int8 of this run, by parameter. */
  readonly #int8 = new Map<string, Int8Numbers>();

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  forward(): ScanResult {
    const { derived, x, tokens, parameters, initial, options, steps, columns } = this.#setting;
    const { cell } = derived;
    const device = x.device;
    for (const s of cell.states) this.#startState(s);
    const inputs = [x, ...Object.values(parameters), ...Object.values(initial)];
    const recording = isRecording(inputs);
    if (!recording) this.#holdInt8();
    const inputInLoop = isInputInLoop(this.#setting);
    // Products with the input before the loop fill G for all steps.
    const keeps = recording || !(tokens || inputInLoop);
    const plan = derived.forward({ tokens, inputInLoop, keeps }, options.trace);
    if (columns.total > 0) {
      this.#kept.set(GATES, keep(empty([keeps ? steps.rows : steps.N, columns.total], { device })));
    }
    const { perStep, scratch } = allocate(this.#setting, plan);
    for (const [of, t] of perStep) if (of.kind !== 'trace') this.#kept.set(of, keep(t));
    if (steps.rows > 0) {
      if (!inputInLoop) this.#inputProducts();
      const own = new Map<Buffer, Tensor>([...perStep, ...scratch]);
      const buffers: Buffers = (buffer) => own.get(buffer) ?? this.#buffer(buffer);
      runPlan(this.#setting, { buffers, int8: new Set(this.#int8.keys()) }, plan, 'forward');
    }
    const trace = Object.fromEntries(
      (options.trace ?? []).map((name) => {
        const t = perStep.get(slot('trace', name)) ?? x;
        return [name, new Tensor(t.storage, sequenceShape(this.#setting, t.shape[1]), t.offset)];
      }),
    );
    for (const [of, t] of perStep) if (of.kind === 'trace') t.dispose();
    for (const t of scratch.values()) t.dispose();

    const after = steps.ragged === null ? stateRows(steps).after : steps.N;
    const width = stateSize(this.#setting, cell.output);
    const states = this.#buffer(bufferOf('states', cell.output));
    const output = new Tensor(states.storage, sequenceShape(this.#setting, width), after * width);
    const finals = cell.states.map((s) => this.#finalState(s));
    const result = { output, state: Object.fromEntries(cell.states.map((s, i) => [s, finals[i]])), trace };
    if (recording) {
      record({
        op: `scan ${cell.name}`,
        inputs,
        outputs: [output, ...finals],
        backward: (gradients, needed) =>
          gradientsOf(this.#setting, (buffer) => this.#buffer(buffer), gradients, needed),
        saved: { setting: this.#setting, kept: (buffer) => this.#buffer(buffer) } satisfies ScanSaved,
        release: () => this.#release(),
        locate: (tensor, index) => this.#locate(tensor === output, Math.floor(index / width)),
      });
    } else this.#release();
    return result;
  }

  /** Memory for a state at all steps, with what it starts from. */
  #startState(s: string): void {
    const { derived, x, initial, steps, backend } = this.#setting;
    const width = stateSize(this.#setting, s);
    const { N, rows, ragged } = steps;
    const sequence = keep(empty([N + rows, width], { device: x.device }));
    this.#kept.set(bufferOf('states', s), sequence);
    if (N * width === 0) return;
    const first = initial[s];
    const target = { storage: sequence.storage, offset: (ragged === null ? stateRows(steps).initial : 0) * width };
    if (first === undefined) backend.fill(target, N * width, derived.cell.initialState[s] ?? 0);
    else backend.copy({ shape: [N * width], inStrides: [1], outStrides: [1] }, first, target);
  }

  /** Finds the parameters whose products take weights of int8. Those of heads are widened. */
  #holdInt8(): void {
    const { groups, parameters, tokens } = this.#setting;
    for (const { group } of groups) {
      const held = parameters[group.parameter]?.int8;
      if (group.perHead || (group.kind === 'input' && tokens) || held?.axis !== 1) continue;
      this.#int8.set(group.parameter, held);
    }
  }

  #locate(isOutput: boolean, row: number): string {
    const { T, N, ragged } = this.#setting.steps;
    if (!isOutput) return `after step ${T}`;
    const step = ragged === null ? Math.floor(row / N) : ragged.starts.findLastIndex((start) => start <= row);
    return `step ${step} of ${T}`;
  }

  /** The state after each sequence's last step: in place where all end together, else its rows are gathered. */
  #finalState(s: string): Tensor {
    const { N, ragged } = this.#setting.steps;
    const width = stateSize(this.#setting, s);
    const sequence = this.#buffer(bufferOf('states', s));
    const { final } = stateRows(this.#setting.steps);
    if (ragged === null) return new Tensor(sequence.storage, [N, width], final * width);
    const out = empty([N, width], { device: sequence.device });
    gatherRows(this.#setting, sequence, ragged.last, out, width);
    return out;
  }

  #release(): void {
    for (const t of this.#kept.values()) t.dispose();
    this.#kept.clear();
  }

  #buffer(buffer: Buffer): Tensor {
    const t = this.#kept.get(buffer) ?? this.#given(buffer);
    if (t === undefined)
      throw new UnrolledError(
        'STATE',
        `expected the buffer ${describeBuffer(buffer)}, found none`,
        'backward() a second time needs { retainGraph: true }',
      );
    return t;
  }

  /** What the caller gave. */
  #given(buffer: Buffer): Tensor | undefined {
    const { x, parameters, options } = this.#setting;
    switch (buffer.kind) {
      case 'input':
        return x;
      case 'parameter':
        return parameters[buffer.name];
      case 'int8Words':
        return this.#int8.get(buffer.name)?.words;
      case 'int8Scales':
        return this.#int8.get(buffer.name)?.scales;
      case 'mask':
        return options.masks?.[buffer.name];
      case 'gradientScale':
        return options.gradientScale;
      default:
        return undefined;
    }
  }

  /** x · W_x for all time steps at once, into G. */
  #inputProducts(): void {
    const { x: input, tokens, groups, steps, sizes, columns, backend } = this.#setting;
    if (tokens) return;
    for (const { group, blocks } of groups) {
      if (group.kind !== 'input') continue;
      const weight = this.#buffer(bufferOf('parameter', group.parameter));
      const int8 = this.#int8.get(group.parameter);
      const target = this.#buffer(GATES);
      for (const block of blocks) {
        const spec = { m: steps.rows, n: block.n, k: block.k };
        const x = { storage: input.storage, offset: input.offset + block.operand, stride: sizes.input };
        const G = { storage: target.storage, offset: target.offset + block.gate, stride: columns.total };
        if (int8 === undefined) {
          const b = { storage: weight.storage, offset: weight.offset + block.weight, stride: block.stride };
          backend.gemm(spec, x, b, G);
        } else backend.gemmInt8(spec, x, rowsOfInt8(int8, block.weight), G);
      }
    }
  }
}

/** The rows from one on. */
function rowsOfInt8({ words, scales }: Int8Numbers, row: number): Int8Ref {
  const [, stride] = words.shape;
  return {
    ...{ storage: words.storage, offset: words.offset + row * stride, stride },
    scales: { storage: scales.storage, offset: scales.offset + row },
  };
}
