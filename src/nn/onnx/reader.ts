// A graph of ONNX as a chain of our layers: each node is a layer, or turns values around between two. What is neither is refused
// with its name. Letters: T steps, N batch, D input, H hidden.
import { logSoftmax, relu, sigmoid, softmax, tanh } from '../../autograd/ops.js';
import { brief } from '../../brief.js';
import { UnrolledError } from '../../errors.js';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../../formats/onnx/model.js';
import type { StandardOp } from '../../formats/onnx/standardNodes.js';
import { constantOf, filled, startOf, startsOf, weightOf } from './constants.js';
import { directionsOf, flowOf, gathered, inputState, intOf, reshaped, settled } from './flows.js';
import { OnnxNetwork, type ImportedPart } from './onnxNetwork.js';
import { describe, partOf, type Spec } from './parts.js';
import { bothDirections, type Chain, readLoop } from './loopNode.js';
import { recurrentSpec } from './recurrentNode.js';
import {
  type AxisKind,
  axesOf,
  type EmbeddingSpec,
  type Flow,
  foldedConstant,
  type LinearSpec,
  type Refuse,
  SIZES,
  type Start,
  turned,
  type Value,
} from './values.js';
import { namesOf, passes, sizesOf } from './sizes.js';

/** A row of the table of what became of each node. */
export interface ImportedNode {
  /** The operator and its name. */
  node: string;
  /** The layer that it is, or what it does between two. */
  became: string;
}

const FUNCTIONS: Readonly<Record<string, ImportedPart>> = {
  Relu: relu,
  Tanh: tanh,
  Sigmoid: sigmoid,
  Softmax: softmax,
  LogSoftmax: logSoftmax,
};
const OF_SIZES: readonly string[] = [
  ...['Gather', 'Concat', 'Unsqueeze', 'Squeeze', 'Slice', 'Cast', 'Mul', 'Add', 'Sub', 'Div', 'Max', 'Min'],
  ...['Range', 'Reshape', 'Equal', 'Where', 'Expand', 'Identity'],
];
const OF_STATES: readonly string[] = [
  'Unsqueeze',
  'Squeeze',
  'Concat',
  'Slice',
  'Gather',
  'Split',
  'Transpose',
  'Reshape',
  'Identity',
  'Cast',
  'Expand',
];

/** Follows a graph from its input to its output. Errors: FORMAT that names the node and the reason. */
export class ChainReader {
  readonly table: ImportedNode[] = [];
  readonly notes: string[] = [];
  readonly #file: string;
  readonly #model: OnnxModel;
  readonly #values = new Map<string, Value>();
  readonly #specs: Spec[] = [];
  /** Of each spec the row of the table that tells of it. */
  readonly #rows: { spec: Spec; row: number }[] = [];
  /** Numbers that may still be taken: those of a file are used once, or little more. */
  #left: number;
  #input: string | null = null;
  #time: AxisKind | null = null;
  #endsOnly = false;
  /** Where layers stand that had no place at first. */
  readonly #places = new Map<LinearSpec | EmbeddingSpec, number>();
  readonly #read: ReadonlySet<string>;

  constructor(model: OnnxModel, file: string) {
    this.#model = model;
    this.#file = file;
    this.#read = namesOf(model.graph);
    this.#left = model.graph.initializers.reduce((sum, { data }) => sum + 2 * data.length, 0);
    for (const node of model.graph.nodes) {
      const { value } = node.attributes;
      if (value?.kind === 'tensor') this.#left += 2 * value.value.data.length;
    }
  }

  /** The network. Errors: FORMAT. */
  read(): OnnxNetwork {
    const { graph } = this.#model;
    this.#refuseStep();
    for (const tensor of graph.initializers) this.#values.set(tensor.name, { kind: 'constant', tensor });
    for (const input of graph.inputs) this.#values.set(input.name, flowOf(input));
    for (const [i, node] of graph.nodes.entries()) {
      const refuse = this.#refusal(node, `node ${i}`);
      if (node.domain !== '') refuse("ONNX's own operators", `one of ${brief(node.domain)}`);
      const inputs = node.inputs.map((name) => this.#values.get(name));
      this.table.push({ node: titleOf(node), became: 'joins its neighbours' });
      const made = this.#node(node, inputs, refuse);
      node.outputs.forEach((name, k) => {
        const value = made.at(k);
        if (name !== '' && value !== undefined) this.#values.set(name, value);
      });
    }
    this.#finish();
    for (const { spec, row } of this.#rows) this.table[row].became = describe(spec);
    const batchFirst = this.#time === 'second';
    const parts = this.#specs.map((spec) => partOf(spec, batchFirst));
    return new OnnxNetwork(parts, this.#endsOnly).eval();
  }

  /** Errors: FORMAT for a model of one step, as `exportOnnx` writes for streaming. */
  #refuseStep(): void {
    const [first, ...others] = this.#model.graph.inputs;
    const rank = first?.dtype === 'float32' ? 2 : 1;
    if (first?.shape?.length === rank && others.some(({ name }) => name.startsWith('state.'))) {
      throw new UnrolledError(
        'FORMAT',
        `expected a network of whole sequences in ${this.#file}, received one step of it`,
        'export it without step: the network here has step()',
      );
    }
  }

  /** For each part of the network the node that it was. */
  get partNodes(): string[] {
    return this.#rows.map(({ row }) => this.table[row].node);
  }

  #refusal(node: OnnxNode, place: string): Refuse {
    return (expected, received, help = 'layers one after the other can be read: see docs/onnx.md') => {
      throw new UnrolledError(
        'FORMAT',
        `expected ${expected} at ${place} (${titleOf(node)}) of ${this.#file}, received ${received}`,
        help,
      );
    };
  }

  /** Which output is the chain's. */
  #finish(): void {
    const fail = (expected: string, received: string): never => {
      throw new UnrolledError(
        'FORMAT',
        `expected ${expected} in ${this.#file}, received ${received}`,
        'layers one after the other can be read: see docs/onnx.md',
      );
    };
    if (!this.#specs.some(({ kind }) => kind === 'recurrent'))
      fail('a recurrent network', 'none of RNN, GRU, LSTM, Scan, Loop');
    const ends = this.#model.graph.outputs.flatMap(({ name }) => {
      const value = this.#values.get(name);
      const isLast = value?.kind === 'flow' && value.place === this.#specs.length;
      return isLast ? [value.pending === undefined ? value : this.#placed(value, value.pending.spec.refuse)] : [];
    });
    const there = ends.filter(({ place }) => place === this.#specs.length);
    const last = there.find((flow) => flow.ends !== true) ?? there.at(0);
    if (last === undefined || this.#isAlone(last)) return fail('an output at the end of the layers', 'others');
    if (last.ends === true) this.#endsOnly = true;
    const { axes } = last;
    if (axes.includes('directions')) this.notes.push('the file keeps directions apart; here they stand side by side');
    const order = axes.filter((axis) => axis === 'first' || axis === 'second').join();
    if (order === 'second,first') this.notes.push('the file gives its output with steps and batch the other way round');
  }

  /** A part after the value. */
  #push(flow: Flow, spec: Spec, numbers: number, refuse: Refuse): void {
    if (flow.place !== this.#specs.length) return refuse('layers one after the other', 'a value of an earlier layer');
    if (flow.place === 0) {
      if (this.#input !== null && this.#input !== flow.input) refuse('one input', `"${brief(flow.input)}" beside it`);
      this.#input = flow.input;
    }
    if (flow.ends === true) this.#endsOnly = true;
    if (this.#isAlone(flow)) refuse('both directions', 'one of them');
    this.#charge(numbers, refuse);
    this.#specs.push(spec);
    this.#rows.push({ spec, row: this.table.length - 1 });
  }

  #charge(numbers: number, refuse: Refuse): void {
    this.#left -= numbers;
    if (this.#left < 0) refuse('weights that are used once', 'more numbers than the file has');
  }

  /** Whether a value is one direction of a layer that has got a second one. */
  #isAlone(flow: Flow): boolean {
    const last = this.#specs.at(-1);
    return (
      last?.kind === 'recurrent' && last.spec.directions === 2 && flow.directions === 1 && flow.merge === undefined
    );
  }

  /** A layer that may still become part of a loop. */
  #pending(flow: Flow, spec: LinearSpec | EmbeddingSpec): Flow {
    const axes: readonly AxisKind[] = spec.kind === 'embedding' ? [...flow.axes, 'features'] : flow.axes;
    return { ...flow, axes, width: spec.weight.shape[1], pending: { spec, from: flow, row: this.table.length - 1 } };
  }

  /** The value after its layer, which now stands in the chain. */
  #placed(flow: Flow, refuse: Refuse): Flow {
    const { pending, ...rest } = flow;
    if (pending === undefined) return flow;
    const { spec, from, row } = pending;
    let place = this.#places.get(spec);
    if (place === undefined) {
      this.#push(from, spec, spec.weight.data.length + (spec.bias?.data.length ?? 0), refuse);
      this.#rows[this.#rows.length - 1].row = row;
      place = this.#specs.length;
      this.#places.set(spec, place);
    }
    return { ...rest, place };
  }

  #node(node: OnnxNode, inputs: readonly (Value | undefined)[], refuse: Refuse): Value[] {
    const [first, second] = inputs;
    const { op } = node;
    if (op === 'RNN' || op === 'GRU' || op === 'LSTM') return this.#recurrent(node, op, inputs, refuse);
    if (op === 'Scan' || op === 'Loop') return this.#loop(node, inputs, refuse);
    if (op === 'SequenceEmpty') return [{ kind: 'list', flow: null }];
    if (op === 'Constant') return [constantOf(node, refuse)];
    const sizes = sizesOf(node, inputs);
    if (sizes !== null) return [sizes];
    if (op === 'ConstantOfShape') return [{ kind: 'start', from: 'zero', ...filled(node, refuse) }];
    if (first === undefined) return refuse('a value', 'none');
    if (op === 'Expand' && first.kind === 'constant') return [startOf(first.tensor)];
    if (first.kind === 'constant') {
      const folded =
        second === undefined || second.kind === 'constant' ? foldedConstant(node, first.tensor, second) : null;
      if (folded !== null) return [{ kind: 'constant', tensor: folded }];
    }
    if (OF_SIZES.includes(op) && inputs.every((v) => v === undefined || v.kind === 'sizes' || v.kind === 'constant'))
      return [SIZES];
    if (
      op === 'Where' &&
      second !== undefined &&
      (second.kind === 'end' || (second.kind === 'flow' && second.ends === true))
    ) {
      return [second];
    }
    if (first.kind === 'mask') return this.#masked(node, first, inputs, refuse);
    if (first.kind === 'list') return [this.#listed(node, first.flow, refuse)];
    if (first.kind === 'end') return node.outputs.map(() => first);
    if (first.kind === 'start' && OF_STATES.includes(op)) return startsOf(node, inputs, first, refuse);
    if (first.kind === 'flow') return this.#flow(node, first, inputs, refuse);
    if (second?.kind === 'flow' && op === 'Gather') return [this.#embedding(node, first, second, refuse)];
    if (second?.kind === 'flow' && (op === 'Add' || op === 'Mul'))
      return this.#flow(node, second, [second, first], refuse);
    return refuse('a layer or an operator between two', op);
  }

  #embedding(node: OnnxNode, table: Value, flow: Flow, refuse: Refuse): Flow {
    if (table.kind !== 'constant' || table.tensor.shape.length !== 2 || intOf(node, 'axis', 0) !== 0) {
      return refuse('rows of a matrix by their numbers', 'something else');
    }
    if (flow.place > 0 || flow.axes.includes('features'))
      return refuse('an embedding of the input', 'one of other values');
    const weight = table.tensor;
    if (weight.shape.includes(0)) return refuse('a matrix with rows and columns', `[${weight.shape.join(', ')}]`);
    return this.#pending(flow, { kind: 'embedding', weight, bias: null, refuse });
  }

  /** What lengths say is only carried on, and applied to states and outputs, as layers do by themselves. */
  #masked(node: OnnxNode, mask: Value, inputs: readonly (Value | undefined)[], refuse: Refuse): Value[] {
    const [, yes, no] = inputs;
    if (passes(node.op) || ['Unsqueeze', 'Squeeze'].includes(node.op)) return [mask];
    const isZero = no?.kind === 'constant' && no.tensor.data.length === 1 && Number(no.tensor.data[0]) === 0;
    if (node.op === 'Where' && yes?.kind === 'flow' && isZero) return [yes];
    return refuse('output of zero beyond the end of a sequence', 'another use of lengths');
  }

  #listed(node: OnnxNode, flow: Flow | null, refuse: Refuse): Flow {
    const along = [intOf(node, 'axis', 0), intOf(node, 'new_axis', 0)].join();
    if (node.op !== 'ConcatFromSequence' || flow === null || along !== '0,1') {
      return refuse('the steps of a list one after the other', node.op);
    }
    return flow;
  }

  #loop(node: OnnxNode, inputs: readonly (Value | undefined)[], refuse: Refuse): Value[] {
    const chain: Chain = {
      value: (name) => this.#values.get(name),
      placed: (flow, own) => this.#placed(flow, own),
      start: (value, own) => startFrom(value, own),
      charge: (numbers, own) => this.#charge(numbers, own),
      isRead: (name) => this.#read.has(name),
      refuseAt: (inner) => this.#refusal(inner, `${titleOf(node)}, in its body`),
      opset: this.#model.opset,
    };
    const { x, time, spec, outputs } = readLoop(node, inputs, chain, refuse);
    settled(x, refuse);
    if (this.#endsOnly || x.ends === true) return refuse('a sequence', 'the last step of one');
    if (this.#time !== null && this.#time !== time) return refuse('the same axis of steps in all layers', 'another');
    this.#time = time;
    const last = this.#specs.at(-1);
    const isSecond =
      last?.kind === 'recurrent' &&
      'loops' in last.spec &&
      last.spec.directions === 1 &&
      last.spec.options.reverse !== true &&
      spec.options.reverse === true &&
      x.place === this.#specs.length - 1 &&
      (x.place > 0 || x.input === this.#input);
    if (isSecond) {
      last.spec = bothDirections(last.spec as typeof spec, spec, refuse);
      return outputs(this.#specs.length, 1);
    }
    this.#push(x, { kind: 'recurrent', spec, merge: 'concat' }, 0, refuse);
    return outputs(this.#specs.length, undefined);
  }

  /** An operator on a value of the chain. */
  #flow(node: OnnxNode, given: Flow, inputs: readonly (Value | undefined)[], refuse: Refuse): Value[] {
    const second = inputs.at(1);
    const biased = node.op === 'Add' && second?.kind === 'constant' ? this.#biased(given, second.tensor) : null;
    if (biased !== null) return [biased];
    const flow = passes(node.op) || node.op === 'Transpose' ? given : this.#placed(given, refuse);
    const { axes } = flow;
    const last = this.#specs.at(-1);
    const atEnd = flow.place === this.#specs.length;
    switch (node.op) {
      case 'Identity':
      case 'Cast':
      case 'Dropout':
        return [flow];
      case 'Transpose': {
        const perm = node.attributes.perm;
        const order = perm?.kind === 'ints' ? perm.value : axes.map((_, i) => axes.length - 1 - i);
        if (order.length !== axes.length) return [inputState(flow, refuse)];
        return [{ ...flow, axes: order.map((i) => axes[i]) }];
      }
      case 'Squeeze': {
        const gone = axesOf(node, second, axes.length) ?? [axes.indexOf('directions')];
        if (
          gone.length !== 1 ||
          axes[gone[0]] !== 'directions' ||
          (flow.directions === 2 && flow.direction === undefined)
        ) {
          return [inputState(flow, refuse)];
        }
        return [{ ...flow, axes: axes.filter((_, i) => i !== gone[0]) }];
      }
      case 'Reshape':
        return [reshaped(flow, second, last, refuse)];
      case 'Split': {
        const axis = intOf(node, 'axis', 0);
        if (axes.at(axis) !== 'directions' || flow.directions !== 2)
          return node.outputs.map(() => inputState(flow, refuse));
        return [0, 1].map((direction) => ({ ...flow, direction }));
      }
      case 'Gather':
        return [gathered(node, flow, second, this.#time, this.#specs, refuse)];
      case 'Concat': {
        const pieces = inputs.filter((v): v is Flow => v?.kind === 'flow');
        const axis = intOf(node, 'axis', 0);
        const joins = directionsOf(pieces, inputs.length) && (axis === -1 || axis === axes.length - 1);
        if (joins && atEnd) return [{ ...flow, direction: undefined, merge: 'concat', width: 2 * (flow.width ?? 0) }];
        return [inputState(flow, refuse)];
      }
      case 'Slice':
      case 'Unsqueeze':
      case 'Expand':
        return [inputState(flow, refuse)];
      case 'OneHot': {
        if (second?.kind !== 'constant' || flow.place > 0) return refuse('one-hot vectors of the input', 'others');
        const size = Number(second.tensor.data[0]);
        return [{ ...flow, axes: [...axes, 'features'], oneHot: size, width: size }];
      }
      case 'Add':
      case 'Mul':
        return [this.#arithmetic(node.op, flow, second, last, refuse)];
      case 'MatMul':
        return [this.#linear(flow, weightOf(second, refuse), null, refuse)];
      case 'Gemm':
        return [this.#gemm(node, flow, inputs, refuse)];
      case 'LayerNormalization': {
        const [, weight, bias] = inputs;
        const axis = intOf(node, 'axis', -1);
        if (
          weight?.kind !== 'constant' ||
          (bias !== undefined && bias.kind !== 'constant') ||
          (axis !== -1 && axis !== axes.length - 1)
        ) {
          return refuse('constants, and the last axis', 'others');
        }
        const given = node.attributes.epsilon;
        const epsilon = given?.kind === 'float' ? given.value : 1e-5;
        if (!(epsilon >= 0 && epsilon < Infinity)) return refuse('an epsilon of 0 or more', String(epsilon));
        const size = weight.tensor.data.length;
        const shapes = [weight.tensor, ...(bias === undefined ? [] : [bias.tensor])].map(({ shape }) => shape.join());
        if (size === 0 || shapes.some((shape) => shape !== String(flow.width ?? size))) {
          return refuse(`a scale and a bias of ${flow.width ?? 'the features'}`, shapes.join(' and '));
        }
        const own = { weight: weight.tensor, bias: bias?.tensor ?? null };
        settled(flow, refuse);
        this.#push(flow, { kind: 'norm', ...own, epsilon, refuse }, 2 * size, refuse);
        return [{ ...flow, place: this.#specs.length }];
      }
      default: {
        const apply = Object.hasOwn(FUNCTIONS, node.op) ? FUNCTIONS[node.op] : undefined;
        if (apply === undefined) return refuse('a layer or an operator between two', node.op);
        // Of Softmax, the only one with an axis.
        const axis = intOf(node, 'axis', node.op.endsWith('oftmax') && this.#model.opset < 13 ? 1 : -1);
        if (axis !== -1 && axis !== axes.length - 1) return refuse('the last axis', String(axis));
        settled(flow, refuse);
        this.#push(flow, { kind: 'function', apply }, 0, refuse);
        return [{ ...flow, place: this.#specs.length }];
      }
    }
  }

  #arithmetic(op: 'Add' | 'Mul', flow: Flow, other: Value | undefined, last: Spec | undefined, refuse: Refuse): Flow {
    const atEnd = flow.place === this.#specs.length;
    if (other?.kind === 'flow' && last?.kind === 'recurrent' && atEnd && directionsOf([flow, other], 2)) {
      last.merge = op === 'Add' ? 'sum' : 'mul';
      return { ...flow, direction: undefined, merge: last.merge };
    }
    if (other?.kind !== 'constant') return refuse('a constant beside a value of the chain', 'another value');
    const { tensor } = other;
    if (
      op === 'Mul' &&
      atEnd &&
      last?.kind === 'recurrent' &&
      last.merge === 'sum' &&
      tensor.data.length === 1 &&
      Number(tensor.data[0]) === 0.5
    ) {
      last.merge = 'mean';
      return { ...flow, merge: 'mean' };
    }
    return refuse('the bias of a linear layer', `${op} with [${tensor.shape.join(', ')}]`);
  }

  /** A product with its bias; null where the constant is none. */
  #biased(flow: Flow, bias: OnnxTensor): Flow | null {
    const { pending } = flow;
    const size = bias.data.length;
    if (pending?.spec.kind !== 'linear' || pending.spec.bias !== null) return null;
    if (size !== pending.spec.weight.shape[1] || bias.shape.at(-1) !== size) return null;
    return { ...flow, pending: { ...pending, spec: { ...pending.spec, bias } } };
  }

  #gemm(node: OnnxNode, flow: Flow, inputs: readonly (Value | undefined)[], refuse: Refuse): Flow {
    const scale = (name: string): number => {
      const attribute = node.attributes[name];
      return attribute?.kind === 'float' ? attribute.value : 1;
    };
    if (scale('alpha') !== 1 || scale('beta') !== 1 || intOf(node, 'transA', 0) !== 0) {
      return refuse('alpha and beta of 1, and transA of 0', 'others');
    }
    const given = weightOf(inputs.at(1), refuse);
    const weight = intOf(node, 'transB', 0) === 1 ? turned(given) : given;
    const bias = inputs.at(2);
    if (bias !== undefined && bias.kind !== 'constant') return refuse('a constant as bias', 'another value');
    return this.#linear(flow, weight, bias?.tensor ?? null, refuse);
  }

  #linear(flow: Flow, weight: OnnxTensor, bias: OnnxTensor | null, refuse: Refuse): Flow {
    settled(flow, refuse);
    const [inputs, outputs] = weight.shape;
    if (flow.width !== undefined && flow.width !== inputs) {
      return refuse(`a weight of ${flow.width} rows`, `[${weight.shape.join(', ')}]`);
    }
    if (bias !== null && bias.data.length !== outputs) return refuse(`a bias of ${outputs}`, String(bias.data.length));
    return this.#pending(flow, { kind: 'linear', weight, bias, refuse });
  }

  #recurrent(node: OnnxNode, op: StandardOp, inputs: readonly (Value | undefined)[], refuse: Refuse): Value[] {
    const given = inputs.at(0);
    if (given?.kind !== 'flow') return refuse('the input or a layer before it', 'something else');
    const x = this.#placed(given, refuse);
    settled(x, refuse);
    if (this.#endsOnly || x.ends === true) return refuse('a sequence', 'the last step of one');
    const constant = (index: number, what: string): OnnxTensor | undefined => {
      const value = inputs.at(index);
      if (value === undefined) return undefined;
      return value.kind === 'constant' ? value.tensor : refuse(`${what} as a constant`, 'a value that is computed');
    };
    const start = (index: number): Start | undefined =>
      inputs.at(index) === undefined ? undefined : startFrom(inputs.at(index), refuse);
    const lengths = inputs.at(4);
    if (lengths !== undefined && lengths.kind !== 'sizes' && !(lengths.kind === 'flow' && lengths.place === 0)) {
      return refuse('lengths of an input', 'constant or computed ones');
    }
    const spec = recurrentSpec(node, op, { constant, start }, refuse);
    const { axes } = x;
    const [time, batch] = spec.layout === 1 ? [axes[1], axes[0]] : [axes[0], axes[1]];
    if (axes.length !== 3 || axes[2] !== 'features' || (this.#time !== null && this.#time !== time)) {
      return refuse('an input of steps, batch and features', axes.join(', '));
    }
    this.#time = time;
    if (x.width !== undefined && x.width !== spec.options.inputSize) {
      return refuse(`an input of ${spec.options.inputSize}, as W has`, String(x.width));
    }
    const numbers = spec.weights.reduce(
      (sum, { W, R, B, P }) => sum + W.length + R.length + (B?.length ?? 0) + (P?.length ?? 0),
      0,
    );
    this.#push(x, { kind: 'recurrent', spec, merge: 'concat' }, numbers, refuse);
    const made: Flow = {
      ...{ kind: 'flow', place: this.#specs.length, input: x.input, directions: spec.directions },
      axes: spec.layout === 1 ? [batch, time, 'directions', 'features'] : [time, 'directions', batch, 'features'],
      width: Number(spec.options.hiddenSize),
    };
    const ends: Flow = {
      ...made,
      ends: true,
      axes: spec.layout === 1 ? [batch, 'directions', 'features'] : ['directions', batch, 'features'],
    };
    return [made, ends, { kind: 'end' }];
  }
}

/** The operator and its name. */
function titleOf({ op, name }: OnnxNode): string {
  return `${brief(op)}${name === '' ? '' : ` "${brief(name)}"`}`;
}

/** What a state starts from. Errors: FORMAT for what is computed. */
function startFrom(value: Value | undefined, refuse: Refuse): Start {
  if (value?.kind === 'start') return value;
  if (value?.kind === 'constant') return startOf(value.tensor);
  if (value?.kind === 'flow' && value.place === 0 && value.pending === undefined)
    return { kind: 'start', from: 'input' };
  return refuse(
    'an initial state of an input or constants',
    'a value that is computed',
    'encoders and decoders are not read',
  );
}
