// Hidden Markov models of discrete symbols: states that cannot be seen follow each other, each emits a symbol that can.
// Letters: K states, V symbols, T steps. Everything is float64 and in log space. Rabiner, "A tutorial on hidden Markov models",
// Proceedings of the IEEE 77, 1989.
import { UnrolledError } from '../../errors.js';
import { expectList, expectNumbers, expectObject, type Names, optionsOf, shownValue } from '../../expect.js';
import { requireNumber } from '../../range.js';
import { type BestPath, type ChainMarginals, LinearChain } from '../../nn/chain.js';
import { checkSizes } from '../../nn/layers.js';
import { Philox } from '../../tensor/philox.js';

/** The three distributions of a hidden Markov model (Rabiner 1989: π, A, B). Every row sums to 1 within 1e-6. */
export interface HiddenMarkovParameters {
  /** P(first state): [K] */
  initial: ArrayLike<number>;
  /** P(next state | state): K rows of K */
  transition: readonly ArrayLike<number>[];
  /** P(symbol | state): K rows of V */
  emission: readonly ArrayLike<number>[];
}

/** Sizes of the model, and when a training ends. */
export interface BaumWelchOptions {
  /** K */
  states: number;
  /** V; one more than the largest symbol seen by default. */
  symbols?: number;
  /** Trainings from different random parameters, of which the likeliest is kept; 1 by default. */
  restarts?: number;
  /** Where to start, in place of random parameters; then there are no restarts. */
  from?: HiddenMarkovModel;
  /** Any whole number; 0 by default. */
  seed?: number;
  /** Most iterations of a training; 100 by default. */
  iterations?: number;
  /** A training ends where an iteration gains less, in nats per symbol; 1e-7 by default, 0 for all iterations. */
  tolerance?: number;
  /** Called with the log-likelihood of the parameters that an iteration starts from. */
  onIteration?: (event: { restart: number; iteration: number; logLikelihood: number }) => void;
}

const NAMES: Names<BaumWelchOptions> = {
  ...{ states: true, symbols: true, restarts: true, from: true, seed: true, iterations: true, tolerance: true },
  ...{ onIteration: true },
};

/** One training, from one start. */
export interface BaumWelchRun {
  /** With the parameters of the last iteration. */
  model: HiddenMarkovModel;
  /** Of the model, in nats over all sequences. */
  logLikelihood: number;
  /** Log-likelihoods of the parameters before each iteration, and of the model: it never falls. */
  history: number[];
}

/** The best of all restarts, and all of them. */
export interface BaumWelchResult extends BaumWelchRun {
  /** Of every start, in order. */
  runs: BaumWelchRun[];
}

/**
 *     const casino = new HiddenMarkovModel({
 *       initial: [0.5, 0.5],
 *       transition: [[0.95, 0.05], [0.1, 0.9]],
 *       emission: [[1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6], [0.1, 0.1, 0.1, 0.1, 0.1, 0.5]],
 *     });
 *     const { path } = casino.viterbi(rolls);
 */
export class HiddenMarkovModel {
  /** K */
  readonly states: number;
  /** V */
  readonly symbols: number;
  /** P(first state): [K] */
  readonly initial: Float64Array;
  /** P(next state | state): K rows of K */
  readonly transition: readonly Float64Array[];
  /** P(symbol | state): K rows of V */
  readonly emission: readonly Float64Array[];
  readonly #chain: LinearChain;
  /** [V, K]; the scores that a step with a symbol has. */
  readonly #logEmission: Float64Array;

  /** Errors: SHAPE for rows that do not fit; RANGE for what is no probability, or a row that does not sum to 1. */
  constructor(parameters: HiddenMarkovParameters) {
    expectObject(parameters, 'the parameters', 'give { initial, transition, emission }');
    const { initial, transition, emission } = parameters;
    expectNumbers(initial, 'initial probabilities');
    for (const [name, rows] of Object.entries({ transition, emission })) {
      expectList(rows, name, 'give a row for each state');
      rows.forEach((row, k) => expectNumbers(row, `row ${k} of ${name}`));
    }
    const K = initial.length;
    const V = emission[0]?.length ?? 0;
    checkSizes({ states: K, symbols: V });
    checkRows('transition', transition, K);
    checkRows('emission', emission, K);
    this.states = K;
    this.symbols = V;
    this.initial = distribution('initial probabilities', initial, K);
    this.transition = transition.map((row, k) => distribution(`transitions from state ${k}`, row, K));
    this.emission = emission.map((row, k) => distribution(`emissions of state ${k}`, row, V));
    const flat = this.transition.flatMap((row) => Array.from(row, Math.log));
    this.#chain = new LinearChain(K, flat, { start: this.initial.map(Math.log) });
    this.#logEmission = Float64Array.from({ length: V * K }, (_, at) =>
      Math.log(this.emission[at % K][Math.floor(at / K)]),
    );
  }

  /** Parameters at random: every row uniform over all distributions. Errors: RANGE. */
  static random(states: number, symbols: number, rng: Philox): HiddenMarkovModel {
    checkSizes({ states, symbols });
    const row = (size: number): Float64Array => {
      const weights = Float64Array.from({ length: size }, () => -Math.log(1 - rng.uniform()));
      return normalized(weights) ?? weights.fill(1 / size);
    };
    const rows = (size: number): Float64Array[] => Array.from({ length: states }, () => row(size));
    return new HiddenMarkovModel({ initial: row(states), transition: rows(states), emission: rows(symbols) });
  }

  /**
   * Parameters that make the sequences likely, by expectation-maximization (Baum et al. 1970): a maximum, not always the
   * highest, hence the restarts. Which state gets which number is chance.
   * Errors: EMPTY for no sequence or one without symbols; RANGE for an invalid symbol or option; OPTION.
   */
  static fit(sequences: readonly ArrayLike<number>[], given: BaumWelchOptions): BaumWelchResult {
    const options = optionsOf(given, NAMES, 'HiddenMarkovModel.fit');
    expectList(sequences, 'sequences', 'give a list of them: [[0, 1, 1]] for one');
    for (const sequence of sequences) expectNumbers(sequence, 'a sequence', 'give symbol indices from 0');
    const { states, restarts = 1, from, seed = 0, iterations = 100, tolerance = 1e-7, onIteration } = options;
    if (sequences.length === 0) throw noSymbols('no sequence');
    const symbols = options.symbols ?? from?.symbols ?? largestSymbol(sequences) + 1;
    checkSizes({ states, symbols, restarts, iterations });
    requireNumber('a tolerance', tolerance, { min: 0 }, '1e-7 is usual; 0 takes all iterations');
    if (from && (restarts > 1 || from.states !== states || from.symbols !== symbols)) {
      throw new UnrolledError(
        'OPTION',
        `expected to start from a model of ${states} states and ${symbols} symbols once, received one of ${from.states} and ${from.symbols} and ${restarts} restarts`,
        'leave out `from`, or `restarts`',
      );
    }
    const size = sequences.reduce((sum, sequence) => sum + sequence.length, 0);
    const runs = Array.from({ length: restarts }, (_, restart): BaumWelchRun => {
      let model = from ?? HiddenMarkovModel.random(states, symbols, new Philox(seed, restart));
      const history: number[] = [];
      for (let iteration = 0; iteration < iterations; iteration++) {
        const counts = model.#expect(sequences);
        history.push(counts.logLikelihood);
        onIteration?.({ restart, iteration, logLikelihood: counts.logLikelihood });
        if (iteration > 0 && history[iteration] - history[iteration - 1] < tolerance * size) break;
        model = model.#maximize(counts);
      }
      // The loop that ended early has the likelihood of its model already.
      const logLikelihood = sequences.reduce((sum, sequence) => sum + model.logLikelihood(sequence), 0);
      if (logLikelihood !== history.at(-1)) history.push(logLikelihood);
      return { model, logLikelihood, history };
    });
    return { ...runs.reduce((best, run) => (run.logLikelihood > best.logLikelihood ? run : best)), runs };
  }

  /** log α: log P(symbols up to t, state at t), T rows of K. Errors: EMPTY, RANGE. */
  forward(sequence: ArrayLike<number>): Float64Array[] {
    return this.#rows(this.#chain.forward(this.#scores(sequence)));
  }

  /** log β: log P(symbols after t | state at t), T rows of K. Errors: EMPTY, RANGE. */
  backward(sequence: ArrayLike<number>): Float64Array[] {
    return this.#rows(this.#chain.backward(this.#scores(sequence)));
  }

  /** log P(sequence) in nats; −∞ where the model cannot produce it. Errors: EMPTY, RANGE. */
  logLikelihood(sequence: ArrayLike<number>): number {
    return this.#chain.logPartition(this.#scores(sequence));
  }

  /** γ: P(state at t | the whole sequence), T rows of K. Errors: EMPTY; RANGE, also where the model cannot produce it. */
  posterior(sequence: ArrayLike<number>): Float64Array[] {
    return this.#rows(this.#chain.marginals(this.#scores(sequence)).states);
  }

  /** The likeliest path of states, with log P(path, sequence). Errors: EMPTY; RANGE, also where the model cannot produce it. */
  viterbi(sequence: ArrayLike<number>): BestPath {
    return this.#chain.best(this.#scores(sequence));
  }

  /** States and the symbols that they emit, [length] each. Errors: RANGE. */
  sample(length: number, rng: Philox): { states: Int32Array; symbols: Int32Array } {
    checkSizes({ length });
    const states = new Int32Array(length);
    const symbols = new Int32Array(length);
    for (let t = 0; t < length; t++) {
      states[t] = draw(t === 0 ? this.initial : this.transition[states[t - 1]], rng);
      symbols[t] = draw(this.emission[states[t]], rng);
    }
    return { states, symbols };
  }

  /** Scores of the steps: [T, K]. */
  #scores(sequence: ArrayLike<number>): Float64Array {
    const K = this.states;
    expectNumbers(sequence, 'a sequence', 'give symbol indices from 0');
    if (sequence.length === 0) throw noSymbols('an empty sequence');
    const scores = new Float64Array(sequence.length * K);
    for (let t = 0; t < sequence.length; t++) {
      const symbol = sequence[t];
      if (!(Number.isInteger(symbol) && symbol >= 0 && symbol < this.symbols)) {
        throw new UnrolledError(
          'RANGE',
          `expected symbols from 0 to ${this.symbols - 1}, received ${shownValue(symbol)} at step ${t}`,
          'a sequence holds symbol indices; each emission row has one probability per symbol',
        );
      }
      for (let k = 0; k < K; k++) scores[t * K + k] = this.#logEmission[symbol * K + k];
    }
    return scores;
  }

  #rows(flat: Float64Array): Float64Array[] {
    const K = this.states;
    return Array.from({ length: flat.length / K }, (_, t) => flat.subarray(t * K, (t + 1) * K));
  }

  /** The E step: how often each start, transition and emission is expected to have happened. */
  #expect(sequences: readonly ArrayLike<number>[]): Counts {
    const { states: K, symbols: V } = this;
    const zeros = (rows: number, columns: number): Float64Array[] =>
      Array.from({ length: rows }, () => new Float64Array(columns));
    const counts: Counts = {
      logLikelihood: 0,
      initial: new Float64Array(K),
      transition: zeros(K, K),
      emission: zeros(K, V),
    };
    for (const sequence of sequences) {
      const { logPartition, states, transitions }: ChainMarginals = this.#chain.marginals(this.#scores(sequence));
      counts.logLikelihood += logPartition;
      for (let k = 0; k < K; k++) {
        counts.initial[k] += states[k];
        for (let j = 0; j < K; j++) counts.transition[k][j] += transitions[k * K + j];
        for (let t = 0; t < sequence.length; t++) counts.emission[k][sequence[t]] += states[t * K + k];
      }
    }
    return counts;
  }

  /** The M step: the shares of what was counted. A state that never occurred keeps what it had. */
  #maximize({ initial, transition, emission }: Counts): HiddenMarkovModel {
    return new HiddenMarkovModel({
      initial: normalized(initial) ?? this.initial,
      transition: transition.map((row, k) => normalized(row) ?? this.transition[k]),
      emission: emission.map((row, k) => normalized(row) ?? this.emission[k]),
    });
  }
}

interface Counts {
  logLikelihood: number;
  initial: Float64Array;
  transition: Float64Array[];
  emission: Float64Array[];
}

function normalized(weights: Float64Array): Float64Array | null {
  const sum = weights.reduce((a, b) => a + b, 0);
  return sum > 0 ? weights.map((weight) => weight / sum) : null;
}

function draw(probabilities: Float64Array, rng: Philox): number {
  let left = rng.uniform();
  let last = 0; // rounding must not end at a symbol that cannot be
  for (const [i, p] of probabilities.entries()) {
    if (p === 0) continue;
    last = i;
    left -= p;
    if (left < 0) break;
  }
  return last;
}

function largestSymbol(sequences: readonly ArrayLike<number>[]): number {
  let largest = 0;
  for (const sequence of sequences) for (let t = 0; t < sequence.length; t++) largest = Math.max(largest, sequence[t]);
  return largest;
}

function checkRows(what: string, rows: readonly ArrayLike<number>[], count: number): void {
  if (rows.length === count) return;
  throw new UnrolledError(
    'SHAPE',
    `expected ${count} rows of ${what}, one for each state, received ${rows.length}`,
    'the initial probabilities say how many states there are',
  );
}

/** Errors: SHAPE, RANGE. */
function distribution(what: string, given: ArrayLike<number>, size: number): Float64Array {
  const row = Float64Array.from(given);
  if (row.length !== size) {
    throw new UnrolledError(
      'SHAPE',
      `expected ${size} ${what}, received ${row.length}`,
      'all rows must have the same length',
    );
  }
  const wrong = row.find((p) => !(p >= 0 && p <= 1));
  const sum = row.reduce((a, b) => a + b, 0);
  if (wrong !== undefined || Math.abs(sum - 1) > 1e-6) {
    throw new UnrolledError(
      'RANGE',
      `expected ${what} from 0 to 1 that sum to 1, received ${wrong ?? `a sum of ${sum}`}`,
      'divide them by their sum',
    );
  }
  return row;
}

function noSymbols(received: string): UnrolledError {
  return new UnrolledError('EMPTY', `expected sequences of one symbol or more, received ${received}`, 'leave it out');
}
