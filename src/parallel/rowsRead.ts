// Which rows of large tables a minibatch reads. The gradient of an embedding is zero in all others: where they are most, what is not zero
// alone is added, over shards (shards.ts) and over ranks (sums.ts).
import type { Scattered } from '../autograd/rows.js';
import type { TapeNode } from '../autograd/tape.js';
import type { Tensor } from '../tensor/tensor.js';

/** Elements of the smallest table whose rows are told: a megabyte takes as long as a message or two. */
const LARGE = 2 ** 18;

/** Of tables [V, D] the rows that were read by index; null where a table was read in another way, too. */
export type RowsRead = ReadonlyMap<Tensor, ReadonlySet<number> | null>;

/** Of parameters, those that are large tables. */
export function largeTables(parameters: readonly Tensor[]): readonly Tensor[] {
  return parameters.filter((t) => t.rank === 2 && t.size >= LARGE);
}

/** What the nodes below a loss read. @param tables large ones */
export function rowsRead(tables: readonly Tensor[], nodes: readonly TapeNode[]): RowsRead {
  const read = new Map<Tensor, Set<number> | null>(tables.map((t) => [t, new Set()]));
  for (const { op, inputs, saved } of nodes) {
    for (const t of inputs) {
      const rows = read.get(t) ?? null;
      if (rows === null) continue;
      if (op === 'gatherRows') for (const row of (saved as Scattered).indices.data()) rows.add(row);
      else read.set(t, null);
    }
  }
  return read;
}

/** What two losses read. */
export function readByBoth(one: RowsRead, other: RowsRead): RowsRead {
  return new Map(
    [...one].map(([t, rows]) => {
      const others = other.get(t) ?? null;
      return [t, rows === null || others === null ? null : new Set([...rows, ...others])];
    }),
  );
}

/** What a rank says of some tables, for all: how many rows of each it read, −1 for all of it, then which. */
export function encodeRows(readings: readonly (ReadonlySet<number> | null)[]): Uint8Array {
  const numbers = readings.flatMap((rows) => (rows === null ? [-1] : [rows.size, ...rows]));
  return new Uint8Array(Int32Array.from(numbers).buffer);
}

/**
 * The rows of each table that some rank read, in their order; null where a rank read all of it.
 * @param said by each rank @param tables how many rows each has
 */
export function rowsOfAll(said: readonly Uint8Array[], tables: readonly number[]): (Int32Array | null)[] {
  const isRead = tables.map((rows) => new Uint8Array(rows));
  const isWhole = tables.map(() => false);
  for (const bytes of said) {
    const numbers = new Int32Array(bytes.slice().buffer);
    let at = 0;
    tables.forEach((_, table) => {
      const count = numbers[at++];
      isWhole[table] ||= count < 0;
      for (const end = at + Math.max(0, count); at < end; at++) isRead[table][numbers[at]] = 1;
    });
  }
  return isRead.map((read, table) => {
    if (isWhole[table]) return null;
    const rows: number[] = [];
    read.forEach((one, row) => one === 1 && rows.push(row));
    return Int32Array.from(rows);
  });
}
