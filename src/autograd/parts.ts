// Gradients of parameters by parts of a minibatch: rows [T, N, …] are computed together, and only what is summed over rows, the gradients
// of parameters, is summed for each part alone. Products of many rows are faster than those of few, and the bits are those of each part.
// What is made of parameters alone, such as a transposed table, goes back part by part. A file of its own: pages that train nothing go
// without it.
import { UnrolledError } from '../errors.js';
import { full } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';
import { frozenMask } from './frozen.js';
import { type PartsGradients, type PartsRule, RULES } from './partsRules.js';
import { eachPart, groupsOf, type RowParts } from './rowParts.js';
import { ReadRows, readsRows } from './readRows.js';
import {
  addGradients,
  alias,
  type BackwardInParts,
  clearFrozenParts,
  type Gradient,
  isParameter,
  needsGradient,
  noGrad,
  type TapeNode,
  tapeOrder,
  walkBack,
} from './tape.js';

/** A parameter, and its gradients by group of parts. */
export type FoundGradients = readonly [parameter: Tensor, gradients: readonly Tensor[]];

/** How the nodes go back that read what all rows have in common. */
interface Ways {
  /** Nodes that rows go through. */
  rules: Map<TapeNode, PartsGradients>;
  /** Nodes of which all is made of parameters alone. */
  common: Set<TapeNode>;
  /** Parameters that one of the rules alone reads: its kernel adds up their parts. */
  readOnce: Set<Tensor>;
  /** Tables that several nodes read, by index alone. */
  tables: Map<Tensor, ReadRows>;
}

/**
 * Null where some operation cannot tell the parts of a gradient of what is common, and where several products read one weight: their
 * gradient is one product (tape.ts).
 */
function waysBack(loss: Tensor, order: readonly TapeNode[], parts: RowParts, known: readonly PartsRule[]): Ways | null {
  const [rules, common] = [new Map<TapeNode, PartsGradients>(), new Set<TapeNode>()];
  const made = new Set<Tensor>();
  const readers = new Map<Tensor, TapeNode[]>();
  const isCommon = (t: Tensor): boolean => isParameter(t) || made.has(t);
  for (const node of order) {
    const own = node.inputs.filter(isCommon);
    if (own.length === 0) continue;
    const rule = known.reduce<PartsGradients | null>((one, next) => one ?? next(node, parts, isCommon), null);
    if (rule !== null) rules.set(node, rule);
    else if (node.inputs.every((t) => isCommon(t) || !needsGradient(t))) {
      common.add(node);
      for (const output of node.outputs) made.add(output);
    } else return null;
    for (const t of own) {
      const nodes = readers.get(t);
      if (nodes === undefined) readers.set(t, [node]);
      else nodes.push(node);
    }
  }
  const ofParameters = [...readers].filter(([t]) => isParameter(t));
  const isPending = ofParameters.some(([, nodes]) => nodes.length > 1 && nodes.some(({ op }) => op === 'matmul'));
  if (isPending || made.has(loss)) return null;
  const once = ofParameters.filter(([, nodes]) => nodes.length === 1 && rules.has(nodes[0]));
  const tables = ofParameters.filter(([, nodes]) => nodes.length > 1 && nodes.every(readsRows));
  return {
    ...{ rules, common, readOnce: new Set(once.map(([t]) => t)) },
    tables: new Map(tables.map(([t, nodes]) => [t, new ReadRows(t, nodes)])),
  };
}

/**
 * The gradients of a loss of one element, those of parameters one for each group of parts, in the scope of the caller; null, with nothing
 * done, where some operation cannot tell the parts.
 * @param counts of the parts in each group: powers of two
 * @param more rules, beside those of the operations here
 * @param onGradients hears of those of the parameters of each operation as soon as they are there, the last layer first
 */
export function backwardInParts(
  loss: Tensor,
  parts: RowParts,
  counts: readonly number[],
  more: readonly PartsRule[],
  onGradients?: (found: readonly FoundGradients[]) => void,
): Map<Tensor, Tensor[]> | null {
  const order = tapeOrder(loss);
  const ways = waysBack(loss, order, parts, [...more, ...RULES]);
  if (ways === null) return null;
  const groups = groupsOf(parts, counts);
  const each = eachPart(parts, (from, to) => ({ rows: parts.rows, cuts: [from, to] }));
  const groupsFor = (t: Tensor): readonly RowParts[] => (ways.readOnce.has(t) ? groups : each);
  /** Of what is not read once: parts are whole before they are added. */
  const byPart = new Map<Tensor, Tensor[]>();
  const done = new Map<Tensor, Tensor[]>();
  const finish = (found: readonly (readonly [Tensor, Tensor[]])[]): void => {
    for (const [t, gradients] of found) {
      clearFrozenParts(frozenMask(t), gradients);
      done.set(t, gradients);
    }
    if (found.length > 0) onGradients?.(found);
  };
  const nodes = new Map<TapeNode, BackwardInParts>();
  for (const [node, rule] of ways.rules) {
    const rows = ways.tables.get(node.inputs[0]);
    if (rows === undefined) nodes.set(node, (gradients, needed) => rule(gradients, needed, groupsFor));
    else nodes.set(node, ([g]) => (g === null ? [] : [rows.ofGroups(node, g, each)]));
  }
  for (const node of ways.common) {
    const rows = ways.tables.get(node.inputs[0]);
    const back = (gradients: readonly (Tensor | null)[], needed: readonly boolean[]): readonly Gradient[] =>
      rows === undefined || gradients[0] === null
        ? node.backward(gradients, needed, () => false)
        : [rows.of(node, gradients[0])];
    nodes.set(node, (_, needed) => backOfCommon(node, byPart, (gradients) => back(gradients, needed)));
  }
  return noGrad(() => {
    const whole = walkBack(order, loss, full(loss.shape, 1, { device: loss.device }), false, {
      nodes,
      onGradients(found) {
        finish(found.filter(([t]) => ways.readOnce.has(t)));
        for (const [t, gradients] of found) {
          if (ways.readOnce.has(t)) continue;
          const before = byPart.get(t);
          byPart.set(t, before?.map((sum, part) => addGradients(sum, gradients[part])) ?? gradients);
        }
      },
    });
    if ([...whole.keys()].some(isParameter)) {
      throw new UnrolledError(
        'INTERNAL',
        'expected gradients of parameters by part, received a whole one',
        'report this',
      );
    }
    for (const [t, gradients] of byPart) {
      let at = 0;
      const sums = counts.map((count) => sumOfTree(gradients.slice(at, (at += count))));
      finish([[t, sums.map((sum) => ways.tables.get(t)?.whole(sum) ?? sum)]]);
    }
    return done;
  });
}

/**
 * The gradients by part of what an operation on common tensors read, from those of what it gave, which go.
 * @param back its way back, of one part
 */
function backOfCommon(
  node: TapeNode,
  byPart: Map<Tensor, Tensor[]>,
  back: (gradients: readonly (Tensor | null)[]) => readonly Gradient[],
): (Tensor[] | null)[] {
  const given = node.outputs.map((output) => byPart.get(output));
  const parts = given.find((gradients) => gradients !== undefined)?.length ?? 0;
  const results = Array.from({ length: parts }, (_, part) => back(given.map((gradients) => gradients?.[part] ?? null)));
  for (const output of node.outputs) {
    for (const g of byPart.get(output) ?? []) g.dispose();
    byPart.delete(output);
  }
  return node.inputs.map((_, i) => {
    const own = results.map((gradients) => {
      const g = gradients[i];
      return g instanceof Tensor ? (gradients.lastIndexOf(g) === i ? g : alias(g)) : null;
    });
    return own.length > 0 && own.every((g) => g !== null) ? own : null;
  });
}

/** Of a power of two of gradients, which go: the first pairs, then pairs of those. */
function sumOfTree(gradients: readonly Tensor[]): Tensor {
  let level = gradients;
  while (level.length > 1) {
    level = level.filter((_, i) => i % 2 === 0).map((left, i) => addGradients(left, level[2 * i + 1]));
  }
  return level[0];
}
