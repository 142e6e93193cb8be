// Answers of the laboratory: a cell from its equations, what an intervention does, how far a gradient reaches.
import {
  type Cell,
  CellTextError,
  explainCell,
  formatCell,
  type LanguageModel,
  parseCell,
  UnrolledError,
} from 'unrolled';
import { gradientReach, intervene, interventionEffects, type Intervention } from 'unrolled/inspect';
import type { Compiled, Poke, PokeAsked, River } from '../messages.js';

/** Hidden units that costs are counted for. */
interface CostSizes {
  inputSize: number;
  hiddenSize: number;
  batchSize: number;
}

/** @param source the equations, or a cell whose equations are wanted */
export async function compileCell(source: string | Cell, sizes: CostSizes): Promise<Compiled> {
  const text = typeof source === 'string' ? source : formatCell(source);
  let cell: Cell;
  try {
    cell = typeof source === 'string' ? parseCell(source) : source;
  } catch (error) {
    if (!(error instanceof CellTextError)) throw error;
    const { message, help, place } = error;
    return { kind: 'error', text, message, help, place };
  }
  const { drawCell } = await import('./drawCell.js');
  const explanation = explainCell(cell, { ...sizes, numHeads: 1 });
  const stages = explanation.stages.map(({ when, kind, what, flops, bytes }) => ({ when, kind, what, flops, bytes }));
  const { flops, bytes, parameters } = explanation;
  return { kind: 'cell', text, data: cell.toData(), ...drawCell(cell), stages, flops, bytes, parameters };
}

/** Tokens read before a place. */
const CONTEXT = 200;
/** Places of a text that effects are measured at. */
const PLACES = 192;
const SHOWN = 8;

/** Errors: RANGE, CELL, OPTION. */
export function pokeAt(model: LanguageModel, tokens: Int32Array, asked: PokeAsked, step: number): Poke {
  const { vocabulary } = model.text;
  const at = Math.max(0, Math.min(asked.at, tokens.length - 1));
  const intervention = interventionOf(model, asked);
  const read = tokens.subarray(Math.max(0, at + 1 - CONTEXT), at + 1);
  const { without, with: changed, divergence } = intervene(model, read, intervention, { length: 90, temperature: 0.6 });
  const context = Math.min(60, Math.max(0, Math.floor(tokens.length / 4)));
  const room = tokens.length - context - 10;
  const places = Array.from({ length: Math.min(PLACES, Math.max(1, room)) }, (_, i, all = PLACES) => {
    return context + Math.floor((i * Math.max(1, room)) / Math.min(all, Math.max(1, room)));
  });
  const effects = interventionEffects(model, tokens, places, intervention, { context, follow: 8 });
  const order = Array.from(vocabulary.decode(Int32Array.from({ length: vocabulary.size }, (_, i) => i)), (_, i) => i);
  const rise = (i: number): number => Math.abs(changed.probabilities[i] - without.probabilities[i]);
  const rows = order
    .sort((a, b) => rise(b) - rise(a))
    .slice(0, SHOWN)
    .map((i) => ({
      ...{ token: vocabulary.token(i), without: without.probabilities[i], with: changed.probabilities[i] },
      effect: effects.probabilities[i],
    }));
  return {
    ...{ asked, step, token: vocabulary.token(tokens[at]), rows, divergence, places: effects.places },
    ...{ without: without.text, with: changed.text, follow: effects.divergence },
  };
}

function interventionOf(model: LanguageModel, { value, layer, unit, to, steps, token }: PokeAsked): Intervention {
  if (token !== null) {
    const { vocabulary } = model.text;
    if (!vocabulary.has(token)) {
      throw new UnrolledError(
        'RANGE',
        `expected a token of the text, received ${JSON.stringify(token)}`,
        'choose one that it has',
      );
    }
    return { token: vocabulary.index(token) };
  }
  return { value, layer, to, ...(unit === null ? {} : { units: [unit] }), steps: steps ?? Infinity };
}

const RIVER = 48;

/** @param at the token after which the prediction stands */
export function riverAt(model: LanguageModel, tokens: Int32Array, at: number, step: number): River {
  const length = Math.min(RIVER, tokens.length - 1);
  const own = Math.max(0, Math.min(at - length + 1, tokens.length - 1 - length));
  const count = Math.min(48, tokens.length - length);
  const spread = Array.from({ length: count }, (_, n) =>
    Math.floor((n * (tokens.length - 1 - length)) / Math.max(1, count - 1)),
  );
  const reach = gradientReach(model, tokens, { length, windows: [own, ...spread] });
  const rest = reach.lags;
  const carried = reach.carried.map(({ layer, state, factors }) => ({
    ...{ layer, state },
    factors: Array.from(factors[0]),
    product:
      factors.slice(1).reduce((sum, row) => sum + row.reduce((a, b) => a + b, 0) / row.length, 0) /
      Math.max(1, factors.length - 1),
  }));
  const { vocabulary } = model.text;
  return {
    ...{ step, cell: model.network.recurrent.cell.name, loss: reach.loss, windows: count, carried, lags: rest },
    ...{ from: own, norms: Array.from(reach.norms[0]) },
    tokens: Array.from(tokens.subarray(own, own + length), (token) => vocabulary.token(token)),
  };
}
