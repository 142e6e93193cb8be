// Lines on a grid of lanes: the cheapest path by length, bends and crossings (Dijkstra), never through a part and never along
// another line. A line with several ends is a tree: each further end starts from what is drawn already.

/** East, south, west, north. */
export type Direction = 0 | 1 | 2 | 3;
const DX = [1, 0, -1, 0];
const DY = [0, 1, 0, -1];

export interface Port {
  readonly x: number;
  readonly y: number;
  /** The direction of travel: out of a source, into a target. */
  readonly towards: Direction;
  readonly cost: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Path {
  readonly line: number;
  readonly points: readonly Point[];
  readonly towards: Direction;
  readonly cost: number;
}

const BEND = 3;
const CROSSING = 6.5;
const FREE = -1;
/** The least that a step costs: the lanes between parts. */
const LEAST = 0.3;

export class Router {
  readonly #nx: number;
  readonly #costX: readonly number[];
  readonly #costY: readonly number[];
  /** The line on the edge east and south of each point. */
  readonly #east: Int32Array;
  readonly #south: Int32Array;
  readonly #blocked: Uint8Array;
  readonly #closed: Uint8Array;
  readonly #best: Float64Array;
  readonly #from: Int32Array;
  /** A binary heap of states by cost. */
  #heap: number[] = [];
  #keys: number[] = [];
  /** Around the targets. */
  #box = { left: 0, right: 0, top: 0, bottom: 0 };

  /** costX[i]: from lane i to i + 1. */
  constructor(costX: readonly number[], costY: readonly number[]) {
    const nx = costX.length;
    const points = nx * costY.length;
    this.#nx = nx;
    this.#costX = costX;
    this.#costY = costY;
    this.#east = new Int32Array(points).fill(FREE);
    this.#south = new Int32Array(points).fill(FREE);
    this.#blocked = new Uint8Array(points);
    this.#closed = new Uint8Array(points);
    this.#best = new Float64Array(points * 4);
    this.#from = new Int32Array(points * 4);
  }

  block(x: number, y: number): void {
    this.#blocked[y * this.#nx + x] = 1;
  }

  /** Nothing runs up or down through this point. */
  close(x: number, y: number): void {
    this.#closed[y * this.#nx + x] = 1;
  }

  #edge(point: number, d: number): number {
    const x = point % this.#nx;
    if (d === 0) return x + 1 < this.#nx ? this.#east[point] : -2;
    if (d === 2) return x > 0 ? this.#east[point - 1] : -2;
    if (d === 1) return point + this.#nx < this.#south.length ? this.#south[point] : -2;
    return point >= this.#nx ? this.#south[point - this.#nx] : -2;
  }

  /** The border is the frame: lines cross it, none runs along it. */
  #onBorder(point: number): boolean {
    const x = point % this.#nx;
    return x === 0 || x === this.#nx - 1 || point < this.#nx || point >= this.#south.length - this.#nx;
  }

  #setEdge(point: number, d: number, line: number): void {
    if (d === 0) this.#east[point] = line;
    else if (d === 2) this.#east[point - 1] = line;
    else if (d === 1) this.#south[point] = line;
    else this.#south[point - this.#nx] = line;
  }

  #stepCost(point: number, d: number): number {
    const x = point % this.#nx;
    const y = (point - x) / this.#nx;
    if (d === 0) return this.#costX[x];
    if (d === 2) return this.#costX[x - 1];
    return d === 1 ? this.#costY[y] : this.#costY[y - 1];
  }

  /** What leaving `point` in direction `d` after arriving by `by` costs; Infinity where another line is in the way. */
  #turnCost(point: number, by: number, d: number, own: number): number {
    const [e, f, w, n] = [this.#edge(point, 0), this.#edge(point, 1), this.#edge(point, 2), this.#edge(point, 3)];
    if (e < 0 && f < 0 && w < 0 && n < 0) return d === by ? 0 : BEND;
    if (d !== by) return Infinity;
    // Straight over another line that goes straight on.
    const [ahead, behind, one, two] = by % 2 === 0 ? [e, w, f, n] : [f, n, e, w];
    return ahead < 0 && behind < 0 && one === two && one !== own ? CROSSING : Infinity;
  }

  /** Ways out of what is drawn of a line: from any of its points where no other line crosses. */
  branches(paths: readonly Path[]): Port[] {
    const ports: Port[] = [];
    const seen = new Set<number>();
    for (const { points, line } of paths) {
      for (const { x, y } of points) {
        const point = y * this.#nx + x;
        if (seen.has(point) || this.#blocked[point] === 1 || this.#onBorder(point)) continue;
        seen.add(point);
        const sides = [0, 1, 2, 3].map((d) => this.#edge(point, d));
        if (sides.some((l) => l >= 0 && l !== line)) continue;
        sides.forEach((l, d) => {
          if (l === FREE && (d % 2 === 0 || this.#closed[point] === 0))
            ports.push({ x, y, towards: d as Direction, cost: 0.8 });
        });
      }
    }
    return ports;
  }

  /** Draws the cheapest path of `line`; null where there is none at less than `limit`. */
  route(line: number, sources: readonly Port[], targets: readonly Port[], limit = Infinity): Path | null {
    const goals = new Map<number, number>();
    for (const t of targets) goals.set((t.y * this.#nx + t.x) * 4 + t.towards, t.cost);
    this.#best.fill(Infinity);
    this.#box = {
      left: Math.min(...targets.map((t) => t.x)),
      right: Math.max(...targets.map((t) => t.x)),
      top: Math.min(...targets.map((t) => t.y)),
      bottom: Math.max(...targets.map((t) => t.y)),
    };
    this.#heap = [];
    this.#keys = [];
    for (const [k, s] of sources.entries()) this.#step(s.y * this.#nx + s.x, s.towards, s.cost, -2 - k, goals);
    let end = -1;
    let total = limit;
    while (this.#heap.length > 0 && this.#keys[0] < total) {
      const state = this.#pop();
      const cost = this.#best[state];
      const goal = goals.get(state);
      if (goal !== undefined && cost + goal < total) {
        total = cost + goal;
        end = state;
      }
      const point = state >> 2;
      if (this.#blocked[point] === 1 || this.#onBorder(point)) continue;
      const by = state & 3;
      for (let d = 0; d < 4; d++) {
        if ((d + 2) % 4 === by || (d % 2 === 1 && this.#closed[point] === 1)) continue;
        const turn = this.#turnCost(point, by, d, line);
        if (turn < Infinity) this.#step(point, d, cost + turn, state, goals);
      }
    }
    if (end < 0) return null;
    const points: Point[] = [];
    let state = end;
    for (;;) {
      const point = state >> 2;
      points.unshift({ x: point % this.#nx, y: Math.floor(point / this.#nx) });
      const before = this.#from[state];
      this.#setEdge(point, ((state & 3) + 2) % 4, line);
      if (before <= -2) {
        const { x, y } = sources[-2 - before];
        points.unshift({ x, y });
        break;
      }
      state = before;
    }
    return { line, points, towards: (end & 3) as Direction, cost: total };
  }

  /** Takes a path away again, or puts it back. */
  erase(path: Path): void {
    this.#mark(path, FREE);
  }

  restore(path: Path): void {
    this.#mark(path, path.line);
  }

  #mark(path: Path, line: number): void {
    for (let i = 1; i < path.points.length; i++) {
      const [a, b] = [path.points[i - 1], path.points[i]];
      const d = DX.findIndex((dx, k) => dx === b.x - a.x && DY[k] === b.y - a.y);
      this.#setEdge(a.y * this.#nx + a.x, d, line);
    }
  }

  #step(point: number, d: number, cost: number, from: number, goals: ReadonlyMap<number, number>): void {
    if (this.#edge(point, d) !== FREE) return;
    const next = point + DX[d] + DY[d] * this.#nx;
    const state = next * 4 + d;
    if (d % 2 === 1 && this.#closed[next] === 1) return;
    if ((this.#blocked[next] === 1 || this.#onBorder(next)) && !goals.has(state)) return;
    const total = cost + this.#stepCost(point, d);
    if (total >= this.#best[state]) return;
    this.#best[state] = total;
    this.#from[state] = from;
    this.#push(state, total + this.#ahead(next));
  }

  /** At least this much is missing from a point to the targets. */
  #ahead(point: number): number {
    const x = point % this.#nx;
    const y = (point - x) / this.#nx;
    const { left, right, top, bottom } = this.#box;
    return LEAST * (Math.max(left - x, x - right, 0) + Math.max(top - y, y - bottom, 0));
  }

  #push(state: number, cost: number): void {
    const [heap, keys] = [this.#heap, this.#keys];
    let i = heap.length;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (keys[parent] <= cost) break;
      heap[i] = heap[parent];
      keys[i] = keys[parent];
      i = parent;
    }
    heap[i] = state;
    keys[i] = cost;
  }

  #pop(): number {
    const [heap, keys] = [this.#heap, this.#keys];
    const top = heap[0];
    const last = heap.pop() ?? top;
    const cost = keys.pop() ?? 0;
    if (heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && keys[child + 1] < keys[child]) child++;
      if (keys[child] >= cost) break;
      heap[i] = heap[child];
      keys[i] = keys[child];
      i = child;
    }
    heap[i] = last;
    keys[i] = cost;
    return top;
  }
}
