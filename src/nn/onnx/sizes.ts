// Values of an ONNX graph that are sizes of others: followed as far as it is known which size they are.
import type { OnnxGraph, OnnxNode } from '../../formats/onnx/model.js';
import { type Mask, type Sizes, type Value, wholeNumbers } from './values.js';

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
export function sizesOf(node: OnnxNode, [first, second]: readonly (Value | undefined)[]): Sizes | Mask | null {
  const { op } = node;
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
  if (op === 'Gather' && second?.kind === 'constant' && second.tensor.data.length === 1) {
    const axis = first.of?.at(wholeNumbers(second.tensor)[0]);
    return { kind: 'sizes', ...(axis === undefined ? {} : { axis }) };
  }
  return null;
}
