// Labels of a cell's parameters, derived from its graph: which columns are which gate, and what they are multiplied with.
import { deriveCell } from '../cell/plan/derive.js';
import type { CellGraph } from '../cell/define/graph.js';
import { INPUT, leafOf } from '../cell/define/leaf.js';
import { INPUT_WIDTH, SCALAR, type Sizes } from '../cell/define/width.js';
import { DROPPED } from '../cell/define/transform.js';
import { type ParameterLayout, parametersOf, type WeightGroup } from '../cell/plan/layout.js';
import { argumentsOf, type Expr, type InputExpr, topological } from '../program/expr.js';
import type { Axis, Block, ParameterLabel } from './labels.js';

/** A parameter of a cell: its shape, what draws it, and its label. */
export interface LabelledLayout extends ParameterLayout {
  label: ParameterLabel;
}

/** The parameters of a cell by name, as `parametersOf` has them, with their labels. */
export function labelledLayouts(cell: CellGraph, sizes: Sizes): Map<string, LabelledLayout> {
  const { layout } = deriveCell(cell);
  const operands = operandNames(layout.groups);
  const normalized = normalizedVectors(cell);
  const found = new Map<string, LabelledLayout>();
  for (const [name, own] of Object.entries(parametersOf(cell, layout, sizes))) {
    const group = layout.groups.find((g) => g.parameter === name);
    const vector = cell.vectors.find((v) => v.name === name);
    let label: ParameterLabel;
    if (group !== undefined) {
      const rows: Axis = group.size.kind === 'input' ? 'input' : 'hidden';
      const operand = operands.get(group) ?? name;
      const blocks = own.blocks.map(({ linear, width }): Block => ({ gate: linear, operand, width }));
      label = { axes: [rows, 'gates'], blocks, ...(group.perHead ? { heads: sizes.heads } : {}) };
    } else if (vector !== undefined) {
      const part = normalized.get(name);
      const axes: Axis[] = [vector.size === SCALAR ? 'one' : vector.size === INPUT_WIDTH ? 'input' : 'hidden'];
      label = { axes, blocks: part === undefined ? [] : [{ ...part, width: own.shape[0] }] };
    } else {
      const blocks = own.blocks.map(({ linear, width }): Block => ({ gate: linear, operand: null, width }));
      label = { axes: ['gates'], blocks };
    }
    found.set(name, { ...own, label });
  }
  return found;
}

/** What each group multiplies, in words that do not depend on the order of anything. */
function operandNames(groups: readonly WeightGroup[]): Map<WeightGroup, string> {
  const named = groups.map((group) => ({ group, name: valueName(group.operand) }));
  /** The values of each name: r·h and r + h are made of the same parts, and told apart by their equations. */
  const values = new Map<string, Set<Expr>>();
  for (const { group, name } of named) values.set(name, (values.get(name) ?? new Set()).add(group.operand));
  return new Map(
    named.map(({ group, name }) => {
      const alone = group.kind !== 'computed' || values.get(name)?.size === 1;
      return [group, alone ? name : `${name}#${fingerprint(group.operand)}`];
    }),
  );
}

/** `x`, a state, `z:r` for a linear, or the parts of what is computed: `f(h, z:r)`. */
function valueName(e: Expr): string {
  if (e === INPUT) return 'x';
  if (e.kind === 'input') return leafName(e);
  const leaves = topological([e]).flatMap((part) => (part.kind === 'input' ? [leafName(part)] : []));
  return `f(${[...new Set(leaves)].sort().join(', ')})`;
}

function leafName(e: InputExpr): string {
  const leaf = leafOf(e);
  return leaf?.kind === 'state' ? leaf.name.replace(DROPPED, '') : e.name;
}

const COMMUTATIVE: readonly string[] = ['add', 'mul', 'max', 'min', 'equal'];

/** A short hash of the equations of a value, the same whichever way round sums and products are written. */
function fingerprint(root: Expr): string {
  const hashes = new Map<Expr, string>();
  for (const e of topological([root])) {
    const args = argumentsOf(e).map((arg) => hashes.get(arg) ?? '');
    if (e.kind === 'op' && COMMUTATIVE.includes(e.op)) args.sort();
    const own = e.kind === 'op' ? e.op : e.kind === 'constant' ? String(e.value) : 'name' in e ? e.name : e.kind;
    hashes.set(e, hash(`${own}(${args.join()})`));
  }
  return hashes.get(root) ?? '';
}

/** FNV-1a, 32 bits. */
function hash(text: string): string {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return (h >>> 0).toString(16).padStart(8, '0');
}

/**
 * Gains and shifts of a normalization over several linears are numbered by their place in the equations; here each says which
 * linear it belongs to.
 */
function normalizedVectors(cell: CellGraph): Map<string, { gate: string; operand: string }> {
  const found = new Map<string, { gate: string; operand: string }>();
  for (const { name, members } of cell.norms) {
    const gates = members.map((member) => /^z:(.*)$/.exec(member.kind === 'input' ? member.name : '')?.[1]);
    if (members.length < 2 || new Set(gates).size < members.length) continue;
    gates.forEach((gate, i) => {
      if (gate === undefined) return;
      for (const part of ['gain', 'shift']) found.set(`${name}_${part}${i}`, { gate, operand: `${name}_${part}` });
    });
  }
  return found;
}
