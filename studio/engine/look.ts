// What a network does while it reads a part of its text: every value of its cell, how probable each token was, what it expected.
import type { LanguageModel } from 'unrolled';
import { gateTrace } from 'unrolled/inspect';
import type { Guess, Look, LookValue } from '../messages.js';
import { seriation } from './order.js';

/** Tokens read before the first that is shown, so that the network does not start cold. */
export const WARM_UP = 200;
/** Tokens that are read of a text while a training goes on, which waits for it. */
export const QUICK = 12_000;
const GUESSES = 5;
/** Tokens by which the units are ordered. */
const ORDERED_BY = 400;

/** Tokens that are read of a text where nothing waits: by the size of the network what takes some seconds. */
export function readable(model: LanguageModel): number {
  return Math.max(QUICK, Math.min(100_000, Math.floor(5e9 / model.parameterCount())));
}

interface LookOptions {
  from: number;
  length: number;
  step: number;
  /** An order of the units to keep; null for one by what is seen. */
  orders: Int32Array[] | null;
}

/** @param tokens of the whole text, in the vocabulary of the model */
export function lookAt(
  model: LanguageModel,
  tokens: Int32Array,
  { from: asked, length, step, orders }: LookOptions,
): { look: Look; transfer: ArrayBuffer[] } {
  const from = Math.max(0, Math.min(asked, tokens.length - 1));
  const to = Math.min(tokens.length, from + length);
  const start = Math.max(0, from - WARM_UP);
  const trace = gateTrace(model, tokens.subarray(start, to));
  const skip = from - start;
  const values = trace.layers.flatMap(({ layer, values }) =>
    Object.entries(values).map(([name, { kind, width, data }]): LookValue => {
      return { layer, name, kind: kind === 'sigmoid' ? 'gate' : kind, width, data: data.slice(skip * width) };
    }),
  );
  const { probabilities, guesses } = predictions(model, tokens, { start, from, to });
  const own = orders ?? ordersOf(model, tokens);
  const look: Look = {
    ...{ step, from, totalTokens: tokens.length, tokens: trace.tokens.slice(skip), probabilities, guesses, values },
    orders: own,
  };
  return { look, transfer: values.map(({ data }) => data.buffer as ArrayBuffer) };
}

/** By the first state over the beginning of the text: the same wherever in the text one looks. */
function ordersOf(model: LanguageModel, tokens: Int32Array): Int32Array[] {
  const [state] = model.network.recurrent.cell.states;
  const { layers } = gateTrace(model, tokens.subarray(0, ORDERED_BY));
  return layers.map(({ values }) => seriation(values[state]));
}

/** How probable each token was, and what was expected after it. */
export function predictions(
  model: LanguageModel,
  tokens: Int32Array,
  { start, from, to }: { start: number; from: number; to: number },
): { probabilities: Float32Array; guesses: Guess[][] } {
  const probabilities = new Float32Array(to - from).fill(NaN);
  const guesses: Guess[][] = [];
  const session = model.session();
  if (from > start) {
    session.read(tokens.subarray(start, from));
    probabilities[0] = session.probabilities()[tokens[from]];
  }
  for (let t = from; t < to; t++) {
    const after = session.read([tokens[t]]).probabilities();
    if (t + 1 < to) probabilities[t + 1 - from] = after[tokens[t + 1]];
    guesses.push(
      highest(after).map((index) => ({ token: model.text.vocabulary.token(index), probability: after[index] })),
    );
  }
  session.close();
  return { probabilities, guesses };
}

/** The indices of the likeliest, the likeliest first. */
function highest(probabilities: Float64Array): number[] {
  const best: number[] = [];
  probabilities.forEach((p, index) => {
    if (best.length === GUESSES && p <= probabilities[best[GUESSES - 1]]) return;
    const at = best.findIndex((other) => p > probabilities[other]);
    best.splice(at < 0 ? best.length : at, 0, index);
    if (best.length > GUESSES) best.pop();
  });
  return best;
}
