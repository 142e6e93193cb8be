// The scan around a cell: one layer and direction over a whole sequence, forward and backward, as one tape operation.
// Letters: T steps, N batch, D input, H hidden, G columns of all linears, R rows of all steps (T · N where none is padding).
import '../backend/compiled/calls/int8.js';
import '../backend/compiled/calls/rows.js';
import { UnrolledError } from '../errors.js';
import { isRecording, record } from '../autograd/tape.js';
import { type Backend, type Int8Ref, ROW_GROUP } from '../backend/contract.js';
import { backendOf } from '../backend/registry.js';
import { empty, fromData } from '../tensor/create.js';
import type { RandomKey } from '../tensor/philox.js';
import { formatShape } from '../tensor/shape.js';
import { keep } from '../tensor/scope.js';
import { type Int8Numbers, Tensor } from '../tensor/tensor.js';
import { deriveCell, type DerivedCell } from './derive.js';
import { ROWS_IN_LOOP, type StepPlan } from './plan.js';
import type { CellGraph } from './graph.js';
import {
  type Columns,
  type ParameterLayout,
  parametersOf,
  type SizedGroup,
  sizedLayout,
  type Sizes,
  sizeOfWidth,
  type WeightGroup,
} from './layout.js';
import { type RunContext, runPlan, stateRows } from './operands.js';
import { fullSteps, type Steps } from './steps.js';

/** Parameters of a cell, by name: shapes and what their columns are for. */
export function cellParameters(cell: CellGraph, sizes: Sizes): Record<string, ParameterLayout> {
  return parametersOf(cell, deriveCell(cell).layout, sizes);
}

export interface ScanOptions {
  /** From the last step to the first; the output stays in the order of time. */
  reverse?: boolean;
  /** A batch without padding: x is [R, D] (or tokens [R]) in the order of `steps`. */
  steps?: Steps;
  /** For cells with random numbers (zoneout). */
  random?: RandomKey;
  /** Number of the first step, for random numbers: a segment draws those of the whole. */
  firstStep?: number;
  /** Values of `masks` of the cell: [N, W], or [1, W] for all rows. */
  masks?: Readonly<Record<string, Tensor>>;
  /** Named values to keep at every step. */
  trace?: readonly string[];
  /** Factors [T] of the gradients that pass from step t + 1 to step t (randomized truncation). */
  gradientScale?: Tensor;
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
  return new ScanRun(deriveCell(cell), x, parameters, initial, sizes, options).forward();
}

/** One run: its sizes and buffers. */
class ScanRun {
  readonly #derived: DerivedCell;
  readonly #x: Tensor;
  readonly #parameters: Readonly<Record<string, Tensor>>;
  readonly #initial: Readonly<Record<string, Tensor>>;
  readonly #sizes: Sizes;
  readonly #options: ScanOptions;
  readonly #backend: Backend;
  readonly #tokens: boolean;
  readonly #steps: Steps;
  readonly #columns: Columns;
  readonly #groups: readonly SizedGroup[];
  /** What backward needs: G, the states and what the plan keeps at every step. */
  readonly #kept = new Map<string, Tensor>();
  /** Weights of int8 of this run, by parameter. */
  readonly #int8 = new Map<string, Int8Numbers>();

  constructor(
    derived: DerivedCell,
    x: Tensor,
    parameters: Readonly<Record<string, Tensor>>,
    initial: Readonly<Record<string, Tensor>>,
    sizes: Sizes,
    options: ScanOptions,
  ) {
    this.#derived = derived;
    this.#x = x;
    this.#parameters = parameters;
    this.#initial = initial;
    this.#sizes = sizes;
    this.#options = options;
    this.#backend = backendOf(x);
    this.#tokens = x.dtype === 'int32';
    this.#steps = options.steps ?? fullSteps(x.shape[0] ?? 0, x.shape[1] ?? 0, options.reverse);
    const { columns, groups } = sizedLayout(derived.layout, sizes);
    this.#columns = columns;
    this.#groups = groups;
    this.#check();
  }

  #check(): void {
    const x = this.#x;
    const { cell, inputEquals, layout, traceable } = this.#derived;
    const { input, hidden } = this.#sizes;
    const lead = this.#options.steps === undefined ? 2 : 1;
    const expected = lead === 2 ? ['T', 'N'] : ['rows'];
    if (x.rank !== (this.#tokens ? lead : lead + 1) || (!this.#tokens && x.shape[lead] !== input)) {
      throw new UnrolledError(
        'SHAPE',
        `expected input of shape [${[...expected, input].join(', ')}] or int32 tokens [${expected.join(', ')}], received ${x.dtype} ${formatShape(x.shape)}`,
        'was the vocabulary or the input size another one?',
      );
    }
    if (inputEquals !== null && (this.#tokens || input !== sizeOfWidth(this.#sizes, inputEquals))) {
      throw new UnrolledError(
        'SHAPE',
        `expected input of the cell's size ${sizeOfWidth(this.#sizes, inputEquals)}, since ${cell.name} uses x itself, received ${this.#tokens ? 'tokens' : `size ${input}`}`,
        'put a linear or an embedding of that size before it',
      );
    }
    const hasHeads = layout.groups.some((g) => g.perHead);
    if (hasHeads && this.#tokens && layout.groups.some((g) => g.perHead && g.kind === 'input')) {
      throw new UnrolledError(
        'SHAPE',
        `expected dense input, since ${cell.name} splits x into heads, received tokens`,
        'put an embedding before it',
      );
    }
    if (hasHeads && hidden % this.#sizes.heads !== 0) {
      throw new UnrolledError(
        'RANGE',
        `expected a hidden size that ${this.#sizes.heads} heads divide, received ${hidden}`,
        'change hiddenSize or numHeads',
      );
    }
    for (const [s, t] of Object.entries(this.#initial)) {
      if (!cell.states.includes(s)) {
        throw new UnrolledError(
          'STATE',
          `expected states ${cell.states.join(', ')}, received "${s}"`,
          'pass the state that this cell returned',
        );
      }
      const width = this.#stateSize(s);
      if (t.shape.length !== 2 || t.shape[0] !== this.#steps.N || t.shape[1] !== width) {
        throw new UnrolledError(
          'SHAPE',
          `expected state ${s} of shape ${formatShape([this.#steps.N, width])}, received ${formatShape(t.shape)}`,
          'the batch size must stay the same while state is carried',
        );
      }
    }
    for (const name of this.#options.trace ?? []) {
      if (!traceable.has(name)) {
        throw new UnrolledError(
          'OPTION',
          `expected a value of ${cell.name} to trace (${[...traceable.keys()].join(', ')}), received "${name}"`,
          "name it in the cell with value.named('…')",
        );
      }
    }
  }

  #stateSize(s: string): number {
    return sizeOfWidth(this.#sizes, this.#derived.cell.stateSizes[s]);
  }

  /** [T, N, width], or [R, width]. */
  #sequenceShape(width: number): number[] {
    const { T, N, rows, ragged } = this.#steps;
    return ragged === null ? [T, N, width] : [rows, width];
  }

  #context(buffers: (name: string) => Tensor): RunContext {
    return {
      derived: this.#derived,
      steps: this.#steps,
      sizes: this.#sizes,
      columns: this.#columns,
      buffers,
      int8: new Set(this.#int8.keys()),
      random: this.#options.random,
      firstStep: this.#options.firstStep,
    };
  }

  forward(): ScanResult {
    const { cell } = this.#derived;
    const { N, rows, ragged } = this.#steps;
    const device = this.#x.device;
    const place = stateRows(this.#steps);
    for (const s of cell.states) {
      const width = this.#stateSize(s);
      const sequence = keep(empty([N + rows, width], { device }));
      this.#kept.set(`s:${s}`, sequence);
      const first = this.#initial[s];
      const target = { storage: sequence.storage, offset: (ragged === null ? place.initial : 0) * width };
      if (N * width === 0) continue;
      if (first === undefined) this.#backend.fill(target, N * width, cell.initialState[s] ?? 0);
      else this.#copy(first, target, N * width);
    }
    const inputs = [this.#x, ...Object.values(this.#parameters), ...Object.values(this.#initial)];
    const recording = isRecording(inputs);
    if (!recording) this.#holdInt8();
    const inputInLoop = this.#inputInLoop();
    // Products with the input before the loop fill G for all steps.
    const keeps = recording || !(this.#tokens || inputInLoop);
    const plan = this.#derived.forward({ tokens: this.#tokens, inputInLoop, keeps }, this.#options.trace);
    const gateRows = keeps ? rows : N;
    if (this.#columns.total > 0) this.#kept.set('G', keep(empty([gateRows, this.#columns.total], { device })));
    const scratch = this.#allocate(plan);
    for (const [name, t] of scratch.perStep) if (!name.startsWith('t:')) this.#kept.set(name, keep(t));
    if (rows > 0) {
      if (!inputInLoop) this.#inputProducts();
      runPlan(
        this.#backend,
        this.#context((name) => scratch.all.get(name) ?? this.#buffer(name)),
        plan,
        'forward',
      );
    }
    const trace = Object.fromEntries(
      (this.#options.trace ?? []).map((name) => {
        const t = scratch.all.get(`t:${name}`) ?? this.#x;
        return [name, new Tensor(t.storage, this.#sequenceShape(t.shape[1]), t.offset)];
      }),
    );
    for (const [name, t] of scratch.all) if (!this.#kept.has(name)) t.dispose();

    const after = ragged === null ? place.after : N;
    const outputWidth = this.#stateSize(cell.output);
    const output = new Tensor(
      this.#buffer(`s:${cell.output}`).storage,
      this.#sequenceShape(outputWidth),
      after * outputWidth,
    );
    const finals = cell.states.map((s) => this.#finalState(s));
    const result = { output, state: Object.fromEntries(cell.states.map((s, i) => [s, finals[i]])), trace };
    if (recording) {
      record({
        op: `scan ${cell.name}`,
        inputs,
        outputs: [output, ...finals],
        backward: (gradients, needed) => this.#backward(gradients, needed),
        release: () => this.#release(),
        locate: (tensor, index) => this.#locate(tensor === output, Math.floor(index / outputWidth)),
      });
    } else this.#release();
    return result;
  }

  /** Finds the parameters whose products take weights of int8. Those of heads are widened. */
  #holdInt8(): void {
    for (const { group } of this.#groups) {
      const held = this.#parameters[group.parameter]?.int8;
      if (group.perHead || (group.kind === 'input' && this.#tokens) || held?.axis !== 1) continue;
      this.#int8.set(group.parameter, held);
    }
  }

  #inputInLoop(): boolean {
    return !this.#tokens && this.#steps.N >= ROWS_IN_LOOP;
  }

  #locate(isOutput: boolean, row: number): string {
    const { T, N, ragged } = this.#steps;
    if (!isOutput) return `after step ${T}`;
    const step = ragged === null ? Math.floor(row / N) : ragged.starts.findLastIndex((start) => start <= row);
    return `step ${step} of ${T}`;
  }

  /** The state after each sequence's last step: in place where all end together, else its rows are gathered. */
  #finalState(s: string): Tensor {
    const { N, ragged } = this.#steps;
    const width = this.#stateSize(s);
    const sequence = this.#buffer(`s:${s}`);
    if (ragged === null) return new Tensor(sequence.storage, [N, width], stateRows(this.#steps).final * width);
    const out = empty([N, width], { device: sequence.device });
    this.#gather(sequence, ragged.last, out, width);
    return out;
  }

  #gather(from: Tensor, rows: Int32Array, out: Tensor, cols: number): void {
    if (rows.length === 0 || cols === 0) return;
    const indices = fromData(rows, [rows.length], { device: from.device });
    this.#backend.gather(
      { rows: rows.length, cols, tableRows: from.shape[0] },
      { storage: from.storage, offset: from.offset, stride: cols },
      { storage: indices.storage, offset: indices.offset },
      { storage: out.storage, offset: out.offset, stride: cols },
    );
    indices.dispose();
  }

  /** Rows of the sums that gradients of vectors gather in. */
  get #groupCount(): number {
    return Math.ceil(this.#steps.N / ROW_GROUP);
  }

  /** Buffers of a plan: those of one step, and those of all steps. */
  #allocate(plan: StepPlan): { all: Map<string, Tensor>; perStep: [string, Tensor][] } {
    const device = this.#x.device;
    const make = (rows: number, width: string): Tensor => empty([rows, sizeOfWidth(this.#sizes, width)], { device });
    const perStep = [...plan.perStep].map(([name, width]): [string, Tensor] => [name, make(this.#steps.rows, width)]);
    const rowsOf = (name: string): number => (name.startsWith('dv:') ? this.#groupCount : this.#steps.N);
    const scratch = [...plan.scratch].map(([name, width]): [string, Tensor] => [name, make(rowsOf(name), width)]);
    return { all: new Map([...perStep, ...scratch]), perStep };
  }

  #release(): void {
    for (const t of this.#kept.values()) t.dispose();
    this.#kept.clear();
  }

  #copy(from: Tensor, to: { storage: Tensor['storage']; offset: number }, length: number): void {
    this.#backend.copy({ shape: [length], inStrides: [1], outStrides: [1] }, from, to);
  }

  #buffer(name: string): Tensor {
    const { masks, gradientScale } = this.#options;
    const own = (): Tensor | undefined => {
      if (name.startsWith('m:')) return masks?.[name.slice(2)];
      if (name.startsWith('q:')) return this.#int8.get(name.slice(2))?.words;
      if (name.startsWith('qs:')) return this.#int8.get(name.slice(3))?.scales;
      if (name.startsWith('v:')) return this.#parameters[name.slice(2)];
      return name === 'x' ? this.#x : name === 'xi' ? gradientScale : this.#parameters[name];
    };
    const t = this.#kept.get(name) ?? own();
    if (t === undefined)
      throw new UnrolledError(
        'STATE',
        `expected the buffer ${name}, found none`,
        'backward() a second time needs { retainGraph: true }',
      );
    return t;
  }

  /** x · W_x for all time steps at once, into G. */
  #inputProducts(): void {
    if (this.#tokens) return;
    for (const { group, blocks } of this.#groups) {
      if (group.kind !== 'input') continue;
      const weight = this.#buffer(group.parameter);
      const int8 = this.#int8.get(group.parameter);
      const target = this.#buffer('G');
      for (const block of blocks) {
        const spec = { m: this.#steps.rows, n: block.n, k: block.k };
        const x = { storage: this.#x.storage, offset: this.#x.offset + block.operand, stride: this.#sizes.input };
        const G = { storage: target.storage, offset: target.offset + block.gate, stride: this.#columns.total };
        if (int8 === undefined) {
          const b = { storage: weight.storage, offset: weight.offset + block.weight, stride: block.stride };
          this.#backend.gemm(spec, x, b, G);
        } else this.#backend.gemmInt8(spec, x, rowsOfInt8(int8, block.weight), G);
      }
    }
  }

  #backward(gradients: readonly (Tensor | null)[], needed: readonly boolean[]): (Tensor | null)[] {
    const { cell } = this.#derived;
    const { N, rows } = this.#steps;
    const device = this.#x.device;
    const [dy, ...dFinal] = gradients;
    const plan = this.#derived.backward({
      hasDy: dy !== null,
      scaled: this.#options.gradientScale !== undefined,
      inputInLoop: needed[0] && this.#inputInLoop(),
    });
    const buffers = this.#allocate(plan).all;
    for (const [name, t] of buffers) if (name.startsWith('dv:')) this.#backend.fill(t, t.size, 0);
    cell.states.forEach((s, i) => {
      const width = this.#stateSize(s);
      const ds = empty([N, width], { device });
      const given = dFinal[i];
      if (given === null || given === undefined) this.#backend.fill(ds, N * width, 0);
      else if (N * width > 0) this.#copy(given, ds, N * width);
      buffers.set(`ds:${s}`, ds);
    });
    buffers.set('dG', empty([rows, this.#columns.total], { device }));
    if (dy !== null) buffers.set('dy', dy);
    const buffer = (name: string): Tensor => buffers.get(name) ?? this.#buffer(name);
    if (rows > 0) runPlan(this.#backend, this.#context(buffer), plan, 'backward');

    const results: (Tensor | null)[] = [needed[0] && !this.#tokens ? this.#inputGradient(buffers, plan) : null];
    Object.keys(this.#parameters).forEach((name, i) => {
      results.push(needed[1 + i] ? this.#parameterGradient(name, buffer) : null);
    });
    Object.keys(this.#initial).forEach((s) => results.push(buffer(`ds:${s}`)));
    return results;
  }

  /** dG · W_xᵀ for all steps at once, added to what the cell's own use of x gave. */
  #inputGradient(buffers: ReadonlyMap<string, Tensor>, plan: StepPlan): Tensor | null {
    const { rows } = this.#steps;
    const D = this.#sizes.input;
    const direct = buffers.get('dx');
    const groups = plan.input ? [] : this.#groups.filter(({ group }) => group.kind === 'input');
    if (direct === undefined && groups.length === 0) return null;
    const dx = direct ?? empty([rows, D], { device: this.#x.device });
    if (rows === 0) return new Tensor(dx.storage, this.#x.shape, dx.offset);
    // Heads write their own columns each: all start from zero.
    let started = direct !== undefined;
    if (!started && groups.some(({ group }) => group.perHead)) {
      this.#backend.fill(dx, dx.size, 0);
      started = true;
    }
    const dG = buffers.get('dG');
    for (const { group, blocks } of groups) {
      const weight = this.#buffer(group.parameter);
      for (const block of blocks) {
        if (dG === undefined) continue;
        this.#backend.gemm(
          { m: rows, n: block.k, k: block.n, transB: true, accumulate: started },
          { storage: dG.storage, offset: dG.offset + block.gate, stride: this.#columns.total },
          { storage: weight.storage, offset: weight.offset + block.weight, stride: block.stride },
          { storage: dx.storage, offset: dx.offset + block.operand, stride: D },
        );
        started = true;
      }
    }
    return new Tensor(dx.storage, this.#x.shape, dx.offset);
  }

  /** Weight gradients are one product over all rows; those of the bias and of vectors are sums over them. */
  #parameterGradient(name: string, buffer: (name: string) => Tensor): Tensor {
    const { cell } = this.#derived;
    const rows = this.#steps.rows;
    const parameter = this.#parameters[name];
    const d = empty(parameter.shape, { device: this.#x.device });
    const weight = this.#groups.find(({ group }) => group.parameter === name);
    if (rows === 0) {
      this.#backend.fill(d, d.size, 0);
      return d;
    }
    const sumRows = (from: Tensor, count: number, first: number, stride: number, at: number, cols: number): void =>
      this.#backend.reduce(
        { op: 'sum', axis: 'rows', rows: count, cols },
        { storage: from.storage, offset: from.offset + first, stride },
        { storage: d.storage, offset: d.offset + at },
      );
    if (weight !== undefined) this.#weightGradient(weight, d, buffer);
    else if (cell.vectors.some((v) => v.name === name))
      sumRows(buffer(`dv:${name}`), this.#groupCount, 0, d.size, 0, d.size);
    else {
      const { bias, biasTotal, first, total, width } = this.#columns;
      if (biasTotal === total) sumRows(buffer('dG'), rows, 0, total, 0, total);
      else bias.forEach((at, i) => at >= 0 && sumRows(buffer('dG'), rows, first[i], total, at, width[i]));
    }
    return d;
  }

  #weightGradient({ group, blocks }: SizedGroup, d: Tensor, buffer: (name: string) => Tensor): void {
    const { rows } = this.#steps;
    const dG = buffer('dG');
    const lookup = group.kind === 'input' && this.#tokens;
    if (lookup) this.#backend.fill(d, d.size, 0);
    const operand = lookup ? this.#x : this.#operandRows(group);
    const stride = operand.shape[operand.rank - 1];
    for (const block of blocks) {
      const from = { storage: dG.storage, offset: dG.offset + block.gate, stride: this.#columns.total };
      const to = { storage: d.storage, offset: d.offset + block.weight, stride: block.stride };
      if (lookup) {
        this.#backend.scatterAdd({ rows, cols: block.n, tableRows: this.#sizes.input }, from, this.#x, to);
        continue;
      }
      this.#backend.gemm(
        { m: block.k, n: block.n, k: rows, transA: true },
        { storage: operand.storage, offset: operand.offset + block.operand, stride },
        from,
        to,
      );
    }
    if (operand !== this.#x && group.kind === 'state' && this.#steps.ragged !== null) operand.dispose();
  }

  /** What a group multiplied at all steps: [R, K]. */
  #operandRows(group: WeightGroup): Tensor {
    if (group.kind === 'input') return this.#x;
    if (group.kind === 'computed') return this.#buffer(`p:${group.computed}`);
    const { rows, ragged } = this.#steps;
    const states = this.#buffer(`s:${group.state}`);
    const width = states.shape[1];
    if (ragged === null) return new Tensor(states.storage, [rows, width], stateRows(this.#steps).before * width);
    const out = empty([rows, width], { device: states.device });
    this.#gather(states, ragged.beforeRows, out, width);
    return out;
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
