// Where the parts of a diagram stand. The boxes share a row, in an order that keeps lines short and uncrossed; pointwise
// operations stand above them, or on the rail of their state. A first place by rule, then improvement by trying: the measure is
// the cost of the drawn lines. No randomness, so that the same cell always gives the same picture.
import type { Figure } from './diagramGraph.js';
import { type Placement, type Routed, routeFigure } from './diagramGrid.js';

/** Free rows between the rails and the gates; those that stay empty take no room. */
const ROWS = 4;
/** How many drawings are tried: small cells never reach it. */
const TRIALS = 1500;
/** Trials times parts, and times their square: one takes as long as the square of the parts, all together some two seconds. */
const WORK = { parts: 20_000, squared: 450_000 };

function orders(figure: Figure, boxes: readonly number[], most: number): number[][] {
  const needs = new Map<number, Set<number>>();
  for (const part of figure.parts) {
    const all = new Set<number>();
    for (const { line } of part.inputs) {
      const { source } = figure.lines[line];
      if (source.kind !== 'part') continue;
      all.add(source.part);
      needs.get(source.part)?.forEach((n) => all.add(n));
    }
    needs.set(part.index, all);
  }
  const found: number[][] = [];
  const extend = (order: readonly number[]): void => {
    if (found.length >= most) return;
    if (order.length === boxes.length) {
      found.push([...order]);
      return;
    }
    for (const box of boxes) {
      if (order.includes(box)) continue;
      const ready = boxes.every((b) => needs.get(box)?.has(b) !== true || order.includes(b));
      if (ready) extend([...order, box]);
    }
  };
  extend([]);
  return found;
}

function inversions(order: readonly number[]): number {
  let count = 0;
  for (let i = 0; i < order.length; i++) for (let k = i + 1; k < order.length; k++) if (order[i] > order[k]) count++;
  return count;
}

/** First places for an order of the boxes: each operation as near its arguments as the grid has room. */
function firstPlaces(figure: Figure, order: readonly number[]): Placement {
  const { parts, lines, rails } = figure;
  const gate = rails.length + ROWS;
  const slot: number[] = parts.map(() => -1);
  const row: number[] = parts.map(() => -1);
  order.forEach((box, k) => {
    slot[box] = 2 * k + 1;
    row[box] = gate;
  });
  const boxSlots = 2 * order.length;
  const at = (s: number, r: number): number => parts.findIndex((p) => slot[p.index] === s && row[p.index] === r);
  for (const part of parts) {
    if (part.shape === 'box') continue;
    const from = part.inputs.map(({ line }) => {
      const { source } = lines[line];
      if (source.kind === 'part') return { s: slot[source.part], r: row[source.part] };
      const rail = source.kind === 'state' ? rails.findIndex((r) => r.state === source.state) : -1;
      return { s: -1, r: rail >= 0 ? rail : gate + 1 };
    });
    const low = Math.max(0, ...from.map((f) => f.s));
    const onRail = part.rail < 0 ? [] : rails[part.rail].parts.slice(0, rails[part.rail].parts.indexOf(part.index));
    const lowest = Math.max(low, ...onRail.map((p) => slot[p] + 1));
    let best = Infinity;
    for (let s = lowest; s <= lowest + 5; s++) {
      const free = Array.from({ length: ROWS }, (_, k) => rails.length + k);
      if (s >= boxSlots || s % 2 === 0) free.push(gate);
      for (const r of part.rail >= 0 ? [part.rail] : free) {
        if (at(s, r) >= 0) continue;
        const ports = new Set<string>();
        let cost = 0.6 * (s - lowest) + (r === gate ? 1 : 0);
        for (const f of from) {
          const [dx, dy] = [s - f.s, r - f.r];
          let port = dy > 0 ? 'N' : dy < 0 ? 'S' : 'W';
          let blocked = 0;
          if (dx !== 0 && dy !== 0) {
            cost += 2;
            if (f.r >= gate) port = 'W';
          }
          const column = dx !== 0 && f.r < r ? s : f.s;
          for (let k = Math.min(r, f.r) + 1; k < Math.max(r, f.r); k++) if (at(column, k) >= 0) blocked++;
          const level = f.r >= gate ? r : Math.min(r, f.r);
          for (let k = f.s + 1; k < s; k++) if (at(k, level) >= 0) blocked++;
          if (ports.has(port)) cost += 3;
          ports.add(port);
          cost += 0.5 * (Math.abs(dx) + Math.abs(dy)) + 6 * blocked;
        }
        if (cost < best) {
          best = cost;
          slot[part.index] = s;
          row[part.index] = r;
        }
      }
    }
  }
  return { slot, row };
}

/** Slots to which some parts of one slot may move: not left of their arguments, not right of what uses them. */
function range(figure: Figure, placement: Placement, group: readonly number[]): [number, number] {
  const { parts, lines, rails } = figure;
  let low = 0;
  let high = Math.max(...placement.slot) + 2;
  for (const index of group) {
    const part = parts[index];
    for (const { line } of part.inputs) {
      const { source } = lines[line];
      if (source.kind === 'part' && !group.includes(source.part)) low = Math.max(low, placement.slot[source.part]);
    }
    for (const { part: user } of lines[part.line].targets)
      if (!group.includes(user)) high = Math.min(high, placement.slot[user]);
    if (part.rail < 0) continue;
    const on = rails[part.rail].parts;
    const k = on.indexOf(index);
    if (k > 0) low = Math.max(low, placement.slot[on[k - 1]] + 1);
    if (k + 1 < on.length) high = Math.min(high, placement.slot[on[k + 1]] - 1);
  }
  return [low, high];
}

/** The operations in the slot of one that are connected with it, off the rails. */
function column(figure: Figure, { slot }: Placement, index: number): number[] {
  const { parts, lines } = figure;
  const free = (p: number): boolean => parts[p].shape !== 'box' && parts[p].rail < 0 && slot[p] === slot[index];
  const group = free(index) ? [index] : [];
  for (const p of group) {
    const users = lines[parts[p].line].targets.map((t) => t.part);
    const sources = parts[p].inputs
      .map((i) => lines[i.line].source)
      .flatMap((s) => (s.kind === 'part' ? [s.part] : []));
    for (const q of [...users, ...sources]) if (free(q) && !group.includes(q)) group.push(q);
  }
  return group;
}

/** Whether two parts stand on one place, or an operation in the way of the gates. */
function clash({ parts }: Figure, { slot, row }: Placement, gate: number): boolean {
  const boxSlots = new Set(parts.filter((p) => p.shape === 'box').map((p) => slot[p.index]));
  const taken = new Set<string>();
  for (const p of parts) {
    const key = `${slot[p.index]} ${row[p.index]}`;
    if (taken.has(key) || (p.shape !== 'box' && row[p.index] === gate && boxSlots.has(slot[p.index]))) return true;
    taken.add(key);
  }
  return false;
}

/** The placement with the cheapest lines that was found, with its lines. */
export function placeFigure(figure: Figure): Routed {
  const { parts, rails } = figure;
  const boxes = parts.filter((p) => p.shape === 'box').map((p) => p.index);
  const gate = rails.length + ROWS;
  const count = Math.max(1, parts.length);
  let trials = Math.round(Math.min(TRIALS, WORK.parts / count, WORK.squared / count ** 2));
  const measure = (placement: Placement, bound?: number): Routed => {
    trials--;
    const routed = routeFigure(figure, placement, bound === undefined ? {} : { bound });
    const order = boxes.toSorted((a, b) => placement.slot[a] - placement.slot[b]);
    return { ...routed, cost: routed.cost + 0.4 * inversions(order) };
  };
  const starts = orders(figure, boxes, Math.max(1, Math.min(60, trials >> 2)))
    .map((order) => measure(firstPlaces(figure, order)))
    .sort((a, b) => a.cost - b.cost)
    .slice(0, 3);
  const improved = starts.map((start) => {
    let best = start;
    const attempt = (slot: readonly number[], row: readonly number[]): void => {
      if (trials <= 0 || clash(figure, { slot, row }, gate)) return;
      const tried = measure({ slot, row }, best.cost);
      if (tried.cost < best.cost - 1e-6) best = tried;
    };
    for (let before = Infinity; best.cost < before && trials > 0;) {
      before = best.cost;
      for (const part of parts) {
        const rows =
          part.shape === 'box'
            ? [gate]
            : part.rail >= 0
              ? [part.rail]
              : Array.from({ length: ROWS + 1 }, (_, k) => rails.length + k);
        const [low, high] = range(figure, best.placement, [part.index]);
        for (let s = low; s <= high; s++) {
          for (const r of rows) {
            const { slot, row } = best.placement;
            if (slot[part.index] !== s || row[part.index] !== r)
              attempt(slot.with(part.index, s), row.with(part.index, r));
          }
        }
        // Operations that stand above each other and belong together move together.
        const group = column(figure, best.placement, part.index);
        if (group.length < 2) continue;
        const [first, last] = range(figure, best.placement, group);
        for (let s = first; s <= last; s++) {
          const { slot, row } = best.placement;
          if (slot[part.index] !== s)
            attempt(
              slot.map((old, p) => (group.includes(p) ? s : old)),
              row,
            );
        }
      }
    }
    return best;
  });
  const [best] = improved.sort((a, b) => a.cost - b.cost);
  let final = routeFigure(figure, best.placement, { passes: 3 });
  for (let gaps = 4; final.missing > 0 && gaps <= 12; gaps += 4)
    final = routeFigure(figure, best.placement, { passes: 3, gaps });
  return final;
}
