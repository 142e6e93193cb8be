// The tape: what computed each tensor, and backward() over it. Rules stand with the operations, in one typed table.
import { UnrolledError } from '../errors.js';
import { type Names, optionsOf } from '../expect.js';
import { frozenMask } from './frozen.js';
import { formatShape } from '../tensor/shape.js';
import { expectAtOnce, expectBody, keep, scope } from '../tensor/scope.js';
import { type GradientNode, Tensor } from '../tensor/tensor.js';
import { full } from '../tensor/create.js';

/**
 * A gradient xᵀ g that is still to be multiplied: x is [M, K], g is [M, N] in the memory of the two tensors, whatever their
 * leading axes. The products of a weight that many steps share become one product over the rows of all of them.
 */
export interface PendingProduct {
  x: Tensor;
  g: Tensor;
}

/** A gradient; null where there is none. */
export type Gradient = Tensor | PendingProduct | null;

/**
 * One operation on the tape. `backward` gets the gradient of each output (null where none arrived) and returns the one of
 * each input (null where not needed); it never returns a tensor that it was given, but `alias` of it. Only for inputs that
 * are `shared` it may return a pending product.
 */
export interface TapeEntry {
  op: string;
  inputs: readonly Tensor[];
  outputs: readonly Tensor[];
  backward(
    gradients: readonly (Tensor | null)[],
    needed: readonly boolean[],
    shared?: (input: Tensor) => boolean,
  ): Gradient[];
  /** What else tells how it was made, for whoever goes another way back (parts.ts). */
  saved?: unknown;
  /** Gives back what only backward needs. */
  release?(): void;
  /** For the search after a number that is not finite: says where in the output it stands, such as a time step. */
  locate?(output: Tensor, index: number): string;
}

/** Counts operations and releases, so that of both is known which came first. */
let clock = 0;

export class TapeNode implements GradientNode, TapeEntry {
  readonly op: string;
  readonly recordedAt = ++clock;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly #entry: TapeEntry;

  constructor(entry: TapeEntry) {
    this.op = entry.op;
    this.inputs = entry.inputs;
    this.outputs = entry.outputs;
    this.#entry = entry;
  }

  backward(
    gradients: readonly (Tensor | null)[],
    needed: readonly boolean[],
    shared: (input: Tensor) => boolean,
  ): Gradient[] {
    return this.#entry.backward(gradients, needed, shared);
  }

  get saved(): unknown {
    return this.#entry.saved;
  }

  locate(output: Tensor, index: number): string {
    return this.#entry.locate?.(output, index) ?? '';
  }

  release(): void {
    this.#entry.release?.();
    clock++;
    for (const output of this.outputs) {
      output.node = null;
      output.releasedAt = clock;
    }
  }
}

let recording = true;

/**
 * Runs `body` without recording: nothing made inside takes part in backward(). (`off` false records, within another.)
 * Errors: OPTION for what is no function; USAGE for an asynchronous `body`, since recording goes on when it first waits.
 */
export function noGrad<T>(body: () => T, off = true): T {
  expectBody(body, 'noGrad');
  const before = recording;
  recording = !off;
  try {
    const result = body();
    expectAtOnce(result, 'put noGrad around each piece between two awaits');
    return result;
  } finally {
    recording = before;
  }
}

/** Whether a gradient of it is computed. */
export function needsGradient(t: Tensor): boolean {
  return t.requiresGrad || t.node !== null;
}

/** Whether an operation on these inputs is to be recorded. */
export function isRecording(inputs: readonly Tensor[]): boolean {
  return recording && inputs.some(needsGradient);
}

/** Puts an operation on the tape where a gradient may be asked for. Returns whether it did. */
export function record(entry: TapeEntry): boolean {
  if (!isRecording(entry.inputs)) return false;
  const node = new TapeNode(entry);
  for (const output of entry.outputs) output.node = node;
  return true;
}

/** Another tensor over the same memory. */
export function alias(t: Tensor, shape = t.shape): Tensor {
  return new Tensor(t.storage, shape, t.offset);
}

function nodeOf(t: Tensor): TapeNode | null {
  return t.node instanceof TapeNode ? t.node : null;
}

/** Errors: NO_GRADIENT for an input whose own operation an earlier backward() gave back after this one had read it. */
function expectWhole(node: TapeNode, input: Tensor): void {
  if (input.releasedAt < node.recordedAt) return;
  throw new UnrolledError(
    'NO_GRADIENT',
    `expected the whole graph below ${node.op}, received one of which an earlier backward() used up a part: what computed ${input.toString()}`,
    'add the losses and call backward() once, or write loss.backward({ retainGraph: true }) in all but the last',
  );
}

/** The nodes below `root`, inputs first. Errors: NO_GRADIENT where an earlier backward() gave back a part of them. */
export function tapeOrder(root: Tensor): TapeNode[] {
  const order: TapeNode[] = [];
  const seen = new Set<TapeNode>();
  const start = nodeOf(root);
  if (start === null) return order;
  const stack: { node: TapeNode; next: number }[] = [{ node: start, next: 0 }];
  seen.add(start);
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    if (top.next === top.node.inputs.length) {
      order.push(top.node);
      stack.pop();
      continue;
    }
    const input = top.node.inputs[top.next++];
    const below = nodeOf(input);
    if (below === null) expectWhole(top.node, input);
    else if (!seen.has(below)) {
      seen.add(below);
      stack.push({ node: below, next: 0 });
    }
  }
  return order;
}

/** Where `backward()` starts, and what is left after it. */
export interface BackwardOptions {
  /** dL/dthis; 1 by default, for a tensor with one element. */
  gradient?: Tensor;
  /** Keeps the tape, for a second backward(). */
  retainGraph?: boolean;
}

const BACKWARD_NAMES: Names<BackwardOptions> = { gradient: true, retainGraph: true };

/** Set by ops.ts: elementwise sum, the same into its first tensor (the tape itself computes nothing). */
let addTensors: (a: Tensor, b: Tensor) => Tensor = () => {
  throw new Error('no sum');
};
let addInto: (sum: Tensor, t: Tensor) => void = () => {
  throw new Error('no sum');
};
let copyTensor: (t: Tensor) => Tensor = (t) => t;
/** The sum of xᵀ g. */
let multiplyAll: (products: readonly PendingProduct[]) => Tensor = () => {
  throw new Error('no products');
};
/** Zeroes the elements of a gradient that are frozen. */
let clearFrozen: (gradient: Tensor, mask: Tensor) => void = () => {
  throw new Error('no masks');
};

export function setTapeArithmetic(
  add: typeof addTensors,
  into: typeof addInto,
  copy: typeof copyTensor,
  multiply: typeof multiplyAll,
  clear: typeof clearFrozen,
): void {
  addTensors = add;
  addInto = into;
  copyTensor = copy;
  multiplyAll = multiply;
  clearFrozen = clear;
}

/** Pending products of a weight are multiplied when their factors have so many times its elements. */
const PENDING_WEIGHTS = 2;

/** The products that wait for each weight. They hold the memory of both factors. */
class PendingProducts {
  readonly #waiting = new Map<Tensor, { products: PendingProduct[]; rows: number }>();

  /** @returns the gradient so far, where enough wait */
  add(weight: Tensor, { x, g }: PendingProduct): Tensor | null {
    const [k, n] = weight.shape;
    const rows = x.size / k;
    const waiting = this.#waiting.get(weight) ?? { products: [], rows: 0 };
    waiting.products.push({ x: alias(x, [rows, k]), g: alias(g, [rows, n]) });
    waiting.rows += rows;
    this.#waiting.set(weight, waiting);
    return waiting.rows * (k + n) < PENDING_WEIGHTS * k * n ? null : this.#multiply(weight, waiting.products);
  }

  *rest(): Generator<[Tensor, Tensor]> {
    for (const [weight, { products }] of this.#waiting) yield [weight, this.#multiply(weight, products)];
  }

  #multiply(weight: Tensor, products: readonly PendingProduct[]): Tensor {
    this.#waiting.delete(weight);
    const sum = multiplyAll(products);
    for (const { x, g } of products) {
      x.dispose();
      g.dispose();
    }
    return sum;
  }
}

/** Weights that several operations of the tape read: leaves of rank 2. */
function sharedWeights(order: readonly TapeNode[]): (t: Tensor) => boolean {
  const once = new Set<Tensor>();
  const shared = new Set<Tensor>();
  for (const { inputs } of order) {
    for (const t of inputs) {
      if (t.requiresGrad && t.node === null && t.rank === 2 && !shared.has(t)) (once.has(t) ? shared : once).add(t);
    }
  }
  return (t) => shared.has(t);
}

/**
 * Adds dL/dt to `t.grad` of every tensor t with `requiresGrad` below `loss`. Errors: NO_GRADIENT where the tape is missing
 * or was given back, OPTION, SHAPE where `loss` has more than one element and no gradient is given.
 */
export function backward(loss: Tensor, given: BackwardOptions = {}): void {
  const options = optionsOf(given, BACKWARD_NAMES, 'backward');
  if (nodeOf(loss) === null && !loss.requiresGrad) {
    const spent = loss.releasedAt > 0;
    throw new UnrolledError(
      'NO_GRADIENT',
      `expected a result of recorded operations, received ${loss.toString()} ${spent ? 'whose graph an earlier backward() used up' : 'without a tape'}`,
      spent
        ? 'compute it anew, or write loss.backward({ retainGraph: true }) in all but the last'
        : 'compute it from a tensor with requiresGrad, outside noGrad',
    );
  }
  if (options.gradient === undefined && loss.size !== 1) {
    throw new UnrolledError(
      'SHAPE',
      `expected a loss with one element, received shape ${formatShape(loss.shape)}`,
      'reduce it with mean() or sum(), or give { gradient }',
    );
  }
  const order = tapeOrder(loss);
  scope(() => {
    noGrad(() => {
      const first =
        options.gradient === undefined ? full(loss.shape, 1, { device: loss.device }) : alias(options.gradient);
      const whole = walkBack(order, loss, first, options.retainGraph === true);
      for (const [t, g] of whole) {
        if (!t.requiresGrad) continue;
        const sum = t.grad === null ? (g.storage.references > 1 ? copyTensor(g) : g) : addTensors(t.grad, g);
        const mask = frozenMask(t);
        if (mask !== undefined) clearFrozen(sum, mask);
        t.grad?.dispose();
        t.grad = keep(sum);
      }
    });
  });
}

/** The sum of two gradients of a tensor, in place of the first where nothing else reads that: a weight that T steps share gets T of them. */
export function addGradients(before: Tensor, g: Tensor): Tensor {
  let sum = before;
  if (before.storage.references === 1) addInto(before, g);
  else {
    sum = addTensors(before, g);
    before.dispose();
  }
  g.dispose();
  return sum;
}

/** What was made by no operation, and wants a gradient. */
export function isParameter(t: Tensor): boolean {
  return t.requiresGrad && t.node === null;
}

/** Zeroes what is frozen in the gradients of a parameter. */
export function clearFrozenParts(mask: Tensor | undefined, gradients: readonly Tensor[]): void {
  if (mask !== undefined) for (const g of gradients) clearFrozen(g, mask);
}

/** The gradients of the inputs of a node, some of them by part; none where none arrives. */
export type BackwardInParts = (
  gradients: readonly (Tensor | null)[],
  needed: readonly boolean[],
) => (Tensor | Tensor[] | null)[];

/** Nodes that give several gradients of an input, one for each part of the rows. */
export interface NodesInParts {
  /** Their way back; with such nodes no product waits for others. */
  nodes: ReadonlyMap<TapeNode, BackwardInParts>;
  /** Hears of the gradients by part of a node's inputs as soon as they are there. */
  onGradients(found: readonly (readonly [input: Tensor, gradients: Tensor[]])[]): void;
}

/** The gradients below a loss that were not given to `inParts`. */
export function walkBack(
  order: TapeNode[],
  loss: Tensor,
  first: Tensor,
  retainGraph: boolean,
  inParts?: NodesInParts,
): Map<Tensor, Tensor> {
  const shared = inParts === undefined ? sharedWeights(order) : () => false;
  const whole = new Map<Tensor, Tensor>();
  const pending = new PendingProducts();
  const give = (t: Tensor, g: Tensor): void => {
    const before = whole.get(t);
    whole.set(t, before === undefined ? g : addGradients(before, g));
  };
  give(loss, first);
  for (const node of order.reverse()) {
    const arriving = node.outputs.map((output) => whole.get(output) ?? null);
    const apart = inParts?.nodes.get(node);
    if (apart === undefined && arriving.every((g) => g === null)) continue;
    const needed = node.inputs.map(needsGradient);
    const results: readonly (Gradient | Tensor[])[] = scope(
      () => apart?.(arriving, needed) ?? node.backward(arriving, needed, shared),
    );
    const byPart: [Tensor, Tensor[]][] = [];
    node.inputs.forEach((t, i) => {
      const result: Gradient | Tensor[] | undefined = results[i];
      if (result === null || result === undefined || !needsGradient(t)) return;
      if (Array.isArray(result)) {
        byPart.push([t, result]);
        return;
      }
      const g = result instanceof Tensor ? result : pending.add(t, result);
      if (g !== null) give(t, results.lastIndexOf(g) === i ? g : alias(g));
    });
    if (byPart.length > 0) inParts?.onGradients(byPart);
    for (const output of node.outputs) {
      if (output.requiresGrad) continue;
      whole.get(output)?.dispose();
      whole.delete(output);
    }
    if (!retainGraph) node.release();
  }
  for (const [t, g] of pending.rest()) give(t, g);
  return whole;
}
