// The state that goes from minibatch to minibatch, where each shard carries that of its own rows: put together for a checkpoint, and
// cut again. [N, H] for each layer and name, rows in the order of the shards.
import type { RecurrentState } from '../nn/recurrent.js';
import { type Ranks, rowsOfShard, shardsOfRank } from '../parallel/communicator.js';
import { fromData } from '../tensor/create.js';
import { keep } from '../tensor/scope.js';
import { decodeState, encodeState, type StateValue } from './carriedState.js';

/** Of all ranks, on rank 0; null on the others, and where there is none. @param own by shard */
export async function gatherState(
  ranks: Ranks,
  own: ReadonlyMap<number, RecurrentState>,
): Promise<RecurrentState | null> {
  const bytes = encodeState(stackedOf(own), null);
  const all = await ranks.allGatherBytes(bytes);
  if (ranks.rank !== 0) return null;
  const values = all.map((part, rank) => decodeState(part, `rank ${rank}`).value);
  return tensorsOf(stacked(values.filter((value) => value !== null)));
}

/** Where this process has all shards. @param own by shard; none where nothing is carried */
export function joinState(own: ReadonlyMap<number, RecurrentState> = new Map()): RecurrentState | null {
  return tensorsOf(stackedOf(own));
}

function tensorsOf(value: StateValue | null): RecurrentState | null {
  return value?.map((layer) => mapValues(layer, ({ shape, data }) => fromData(data, shape))) ?? null;
}

function stackedOf(own: ReadonlyMap<number, RecurrentState>): StateValue | null {
  return stacked([...own].sort(([a], [b]) => a - b).map(([, state]) => valueOf(state)));
}

/** Of the shards of this rank, from that of all rows. */
export function cutState(ranks: Ranks, state: RecurrentState, shards: number): Map<number, RecurrentState> {
  const { from, to } = shardsOfRank(ranks.rank, ranks.size, shards);
  const [count] = Object.values(state[0])[0].shape;
  const cut = new Map<number, RecurrentState>();
  for (let shard = from; shard < to; shard++) {
    const rows = rowsOfShard(shard, shards, count);
    if (rows.from === rows.to) continue;
    cut.set(
      shard,
      state.map((layer) =>
        mapValues(layer, (t) => {
          const width = t.size / count;
          const own = t.data().slice(rows.from * width, rows.to * width);
          return keep(fromData(own, [rows.to - rows.from, ...t.shape.slice(1)]));
        }),
      ),
    );
  }
  return cut;
}

function valueOf(state: RecurrentState): StateValue {
  return state.map((layer) => mapValues(layer, (t) => ({ shape: [...t.shape], data: Float32Array.from(t.data()) })));
}

/** The rows of all, one after the other; null for none. */
function stacked(parts: readonly StateValue[]): StateValue | null {
  if (parts.length === 0) return null;
  return parts[0].map((layer, l) =>
    Object.fromEntries(
      Object.entries(layer).map(([name, { shape }]) => {
        const own = parts.map((part) => part[l][name]);
        const rows = own.reduce((sum, part) => sum + part.shape[0], 0);
        const data = new Float32Array(own.reduce((sum, part) => sum + part.data.length, 0));
        let at = 0;
        for (const part of own) {
          data.set(part.data, at);
          at += part.data.length;
        }
        return [name, { shape: [rows, ...shape.slice(1)], data }];
      }),
    ),
  );
}

function mapValues<A, B>(values: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
