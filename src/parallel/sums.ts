// The sum of gradients over all ranks. Where sums wait for a network, those of a layer begin while the layer below is computed; of a large
// table of which few rows were read, those rows alone are summed. Neither shows in the bits.
import type { FoundGradients } from '../autograd/parts.js';
import type { Numbers } from '../platform/rankLink.js';
import { zeros } from '../tensor/create.js';
import { keep } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Ranks } from './communicator.js';
import { encodeRows, largeTables, readByBoth, rowsOfAll, type RowsRead } from './rowsRead.js';

/** The gradients of a shard, in the order of the parameters; null where there is none. */
export type Gradients = (Tensor | null)[];

/** Bytes of a sum that begins early: fewer take no longer than their messages. */
const LEAST_EARLY = 2 ** 20;

/** Rows are told where each rank read at most a quarter of a table, and summed alone where all together read at most half. */
const FEW = { ofRank: 1 / 4, ofAll: 1 / 2 };

/** A gradient, and what of it goes to the other ranks: the sum comes there. */
interface Piece {
  gradient: Tensor;
  /** All its numbers: where they stand, to be changed there, or a copy. */
  numbers: Numbers;
  place: 'there' | 'held' | 'copied';
  /** The numbers, or a copy of some rows. */
  sent: Numbers;
  rows: Int32Array | null;
}

/** Parameters, and by block the pieces of their gradients. */
interface Summed {
  parameters: readonly Tensor[];
  blocks: readonly (readonly Piece[])[];
}

/** Sums over ranks, step after step. */
export class GradientSums {
  readonly #parameters: readonly Tensor[];
  readonly #shards: number;
  readonly #ranks: Ranks;
  readonly #tables: readonly Tensor[];
  /** What this rank read of them in this step; null where nobody said it. */
  #read: RowsRead | null = null;
  /** Tables of which every rank read few rows in the last step, as all know. */
  #few: Tensor[] = [];
  /** Gradients that are whole, by block, and did not go yet. */
  #waiting: FoundGradients[] = [];
  /** How many are whole. */
  #found = 0;
  #early: { summed: Summed; ended: Promise<unknown> }[] = [];
  /** Seconds in which this rank waited for sums so far, and so for ranks that come later. */
  seconds = 0;

  constructor(parameters: readonly Tensor[], shards: number, ranks: Ranks) {
    this.#parameters = parameters;
    this.#shards = shards;
    this.#ranks = ranks;
    this.#tables = largeTables(parameters);
  }

  /** Hears what a loss of this rank reads of the large tables. */
  reads(read: RowsRead): void {
    this.#read = this.#read === null ? read : readByBoth(this.#read, read);
  }

  /** Hears of gradients of an operation that are whole, by block, on all ranks in the same order: they may go on their way. */
  whole(found: readonly FoundGradients[]): void {
    if (!this.#ranks.overlaps) return;
    this.#found += found.length;
    this.#waiting.push(...found.filter(([parameter]) => !this.#few.includes(parameter)));
    const bytes = this.#waiting.reduce((total, [{ size }]) => total + 4 * size, 0);
    // What comes last has nothing beside it.
    if (bytes >= LEAST_EARLY && this.#found < this.#parameters.length) this.#begin();
  }

  /**
   * Ends the sum over all ranks, and puts it where the gradients are.
   * @param blocks of this rank
   * @param message goes with it. Returns those of all ranks.
   */
  async end(blocks: readonly Gradients[], message: readonly number[]): Promise<Float64Array[]> {
    const parameters = this.#parameters;
    if (this.#ranks.size === 1) {
      blocks[0].forEach((g, i) => (parameters[i].grad = g));
      return [Float64Array.from(message)];
    }
    const began = performance.now();
    const early = this.#early;
    const gone = new Set(early.flatMap(({ summed }) => summed.parameters));
    const rest = parameters.flatMap((t, i) => (gone.has(t) ? [] : [i]));
    const rows = await this.#fewRows();
    // Zeros are added, too: what has none here may have one on another rank.
    const gradients = blocks.map((block) =>
      rest.map((i) => block[i] ?? keep(zeros(parameters[i].shape, { device: parameters[i].device }))),
    );
    const summed: Summed = {
      parameters: rest.map((i) => parameters[i]),
      // All are made before any is looked at: they stay where they are until something is computed.
      blocks: gradients.map((block) => block.map((g, i) => pieceOf(g, rows.get(parameters[rest[i]]) ?? null))),
    };
    const isPresent = rest.map((i) => Number(blocks.some((block) => block[i] !== null)));
    const read = this.#tables.map((t) => this.#rowsOf(t)?.size ?? -1);
    const all = await this.#sum(summed, Float64Array.of(...isPresent, ...read, ...message), false);
    for (const { ended } of early) await ended;
    take(summed);
    for (const one of early) take(one.summed);
    for (const [i, t] of summed.parameters.entries()) if (all.every((theirs) => theirs[i] === 0)) dropGradient(t);
    const counts = all.map((theirs) => theirs.subarray(rest.length));
    this.#few = this.#tables.filter((t, i) => {
      const most = FEW.ofRank * t.shape[0];
      return counts.every((theirs) => theirs[i] >= 0 && theirs[i] <= most);
    });
    [this.#read, this.#early, this.#waiting, this.#found] = [null, [], [], 0];
    this.seconds += (performance.now() - began) / 1000;
    return counts.map((theirs) => theirs.subarray(read.length));
  }

  /** Begins to sum what waits. */
  #begin(): void {
    const summed: Summed = {
      parameters: this.#waiting.map(([parameter]) => parameter),
      blocks: this.#waiting[0][1].map((_, block) =>
        this.#waiting.map(([, gradients]) => heldPieceOf(gradients[block])),
      ),
    };
    const ended = this.#sum(summed, new Float64Array(0), true);
    // Where it fails before anybody waits for it.
    ended.catch(() => undefined);
    this.#early.push({ summed, ended });
    this.#waiting = [];
  }

  #sum({ blocks }: Summed, message: Float64Array, isOverlapped: boolean): Promise<Float64Array[]> {
    const sent = blocks.map((block) => block.map((piece) => piece.sent));
    return this.#ranks.sumShards(sent, this.#shards, message, isOverlapped);
  }

  #rowsOf(table: Tensor): ReadonlySet<number> | null {
    return this.#read?.get(table) ?? null;
  }

  /** Of the tables of which few rows were read in the last step the rows that some rank read in this one, where they are few again. */
  async #fewRows(): Promise<Map<Tensor, Int32Array>> {
    const tables = this.#few;
    if (tables.length === 0) return new Map();
    const own = encodeRows(tables.map((t) => this.#rowsOf(t)));
    const rows = rowsOfAll(
      await this.#ranks.allGatherBytes(own),
      tables.map(({ shape: [count] }) => count),
    );
    return new Map(
      tables.flatMap((t, i) => {
        const few = rows[i];
        return few === null || few.length > FEW.ofAll * t.shape[0] ? [] : [[t, few] as const];
      }),
    );
  }
}

/** Sets the gradients of parameters to their sums; those of the other blocks go. */
function take({ parameters, blocks }: Summed): void {
  const [sums, ...others] = blocks;
  for (const { gradient, numbers, sent, rows } of sums) {
    if (rows !== null) putRows(sent, rows, numbers, gradient.shape[1]);
  }
  for (const { gradient, place } of blocks.flat()) if (place === 'held') gradient.device.letGo?.(gradient.storage);
  for (const { gradient } of others.flat()) gradient.dispose();
  sums.forEach(({ gradient, numbers, place }, i) => {
    if (place === 'copied') gradient.set(numbers);
    parameters[i].grad = gradient;
  });
}

function dropGradient(t: Tensor): void {
  t.grad?.dispose();
  t.grad = null;
}

/** Good until something is computed. */
function pieceOf(gradient: Tensor, rows: Int32Array | null): Piece {
  const { device, storage, offset, size } = gradient;
  const there = device.peek?.(storage, offset, size, true) ?? null;
  const numbers = (there ?? gradient.data()) as Numbers;
  const sent = rows === null ? numbers : rowsOf(numbers, rows, gradient.shape[1]);
  return { gradient, numbers, place: there === null ? 'copied' : 'there', sent, rows };
}

/** Good until it is taken, whatever is computed. */
function heldPieceOf(gradient: Tensor): Piece {
  const { device, storage, offset, size } = gradient;
  const held = device.hold?.(storage, offset, size) ?? null;
  const numbers = (held ?? gradient.data()) as Numbers;
  return { gradient, numbers, place: held === null ? 'copied' : 'held', sent: numbers, rows: null };
}

function rowsOf(numbers: Numbers, rows: Int32Array, cols: number): Numbers {
  const out =
    numbers instanceof Float64Array ? new Float64Array(rows.length * cols) : new Float32Array(rows.length * cols);
  rows.forEach((row, i) => {
    out.set(numbers.subarray(row * cols, (row + 1) * cols), i * cols);
  });
  return out;
}

function putRows(from: Numbers, rows: Int32Array, numbers: Numbers, cols: number): void {
  rows.forEach((row, i) => {
    numbers.set(from.subarray(i * cols, (i + 1) * cols), row * cols);
  });
}
