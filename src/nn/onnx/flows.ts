// A value of the chain between two layers: which axes it has, and how nodes turn them around.
import type { OnnxNode, OnnxValue } from '../../formats/onnx/model.js';
import type { Spec } from './parts.js';
import { type AxisKind, type Flow, type Refuse, type Value, wholeNumbers } from './values.js';

export function intOf(node: OnnxNode, name: string, otherwise: number): number {
  const attribute = node.attributes[name];
  return attribute?.kind === 'int' ? attribute.value : otherwise;
}

export function flowOf({ name, dtype, shape }: OnnxValue): Flow {
  const tokens = dtype === 'int64' || dtype === 'int32';
  const width = shape?.at(-1);
  const own = { kind: 'flow', place: 0, input: name } as const;
  if (tokens) return { ...own, axes: ['first', 'second'] };
  const axes: AxisKind[] = shape?.length === 2 ? ['first', 'features'] : ['first', 'second', 'features'];
  return { ...own, axes, ...(typeof width === 'number' ? { width } : {}) };
}

/** What is made of an input and is no longer the chain's: a state, or lengths. */
export function inputState(flow: Flow, refuse: Refuse): Value {
  if (flow.ends === true) return { kind: 'end' };
  return flow.place === 0
    ? { kind: 'start', from: 'input' }
    : refuse('layers one after the other, and both directions side by side', 'parts of a value');
}

/** Errors: FORMAT where directions are apart. */
export function settled(flow: Flow, refuse: Refuse): void {
  if (flow.axes.includes('directions') || flow.direction !== undefined) {
    refuse('directions side by side', 'a value in which they are apart');
  }
  if (flow.single !== undefined) refuse('the last step without its axis', 'one with it');
}

export function directionsOf(pieces: readonly Flow[], count: number): boolean {
  return (
    count === 2 &&
    pieces.length === 2 &&
    (pieces[0].direction ?? (pieces[0].directions === 1 ? 0 : undefined)) === 0 &&
    pieces[1].direction === 1 &&
    pieces[0].place === pieces[1].place &&
    pieces[0].ends === pieces[1].ends
  );
}

/** Rows of all steps below each other, [-1, features], and back; null for any other shape. */
export function refolded(flow: Flow, shape: Value | undefined): Flow | null {
  const { axes, unfolded, width } = flow;
  if (unfolded !== undefined) {
    const back = shape?.kind === 'sizes' && shape.of?.join() === unfolded.join();
    return back ? { ...flow, axes: unfolded, unfolded: undefined } : null;
  }
  const wanted = shape?.kind === 'constant' ? wholeNumbers(shape.tensor) : [];
  const isFlat =
    (wanted.length === 2 && wanted[0] === -1 && wanted[1] === width) ||
    (shape?.kind === 'sizes' && shape.of?.join() === 'rows,features');
  const isPlain = axes.length === 3 && axes[2] === 'features' && !axes.includes('directions');
  return isFlat && isPlain && flow.ends !== true && flow.direction === undefined
    ? { ...flow, axes: ['rows', 'features'], unfolded: axes }
    : null;
}

/** One direction, or the last step with its axis; null for anything else. */
export function sliced(
  flow: Flow,
  [start, end, axis, step]: readonly (Value | undefined)[],
  time: AxisKind | null,
  last: Spec | undefined,
): Flow | null {
  const [from, to, at, by] = [start, end, axis, step].map((value) =>
    value?.kind === 'constant' && value.tensor.data.length === 1 ? wholeNumbers(value.tensor)[0] : undefined,
  );
  if (from === undefined || to === undefined || at === undefined || (step !== undefined && by !== 1)) return null;
  const kind = flow.axes.at(at);
  if (kind === 'directions' && flow.directions === 2 && (from === 0 || from === 1) && to === from + 1) {
    return { ...flow, direction: from };
  }
  if (kind === undefined || kind !== time || flow.ends === true || last?.kind !== 'recurrent') return null;
  // What a direction from the end gives last stands at the first step.
  const isForward = flow.directions === 2 ? flow.direction === 0 : last.spec.options.reverse !== true;
  const isBackward = flow.directions === 2 && flow.direction === 1;
  const isEnd = (isForward && from === -1 && to >= 2 ** 31 - 1) || (isBackward && from === 0 && to === 1);
  return isEnd ? { ...flow, ends: true, single: kind } : null;
}

/** Directions that fall into the features, or go where there is one. */
export function reshaped(flow: Flow, shape: Value | undefined, last: Spec | undefined, refuse: Refuse): Value {
  const { axes } = flow;
  const at = axes.indexOf('directions');
  const rank = shape?.kind === 'constant' ? shape.tensor.data.length : axes.length - 1;
  if (at < 0 || last?.kind !== 'recurrent' || rank !== axes.length - 1) return inputState(flow, refuse);
  const beside = at === axes.length - 2;
  if (flow.directions !== 1 && !beside) return refuse('directions beside features', axes.join(', '));
  const merged = flow.directions === 2 ? { merge: 'concat' as const, width: 2 * (flow.width ?? 0) } : {};
  return { ...flow, ...merged, axes: axes.filter((_, i) => i !== at) };
}

/** One direction, or the last step. */
export function gathered(
  node: OnnxNode,
  flow: Flow,
  index: Value | undefined,
  time: AxisKind | null,
  specs: readonly Spec[],
  refuse: Refuse,
): Value {
  const { axes } = flow;
  const axis = intOf(node, 'axis', 0);
  const at = axis < 0 ? axis + axes.length : axis;
  if (index?.kind !== 'constant' || index.tensor.shape.length !== 0 || flow.place === 0)
    return inputState(flow, refuse);
  const [which] = wholeNumbers(index.tensor);
  const rest = axes.filter((_, i) => i !== at);
  if (axes[at] === 'directions') {
    const count = flow.directions ?? 1;
    const direction = which < 0 ? which + count : which;
    if (direction < 0 || direction >= count) return refuse(`one of ${count} directions`, String(which));
    return { ...flow, axes: rest, ...(flow.directions === 2 ? { direction } : {}) };
  }
  if (axes[at] === time && which === -1 && flow.ends !== true) {
    if (flow.directions === 2)
      return refuse('the last states of both directions', 'the last step of both', 'they differ: use the states');
    const last = specs.findLast((spec) => spec.kind === 'recurrent');
    if (last?.kind !== 'recurrent' || last.spec.options.reverse === true) {
      return refuse('the last step of a layer that reads forward', 'that of another');
    }
    return { ...flow, axes: rest, ends: true };
  }
  return refuse('a direction, or the last step', `element ${which} along axis ${axis}`);
}
