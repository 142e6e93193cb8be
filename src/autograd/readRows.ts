// Gradients by part of a table that several operations read by index: of the rows that were read alone. All others are zero in every part.
import { backendOf } from '../backend/registry.js';
import { empty, fromData, zeros } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import type { RowParts } from './rowParts.js';
import type { Scattered } from './rows.js';
import type { TapeNode } from './tape.js';

/** The rows of a table [V, D] that some nodes read: U of them. */
export class ReadRows {
  readonly #table: Tensor;
  /** [U], in rising order. */
  readonly #rows: Tensor;
  /** Where a row of the table is among them: [V]. */
  readonly #places: Int32Array;

  /** @param readers of the table, all of them by index */
  constructor(table: Tensor, readers: readonly TapeNode[]) {
    const [V] = table.shape;
    this.#table = table;
    this.#places = new Int32Array(V).fill(-1);
    for (const { indices } of readers.map(scattered)) for (const row of indices.data()) this.#places[row] = 0;
    const rows: number[] = [];
    this.#places.forEach((place, row) => {
      if (place === 0) this.#places[row] = rows.push(row) - 1;
    });
    this.#rows = fromData(Int32Array.from(rows), [rows.length], { device: table.device });
  }

  /** For each group of rows of a minibatch what a reader of indices [T, N] adds: [U, D]. */
  ofGroups(node: TapeNode, g: Tensor, groups: readonly RowParts[]): Tensor[] {
    const indices = this.#placesOf(node);
    const [steps] = indices.shape;
    return groups.map((group) => {
      const d = this.#empty();
      const [tableRows, cols] = d.shape;
      const spec = { steps, ...group, cols, tableRows };
      backendOf(d).scatterInParts(spec, matrix(g, cols), indices, matrix(d, cols));
      return d;
    });
  }

  /** What a reader adds: [U, D]. */
  of(node: TapeNode, g: Tensor): Tensor {
    const indices = this.#placesOf(node);
    const d = this.#empty();
    backendOf(d).fill(d, d.size, 0);
    scatter(d, g, indices);
    return d;
  }

  /** The gradient of the table, from that of its rows, which goes. */
  whole(sum: Tensor): Tensor {
    const d = zeros(this.#table.shape, { device: this.#table.device });
    scatter(d, sum, this.#rows);
    sum.dispose();
    return d;
  }

  #placesOf(node: TapeNode): Tensor {
    const { indices } = scattered(node);
    const places = indices.data().map((row) => this.#places[row]);
    return fromData(places, indices.shape, { device: indices.device });
  }

  #empty(): Tensor {
    return empty([this.#rows.size, this.#table.shape[1]], { device: this.#table.device });
  }
}

/** Whether a node reads a table by index, and trains all rows that it reads. */
export function readsRows(node: TapeNode): boolean {
  return node.op === 'gatherRows' && scattered(node).paddingIndex === undefined;
}

const scattered = ({ saved }: TapeNode): Scattered => saved as Scattered;

const matrix = (
  { storage, offset }: Tensor,
  stride: number,
): { storage: Tensor['storage']; offset: number; stride: number } => ({
  ...{ storage, offset, stride },
});

/** Adds rows to those of d with these indices. */
function scatter(d: Tensor, from: Tensor, indices: Tensor): void {
  if (from.size === 0) return;
  const [tableRows, cols] = d.shape;
  backendOf(d).scatterAdd({ rows: indices.size, cols, tableRows }, matrix(from, cols), indices, matrix(d, cols));
}
