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
import { recurrentSpec, type Refuse } from './recurrentNode.js';
import { type AxisKind, axesOf, type Flow, foldedConstant, SIZES, type Start, turned, type Value } from './values.js';

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
  /** Numbers that may still be taken: those of a file are used once, or little more. */
  #left: number;
  #input: string | null = null;
  #time: AxisKind | null = null;
  #endsOnly = false;

  constructor(model: OnnxModel, file: string) {
    this.#model = model;
    this.#file = file;
    this.#left = model.graph.initializers.reduce((sum, { data }) => sum + 2 * data.length, 0);
    for (const node of model.graph.nodes) {
      const { value } = node.attributes;
      if (value?.kind === 'tensor') this.#left += 2 * value.value.data.length;
    }
  }

  /** The network. Errors: FORMAT. */
  read(): OnnxNetwork {
    const { graph } = this.#model;
    for (const tensor of graph.initializers) this.#values.set(tensor.name, { kind: 'constant', tensor });
    for (const input of graph.inputs) this.#values.set(input.name, flowOf(input));
    for (const [i, node] of graph.nodes.entries()) {
      const place = `${brief(node.op)}${node.name === '' ? '' : ` "${brief(node.name)}"`}`;
      const refuse: Refuse = (
        expected,
        received,
        help = 'layers one after the other can be read: see docs/onnx.md',
      ) => {
        throw new UnrolledError(
          'FORMAT',
          `expected ${expected} at node ${i} (${place}) of ${this.#file}, received ${received}`,
          help,
        );
      };
      if (node.domain !== '') refuse("ONNX's own operators", `one of ${brief(node.domain)}`);
      const inputs = node.inputs.map((name) => this.#values.get(name));
      const before = this.#specs.length;
      const made = this.#node(node, inputs, refuse);
      node.outputs.forEach((name, k) => {
        const value = made.at(k);
        if (name !== '' && value !== undefined) this.#values.set(name, value);
      });
      this.table.push({
        node: place,
        became: this.#specs.length > before ? describe(this.#specs[before]) : 'joins its neighbours',
      });
    }
    this.#finish();
    const batchFirst = this.#time === 'second';
    const parts = this.#specs.map((spec) => partOf(spec, batchFirst));
    return new OnnxNetwork(parts, this.#endsOnly).eval();
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
    if (!this.#specs.some(({ kind }) => kind === 'recurrent')) fail('a recurrent network', 'none of RNN, GRU, LSTM');
    const ends = this.#model.graph.outputs.flatMap(({ name }) => {
      const value = this.#values.get(name);
      return value?.kind === 'flow' && value.place === this.#specs.length ? [value] : [];
    });
    const last = ends.find((flow) => flow.ends !== true) ?? ends.at(0);
    if (last === undefined) return fail('an output at the end of the layers', 'others');
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
    this.#left -= numbers;
    if (this.#left < 0) refuse('weights that are used once', 'more numbers than the file has');
    this.#specs.push(spec);
  }

  #node(node: OnnxNode, inputs: readonly (Value | undefined)[], refuse: Refuse): Value[] {
    const [first, second] = inputs;
    const { op } = node;
    if (op === 'RNN' || op === 'GRU' || op === 'LSTM') return this.#recurrent(node, op, inputs, refuse);
    if (op === 'Constant') return [constantOf(node, refuse)];
    if (op === 'Shape' || op === 'Size') return [SIZES];
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
    this.#push(flow, { kind: 'embedding', weight, refuse }, weight.data.length, refuse);
    return { ...flow, place: this.#specs.length, axes: [...flow.axes, 'features'], width: weight.shape[1] };
  }

  /** An operator on a value of the chain. */
  #flow(node: OnnxNode, flow: Flow, inputs: readonly (Value | undefined)[], refuse: Refuse): Value[] {
    const second = inputs.at(1);
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
    if (
      op === 'Add' &&
      atEnd &&
      last?.kind === 'linear' &&
      last.bias === null &&
      tensor.data.length === last.weight.shape[1] &&
      tensor.shape.at(-1) === tensor.data.length
    ) {
      last.bias = tensor;
      this.#left -= tensor.data.length;
      return flow;
    }
    return refuse('the bias of a linear layer', `${op} with [${tensor.shape.join(', ')}]`);
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
    this.#push(flow, { kind: 'linear', weight, bias, refuse }, weight.data.length, refuse);
    return { ...flow, place: this.#specs.length, width: outputs };
  }

  #recurrent(node: OnnxNode, op: StandardOp, inputs: readonly (Value | undefined)[], refuse: Refuse): Value[] {
    const x = inputs.at(0);
    if (x?.kind !== 'flow') return refuse('the input or a layer before it', 'something else');
    settled(x, refuse);
    if (this.#endsOnly || x.ends === true) return refuse('a sequence', 'the last step of one');
    const constant = (index: number, what: string): OnnxTensor | undefined => {
      const value = inputs.at(index);
      if (value === undefined) return undefined;
      return value.kind === 'constant' ? value.tensor : refuse(`${what} as a constant`, 'a value that is computed');
    };
    const start = (index: number): Start | undefined => {
      const value = inputs.at(index);
      if (value === undefined || value.kind === 'start') return value;
      if (value.kind === 'constant') return { kind: 'start', from: 'rows', tensor: value.tensor };
      if (value.kind === 'flow' && value.place === 0) return { kind: 'start', from: 'input' };
      return refuse(
        'an initial state of an input or constants',
        'a value that is computed',
        'encoders and decoders are not read',
      );
    };
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
