// A graph of ONNX as a chain of our layers: each node is a layer, or turns values around between two. What is neither is refused
// with its name. Letters: T steps, N batch, D input, H hidden.
import { brief } from '../../brief.js';
import { UnrolledError } from '../../errors.js';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../../formats/onnx/model.js';
import type { StandardOp } from '../../formats/onnx/standardNodes.js';
import { constantOf, filled, startOf, startsOf } from './constants.js';
import { flowNode } from './flowNodes.js';
import { flowOf, intOf, settled } from './flows.js';
import { type ImportedNode, LayerChain } from './layerChain.js';
import { bothDirections, type Chain, readLoop } from './loopNode.js';
import { OnnxNetwork } from './onnxNetwork.js';
import { describe, partOf } from './parts.js';
import { recurrentSpec } from './recurrentNode.js';
import { namesOf, passes, sizesOf } from './sizes.js';
import { type Flow, foldedConstant, type Refuse, SIZES, type Start, type Value } from './values.js';

const OF_SIZES: readonly string[] = [
  ...['Gather', 'Concat', 'Unsqueeze', 'Squeeze', 'Slice', 'Cast', 'Mul', 'Add', 'Sub', 'Div', 'Max', 'Min'],
  ...['Range', 'Reshape', 'Equal', 'Less', 'Greater', 'And', 'Where', 'Expand', 'Identity'],
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
  readonly notes: string[] = [];
  readonly #file: string;
  readonly #model: OnnxModel;
  readonly #values = new Map<string, Value>();
  readonly #chain: LayerChain;
  readonly #read: ReadonlySet<string>;

  constructor(model: OnnxModel, file: string) {
    this.#model = model;
    this.#file = file;
    this.#read = namesOf(model.graph);
    this.#chain = new LayerChain(model.graph);
  }

  /** What became of each node. */
  get table(): readonly ImportedNode[] {
    return this.#chain.table;
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
      this.#chain.table.push({ node: titleOf(node), became: 'joins its neighbours' });
      const made = this.#node(node, inputs, refuse);
      node.outputs.forEach((name, k) => {
        const value = made.at(k);
        if (name !== '' && value !== undefined) this.#values.set(name, value);
      });
    }
    this.#finish();
    for (const { spec, row } of this.#chain.rows) this.#chain.table[row].became = describe(spec);
    const batchFirst = this.#chain.time === 'second';
    const parts = this.#chain.specs.map((spec) => partOf(spec, batchFirst));
    return new OnnxNetwork(parts, this.#chain.endsOnly).eval();
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
    return this.#chain.rows.map(({ row }) => this.#chain.table[row].node);
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
    if (!this.#chain.specs.some(({ kind }) => kind === 'recurrent'))
      fail('a recurrent network', 'none of RNN, GRU, LSTM, Scan, Loop');
    const ends = this.#model.graph.outputs.flatMap(({ name }) => {
      const value = this.#values.get(name);
      const isLast = value?.kind === 'flow' && value.place === this.#chain.specs.length;
      return isLast ? [value.pending === undefined ? value : this.#chain.placed(value, value.pending.spec.refuse)] : [];
    });
    const there = ends.filter(({ place }) => place === this.#chain.specs.length);
    const last = there.find((flow) => flow.ends !== true) ?? there.at(0);
    if (last === undefined || this.#chain.isAlone(last)) return fail('an output at the end of the layers', 'others');
    if (last.ends === true) this.#chain.endsOnly = true;
    if (last.unfolded !== undefined || last.single !== undefined)
      fail('an output of steps and batch', 'one with other axes');
    const { axes } = last;
    if (axes.includes('directions')) this.notes.push('the file keeps directions apart; here they stand side by side');
    const order = axes.filter((axis) => axis === 'first' || axis === 'second').join();
    if (order === 'second,first') this.notes.push('the file gives its output with steps and batch the other way round');
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
    if (first.kind === 'flow') return flowNode(this.#chain, this.#model.opset, node, first, inputs, refuse);
    if (second?.kind === 'flow' && op === 'Gather') return [this.#embedding(node, first, second, refuse)];
    if (second?.kind === 'flow' && (op === 'Add' || op === 'Mul'))
      return flowNode(this.#chain, this.#model.opset, node, second, [second, first], refuse);
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
    return this.#chain.pending(flow, { kind: 'embedding', weight, bias: null, refuse });
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
      placed: (flow, own) => this.#chain.placed(flow, own),
      start: (value, own) => startFrom(value, own),
      charge: (numbers, own) => this.#chain.charge(numbers, own),
      isRead: (name) => this.#read.has(name),
      refuseAt: (inner) => this.#refusal(inner, `${titleOf(node)}, in its body`),
      opset: this.#model.opset,
    };
    const { x, time, spec, outputs } = readLoop(node, inputs, chain, refuse);
    settled(x, refuse);
    if (this.#chain.endsOnly || x.ends === true) return refuse('a sequence', 'the last step of one');
    if (this.#chain.time !== null && this.#chain.time !== time)
      return refuse('the same axis of steps in all layers', 'another');
    this.#chain.time = time;
    const last = this.#chain.specs.at(-1);
    const isSecond =
      last?.kind === 'recurrent' &&
      'loops' in last.spec &&
      last.spec.directions === 1 &&
      last.spec.options.reverse !== true &&
      spec.options.reverse === true &&
      x.place === this.#chain.specs.length - 1 &&
      (x.place > 0 || x.input === this.#chain.input);
    if (isSecond) {
      last.spec = bothDirections(last.spec as typeof spec, spec, refuse);
      return outputs(this.#chain.specs.length, 1);
    }
    this.#chain.push(x, { kind: 'recurrent', spec, merge: 'concat' }, 0, refuse);
    return outputs(this.#chain.specs.length, undefined);
  }

  #recurrent(node: OnnxNode, op: StandardOp, inputs: readonly (Value | undefined)[], refuse: Refuse): Value[] {
    const given = inputs.at(0);
    if (given?.kind !== 'flow') return refuse('the input or a layer before it', 'something else');
    const x = this.#chain.placed(given, refuse);
    settled(x, refuse);
    if (this.#chain.endsOnly || x.ends === true) return refuse('a sequence', 'the last step of one');
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
    if (axes.length !== 3 || axes[2] !== 'features' || (this.#chain.time !== null && this.#chain.time !== time)) {
      return refuse('an input of steps, batch and features', axes.join(', '));
    }
    this.#chain.time = time;
    if (x.width !== undefined && x.width !== spec.options.inputSize) {
      return refuse(`an input of ${spec.options.inputSize}, as W has`, String(x.width));
    }
    const numbers = spec.weights.reduce(
      (sum, { W, R, B, P }) => sum + W.length + R.length + (B?.length ?? 0) + (P?.length ?? 0),
      0,
    );
    this.#chain.push(x, { kind: 'recurrent', spec, merge: 'concat' }, numbers, refuse);
    const made: Flow = {
      ...{ kind: 'flow', place: this.#chain.specs.length, input: x.input, directions: spec.directions },
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
