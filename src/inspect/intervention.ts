// What a value inside a language model does: it is held at a number, or a token is replaced, and what follows is compared with what
// follows otherwise. Letters: T steps, N places, V vocabulary.
import { slice } from '../autograd/movement.js';
import { noGrad } from '../autograd/tape.js';
import { clampedCell, clampedMasks } from '../cell/alter.js';
import { sizeNamed } from '../cell/define/width.js';
import { UnrolledError } from '../errors.js';
import { expectNumbers, expectObject, type Names, optionsOf } from '../expect.js';
import type { LanguageModel } from '../models/language/languageModel.js';
import { evaluating } from '../nn/evaluating.js';
import type { Recurrent, RecurrentState } from '../nn/recurrent.js';
import { requireNumber } from '../range.js';
import { fromData } from '../tensor/create.js';
import { Philox } from '../tensor/philox.js';
import { atOnce, inside, inTurn, readAndDispose, type Reading, requireAnswers } from '../tensor/readAll.js';
import { scope } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { createTokenizer } from '../text/createTokenizer.js';
import { expectModel } from './expectModel.js';
import { checkLayer } from './gateTrace.js';

/** Units of a value of the cell are held at a number. */
export interface HeldValue {
  /** A state, a gate, or what the cell gives a name: as traces call it. */
  value: string;
  /** What it is held at. */
  to: number;
  /** Which units; all where missing. */
  units?: readonly number[];
  /** From 0; the last one. */
  layer?: number;
  /** At how many steps from the place on; 1. Infinity: at all. */
  steps?: number;
}

/** The token at the place is replaced. */
export interface ReplacedToken {
  /** The index of the one that is read in its place. */
  token: number;
}

/** What is done at a place of a text: one thing, or several at once. Of two that hold the same unit the later one holds. */
export type Intervention = HeldValue | ReplacedToken | readonly (HeldValue | ReplacedToken)[];

/** What follows a place. */
export interface Continuation {
  /** P of each token of the vocabulary after the place [V]. */
  probabilities: Float64Array;
  /** Tokens that are drawn from there on. */
  tokens: Int32Array;
  /** The same as text. */
  text: string;
}

/** What follows a place without an intervention, and with it. */
export interface InterventionResult {
  /** As the network goes on by itself. */
  without: Continuation;
  /** As it goes on with the intervention. */
  with: Continuation;
  /** Kullback-Leibler divergence of the first probabilities, in nats: 0 where the intervention changes nothing. */
  divergence: number;
}

/** How `intervene` goes on. */
export interface InterveneOptions {
  /** Tokens that are drawn; 60. */
  length?: number;
  /** 0: always the likeliest; 0.8. */
  temperature?: number;
  /** Of the draws, which are the same with and without: 0. */
  seed?: number;
}

/** The mean of an effect over places, and its spread. */
export interface Effect {
  /** Over the places. */
  mean: number;
  /** The standard deviation over the places. */
  deviation: number;
}

/** What an intervention does over many places. */
export interface InterventionEffects {
  /** How many places there were: those with enough text around. */
  places: number;
  /** For each token after the place, the first one at it: the divergence of the probabilities, in nats. */
  divergence: Effect[];
  /** For each: by how much the log probability of the token that in fact comes next rises. */
  logProbability: Effect[];
  /** By how much the probability of each token right after the place rises [V]. */
  probabilities: Effect[];
}

/** How `interventionEffects` reads. */
export interface EffectOptions {
  /** Tokens read before each place; 100. */
  context?: number;
  /** Tokens after it, whose predictions are compared; 8. */
  follow?: number;
}

const INTERVENE: Names<InterveneOptions> = { length: true, temperature: true, seed: true };
const EFFECTS: Names<EffectOptions> = { context: true, follow: true };

/** Places side by side. */
const BATCH = 64;

/**
 * What follows tokens when something is held or replaced at the last of them, beside what follows otherwise: probabilities, and text drawn
 * with the same random numbers. The network alone is asked, without n-grams that it may be mixed with.
 * @param tokens the text up to the place, which is its last token
 * Errors: EMPTY without tokens, OPTION for an unknown layer, CELL for an unknown value, RANGE for units and tokens that are not there.
 */
export function intervene(
  model: LanguageModel,
  tokens: ArrayLike<number>,
  intervention: Intervention,
  given: InterveneOptions = {},
): InterventionResult {
  requireAnswers('intervene', 'await interveneAsync(…)');
  return atOnce(readPair(model, tokens, intervention, given));
}

/** The same on every backend. */
export function interveneAsync(
  ...[model, tokens, intervention, given = {}]: Parameters<typeof intervene>
): Promise<InterventionResult> {
  return inTurn(readPair(model, tokens, intervention, given));
}

function* readPair(
  model: LanguageModel,
  tokens: ArrayLike<number>,
  intervention: Intervention,
  given: InterveneOptions,
): Reading<InterventionResult> {
  const options = { length: 60, temperature: 0.8, seed: 0, ...optionsOf(given, INTERVENE, 'intervene') };
  const { length, temperature } = options;
  requireNumber('a number of tokens', length, { min: 0, whole: true }, 'give a whole number');
  requireNumber('a temperature', temperature, { min: 0 }, '0.8 is usual; 0 takes the likeliest');
  return yield* checkedRun(model, tokens, () =>
    readContinuations(model, Int32Array.from(tokens), intervention, options),
  );
}

function* readContinuations(
  model: LanguageModel,
  tokens: Int32Array,
  intervention: Intervention,
  { length, temperature, seed }: Required<InterveneOptions>,
): Reading<InterventionResult> {
  if (tokens.length === 0) throw new UnrolledError('EMPTY', 'expected text, received none', 'give some tokens');
  const last = tokens.length - 1;
  const rng = new Philox(seed, 0x706f6b65);
  const { vocabulary, settings } = model.text;
  const drawn = [new Int32Array(length), new Int32Array(length)];
  const reader = new PairReader(model, intervention, 1);
  let first: Float64Array[];
  try {
    reader.read([tokens.subarray(0, last)]);
    first = yield* reader.act([tokens[last]]);
    let now = first;
    for (let t = 0; t < length; t++) {
      const u = rng.uniform();
      // As in generation, reserved tokens are not drawn.
      const { reserved } = vocabulary;
      const next = now.map((p) => reserved + drawFrom(p.subarray(reserved), temperature, u));
      next.forEach((token, row) => (drawn[row][t] = token));
      if (t + 1 < length) now = yield* reader.follow(next);
    }
  } finally {
    reader.close();
  }
  const tokenizer = createTokenizer(settings.tokens ?? 'char');
  const [without, changed] = first.map((probabilities, row): Continuation => {
    return { probabilities, tokens: drawn[row], text: tokenizer.join(vocabulary.decode(drawn[row])) };
  });
  return { without, with: changed, divergence: divergenceOf(without.probabilities, changed.probabilities) };
}

/**
 * The same at many places of a text, with the mean of the effect and its spread. Before each place `context` tokens are read; places with
 * too little text before or after them are left out.
 * @param tokens of the whole text
 * @param places indices in it, at which something is held or replaced
 * Errors: EMPTY where no place is left, and those of `intervene`.
 */
export function interventionEffects(
  model: LanguageModel,
  tokens: ArrayLike<number>,
  places: readonly number[],
  intervention: Intervention,
  given: EffectOptions = {},
): InterventionEffects {
  requireAnswers('interventionEffects', 'await interventionEffectsAsync(…)');
  return atOnce(readEffects(model, tokens, places, intervention, given));
}

/** The same on every backend. */
export function interventionEffectsAsync(
  ...[model, tokens, places, intervention, given = {}]: Parameters<typeof interventionEffects>
): Promise<InterventionEffects> {
  return inTurn(readEffects(model, tokens, places, intervention, given));
}

function* readEffects(
  model: LanguageModel,
  tokens: ArrayLike<number>,
  places: readonly number[],
  intervention: Intervention,
  given: EffectOptions,
): Reading<InterventionEffects> {
  const { context = 100, follow = 8 } = optionsOf(given, EFFECTS, 'interventionEffects');
  requireNumber('context', context, { min: 0, whole: true }, '100 lets the network warm up');
  requireNumber('follow', follow, { min: 1, whole: true }, 'give a number of tokens');
  expectNumbers(places, 'places', 'give indices of tokens');
  return yield* checkedRun(model, tokens, function* (): Reading<InterventionEffects> {
    const fitting = places.filter((at) => Number.isInteger(at) && at >= context && at + follow < tokens.length);
    if (fitting.length === 0) {
      throw new UnrolledError(
        'EMPTY',
        `expected places with ${context} tokens before and ${follow} after, received none`,
        'give places further inside, or less context',
      );
    }
    const V = model.vocabularySize;
    const sums = { divergence: spreads(follow), logProbability: spreads(follow), probabilities: spreads(V) };
    for (let from = 0; from < fitting.length; from += BATCH) {
      const part = fitting.slice(from, from + BATCH);
      const N = part.length;
      const reader = new PairReader(model, intervention, N);
      try {
        reader.read(part.map((at) => Int32Array.from({ length: context }, (_, i) => tokens[at - context + i])));
        let now = yield* reader.act(part.map((at) => tokens[at]));
        for (let k = 0; k < follow; k++) {
          for (let n = 0; n < N; n++) {
            const [without, changed] = [now[n], now[N + n]];
            const actual = tokens[part[n] + k + 1];
            sums.divergence[k].add(divergenceOf(without, changed));
            sums.logProbability[k].add(Math.log(changed[actual] / without[actual]));
            if (k === 0) for (let v = 0; v < V; v++) sums.probabilities[v].add(changed[v] - without[v]);
          }
          if (k + 1 < follow) {
            const next = part.map((at) => tokens[at + k + 1]);
            now = yield* reader.follow([...next, ...next]);
          }
        }
      } finally {
        reader.close();
      }
    }
    return {
      places: fitting.length,
      divergence: sums.divergence.map((s) => s.effect()),
      logProbability: sums.logProbability.map((s) => s.effect()),
      probabilities: sums.probabilities.map((s) => s.effect()),
    };
  });
}

/** In evaluation mode. Errors: OPTION, RANGE for tokens that are none. */
function* checkedRun<R>(model: LanguageModel, tokens: ArrayLike<number>, run: () => Reading<R>): Reading<R> {
  expectModel(model, 'lm');
  expectNumbers(tokens, 'tokens', 'give indices of the vocabulary');
  const wrong = Array.from(tokens).find((t) => !(Number.isInteger(t) && t >= 0 && t < model.vocabularySize));
  if (wrong !== undefined) refuseToken(model, wrong);
  return yield* inside((piece) => evaluating(model.network, piece), run());
}

function refuseToken(model: LanguageModel, token: number): never {
  throw new UnrolledError(
    'RANGE',
    `expected tokens from 0 to ${model.vocabularySize - 1}, received ${token}`,
    'give indices of the model’s vocabulary',
  );
}

/** Units of a value of one layer, as masks over the 2N rows. */
interface Held {
  layer: number;
  value: string;
  width: number;
  where: Float32Array;
  to: Float32Array;
  steps: number;
}

/** Reads each sequence twice side by side: N rows as they are, then N rows with the intervention. */
class PairReader {
  readonly #model: LanguageModel;
  readonly #rows: number;
  readonly #held: readonly Held[];
  /** null where the token stays. */
  readonly #token: number | null;
  /** Steps from the place on. */
  #step = 0;
  #state: RecurrentState | null = null;

  constructor(model: LanguageModel, intervention: Intervention, N: number) {
    this.#model = model;
    this.#rows = N;
    const held: Held[] = [];
    let token: number | null = null;
    for (const one of Array.isArray(intervention) ? intervention : [intervention]) {
      expectObject(one, 'an intervention', "as in { value: 'f', to: 1 }, or { token: 3 }");
      if ('token' in one) {
        const { token: other } = one;
        if (!(Number.isInteger(other) && other >= 0 && other < model.vocabularySize)) refuseToken(model, other);
        token = other;
      } else held.push(this.#heldOf(one));
    }
    this.#held = held;
    this.#token = token;
  }

  #heldOf({ value, to, units, layer, steps = 1 }: HeldValue): Held {
    const rnn = this.#model.network.recurrent;
    if (rnn.bidirectional) {
      throw new UnrolledError(
        'OPTION',
        'expected a network that reads forward, received a bidirectional one',
        'give another',
      );
    }
    requireNumber('what a value is held at', to, {}, 'give a number, such as 1 for an open gate');
    if (steps !== Infinity) requireNumber('steps', steps, { min: 1, whole: true }, '1, or Infinity for all');
    const [at] = checkLayer(rnn.numLayers, layer ?? rnn.numLayers - 1);
    const own = rnn.structure.layers[at][0];
    const width = sizeNamed(own.sizes, clampedCell(own.inference, value).width);
    const chosen = units ?? Array.from({ length: width }, (_, k) => k);
    const N = this.#rows;
    const where = new Float32Array(2 * N * width);
    for (const unit of chosen) {
      requireNumber('a unit', unit, { min: 0, max: width - 1, whole: true }, 'units are counted from 0');
      for (let n = N; n < 2 * N; n++) where[n * width + unit] = 1;
    }
    return { layer: at, value, width, where, to: new Float32Array(2 * N * width).fill(to), steps };
  }

  /** What stands before the place. @param rows N sequences of one length */
  read(rows: readonly Int32Array[]): void {
    if (rows[0].length > 0) this.#forward([...rows, ...rows], []).dispose();
  }

  /** The token at the place. @returns P of the next token for each of the 2N rows */
  act(tokens: readonly number[]): Reading<Float64Array[]> {
    const token = this.#token;
    this.#step = 0;
    return this.follow([...tokens, ...(token === null ? tokens : tokens.map(() => token))]);
  }

  /** One more token of each of the 2N rows. */
  *follow(tokens: readonly number[]): Reading<Float64Array[]> {
    const step = this.#step++;
    const rows = tokens.map((token) => Int32Array.of(token));
    const held = this.#held.filter(({ steps }) => step < steps);
    const logits = yield* readAndDispose(this.#forward(rows, held));
    const V = this.#model.vocabularySize;
    return rows.map((_, n) => softmaxOf(logits.subarray(n * V, (n + 1) * V)));
  }

  close(): void {
    dispose(this.#state);
    this.#state = null;
  }

  /** @returns logits after the last token of each row [1, 2N, V] */
  #forward(rows: readonly Int32Array[], held: readonly Held[]): Tensor {
    const [T, N] = [rows[0].length, rows.length];
    const { network } = this.#model;
    const before = this.#state;
    const { state, logits } = scope(() =>
      noGrad(() => {
        const x = fromData(
          Int32Array.from({ length: T * N }, (_, i) => rows[i % N][Math.floor(i / N)]),
          [T, N],
        );
        const layers = [...new Set(held.map(({ layer }) => layer))];
        const run = layers.reduce(
          (inner, layer) => () =>
            altered(
              network.recurrent,
              held.filter((one) => one.layer === layer),
              inner,
            ),
          () => network.forward(x, before),
        );
        const result = run();
        return { state: result.state, logits: slice(result.logits, 0, T - 1, T) };
      }),
    );
    dispose(before);
    this.#state = state;
    return logits;
  }
}

/** While `run` runs, values of one layer are held. */
function altered<R>(recurrent: Recurrent, held: readonly Held[], run: () => R): R {
  const masks = held.flatMap(({ where, to, width }, nth) => {
    const names = clampedMasks(nth);
    const shape = [where.length / width, width];
    return [
      [names.where, fromData(where, shape)],
      [names.to, fromData(to, shape)],
    ] as const;
  });
  return recurrent.altering(
    held[0].layer,
    (cell) => held.reduce((made, { value }, nth) => clampedCell(made, value, nth).cell, cell),
    Object.fromEntries(masks),
    run,
  );
}

function dispose(state: RecurrentState | null): void {
  state?.forEach((layer) => {
    for (const t of Object.values(layer)) t.dispose();
  });
}

function softmaxOf(logits: ArrayLike<number>): Float64Array {
  const all = Float64Array.from(logits);
  const most = all.reduce((a, b) => Math.max(a, b), -Infinity);
  const exps = all.map((v) => Math.exp(v - most));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((v) => v / sum);
}

function drawFrom(probabilities: Float64Array, temperature: number, u: number): number {
  if (temperature === 0) return probabilities.indexOf(probabilities.reduce((a, b) => Math.max(a, b)));
  const most = probabilities.reduce((a, b) => Math.max(a, b));
  const weights = probabilities.map((p) => (p / most) ** (1 / temperature));
  const total = weights.reduce((a, b) => a + b, 0);
  let sum = 0;
  const found = weights.findIndex((w) => (sum += w) > u * total);
  return found < 0 ? weights.length - 1 : found;
}

/** Σ p · log(p / q), in nats. */
function divergenceOf(p: Float64Array, q: Float64Array): number {
  return Math.max(
    0,
    p.reduce((sum, v, i) => (v > 0 ? sum + v * Math.log(v / Math.max(q[i], 1e-300)) : sum), 0),
  );
}

/** Mean and deviation of what comes one after the other (Welford). */
class Spread {
  #count = 0;
  #mean = 0;
  #squares = 0;

  add(value: number): void {
    const before = value - this.#mean;
    this.#mean += before / ++this.#count;
    this.#squares += before * (value - this.#mean);
  }

  effect(): Effect {
    return { mean: this.#mean, deviation: this.#count > 1 ? Math.sqrt(this.#squares / (this.#count - 1)) : 0 };
  }
}

const spreads = (count: number): Spread[] => Array.from({ length: count }, () => new Spread());
