// The scan around a cell: one layer and direction over a whole sequence, forward and backward, as one tape operation.
// Letters: T steps, N batch, D input, H hidden, G = linears · H columns.
import { UnrolledError } from '../errors.js';
import { isRecording, record } from '../autograd/tape.js';
import type { Backend, ScanOperand, ScanPlan, ScanStage } from '../backend/contract.js';
import { INSTRUCTION_SIZE, OP } from '../backend/isa.js';
import { backendOf } from '../backend/registry.js';
import { uniformValues } from '../program/compile.js';
import { empty } from '../tensor/create.js';
import { formatShape, type Shape } from '../tensor/shape.js';
import { keep } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import type { Cell } from './define.js';
import { deriveCell, type DerivedCell, type StepPlan } from './derive.js';
import { runsOf, type WeightGroup } from './layout.js';

/** Parameter shapes of a cell, by name: weights [K, columns] and the bias [G]; columns are H for each linear. */
export function cellParameters(cell: Cell, inputSize: number, hiddenSize: number): Record<string, Shape> {
  const { layout } = deriveCell(cell);
  const shapes: Record<string, Shape> = {};
  for (const g of layout.groups) {
    shapes[g.parameter] = [g.kind === 'input' ? inputSize : hiddenSize, g.linears.length * hiddenSize];
  }
  if (layout.linears.length > 0) shapes.bias = [layout.linears.length * hiddenSize];
  return shapes;
}

/** Which columns of a parameter belong to which linear, in order. */
export function parameterColumns(cell: Cell, parameter: string): readonly string[] {
  const { layout } = deriveCell(cell);
  if (parameter === 'bias') return layout.linears.map((l) => l.name);
  return layout.groups.find((g) => g.parameter === parameter)?.linears ?? [];
}

export interface ScanResult {
  /** [T, N, H] */
  output: Tensor;
  /** Each state after the last step: [N, H]. */
  state: Record<string, Tensor>;
}

/**
 * Runs a cell over a sequence.
 * @param x [T, N, D], or int32 tokens [T, N] in place of one-hot vectors of size D
 * @param parameters as `cellParameters` says
 * @param initial states before the first step [N, H]; zero where missing
 * Errors: SHAPE, RANGE for a token outside 0 … D − 1.
 */
export function scan(
  cell: Cell,
  x: Tensor,
  parameters: Readonly<Record<string, Tensor>>,
  initial: Readonly<Record<string, Tensor>>,
  hiddenSize: number,
): ScanResult {
  const derived = deriveCell(cell);
  const call = new ScanRun(derived, x, parameters, initial, hiddenSize);
  return call.forward();
}

/** One run: its sizes and buffers. */
class ScanRun {
  readonly #derived: DerivedCell;
  readonly #x: Tensor;
  readonly #parameters: Readonly<Record<string, Tensor>>;
  readonly #initial: Readonly<Record<string, Tensor>>;
  readonly #backend: Backend;
  readonly #tokens: boolean;
  readonly #T: number;
  readonly #N: number;
  readonly #D: number;
  readonly #H: number;
  readonly #G: number;
  /** What backward needs: G, the computed operands and the states [T + 1, N, H]. */
  readonly #kept = new Map<string, Tensor>();

  constructor(
    derived: DerivedCell,
    x: Tensor,
    parameters: Readonly<Record<string, Tensor>>,
    initial: Readonly<Record<string, Tensor>>,
    H: number,
  ) {
    this.#derived = derived;
    this.#x = x;
    this.#parameters = parameters;
    this.#initial = initial;
    this.#backend = backendOf(x);
    this.#tokens = x.dtype === 'int32';
    [this.#T, this.#N] = x.shape;
    this.#H = H;
    this.#G = derived.layout.linears.length * H;
    this.#D = this.#tokens ? (parameters.weight_x?.shape[0] ?? 0) : x.shape[2];
    this.#check();
  }

  #check(): void {
    const x = this.#x;
    const { cell } = this.#derived;
    const inputSize = this.#parameters.weight_x?.shape[0] ?? this.#H;
    if (x.rank !== (this.#tokens ? 2 : 3) || (!this.#tokens && x.shape[2] !== inputSize)) {
      throw new UnrolledError(
        'SHAPE',
        `expected input of shape [T, N, ${inputSize}] or int32 tokens [T, N], received ${x.dtype} ${formatShape(x.shape)}`,
        'was the vocabulary or the input size another one?',
      );
    }
    if (this.#derived.usesInputDirectly && (this.#tokens || this.#D !== this.#H)) {
      throw new UnrolledError(
        'SHAPE',
        `expected input of the cell's size ${this.#H}, since ${cell.name} uses x itself, received ${this.#tokens ? 'tokens' : this.#D}`,
        'put a linear or an embedding of that size before it',
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
      if (t.shape.length !== 2 || t.shape[0] !== this.#N || t.shape[1] !== this.#H) {
        throw new UnrolledError(
          'SHAPE',
          `expected state ${s} of shape ${formatShape([this.#N, this.#H])}, received ${formatShape(t.shape)}`,
          'the batch size must stay the same while state is carried',
        );
      }
    }
  }

  forward(): ScanResult {
    const { cell, layout } = this.#derived;
    const [T, N, H, G] = [this.#T, this.#N, this.#H, this.#G];
    const device = this.#x.device;
    for (const s of cell.states) {
      const sequence = keep(empty([T + 1, N, H], { device }));
      this.#kept.set(`s:${s}`, sequence);
      const first = this.#initial[s];
      if (first === undefined) this.#backend.fill(sequence, N * H, 0);
      else if (N * H > 0) this.#copy(first, sequence, N * H);
    }
    if (G > 0) this.#kept.set('G', keep(empty([T, N, G], { device })));
    layout.computed.forEach((_, i) => this.#kept.set(`p:${i}`, keep(empty([T, N, H], { device }))));
    const inputGroup = layout.groups.find((g) => g.kind === 'input');
    if (inputGroup !== undefined && !this.#tokens) this.#inputProducts(inputGroup);
    if (T * N > 0) this.#run(this.#derived.forward(this.#tokens), 1, (name) => this.#place(name));

    const outputs = cell.states.map((s) => new Tensor(this.#buffer(`s:${s}`).storage, [N, H], T * N * H));
    const output = new Tensor(this.#buffer(`s:${cell.output}`).storage, [T, N, H], N * H);
    const result = { output, state: Object.fromEntries(cell.states.map((s, i) => [s, outputs[i]])) };
    const inputs = [this.#x, ...Object.values(this.#parameters), ...Object.values(this.#initial)];
    if (isRecording(inputs)) {
      record({
        op: `scan ${cell.name}`,
        inputs,
        outputs: [output, ...outputs],
        backward: (gradients, needed) => this.#backward(gradients, needed),
        release: () => this.#release(),
        locate: (tensor, index) =>
          tensor === output ? `step ${Math.floor(index / (N * H))} of ${T}` : `after step ${T}`,
      });
    } else this.#release();
    return result;
  }

  #release(): void {
    for (const t of this.#kept.values()) t.dispose();
    this.#kept.clear();
  }

  #copy(from: Tensor, to: Tensor, length: number): void {
    this.#backend.copy({ shape: [length], inStrides: [1], outStrides: [1] }, from, to);
  }

  #buffer(name: string): Tensor {
    const t = this.#kept.get(name) ?? this.#parameters[name];
    if (t === undefined)
      throw new UnrolledError(
        'STATE',
        `expected the buffer ${name}, found none`,
        'backward() a second time needs { retainGraph: true }',
      );
    return t;
  }

  /** x · W_x for all time steps at once, into G. */
  #inputProducts(group: WeightGroup): void {
    const [H, G, D, rows] = [this.#H, this.#G, this.#D, this.#T * this.#N];
    const weight = this.#buffer(group.parameter);
    const target = this.#buffer('G');
    if (rows === 0) return;
    for (const run of runsOf(this.#derived.layout, group)) {
      this.#backend.gemm(
        { m: rows, n: run.count * H, k: D },
        { storage: this.#x.storage, offset: this.#x.offset, stride: D },
        { storage: weight.storage, offset: weight.offset + run.start * H, stride: group.linears.length * H },
        { storage: target.storage, offset: target.offset + run.first * H, stride: G },
      );
    }
  }

  /** Where a named operand stands at step 0, and how it moves. */
  #place(name: string): ScanOperand {
    const [N, H, G] = [this.#N, this.#H, this.#G];
    const [kind, key] = splitName(name);
    const dense = (t: Tensor, offset: number, stepStride: number, rowStride = H): ScanOperand => ({
      storage: t.storage,
      offset: t.offset + offset,
      stepStride,
      rowStride,
      colStride: 1,
    });
    const column = this.#derived.layout.linears.findIndex((l) => l.name === key);
    switch (kind) {
      case 's':
        return dense(this.#buffer(name), 0, N * H);
      case 'n':
        return dense(this.#buffer(`s:${key}`), N * H, N * H);
      case 'z':
      case 'k':
        return dense(this.#buffer('G'), column * H, N * G, G);
      case 'b':
        return dense(this.#buffer('bias'), column * H, 0, 0);
      case 'p':
        return dense(this.#buffer(name), 0, N * H);
      case 'x':
        return dense(this.#x, 0, N * this.#D, this.#D);
      case 'xw': {
        const group = this.#derived.layout.groups.find((g) => g.kind === 'input');
        const weight = this.#buffer('weight_x');
        const position = group?.linears.indexOf(key) ?? 0;
        const { storage, offset } = this.#x;
        return {
          ...dense(weight, position * H, 0, weight.shape[1]),
          indices: { storage, offset, stepStride: N, limit: weight.shape[0] },
        };
      }
      default:
        throw new UnrolledError('INTERNAL', `expected a known operand, received ${name}`, 'report this');
    }
  }

  /** Turns a plan into a call: names into numbers. direction −1 runs from the last step to the first. */
  #run(plan: StepPlan, direction: 1 | -1, place: (name: string) => ScanOperand): void {
    const [T, N, H, G] = [this.#T, this.#N, this.#H, this.#G];
    const operands: ScanOperand[] = [];
    const numbers = new Map<string, number>();
    const put = (operand: ScanOperand): number => {
      if (direction === 1) return operands.push(operand) - 1;
      const back = (T - 1) * operand.stepStride;
      const moved = { ...operand, offset: operand.offset + back, stepStride: -operand.stepStride };
      if (operand.indices !== undefined) {
        const { indices } = operand;
        moved.indices = {
          ...indices,
          offset: indices.offset + (T - 1) * indices.stepStride,
          stepStride: -indices.stepStride,
        };
      }
      return operands.push(moved) - 1;
    };
    const named = (name: string): number => {
      let number = numbers.get(name);
      if (number === undefined) {
        number = put(place(name));
        numbers.set(name, number);
      }
      return number;
    };
    const uniforms: number[] = [];
    const stages = plan.stages.map((stage): ScanStage => {
      if (stage.kind === 'program') {
        const { compiled } = stage;
        const base = uniforms.length;
        uniforms.push(...uniformValues(compiled));
        const program =
          base === 0 ? compiled.program : { ...compiled.program, ...shiftUniforms(compiled.program, base) };
        return { kind: 'program', program, operands: compiled.operands.map(named), cols: H };
      }
      const { group, run } = stage;
      const weight = this.#buffer(group.parameter);
      const b = put({
        storage: weight.storage,
        offset: weight.offset + run.start * H,
        stepStride: 0,
        rowStride: group.linears.length * H,
        colStride: 1,
      });
      const operandName = group.kind === 'state' ? `s:${group.state}` : `p:${group.computed}`;
      const columns = run.count * H;
      const { accumulate } = stage;
      const g = place(
        direction === 1
          ? 'k:' + this.#derived.layout.linears[run.first].name
          : 'dz:' + this.#derived.layout.linears[run.first].name,
      );
      if (direction === 1)
        return {
          kind: 'product',
          a: named(operandName),
          b,
          c: put({ ...g, rowStride: G }),
          n: columns,
          k: H,
          accumulate,
        };
      const target = group.kind === 'state' ? `ds:${group.state}` : `dp:${group.computed}`;
      return {
        kind: 'product',
        a: put({ ...g, rowStride: G }),
        b,
        c: named(target),
        n: H,
        k: columns,
        transB: true,
        accumulate,
      };
    });
    const scanPlan: ScanPlan = { stages };
    this.#backend.scan(scanPlan, { steps: T, rows: N, operands, uniforms });
  }

  #backward(gradients: readonly (Tensor | null)[], needed: readonly boolean[]): (Tensor | null)[] {
    const { cell, layout } = this.#derived;
    const [T, N, D, H, G] = [this.#T, this.#N, this.#D, this.#H, this.#G];
    const device = this.#x.device;
    const [dy, ...dFinal] = gradients;
    const plan = this.#derived.backward(dy !== null);
    const buffers = new Map<string, Tensor>();
    cell.states.forEach((s, i) => {
      const ds = empty([N, H], { device });
      const given = dFinal[i];
      if (given === null || given === undefined) this.#backend.fill(ds, N * H, 0);
      else this.#copy(given, ds, N * H);
      buffers.set(`ds:${s}`, ds);
    });
    layout.computed.forEach((_, i) => buffers.set(`dp:${i}`, empty([N, H], { device })));
    if (G > 0) buffers.set('dG', empty([T, N, G], { device }));
    const needX = needed[0] && !this.#tokens;
    if (plan.inputGradient) buffers.set('dx', empty([T, N, H], { device }));
    const buffer = (name: string): Tensor => buffers.get(name) ?? this.#buffer(name);
    const fixed = (t: Tensor, stepStride: number): ScanOperand => ({
      storage: t.storage,
      offset: t.offset,
      stepStride,
      rowStride: H,
      colStride: 1,
    });
    if (T * N > 0) {
      this.#run(plan, -1, (name) => {
        const [kind, key] = splitName(name);
        if (kind === 'ds' || kind === 'dp') return fixed(buffer(name), 0);
        if (kind === 'dy' && dy !== null) return fixed(dy, N * H);
        if (kind === 'dx') return fixed(buffer('dx'), N * H);
        if (kind === 'dz') {
          const g = buffer('dG');
          const column = layout.linears.findIndex((l) => l.name === key);
          return { storage: g.storage, offset: g.offset + column * H, stepStride: N * G, rowStride: G, colStride: 1 };
        }
        return this.#place(name);
      });
    }

    const rows = T * N;
    const names = Object.keys(this.#parameters);
    const inputGroup = layout.groups.find((g) => g.kind === 'input');
    const results: (Tensor | null)[] = [null];
    if (needX) {
      let dx = buffers.get('dx') ?? null;
      if (inputGroup !== undefined) {
        const product = dx ?? empty([T, N, D], { device });
        const weight = this.#buffer('weight_x');
        runsOf(layout, inputGroup).forEach((run, i) => {
          if (rows === 0) return;
          this.#backend.gemm(
            { m: rows, n: D, k: run.count * H, transB: true, accumulate: i > 0 || dx !== null },
            { storage: buffer('dG').storage, offset: run.first * H, stride: G },
            { storage: weight.storage, offset: weight.offset + run.start * H, stride: inputGroup.linears.length * H },
            { storage: product.storage, offset: 0, stride: D },
          );
        });
        dx = product;
      }
      results[0] = dx;
    }
    names.forEach((name, i) => {
      results.push(needed[1 + i] ? this.#parameterGradient(name, buffer('dG')) : null);
    });
    Object.keys(this.#initial).forEach((s) => results.push(buffer(`ds:${s}`)));
    return results;
  }

  /** Weight gradients are one product over all T · N rows; the bias gradient a sum over them. */
  #parameterGradient(name: string, dG: Tensor): Tensor {
    const { layout } = this.#derived;
    const [H, G, rows] = [this.#H, this.#G, this.#T * this.#N];
    const parameter = this.#buffer(name);
    const d = empty(parameter.shape, { device: this.#x.device });
    const group = layout.groups.find((g) => g.parameter === name);
    if (rows === 0 || (group?.kind === 'input' && this.#tokens)) this.#backend.fill(d, d.size, 0);
    if (rows === 0) return d;
    if (group === undefined) {
      this.#backend.reduce(
        { op: 'sum', axis: 'rows', rows, cols: G },
        { storage: dG.storage, offset: 0, stride: G },
        d,
      );
      return d;
    }
    const stride = group.linears.length * H;
    for (const run of runsOf(layout, group)) {
      const from = { storage: dG.storage, offset: run.first * H, stride: G };
      const to = { storage: d.storage, offset: run.start * H, stride };
      if (group.kind === 'input' && this.#tokens) {
        this.#backend.scatterAdd({ rows, cols: run.count * H, tableRows: this.#D }, from, this.#x, to);
        continue;
      }
      const operand =
        group.kind === 'input'
          ? this.#x
          : this.#buffer(group.kind === 'state' ? `s:${group.state}` : `p:${group.computed}`);
      const k = group.kind === 'input' ? this.#D : H;
      this.#backend.gemm(
        { m: k, n: run.count * H, k: rows, transA: true },
        { storage: operand.storage, offset: operand.offset, stride: k },
        from,
        to,
      );
    }
    return d;
  }
}

function splitName(name: string): [string, string] {
  const at = name.indexOf(':');
  return at < 0 ? [name, ''] : [name.slice(0, at), name.slice(at + 1)];
}

/** Programs of one call share one list of uniform numbers: those of later programs stand further on. */
function shiftUniforms(
  program: { code: Int32Array; uniforms: number },
  base: number,
): { code: Int32Array; uniforms: number } {
  const key = base;
  let shifted = shiftedPrograms.get(program)?.get(key);
  if (shifted === undefined) {
    const code = program.code.slice();
    for (let i = 0; i < code.length; i += INSTRUCTION_SIZE) if (code[i] === OP.UNIFORM) code[i + 2] += base;
    shifted = { code, uniforms: program.uniforms + base };
    const known = shiftedPrograms.get(program) ?? new Map<number, { code: Int32Array; uniforms: number }>();
    known.set(key, shifted);
    shiftedPrograms.set(program, known);
  }
  return shifted;
}

const shiftedPrograms = new WeakMap<object, Map<number, { code: Int32Array; uniforms: number }>>();
