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
import { matchesOf } from './matching.js';
import type { Compiled, Poke, PokeAsked, River } from '../messages.js';

/** Hidden units that costs are counted for. */
interface CostSizes {
  inputSize: number;
  hiddenSize: number;
  batchSize: number;
}

/** @param source the equations, or a cell whose equations are wanted */
export async function compileCell(source: string | Cell, sizes: CostSizes): Promise<Compiled> {
  const text = typeof source === 'string' ? source : textOf(source);
  let cell: Cell;
  try {
    cell = typeof source === 'string' ? parseCell(source) : source;
  } catch (error) {
    if (!(error instanceof CellTextError)) throw error;
    const { message, help, place } = error;
    return { kind: 'error', text, message, help, place };
  }
  const { drawCell } = await import('./drawCell.js');
  let explanation: ReturnType<typeof explainCell>;
  try {
    explanation = explainCell(cell, { ...sizes, numHeads: 1 });
  } catch (error) {
    // More values at once than a kernel has room for, say: the training goes on.
    if (!(error instanceof UnrolledError) || error.code === 'INTERNAL') throw error;
    return { kind: 'error', text, message: error.message, help: error.help, place: null };
  }
  const stages = explanation.stages.map(({ when, kind, what, flops, bytes }) => ({ when, kind, what, flops, bytes }));
  const { flops, bytes, parameters } = explanation;
  return { kind: 'cell', text, data: cell.toData(), ...drawCell(cell), stages, flops, bytes, parameters };
}

/** The equations of a cell as one types them. */
export function textOf(cell: Cell): string {
  return formatCell(cell).trimEnd();
}

/** Tokens read before a place. */
const CONTEXT = 200;
/** Places of a text that effects are measured at. */
const PLACES = 192;
const SHOWN = 8;

/** Errors: RANGE, CELL, OPTION. */
export async function pokeAt(model: LanguageModel, tokens: Int32Array, asked: PokeAsked, step: number): Promise<Poke> {
  const { vocabulary } = model.text;
  const at = Math.max(0, Math.min(asked.at, tokens.length - 1));
  const intervention = interventionOf(model, asked);
  const read = tokens.subarray(Math.max(0, at + 1 - CONTEXT), at + 1);
  const { without, with: changed, divergence } = intervene(model, read, intervention, { length: 90, temperature: 0.6 });
  const context = Math.min(60, Math.max(0, Math.floor(tokens.length / 4)));
  const places = await placesOf(model, tokens, asked.pattern, context);
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

/** Tokens in which a pattern is sought. */
const SOUGHT = 60_000;

/** The last token of each match of a pattern, or places all over the text. Errors: OPTION for a pattern, EMPTY where it is not found. */
async function placesOf(model: LanguageModel, tokens: Int32Array, pattern: string, context: number): Promise<number[]> {
  const room = tokens.length - context - 10;
  const spread = (count: number, place: (i: number) => number): number[] => {
    const kept = Math.min(PLACES, Math.max(1, count));
    return Array.from({ length: kept }, (_, i) => place(Math.floor((i * Math.max(1, count)) / kept)));
  };
  if (pattern === '') return spread(room, (i) => context + i);
  const { vocabulary, settings } = model.text;
  const texts = Array.from(tokens.subarray(0, SOUGHT), (token) => vocabulary.token(token));
  const matches = await matchesOf(texts, pattern, settings.tokens === 'word' ? ' ' : '');
  const ends = matches.map(({ to }) => to - 1).filter((at) => at >= context && at < tokens.length - 10);
  if (ends.length > 0) return spread(ends.length, (i) => ends[i]);
  throw new UnrolledError(
    'EMPTY',
    `expected ${pattern.slice(0, 80)} in the text, found it nowhere`,
    'give another pattern',
  );
}

/** What the strip shows in place of what has no shape may be typed as it stands there. */
const TYPED: Readonly<Record<string, string>> = { '↵': '\n', '→': '\t', '·': ' ' };

function interventionOf(model: LanguageModel, { holds, token: typed }: PokeAsked): Intervention {
  const { vocabulary } = model.text;
  const token = typed === null || vocabulary.has(typed) ? typed : (TYPED[typed] ?? typed);
  if (token !== null && !vocabulary.has(token)) {
    throw new UnrolledError(
      'RANGE',
      `expected a token of the text, received ${JSON.stringify(token)}`,
      'choose one that it has',
    );
  }
  const held = holds.map(({ layer, value, units, to, isLasting }) => {
    return { value, layer, to, ...(units === null ? {} : { units }), steps: isLasting ? Infinity : 1 };
  });
  return [...held, ...(token === null ? [] : [{ token: vocabulary.index(token) }])];
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
    ...{
      step,
      cell: model.network.recurrent.cell.name,
      reached: null,
      loss: reach.loss,
      windows: count,
      carried,
      lags: rest,
    },
    ...{ from: own, norms: Array.from(reach.norms[0]) },
    tokens: Array.from(tokens.subarray(own, own + length), (token) => vocabulary.token(token)),
  };
}
