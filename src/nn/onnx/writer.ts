// Layers as nodes of ONNX. What a network does with its layers it says itself, in the order in which it computes.
// Letters: T steps, N batch, D input, H hidden.
import { CellNodes, type LayerNumbers } from '../../formats/onnx/cellNodes.js';
import { GraphBuilder, int, ints } from '../../formats/onnx/builder.js';
import type { OnnxDType, OnnxGraph, OnnxValue } from '../../formats/onnx/model.js';
import {
  type LabelledNumbers,
  nodeAttributes,
  sameEquations,
  type StandardNode,
  standardNode,
  toNode,
} from '../../formats/onnx/standardNodes.js';
import { UnrolledError } from '../../errors.js';
import { sizeNamed } from '../../cell/define/width.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Embedding, LayerNorm, Linear } from '../layers.js';
import type { Recurrent } from '../recurrent.js';
import type { RecurrentLayer } from '../recurrentLayer.js';
import type { Merge } from '../recurrentOptions.js';
import { BATCH } from './names.js';

/** How a network is written. */
export interface OnnxExportOptions {
  /** One step in place of a sequence, for streaming: states go in and out. */
  step?: boolean;
  /** An input `lengths` [N], int32: the steps of each sequence, 0 allowed. Output beyond them is zero. */
  lengths?: boolean;
  /** Inputs `state.0.h` … for the states before the first step; without, they start as the network says. Always with `step`. */
  states?: boolean;
}

/** A value of the graph, all steps at once: [T, N, D], or tokens [T, N]; of one step [N, D], or tokens [N]. */
export interface Flow {
  name: string;
  /** Whole numbers that stand for one-hot vectors. */
  tokens: boolean;
}

/** How a recurrent part is written. */
export interface RecurrentCall {
  /** Of its parameters: `rnn.` */
  path: string;
  /** The name of the lengths [N], int32. */
  lengths: string | null;
  /** Whether its states are inputs and outputs of the graph. */
  exposed: boolean;
}

/** What a recurrent part gives. */
export interface RecurrentNodes {
  output: string;
  /** For each layer (and direction), each state [N, H]. */
  states: readonly Readonly<Record<string, string>>[];
}

/** Collects a graph, its inputs and its outputs. */
export class NetworkWriter {
  readonly graph = new GraphBuilder();
  readonly options: OnnxExportOptions;
  readonly #inputs: OnnxValue[] = [];
  readonly #outputs: OnnxValue[] = [];
  readonly #last: OnnxValue[] = [];
  #layers = 0;

  constructor(options: OnnxExportOptions) {
    this.options = options;
  }

  /** Whether a single step is written. */
  get step(): boolean {
    return this.options.step === true;
  }

  input(wanted: string, dtype: OnnxDType, shape: OnnxValue['shape']): string {
    const name = this.graph.name(wanted);
    this.#inputs.push({ name, dtype, shape });
    return name;
  }

  /** The lengths, where they were asked for. */
  lengths(): string | null {
    return this.options.lengths === true ? this.input('lengths', 'int32', [BATCH]) : null;
  }

  output(wanted: string, value: string, shape: OnnxValue['shape']): void {
    this.#outputs.push(this.#named(wanted, value, shape));
  }

  #named(wanted: string, value: string, shape: OnnxValue['shape']): OnnxValue {
    return { name: this.graph.one('Identity', [value], { outputs: [wanted] }), dtype: 'float32', shape };
  }

  /** The graph: states come last. */
  finish(name: string): OnnxGraph {
    return this.graph.graph(name, this.#inputs, [...this.#outputs, ...this.#last]);
  }

  /** Errors: OPTION where one step was asked for. @param what `a classifier, which …` */
  refuseStep(what: string): void {
    if (!this.step) return;
    throw new UnrolledError('OPTION', `expected a network of single steps, received ${what}`, 'leave step out');
  }

  /** Errors: OPTION where lengths were asked for. @param what `a forecaster, whose …` */
  refuseLengths(what: string): void {
    if (this.options.lengths !== true) return;
    throw new UnrolledError('OPTION', `expected sequences of several lengths, received ${what}`, 'leave lengths out');
  }

  /** Of [T, N, D] the last step [N, D]. */
  lastStep(x: string): string {
    return this.graph.one('Gather', [x, this.graph.wholeScalar(-1)], { attributes: { axis: int(0) } });
  }

  /** Rows of a matrix [M, D] by their numbers [...]: [..., D]. */
  rows(matrix: string, numbers: string): string {
    return this.graph.one('Gather', [matrix, numbers], { attributes: { axis: int(0) } });
  }

  /** The outputs of the last layer after the last step, directions side by side: [N, D]. */
  lastStates(rnn: Recurrent, states: RecurrentNodes['states']): string {
    const last = states.slice(rnn.bidirectional ? -2 : -1);
    return this.graph.concat(
      last.map((layer) => layer.h ?? Object.values(layer)[0]),
      -1,
    );
  }

  /** [T, N, D], zero beyond the lengths, to [N, D]. An empty sequence has zero. */
  meanOfSteps(x: string, lengths: string): string {
    const b = this.graph;
    const total = b.one('ReduceSum', [x, b.whole([0])], { attributes: { keepdims: int(0) } });
    const count = b.one('Cast', [lengths], { attributes: { to: int(FLOAT) } });
    return b.one('Div', [total, b.unsqueeze(b.one('Max', [count, b.scalar(1)]), 1)]);
  }

  /** [T, N, D] to [N, D], over the steps that are there. @param lowest stands for the others */
  maxOfSteps(x: string, lengths: string, lowest: number): string {
    const b = this.graph;
    const there = b.one('Where', [this.#mask(x, lengths), x, b.scalar(lowest)]);
    return b.one('ReduceMax', [there], { attributes: { axes: ints([0]), keepdims: int(0) } });
  }

  /** Tokens [...] to [..., D]. */
  embedding(layer: Embedding, tokens: string, path: string): string {
    return this.graph.one('Gather', [this.#weight(`${path}weight`, layer.weight), tokens], {
      attributes: { axis: int(0) },
    });
  }

  /** [..., D] to [..., outputs]. */
  linear(layer: Linear, x: string, path: string): string {
    const y = this.graph.one('MatMul', [x, this.#weight(`${path}weight`, layer.weight)]);
    return layer.bias === null ? y : this.graph.one('Add', [y, this.#weight(`${path}bias`, layer.bias)]);
  }

  /** [..., D] to the same. */
  layerNorm(layer: LayerNorm, x: string, path: string): string {
    const ones = new Array<number>(layer.size).fill(1);
    const scale =
      layer.weight === null
        ? this.graph.weight(`${path}weight`, [layer.size], ones)
        : this.#weight(`${path}weight`, layer.weight);
    const bias = layer.bias === null ? '' : this.#weight(`${path}bias`, layer.bias);
    const attributes = { axis: int(-1), epsilon: { kind: 'float', value: layer.epsilon } as const };
    return this.graph.one('LayerNormalization', [x, scale, bias], { attributes });
  }

  /**
   * All layers and directions of a stack. Errors: OPTION for one step of a network that starts at the end, UNSUPPORTED for what
   * ONNX cannot say.
   */
  recurrent(rnn: Recurrent, x: Flow, call: RecurrentCall): RecurrentNodes {
    const b = this.graph;
    const { options, layers, projections } = rnn.structure;
    const { merge = 'concat', reverse = false, residual = false, skip = false, keepOrder = true } = options;
    const step = this.step && call.exposed;
    if (step && (rnn.bidirectional || reverse)) {
      throw new UnrolledError(
        'OPTION',
        'expected a unidirectional forward network for a model of one step, received one that starts at the end',
        'leave step out: such a network needs the whole sequence',
      );
    }
    if (!keepOrder) {
      throw new UnrolledError(
        'UNSUPPORTED',
        'expected the output in the order of time, received keepOrder: false',
        'leave keepOrder out, and turn the output around in your program',
      );
    }
    const turned = rnn.batchFirst && !step;
    const turn = (value: string, tokens: boolean): string => b.transpose(value, tokens ? [1, 0] : [1, 0, 2]);
    const source = turned ? { ...x, name: turn(x.name, x.tokens) } : x;
    const mask = this.#maskOnce(source.name, call.lengths);
    const states: Record<string, string>[] = [];
    const outputs: string[] = [];
    let y = source;
    for (const [l, directions] of layers.entries()) {
      if (skip && l > 0) y = { name: b.concat([y.name, source.name], -1), tokens: false };
      const number = this.#layers++;
      const made = this.#layer(directions, y, { ...call, step, reverse, mask, number, path: `${call.path}${l}.` });
      states.push(...made.map((direction) => direction.states));
      let out = made.length === 2 ? this.#merged(made[0].output, made[1].output, merge) : made[0].output;
      let width = made.length === 2 && merge === 'concat' ? sumOf(directions) : directions[0].outputSize;
      const projection = projections[l];
      if (projection !== null) {
        out = this.linear(projection, out, `${call.path}${l}.projection.`);
        width = projection.outputSize;
      }
      if (residual && !y.tokens && width === directions[0].sizes.input) out = b.sum([out, y.name]);
      y = { name: out, tokens: false };
      outputs.push(out);
    }
    let output = skip ? b.concat(outputs, -1) : y.name;
    if (call.lengths !== null && (residual || skip)) output = b.one('Where', [mask() ?? '', output, b.scalar(0)]);
    return { output: turned ? turn(output, false) : output, states };
  }

  #merged(forward: string, backward: string, merge: Merge): string {
    const b = this.graph;
    switch (merge) {
      case 'concat':
        return b.concat([forward, backward], -1);
      case 'sum':
        return b.sum([forward, backward]);
      case 'mean':
        return b.one('Mul', [b.sum([forward, backward]), b.scalar(0.5)]);
      case 'mul':
        return b.one('Mul', [forward, backward]);
      default:
        throw new UnrolledError(
          'UNSUPPORTED',
          'expected merge as concat, sum, mean or mul, received a function',
          'a function cannot be written down: use one of these',
        );
    }
  }

  /** The mask, written where it is first asked for; null without lengths. */
  #maskOnce(x: string, lengths: string | null): () => string | null {
    let made: string | null = null;
    return () => (made ??= lengths === null ? null : this.#mask(x, lengths));
  }

  /** Where a sequence is: bool [T, N, 1]. */
  #mask(x: string, lengths: string): string {
    const b = this.graph;
    const shape = b.one('Shape', [x], { attributes: { start: int(0), end: int(1) } });
    const count = b.squeeze(shape, 0);
    const places = b.unsqueeze(b.one('Range', [b.wholeScalar(0), count, b.wholeScalar(1)]), 1);
    const ends = b.unsqueeze(b.one('Cast', [lengths], { attributes: { to: int(INT64) } }), 0);
    return b.unsqueeze(b.one('Less', [places, ends]), 2);
  }

  #layer(directions: readonly RecurrentLayer[], x: Flow, call: LayerCall): DirectionNodes[] {
    const numbers = directions.map((layer, d) => numbersOf(layer, d === 0 ? call.path : `${call.path}reverse.`));
    const nodes = numbers.map(({ cell }) => standardNode(cell));
    const starts = directions.map((layer, d) => this.#starts(layer, x, call, d === 1));
    const [node] = nodes;
    const together = directions.length === 2 && node !== null && sameEquations(numbers[0].cell, numbers[1].cell);
    const made = together
      ? this.#standard(node, numbers, x, starts, call, 'bidirectional')
      : directions.flatMap((_, d) => {
          const reverse = call.reverse || d === 1;
          const own = nodes[d];
          return own === null
            ? [this.#scan(numbers[d], x, starts[d], call, reverse)]
            : this.#standard(own, [numbers[d]], x, [starts[d]], call, reverse ? 'reverse' : 'forward');
        });
    if (call.exposed) {
      for (const [d, layer] of directions.entries()) {
        for (const s of layer.cell.states) {
          const wanted = `next_state.${call.number}${d === 1 ? '.reverse' : ''}.${s}`;
          const shape = [BATCH, sizeNamed(layer.sizes, layer.cell.stateSizes[s])];
          this.#last.push(this.#named(wanted, made[d].states[s], shape));
        }
      }
    }
    return made;
  }

  /** The states before the first step; null where they start as the cell says. */
  #starts(layer: RecurrentLayer, x: Flow, call: LayerCall, backward: boolean): Record<string, string> | null {
    const given = call.exposed && (call.step || this.options.states === true);
    const entries = layer.cell.states.map((s): [string, string | null] => {
      const width = sizeNamed(layer.sizes, layer.cell.stateSizes[s]);
      if (given) {
        const name = `state.${call.number}${backward ? '.reverse' : ''}.${s}`;
        return [s, this.input(name, 'float32', [BATCH, width])];
      }
      const learned = layer.initial[s] as Tensor | undefined;
      if (learned === undefined) return [s, null];
      const path = `${call.path}${backward ? 'reverse.' : ''}initial_${s}`;
      return [s, this.#rows(this.#weight(path, learned), x, width)];
    });
    const found = entries.filter((entry): entry is [string, string] => entry[1] !== null);
    return found.length === 0 ? null : Object.fromEntries(found);
  }

  /** A row or a number for each sequence: [N, width]. */
  #rows(value: string, x: Flow, width: number): string {
    const b = this.graph;
    const count = b.one('Shape', [x.name], { attributes: { start: int(1), end: int(2) } });
    return b.one('Expand', [value, b.concat([count, b.whole([width])], 0)]);
  }

  #standard(
    node: StandardNode,
    layers: readonly LayerNumbers[],
    x: Flow,
    starts: readonly (Record<string, string> | null)[],
    call: LayerCall,
    direction: 'forward' | 'reverse' | 'bidirectional',
  ): DirectionNodes[] {
    const b = this.graph;
    const { input: D, hidden: H } = layers[0].sizes;
    const dense = x.tokens ? this.#oneHot(x.name, D) : x.name;
    const weights = layers.map(({ parameters }) => toNode(node, parameters, D, H));
    const stacked = (name: 'W' | 'R' | 'B' | 'P', shape: readonly number[]): string => {
      const parts = weights.map((own) => own[name]);
      if (parts[0] === null) return '';
      const data = parts.flatMap((part) => Array.from(part ?? []));
      return b.weight(call.path + name, [layers.length, ...shape], data);
    };
    const rows = node.gates.length * H;
    const states = node.states.map((s) => {
      const given = starts.map((start) => start?.[s]);
      return given.every((one) => one !== undefined)
        ? b.concat(
            given.map((one) => b.unsqueeze(one, 0)),
            0,
          )
        : '';
    });
    const inputs = [
      call.step ? b.unsqueeze(dense, 0) : dense,
      ...[stacked('W', [rows, D]), stacked('R', [rows, H]), stacked('B', [2 * rows])],
      ...[call.lengths ?? '', ...states],
      ...(node.peepholes.length === 0 ? [] : [stacked('P', [3 * H])]),
    ];
    const outputs = ['all', ...node.states].map((name) => `${call.path}${name}`);
    const [all, ...last] = b.add(node.op, inputs, { attributes: nodeAttributes(node, direction, H), outputs });
    return layers.map((_, d) => {
      const part = (value: string, axis: number): string =>
        layers.length === 1
          ? b.squeeze(value, axis)
          : b.one('Gather', [value, b.wholeScalar(d)], { attributes: { axis: int(axis) } });
      const ends = node.states.map((s, i): [string, string] => {
        const end = part(last[i], 0);
        const start = starts[d]?.[s];
        return [s, start === undefined || call.lengths === null ? end : this.#unlessEmpty(call.lengths, end, start)];
      });
      const states = Object.fromEntries(ends);
      return { output: call.step ? states.h : part(all, 1), states };
    });
  }

  /** An empty sequence ends as it starts; runtimes give zero. */
  #unlessEmpty(lengths: string, end: string, start: string): string {
    const b = this.graph;
    const some = b.one('Cast', [lengths], { attributes: { to: int(BOOL) } });
    return b.one('Where', [b.unsqueeze(some, 1), end, start]);
  }

  #oneHot(tokens: string, size: number): string {
    const values = this.graph.weight('one_hot', [2], [0, 1]);
    const depth = this.graph.wholeScalar(size);
    return this.graph.one('OneHot', [tokens, depth, values], { attributes: { axis: int(-1) } });
  }

  #scan(
    layer: LayerNumbers,
    x: Flow,
    starts: Record<string, string> | null,
    call: LayerCall,
    reverse: boolean,
  ): DirectionNodes {
    const b = this.graph;
    const { cell, sizes } = layer;
    const nodes = new CellNodes(layer);
    const products = nodes.inputProducts(b, x.name, x.tokens);
    const dense = !nodes.readsInput ? null : x.tokens ? this.#oneHot(x.name, sizes.input) : x.name;
    const widthOf = (s: string): number => sizeNamed(sizes, cell.stateSizes[s]);
    const before = cell.states.map(
      (s) => starts?.[s] ?? this.#rows(b.scalar(cell.initialState[s] ?? 0), x, widthOf(s)),
    );
    if (call.step) {
      const states = nodes.step(b, { x: dense, products, states: new Map(cell.states.map((s, i) => [s, before[i]])) });
      return { output: states.get(cell.output) ?? '', states: Object.fromEntries(states) };
    }
    const body = new GraphBuilder(b);
    const value = (wanted: string, width: number | null, dtype: OnnxDType = 'float32'): OnnxValue => ({
      ...{ name: body.name(layer.path + wanted), dtype, shape: [BATCH, width] },
    });
    const stateInputs = cell.states.map((s) => value(`before.${s}`, widthOf(s)));
    const scanned: [string, OnnxValue][] = [];
    const scan = (of: string | null, wanted: string, width: number | null, dtype?: OnnxDType): string | null => {
      if (of === null) return null;
      const own = value(wanted, width, dtype);
      scanned.push([of, own]);
      return own.name;
    };
    const own = {
      products: scan(products, 'products', null),
      x: scan(dense, 'x', sizes.input),
      mask: scan(call.mask(), 'mask', 1, 'bool'),
    };
    const states = new Map(cell.states.map((s, i) => [s, stateInputs[i].name]));
    const next = nodes.step(body, { x: own.x, products: own.products, states });
    const kept = (s: string, otherwise: () => string): string => {
      const made = next.get(s) ?? '';
      return own.mask === null ? made : body.one('Where', [own.mask, made, otherwise()]);
    };
    const after = cell.states.map((s) => kept(s, () => states.get(s) ?? ''));
    const output = body.one('Identity', [kept(cell.output, () => body.scalar(0))]);
    const described = (name: string, s: string): OnnxValue => ({ name, dtype: 'float32', shape: [BATCH, widthOf(s)] });
    const graph = body.graph(
      cell.name,
      [...stateInputs, ...scanned.map(([, input]) => input)],
      [...cell.states.map((s, i) => described(after[i], s)), described(output, cell.output)],
    );
    const way = reverse ? 1 : 0;
    const outputs = [...cell.states, 'all'].map((s) => `${layer.path}${s}`);
    const made = b.add('Scan', [...before, ...scanned.map(([of]) => of)], {
      attributes: {
        body: { kind: 'graph', value: graph },
        num_scan_inputs: int(scanned.length),
        scan_input_directions: ints(scanned.map(() => way)),
        scan_output_directions: ints([way]),
      },
      outputs,
    });
    const ends = cell.states.map((s, i): [string, string] => [s, made[i]]);
    return { output: made[cell.states.length], states: Object.fromEntries(ends) };
  }

  #weight(name: string, tensor: Tensor): string {
    return this.graph.weight(name, tensor.shape, tensor.data());
  }
}

const FLOAT = 1;
const INT64 = 7;
const BOOL = 9;

interface LayerCall extends RecurrentCall {
  step: boolean;
  reverse: boolean;
  mask: () => string | null;
  /** From 0, over all recurrent parts. */
  number: number;
}

interface DirectionNodes {
  output: string;
  states: Record<string, string>;
}

function sumOf(directions: readonly RecurrentLayer[]): number {
  return directions.reduce((sum, layer) => sum + layer.outputSize, 0);
}

function numbersOf(layer: RecurrentLayer, path: string): LayerNumbers {
  const parameters = [...layer.namedState()].map(({ name, shape, label, tensor }): [string, LabelledNumbers] => {
    return [name, { shape, blocks: label.blocks, data: tensor.data() }];
  });
  return { cell: layer.inference, sizes: layer.sizes, parameters: Object.fromEntries(parameters), path };
}
