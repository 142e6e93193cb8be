// From places of the parts to lines: the lanes of the grid, the ports of the parts, and the order in which lines are drawn.
import type { Figure, Part } from './diagramGraph.js';
import { type Path, type Port, Router } from './diagramRoute.js';

/** Where each part stands. Slots count from left to right; rows are the rails, then the free rows, then the row of gates. */
export interface Placement {
  readonly slot: readonly number[];
  readonly row: readonly number[];
}

export interface Routed {
  readonly placement: Placement;
  readonly cost: number;
  /** Lanes of each part: its centre. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly lanesX: number;
  readonly lanesY: number;
  readonly paths: readonly Path[];
  /** The lane pair where x and the states join; null without. */
  readonly join: { readonly x: number; readonly y: number } | null;
  /** Ends of lines that found no way. */
  readonly missing: number;
}

/** Lanes at the left and right of all parts. */
const SIDE = 4;
const MISSING = 300;

interface Grid {
  readonly router: Router;
  readonly x: number[];
  readonly y: number[];
  readonly lanesX: number;
  readonly lanesY: number;
  readonly firstRight: number;
  readonly gateRow: number;
  readonly busRow: number;
  readonly railRow: number[];
  readonly size: number;
}

function makeGrid(figure: Figure, placement: Placement, gaps: number): Grid {
  const { parts, rails } = figure;
  const boxSlots = new Set(parts.filter((p) => p.shape === 'box').map((p) => placement.slot[p.index]));
  const slots = [...new Set(placement.slot)].sort((a, b) => a - b);
  const costX: number[] = [0.5, ...Array.from({ length: SIDE }, () => 0.3)];
  const slotLane = new Map<number, number>();
  for (const slot of slots) {
    for (let g = 0; g < gaps; g++) costX.push(0.3);
    costX[costX.length - 1] = 0.8;
    const wide = boxSlots.has(slot);
    if (wide) costX.push(0.5);
    slotLane.set(slot, costX.length);
    if (wide) costX.push(0.5);
    costX.push(0.8);
  }
  const firstRight = costX.length;
  for (let g = 0; g <= SIDE; g++) costX.push(0.3);

  const last = Math.max(
    rails.length,
    ...placement.row,
    ...parts.filter((p) => p.shape === 'box').map((p) => placement.row[p.index]),
  );
  const rows = [...new Set([...rails.map((_, r) => r), ...placement.row, last])].sort((a, b) => a - b);
  const costY: number[] = [0.5];
  // What comes from above to an operation on the top rail needs a way there: where it has two operands beside the rail's.
  if (rails[0]?.parts.some((p) => parts[p].inputs.length > 2)) for (let g = 0; g < gaps; g++) costY.push(0.3);
  const rowLane = new Map<number, number>();
  for (const row of rows) {
    rowLane.set(row, costY.length);
    costY.push(0.8);
    if (row === last) break;
    for (let g = 0; g < gaps; g++) costY.push(0.3);
    costY[costY.length - 1] = 0.8;
  }
  const gateRow = costY.length - 1;
  // One box alone reads its operands from the left: the state runs through it.
  const alone = parts.filter((p) => p.shape === 'box').length === 1;
  const busRow = alone ? gateRow : gateRow + 1;
  const buses = Math.min(10, figure.bottom.length + figure.lines.length) + gaps;
  for (let b = 0; b < buses; b++) costY.push(0.45);

  const router = new Router(costX, costY);
  const x = parts.map((p) => slotLane.get(placement.slot[p.index]) ?? 0);
  const y = parts.map((p) => rowLane.get(placement.row[p.index]) ?? 0);
  for (const p of parts) {
    for (let dx = p.shape === 'box' ? -1 : 0; dx <= (p.shape === 'box' ? 1 : 0); dx++)
      router.block(x[p.index] + dx, y[p.index]);
    // The side ports of a box are too near to what stands above it.
    if (p.shape === 'box')
      for (let lane = 0; lane < gateRow; lane++) [-1, 1].forEach((dx) => router.close(x[p.index] + dx, lane));
  }
  return {
    router,
    x,
    y,
    lanesX: costX.length,
    lanesY: costY.length,
    firstRight,
    gateRow,
    busRow,
    railRow: rails.map((_, r) => rowLane.get(r) ?? 0),
    size: slots.length + rows.length,
  };
}

function inPorts(part: Part, x: number, y: number): Port[] {
  if (part.shape !== 'box') {
    return [
      { x, y, towards: 0, cost: 0 },
      { x, y, towards: 3, cost: 0.2 },
      { x, y, towards: 1, cost: 0.2 },
      { x, y, towards: 2, cost: 4 },
    ];
  }
  return [
    { x, y, towards: 3, cost: 0 },
    { x: x - 1, y, towards: 3, cost: 1 },
    { x: x + 1, y, towards: 3, cost: 1 },
    { x: x - 1, y, towards: 0, cost: 0.8 },
    { x: x + 1, y, towards: 2, cost: 4 },
  ];
}

function outPorts(part: Part, x: number, y: number): Port[] {
  if (part.rail >= 0) return [{ x, y, towards: 0, cost: 0 }];
  if (part.shape === 'box') {
    return [
      { x, y, towards: 3, cost: 0 },
      { x: x + 1, y, towards: 0, cost: 1.2 },
      { x: x - 1, y, towards: 2, cost: 5 },
    ];
  }
  return [
    { x, y, towards: 0, cost: 0 },
    { x, y, towards: 3, cost: 0.3 },
    { x, y, towards: 1, cost: 0.3 },
    { x, y, towards: 2, cost: 4 },
  ];
}

/** One end of a line to be drawn; `first` are drawn before all others, since their place is fixed. */
interface Task {
  readonly line: number;
  readonly targets: readonly Port[];
  readonly first: boolean;
  readonly length: number;
}

/** Draws all lines for a placement; stops early where the cost passes `bound`. `passes` times each line is tried again. */
export function routeFigure(
  figure: Figure,
  placement: Placement,
  options: { bound?: number; passes?: number; gaps?: number } = {},
): Routed {
  const { bound = Infinity, passes = 0, gaps = 2 } = options;
  const grid = makeGrid(figure, placement, gaps);
  const { router, x, y, lanesX, lanesY, gateRow, busRow } = grid;
  const { parts, lines, rails, bottom } = figure;
  const join = figure.join >= 0 ? { x: 3, y: busRow } : null;
  if (join !== null) router.block(join.x, join.y);
  const alone = busRow === gateRow;

  const sources = lines.map((line, index): Port[] => {
    const { source } = line;
    switch (source.kind) {
      case 'part':
        return outPorts(parts[source.part], x[source.part], y[source.part]);
      case 'join':
        return join === null ? [] : [{ ...join, towards: 0, cost: 0 }];
      case 'x': {
        const joined = lines[index].joins && join !== null;
        return Array.from({ length: joined ? 1 : grid.firstRight - 1 }, (_, k) => ({
          x: joined ? join.x : k + 1,
          y: lanesY - 1,
          towards: 3,
          cost: joined ? 0 : 0.02 * k,
        }));
      }
      case 'state': {
        const rail = rails.findIndex((r) => r.state === source.state);
        const row = rail >= 0 ? grid.railRow[rail] : busRow + bottom.indexOf(source.state);
        return [{ x: 0, y: row, towards: 0, cost: 0 }];
      }
      default:
        return source satisfies never;
    }
  });

  const tasks: Task[] = [];
  lines.forEach((line, index) => {
    const [from] = sources[index];
    const add = (targets: readonly Port[], first: boolean): void => {
      const length = Math.min(...targets.map((t) => Math.abs(t.x - from.x) + Math.abs(t.y - from.y)));
      tasks.push({ line: index, targets, first, length });
    };
    const { source } = line;
    for (const { part } of line.targets) {
      const rail = parts[part].rail;
      const place = rail < 0 ? -1 : rails[rail].parts.indexOf(part);
      const before =
        place < 0
          ? false
          : place === 0
            ? source.kind === 'state' && source.state === rails[rail].state
            : source.kind === 'part' && source.part === rails[rail].parts[place - 1];
      const ports = inPorts(parts[part], x[part], y[part]);
      if (before) add(ports.slice(0, 1), true);
      else if (source.kind === 'join' && alone)
        add(
          ports.filter((p) => p.towards === 0),
          true,
        );
      else add(rail < 0 ? ports : ports.slice(1), false);
    }
    if (line.joins && join !== null) {
      const towards = source.kind === 'x' ? [3] : [0, 1];
      add(
        towards.map((t) => ({ ...join, towards: t as Port['towards'], cost: 0 })),
        true,
      );
    }
    for (const state of line.ends) {
      const rail = rails.findIndex((r) => r.state === state);
      if (rail >= 0) add([{ x: lanesX - 1, y: grid.railRow[rail], towards: 0, cost: 0 }], true);
      else {
        const own = busRow + bottom.indexOf(state);
        const rows = Array.from({ length: lanesY - 1 - gateRow }, (_, k) => gateRow + k);
        add(
          rows.map((row) => ({ x: lanesX - 1, y: row, towards: 0, cost: row === own ? 0 : 9 })),
          false,
        );
      }
      if (state === figure.output) {
        const lanes = Array.from({ length: lanesX - 1 - grid.firstRight }, (_, k) => grid.firstRight + k);
        add(
          lanes.map((lane) => ({ x: lane, y: 0, towards: 3, cost: 0 })),
          false,
        );
      }
    }
  });
  tasks.sort((a, b) => Number(b.first) - Number(a.first) || a.length - b.length);

  const drawn: Path[][] = lines.map(() => []);
  let cost = 1.5 * grid.size;
  let missing = 0;
  const draw = (task: Task, limit = Infinity): number => {
    const paths = drawn[task.line];
    const more = paths.length > 0 ? router.branches(paths) : [];
    // A part may send its value from two sides; what enters from outside, enters once.
    const fresh = sources[task.line].map((s) => (paths.length > 0 ? { ...s, cost: s.cost + 2.5 } : s));
    const once = paths.length > 0 && lines[task.line].source.kind !== 'part';
    const path = router.route(task.line, once ? more : [...more, ...fresh], task.targets, limit);
    if (path === null) {
      missing++;
      return MISSING;
    }
    paths.push(path);
    return path.cost;
  };
  for (const task of tasks) {
    cost += draw(task, bound - cost);
    if (cost > bound) break;
  }
  if (cost <= bound) {
    for (let pass = 0; pass < passes; pass++) {
      const before = cost;
      for (let line = 0; line < lines.length; line++) cost += redraw(line);
      if (cost >= before) break;
    }
  }
  return { placement, cost, x, y, lanesX, lanesY, paths: drawn.flat(), join, missing };

  /** Takes a line away and draws it again in the room there is now; the change of the cost. */
  function redraw(line: number): number {
    const own = tasks.filter((t) => t.line === line);
    const old = drawn[line];
    const failed = own.length - old.length;
    const oldCost = old.reduce((sum, p) => sum + p.cost, failed * MISSING);
    for (const p of old) router.erase(p);
    drawn[line] = [];
    missing -= failed;
    const newCost = own.reduce((sum, t) => sum + draw(t), 0);
    if (newCost < oldCost) return newCost - oldCost;
    missing -= own.length - drawn[line].length;
    for (const p of drawn[line]) router.erase(p);
    for (const p of old) router.restore(p);
    drawn[line] = old;
    missing += failed;
    return 0;
  }
}
