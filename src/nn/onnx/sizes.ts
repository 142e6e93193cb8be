// Values of an ONNX graph that are sizes of others: followed as far as it is known which size they are.
import type { OnnxGraph, OnnxNode } from '../../formats/onnx/model.js';
import { type AxisKind, type Mask, type Sizes, type Value, wholeNumbers } from './values.js';

/** Sizes that are followed together; a file may put them behind each other without end. */
const MOST_AXES = 8;

/** Operators that leave a value what it is. */
export function passes(op: string): boolean {
  return ['Identity', 'Cast', 'Dropout'].includes(op);
}

/** Names that nodes of a graph or its outputs read. */
export function namesOf(graph: OnnxGraph): ReadonlySet<string> {
  return new Set([...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.map(({ name }) => name)]);
}

function intOf(node: OnnxNode, name: string): number | undefined {
  const attribute = node.attributes[name];
  return attribute?.kind === 'int' ? attribute.value : undefined;
}

/** Sizes, one of them, the numbers of steps, or where sequences are by their lengths; null where it is none of these. */
export function sizesOf(node: OnnxNode, inputs: readonly (Value | undefined)[]): Sizes | Mask | null {
  const { op } = node;
  const [first, second] = inputs;
  if (op === 'Shape' || op === 'Size') {
    if (first?.kind !== 'flow' || op === 'Size') return { kind: 'sizes' };
    return { kind: 'sizes', of: first.axes.slice(intOf(node, 'start') ?? 0, intOf(node, 'end')) };
  }
  const isSize = (value: Value | undefined): boolean => value?.kind === 'sizes' || value?.kind === 'constant';
  if (op === 'Range' && isSize(first) && isSize(second)) {
    const from = first?.kind === 'constant' ? wholeNumbers(first.tensor).at(0) : undefined;
    return { kind: 'sizes', places: from === 0 };
  }
  const [places, ends] = op === 'Less' ? [first, second] : op === 'Greater' ? [second, first] : [];
  if (places?.kind === 'sizes' && places.places === true && ends?.kind === 'start' && ends.from === 'input') {
    return { kind: 'mask' };
  }
  if (first?.kind !== 'sizes') return null;
  if (['Identity', 'Cast', 'Unsqueeze', 'Squeeze'].includes(op)) {
    const [only, ...more] = first.of ?? [];
    return op === 'Squeeze' && only !== undefined && more.length === 0 ? { kind: 'sizes', axis: only } : first;
  }
  if (op === 'Gather' && second?.kind === 'constant') {
    if (second.tensor.data.length > MOST_AXES) return { kind: 'sizes' };
    const [axis, ...more] = wholeNumbers(second.tensor).map((i) => first.of?.at(i));
    if (axis === undefined || more.includes(undefined)) return { kind: 'sizes' };
    return more.length === 0 && second.tensor.shape.length === 0
      ? { kind: 'sizes', axis }
      : { kind: 'sizes', axis, of: [axis, ...more.filter((one) => one !== undefined)] };
  }
  if (op === 'ReduceProd' && first.of !== undefined) {
    const isOne = first.of.length === 1;
    const isRows = first.of.length === 2 && !first.of.includes('features');
    return isOne ? first : { kind: 'sizes', ...(isRows ? { of: ['rows'] } : {}) };
  }
  if (op === 'Concat') {
    // A constant behind the others is a width.
    const of = inputs.map((value, i): readonly AxisKind[] | undefined => {
      const isWidth = i === inputs.length - 1 && value?.kind === 'constant' && value.tensor.data.length === 1;
      return isWidth ? ['features'] : value?.kind === 'sizes' ? value.of : undefined;
    });
    const known = of.filter((axes) => axes !== undefined);
    const isKnown = known.length === inputs.length && known.length <= MOST_AXES;
    const all = isKnown ? known.flat() : [];
    return { kind: 'sizes', ...(isKnown && all.length <= MOST_AXES ? { of: all } : {}) };
  }
  return null;
}
