// Nodes on a value of the chain: layers with weights, functions, and what only turns the value around.
import { logSoftmax, relu, sigmoid, softmax, tanh } from '../../autograd/ops.js';
import type { OnnxNode, OnnxTensor } from '../../formats/onnx/model.js';
import { weightOf } from './constants.js';
import { directionsOf, gathered, inputState, intOf, refolded, reshaped, settled, sliced } from './flows.js';
import type { LayerChain } from './layerChain.js';
import type { ImportedPart } from './onnxNetwork.js';
import type { Spec } from './parts.js';
import { passes } from './sizes.js';
import { axesOf, type Flow, type Refuse, turned, type Value } from './values.js';

const FUNCTIONS: Readonly<Record<string, ImportedPart>> = {
  Relu: relu,
  Tanh: tanh,
  Sigmoid: sigmoid,
  Softmax: softmax,
  LogSoftmax: logSoftmax,
};

/** An operator on a value of the chain. */
export function flowNode(
  chain: LayerChain,
  opset: number,
  node: OnnxNode,
  given: Flow,
  inputs: readonly (Value | undefined)[],
  refuse: Refuse,
): Value[] {
  const second = inputs.at(1);
  const biased = node.op === 'Add' && second?.kind === 'constant' ? withBias(given, second.tensor) : null;
  if (biased !== null) return [biased];
  // A bias may stand behind what turns the value around.
  const isTurned =
    passes(node.op) || node.op === 'Transpose' || (node.op === 'Reshape' && given.unfolded !== undefined);
  const flow = isTurned ? given : chain.placed(given, refuse);
  const { axes } = flow;
  const last = chain.specs.at(-1);
  const atEnd = flow.place === chain.specs.length;
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
      if (flow.single !== undefined && gone.length === 1 && axes[gone[0]] === flow.single) {
        return [{ ...flow, single: undefined, axes: axes.filter((_, i) => i !== gone[0]) }];
      }
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
      return [refolded(flow, second) ?? reshaped(flow, second, last, refuse)];
    case 'Split': {
      const axis = intOf(node, 'axis', 0);
      if (axes.at(axis) !== 'directions' || flow.directions !== 2)
        return node.outputs.map(() => inputState(flow, refuse));
      return [0, 1].map((direction) => ({ ...flow, direction }));
    }
    case 'Gather':
      return [gathered(node, flow, second, chain.time, chain.specs, refuse)];
    case 'Concat': {
      const pieces = inputs.filter((v): v is Flow => v?.kind === 'flow');
      const axis = intOf(node, 'axis', 0);
      const joins = directionsOf(pieces, inputs.length) && (axis === -1 || axis === axes.length - 1);
      if (joins && atEnd) return [{ ...flow, direction: undefined, merge: 'concat', width: 2 * (flow.width ?? 0) }];
      return [inputState(flow, refuse)];
    }
    case 'Slice': {
      const part = sliced(flow, inputs.slice(1), chain.time, last);
      if (part !== null) return [part];
      if (flow.place > 0 && flow.ends !== true) {
        const help = 'a graph whose steps are written out has their number in it: in PyTorch export with dynamo=False';
        return refuse('whole sequences', 'a part of one', help);
      }
      return [inputState(flow, refuse)];
    }
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
      return [arithmetic(chain, node.op, flow, second, last, refuse)];
    case 'MatMul':
      return [linearOf(chain, flow, weightOf(second, refuse), null, refuse)];
    case 'Gemm':
      return [gemmOf(chain, node, flow, inputs, refuse)];
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
      chain.push(flow, { kind: 'norm', ...own, epsilon, refuse }, 2 * size, refuse);
      return [{ ...flow, place: chain.specs.length }];
    }
    default: {
      const apply = Object.hasOwn(FUNCTIONS, node.op) ? FUNCTIONS[node.op] : undefined;
      if (apply === undefined) return refuse('a layer or an operator between two', node.op);
      // Of Softmax, the only one with an axis.
      const axis = intOf(node, 'axis', node.op.endsWith('oftmax') && opset < 13 ? 1 : -1);
      if (axis !== -1 && axis !== axes.length - 1) return refuse('the last axis', String(axis));
      settled(flow, refuse);
      chain.push(flow, { kind: 'function', apply }, 0, refuse);
      return [{ ...flow, place: chain.specs.length }];
    }
  }
}

function arithmetic(
  chain: LayerChain,
  op: 'Add' | 'Mul',
  flow: Flow,
  other: Value | undefined,
  last: Spec | undefined,
  refuse: Refuse,
): Flow {
  const atEnd = flow.place === chain.specs.length;
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
function withBias(flow: Flow, bias: OnnxTensor): Flow | null {
  const { pending } = flow;
  const size = bias.data.length;
  if (pending?.spec.kind !== 'linear' || pending.spec.bias !== null) return null;
  if (size !== pending.spec.weight.shape[1] || bias.shape.at(-1) !== size) return null;
  return { ...flow, pending: { ...pending, spec: { ...pending.spec, bias } } };
}

function gemmOf(
  chain: LayerChain,
  node: OnnxNode,
  flow: Flow,
  inputs: readonly (Value | undefined)[],
  refuse: Refuse,
): Flow {
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
  return linearOf(chain, flow, weight, bias?.tensor ?? null, refuse);
}

function linearOf(chain: LayerChain, flow: Flow, weight: OnnxTensor, bias: OnnxTensor | null, refuse: Refuse): Flow {
  settled(flow, refuse);
  const [inputs, outputs] = weight.shape;
  if (flow.width !== undefined && flow.width !== inputs) {
    return refuse(`a weight of ${flow.width} rows`, `[${weight.shape.join(', ')}]`);
  }
  if (bias !== null && bias.data.length !== outputs) return refuse(`a bias of ${outputs}`, String(bias.data.length));
  return chain.pending(flow, { kind: 'linear', weight, bias, refuse });
}
