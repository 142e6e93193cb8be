// A node Scan or Loop of a file as a layer of ours: which of its values are x, states, lengths and output.
// Source: https://onnx.ai/onnx/operators/onnx__Scan.html, onnx__Loop.html
import { layoutOf } from '../../cell/plan/layout.js';
import type { OnnxGraph, OnnxNode } from '../../formats/onnx/model.js';
import { sameEquations } from '../../formats/onnx/standardNodes.js';
import { brief } from '../../brief.js';
import { constantInit } from '../initializers.js';
import { Recurrent } from '../recurrent.js';
import type { RecurrentLayer } from '../recurrentLayer.js';
import type { RecurrentOptions } from '../recurrentOptions.js';
import { type BodyValue, inputRows, isSummand } from './bodyValues.js';
import { type BodyCell, type LoopState, readBody } from './loopBody.js';
import { addView, viewOf } from './products.js';
import { floats } from './recurrentNode.js';
import { type AxisKind, type Flow, type Refuse, SIZES, type Start, type Value, wholeNumbers } from './values.js';

/** One direction of a loop. */
export interface LoopDirection {
  body: BodyCell;
  /** What states start from that are not given: rows by state. */
  initial: Readonly<Record<string, Float32Array>>;
}

/** A layer that can be made. */
export interface LoopSpec {
  loops: readonly LoopDirection[];
  options: RecurrentOptions;
  directions: 1 | 2;
}

/** What a loop needs of the graph around it. */
export interface Chain {
  value(name: string): Value | undefined;
  /** A value of the chain whose layer is placed. */
  placed(flow: Flow, refuse: Refuse): Flow;
  start(value: Value | undefined, refuse: Refuse): Start;
  charge(numbers: number, refuse: Refuse): void;
  /** Names that something reads. */
  isRead(name: string): boolean;
  refuseAt(node: OnnxNode): Refuse;
  opset: number;
}

/** A loop that was read. */
export interface ReadLoop {
  /** What stands before it in the chain. */
  x: Flow;
  time: AxisKind;
  direction: LoopDirection;
  spec: LoopSpec;
  /** What each of the node’s outputs is, of a chain that has come to `place`; `direction` 1 for the second of two. */
  outputs(place: number, direction: 1 | undefined): Value[];
}

/** How a node gives its values to its body. */
interface LoopCall {
  body: OnnxGraph;
  /** By the names of the body: states, and what they start from. */
  states: { input: string; output: string; start: Value | undefined; slot: number }[];
  /** Values of which the body sees one step. */
  scanned: { name: string; value: Value | undefined; axis: number; at: number }[];
  /** Other inputs of the body. */
  inputs: Map<string, BodyValue>;
  /** Outputs at every step: the name in the body, the node’s output, the axis of time. */
  collected: { name: string; slot: number; axis: number }[];
  reverse: boolean;
}

/** Reads a Scan or a Loop. Errors: FORMAT, by `refuse`. */
export function readLoop(
  node: OnnxNode,
  inputs: readonly (Value | undefined)[],
  chain: Chain,
  refuse: Refuse,
): ReadLoop {
  const attribute = node.attributes.body;
  const body = attribute?.kind === 'graph' ? attribute.value : refuse('a body', 'none');
  const lists: string[] = [];
  const call =
    node.op === 'Scan' ? scanOf(node, body, inputs, chain, refuse) : loopOf(body, inputs, lists, chain, refuse);
  const { x, time, inputSize } = scannedInto(call, chain, refuse);
  const starts = call.states.map(({ start }) => chain.start(start, refuse));
  const states = call.states.map(({ input, output }, i): LoopState => ({ input, output, ...beginning(starts[i]) }));
  const read = call.collected.filter(({ slot }) => chain.isRead(node.outputs[slot] ?? ''));
  if (read.length > 1) refuse('one output at every step', String(read.length));
  const out = read.at(0) ?? null;
  const first = call.states.findIndex(({ slot }) => chain.isRead(node.outputs[slot] ?? ''));
  const output = out?.name ?? call.states.at(Math.max(first, 0))?.output ?? refuse('a state', 'none');
  const outer = (name: string): BodyValue | undefined => {
    const value = chain.value(name);
    if (value?.kind === 'constant') return value;
    return value?.kind === 'sizes' ? { kind: 'size', steps: value.axis === time } : undefined;
  };
  const cell = readBody({
    ...{ graph: body, states, inputs: call.inputs, outer, output, inputSize, refuse, opset: chain.opset },
    charge: chain.charge.bind(chain),
    refuseAt: chain.refuseAt.bind(chain),
  });
  const initial: Record<string, Float32Array> = {};
  starts.forEach((start, i) => {
    const size = widthIn(cell, cell.stateNames[i]);
    const row = rowOf(start, size, refuse);
    if (row !== null) initial[cell.stateNames[i]] = row;
  });
  const width = widthIn(cell, cell.cell.output);
  const direction = { body: cell, initial };
  const outputs = (place: number, second: 1 | undefined): Value[] => {
    const made: Value[] = node.outputs.map(() => SIZES);
    const common = { kind: 'flow', place, input: x.input, directions: 1, direction: second, width } as const;
    const batch: AxisKind = time === 'first' ? 'second' : 'first';
    call.states.forEach(({ slot }, i) => {
      const isOutput = cell.stateNames[i] === cell.cell.output;
      made[slot] = isOutput ? { ...common, axes: [batch, 'features'], ends: true } : { kind: 'end' };
    });
    for (const { name, slot, axis } of call.collected) {
      if (out?.slot !== slot) continue;
      const axes: AxisKind[] = [batch, 'features'];
      axes.splice(axis < 0 ? axis + 3 : axis, 0, time);
      const flow: Flow = { ...common, axes };
      made[slot] = lists.includes(name) ? { kind: 'list', flow } : flow;
    }
    return made;
  };
  return { x, time, direction, outputs, spec: specOf([direction], call.reverse) };
}

/** Two loops as the directions of one layer. Errors: FORMAT where they are of different sizes. */
export function bothDirections(forward: LoopSpec, backward: LoopSpec, refuse: Refuse): LoopSpec {
  const [a, b] = [forward.loops[0], backward.loops[0]];
  const sizes = ({ body }: LoopDirection): string => JSON.stringify([body.inputSize, body.hiddenSize, body.numHeads]);
  if (sizes(a) !== sizes(b)) return refuse('directions of one size', `${sizes(a)} and ${sizes(b)}`);
  const agree = Object.entries(a.body.sizes).every(([name, n]) => (b.body.sizes[name] ?? n) === n);
  if (!agree) return refuse('directions of one size', 'two');
  return specOf([a, b], false);
}

function specOf(loops: readonly LoopDirection[], reverse: boolean): LoopSpec {
  const [{ body }] = loops;
  const sizes = Object.assign({}, ...loops.map((loop) => loop.body.sizes)) as Record<string, number>;
  const options: RecurrentOptions = {
    ...{ inputSize: body.inputSize, hiddenSize: body.hiddenSize, init: constantInit(0) },
    ...(Object.keys(sizes).length === 0 ? {} : { sizes }),
    ...(body.numHeads === null ? {} : { numHeads: body.numHeads }),
    ...(loops.some((loop) => loop.body.bias) ? {} : { bias: false }),
    ...(loops.length === 2 ? { bidirectional: true } : {}),
    ...(reverse ? { reverse: true } : {}),
    ...(loops.some(({ initial }) => Object.keys(initial).length > 0) ? { learnInitialState: true } : {}),
  };
  return { loops, options, directions: loops.length === 2 ? 2 : 1 };
}

/** The layer, with its weights. */
export function makeLoop({ loops, options }: LoopSpec, more: Partial<RecurrentOptions>): Recurrent {
  const [{ body }, second] = loops;
  const other = second === undefined || isOne(body, second.body) ? {} : { backwardCell: second.body.cell };
  const rnn = new Recurrent(body.cell, { ...options, ...more, ...other });
  for (const [d, layer] of rnn.structure.layers[0].entries()) fill(layer, loops[d]);
  return rnn;
}

function isOne(a: BodyCell, b: BodyCell): boolean {
  return a.cell === b.cell || sameEquations(a.cell, b.cell);
}

/** Gives a layer its numbers, linear by linear. */
function fill(layer: RecurrentLayer, { body, initial }: LoopDirection): void {
  const layout = layoutOf(layer.cell);
  for (const { name, shape, tensor } of layer.namedState()) {
    const data = new Float32Array(shape.reduce((product, n) => product * n, 1));
    const group = layout.groups.find(({ parameter }) => parameter === name);
    let first = 0;
    if (group !== undefined) {
      for (const linear of group.linears) {
        const affine = body.linears.get(linear);
        for (const { operand, perHead, matrix } of affine?.products ?? []) {
          if (operand === group.operand && perHead === group.perHead) addView(matrix, data, first, shape[1]);
        }
        first += (affine?.columns ?? 0) / (group.perHead ? layer.sizes.heads : 1);
      }
    } else if (name === 'bias') {
      for (const linear of layout.linears.filter(({ bias }) => bias)) {
        const affine = body.linears.get(linear.name);
        if (affine?.bias) data.set(affine.bias, first);
        first += affine?.columns ?? 0;
      }
    } else if (name.startsWith('initial_')) {
      const state = name.slice('initial_'.length);
      const start = initial[state];
      if (start !== undefined) data.set(start);
      else data.fill(layer.cell.initialState[state] ?? 0);
    } else data.set(body.vectors.get(name) ?? []);
    tensor.set(data);
  }
}

/** In words, for a table. */
export function describeLoop({ loops, options }: LoopSpec): string {
  const way = loops.length === 2 ? ', both directions' : options.reverse === true ? ', from the end' : '';
  return `Recurrent of ${loops[0].body.cell.name}, ${options.inputSize} to ${String(options.hiddenSize)}${way}`;
}

function widthIn({ cell, hiddenSize, sizes }: BodyCell, state: string): number {
  return sizes[cell.stateSizes[state]] ?? hiddenSize;
}

/** What is known of a state by what it starts from. */
function beginning(start: Start): Pick<LoopState, 'count' | 'initial'> {
  if (start.from !== 'rows' || start.tensor === undefined)
    return { count: null, initial: start.from === 'zero' ? 0 : null };
  const { shape, data } = start.tensor;
  if (data.length === 1) return { count: null, initial: Number(data[0]) };
  return { count: shape.at(-1) ?? null, initial: null };
}

/** The row that all sequences start from; null where it is a number, or given at each call. */
function rowOf(start: Start, size: number, refuse: Refuse): Float32Array | null {
  if (start.from !== 'rows' || start.tensor === undefined || start.tensor.data.length === 1) return null;
  const values = floats(start.tensor, refuse);
  if (values.length % size !== 0 || values.some((value, i) => value !== values[i % size])) {
    return refuse(`the same row of ${size} for all sequences`, 'another', 'export it with states as inputs');
  }
  return values.slice(0, size);
}

function numbersOf(node: OnnxNode, name: string, count: number): number[] {
  const attribute = node.attributes[name];
  return attribute?.kind === 'ints' ? [...attribute.value] : new Array<number>(count).fill(0);
}

function scanOf(
  node: OnnxNode,
  body: OnnxGraph,
  inputs: readonly (Value | undefined)[],
  chain: Chain,
  refuse: Refuse,
): LoopCall {
  if (chain.opset < 9) refuse('a Scan of opset 9 or later', String(chain.opset), 'export the model again');
  const attribute = node.attributes.num_scan_inputs;
  const M = attribute?.kind === 'int' ? attribute.value : 0;
  const N = inputs.length - M;
  const K = body.outputs.length - N;
  if (M < 1 || N < 1 || K < 0 || body.inputs.length !== N + M) {
    return refuse('states, and inputs of which it sees a step', `${body.inputs.length} inputs, ${M} by steps`);
  }
  const directions = numbersOf(node, 'scan_input_directions', M);
  const back = numbersOf(node, 'scan_output_directions', K);
  const axes = numbersOf(node, 'scan_input_axes', M);
  const outAxes = numbersOf(node, 'scan_output_axes', K);
  if ([...directions, ...back].some((way) => way !== directions[0])) {
    return refuse('one direction of all inputs and outputs', [...directions, ...back].join(', '));
  }
  return {
    body,
    states: body.inputs.slice(0, N).map(({ name }, i) => {
      return { input: name, output: body.outputs[i].name, start: inputs[i], slot: i };
    }),
    scanned: body.inputs.slice(N).map(({ name }, i) => {
      return { name, value: inputs[N + i], axis: axes[i] ?? 0, at: i };
    }),
    inputs: new Map(),
    collected: body.outputs.slice(N).map(({ name }, i) => ({ name, slot: N + i, axis: outAxes[i] ?? 0 })),
    reverse: directions[0] === 1,
  };
}

function loopOf(
  body: OnnxGraph,
  inputs: readonly (Value | undefined)[],
  lists: string[],
  chain: Chain,
  refuse: Refuse,
): LoopCall {
  const N = inputs.length - 2;
  const [count, goesOn] = body.inputs;
  if (body.inputs.length !== inputs.length || body.outputs.length < N + 1 || N < 0 || goesOn === undefined) {
    return refuse('a number, a condition and states of its body', `${body.inputs.length} inputs`);
  }
  const scanned: LoopCall['scanned'] = [];
  for (const { op, inputs: from, outputs, attributes } of body.nodes) {
    const value = op === 'Gather' ? chain.value(from[0]) : undefined;
    const axis = attributes.axis?.kind === 'int' ? attributes.axis.value : 0;
    if (value?.kind === 'flow' && !scanned.some(({ name }) => name === from[0])) {
      scanned.push({ name: from[0], value, axis, at: body.nodes.findIndex((other) => other.outputs === outputs) });
    }
  }
  const [trips] = inputs;
  const time = scanned.flatMap(({ value, axis }) => (value?.kind === 'flow' ? [value.axes.at(axis)] : [])).at(0);
  const endless =
    trips === undefined || (trips.kind === 'constant' && (wholeNumbers(trips.tensor).at(0) ?? 0) >= 2 ** 31 - 1);
  const counted = trips?.kind === 'sizes' && trips.axis !== undefined && trips.axis === time;
  if (!endless && !counted) refuse('as many steps as the input has', 'another number', 'x.size(0), or its other axis');
  const own = new Map<string, BodyValue>([[count.name, { kind: 'time', offset: 0 }]]);
  if (counted) own.set(goesOn.name, { kind: 'goesOn' });
  const states: LoopCall['states'] = [];
  const collected = body.outputs.slice(N + 1).map(({ name }, i) => ({ name, slot: N + i, axis: 0 }));
  for (let i = 0; i < N; i++) {
    const start = inputs[i + 2];
    const [input, output] = [body.inputs[i + 2].name, body.outputs[i + 1].name];
    const isCount =
      start?.kind === 'constant' &&
      /int/.test(start.tensor.dtype) &&
      start.tensor.data.length === 1 &&
      wholeNumbers(start.tensor)[0] === 0;
    if (isCount) own.set(input, { kind: 'time', offset: 0 });
    else if (start?.kind === 'list' && start.flow === null) {
      own.set(input, { kind: 'list', of: null });
      lists.push(output);
      collected.push({ name: output, slot: i, axis: 0 });
    } else if (input === output && start?.kind === 'constant') own.set(input, start);
    else if (input === output && start?.kind === 'sizes') own.set(input, { kind: 'size', steps: start.axis === time });
    else states.push({ input, output, start, slot: i });
  }
  return { body, states, scanned, inputs: own, collected, reverse: false };
}

/** Gives the body its steps of the input. */
function scannedInto(call: LoopCall, chain: Chain, refuse: Refuse): { x: Flow; time: AxisKind; inputSize: number } {
  let found: { x: Flow; time: AxisKind; inputSize: number } | null = null;
  for (const { name, value, axis, at } of call.scanned) {
    if (value?.kind === 'mask') {
      call.inputs.set(name, { kind: 'mask' });
      continue;
    }
    if (value?.kind !== 'flow') return refuse('the input or a layer before it', `"${brief(name)}"`);
    const seen = call.body.inputs.some((input) => input.name === name) ? name : call.body.nodes[at].outputs[0];
    const absorbed = value.pending !== undefined && isSummand(call.body, seen) ? value.pending : null;
    const x = absorbed?.from ?? chain.placed(value, refuse);
    const { axes } = value;
    const time = axes.at(axis);
    const rest = axes.filter((kind) => kind !== time).join();
    const inputSize = absorbed?.spec.weight.shape[0] ?? value.width;
    if (axes.length !== 3 || (time !== 'first' && time !== 'second') || !/^(first|second),features$/.test(rest)) {
      return refuse('an input of steps, batch and features', axes.join(', '));
    }
    if (inputSize === undefined) return refuse('an input whose size the file says', `"${brief(name)}"`);
    if (
      found !== null &&
      (found.x.place !== x.place || found.x.input !== x.input || found.time !== time || found.inputSize !== inputSize)
    ) {
      return refuse('steps of one input', 'of several');
    }
    found = { x, time, inputSize };
    let step: BodyValue = inputRows(inputSize);
    if (absorbed !== null) {
      const { weight, bias } = absorbed.spec;
      chain.charge(weight.data.length, refuse);
      const matrix = viewOf(floats(weight, refuse), weight.shape);
      const affine = {
        products: [{ operand: step.expr, perHead: false, matrix }],
        bias: bias === null ? null : floats(bias, refuse),
        columns: weight.shape[1],
      };
      step = { kind: 'sum', affine, after: [], lead: 0 };
    }
    call.inputs.set(name, seen === name ? step : { kind: 'steps', step, axis });
  }
  return found ?? refuse('an input of which it sees a step', 'none');
}
