// Beam search: the likeliest sequences of a model that gives the next token's probabilities, many sentences at once. A model
// is a step over rows and a choice of rows; what its states are, only it knows.
import { UnrolledError } from '../../errors.js';
import { expectFunction, expectNumbers, expectObject, type Names, optionsOf } from '../../expect.js';
import { requireNumber } from '../../range.js';
import { alreadyRead, atOnce, type Reading } from '../../tensor/readAll.js';
import { scope } from '../../tensor/scope.js';

/** `S`: the state of R rows, in plain objects and arrays. Each row is the beginning of a sequence. */
export interface BeamModel<S> {
  /** Reads a token in each row [R]. Returns log-probabilities of the next one [R · V], and what each row looked at. */
  step(
    tokens: Int32Array,
    state: S,
  ): { logProbabilities: Float32Array; state: S; attention: readonly Float32Array[] | null };
  /** A new state whose row i is row `rows[i]`; the old one is given back afterwards. */
  gather(state: S, rows: Int32Array): S;
  /** Gives the buffers of a state back; it is not used afterwards. */
  dispose(state: S): void;
}

/** A model whose step reads, for a search on every backend. */
export interface ReadingBeamModel<S> extends Pick<BeamModel<S>, 'gather' | 'dispose'> {
  step(...given: Parameters<BeamModel<S>['step']>): Reading<ReturnType<BeamModel<S>['step']>>;
}

/** How wide the search is, and how length is weighed. */
export interface BeamOptions {
  /** Beginnings that are followed at once; 1 takes the likeliest token each time. 4 */
  beamSize?: number;
  /**
   * α of Wu et al. 2016, eq. 14: the score is log P / ((5 + length) / 6)^α, the length with the end. 0 is plain log P, which
   * likes short sequences; 0.6
   */
  lengthPenalty?: number;
  /** How many sequences to return, at most beamSize; 1. */
  results?: number;
}

/** A search: the options, the marks of begin and end, and how long each sequence may become. */
export interface BeamTask extends BeamOptions {
  /** Read first, and never given out. */
  begin: number;
  /** The token that ends a sequence; never given out. */
  end: number;
  /** The most tokens without the end, for each sentence; then only the end may follow. */
  maxLengths: ArrayLike<number>;
}

/** A sequence that the search found. */
export interface Hypothesis {
  /** Without begin and end. */
  tokens: number[];
  /** Of the tokens and the end. */
  logProbability: number;
  /** log P divided by the length penalty: what results are sorted by; nearer to 0 is better. */
  score: number;
  /** What the model looked at for each token; null for one that does not look. */
  attention: Float32Array[] | null;
}

/** A beginning: its last token, and the one before it. */
interface Beginning {
  parent: Beginning | null;
  token: number;
  length: number;
  logProbability: number;
  attention: Float32Array | null;
}

interface Candidate {
  from: Beginning;
  /** Of `from`. */
  row: number;
  token: number;
  logProbability: number;
}

interface Sentence {
  live: Beginning[];
  finished: { last: Beginning; logProbability: number; score: number }[];
  maxLength: number;
}

const NAMES: Names<BeamTask> = {
  ...{ beamSize: true, lengthPenalty: true, results: true, begin: true, end: true, maxLengths: true },
};

/** What `beamSearch` does where an option is left out: four hypotheses at once, α 0.6, one result. */
export const BEAM_DEFAULTS = { beamSize: 4, lengthPenalty: 0.6, results: 1 } as const satisfies BeamOptions;

/**
 * Each step keeps the beamSize likeliest beginnings that have not ended; an end among the beamSize likeliest finishes one. A
 * sentence is done when beamSize have finished, or when what is left cannot score better than the results so far.
 * @param state one row for each sentence; it is given back
 * @returns for each sentence the best sequences, best first
 * Errors: RANGE for sizes, NON_FINITE where the model gives no numbers.
 */
export function beamSearch<S>(model: BeamModel<S>, state: S, given: BeamTask): Hypothesis[][] {
  expectObject(model, 'a model', 'give { step, gather, dispose }');
  for (const name of ['step', 'gather', 'dispose'] as const) expectFunction(model[name], name, 'see BeamModel');
  const reading: ReadingBeamModel<S> = {
    step: (tokens, before) => alreadyRead(scope(() => model.step(tokens, before))),
    gather: (before, rows) => model.gather(before, rows),
    dispose(before) {
      model.dispose(before);
    },
  };
  return atOnce(searchBeams(reading, state, given));
}

/** The same with a model that reads. */
export function* searchBeams<S>(model: ReadingBeamModel<S>, state: S, given: BeamTask): Reading<Hypothesis[][]> {
  const task = optionsOf(given, NAMES, 'beamSearch');
  expectNumbers(task.maxLengths, 'maxLengths', 'give the most tokens of each sentence');
  requireNumber('begin', task.begin, { min: 0, whole: true }, 'give the index of the token that is read first');
  requireNumber('end', task.end, { min: 0, whole: true }, 'give the index of the token that ends a sequence');
  const { begin, end, maxLengths } = task;
  const { beamSize, lengthPenalty, results } = checked(task);
  const scoreOf = (logProbability: number, length: number): number =>
    logProbability / ((5 + length) / 6) ** lengthPenalty;
  const sentences = Array.from(maxLengths, (maxLength): Sentence => {
    requireNumber('a longest length', maxLength, { min: 0, whole: true }, 'give a whole number for each sentence');
    const first = { parent: null, token: begin, length: 0, logProbability: 0, attention: null };
    return { live: [first], finished: [], maxLength };
  });

  let active = sentences;
  try {
    while (active.length > 0) {
      const before = state;
      const tokens = Int32Array.from(active.flatMap(({ live }) => live.map(({ token }) => token)));
      const { logProbabilities, attention, state: after } = yield* model.step(tokens, before);
      const size = logProbabilities.length / tokens.length;
      const rows: number[] = [];
      let row = 0;
      for (const sentence of active) {
        const { live, finished, maxLength } = sentence;
        const found = likeliest(
          logProbabilities,
          size,
          live,
          row,
          2 * beamSize,
          begin,
          live[0].length < maxLength ? null : end,
        );
        row += live.length;
        const next: Beginning[] = [];
        const from: number[] = [];
        found.forEach(({ from: parent, row: at, token, logProbability }, rank) => {
          if (token === end) {
            if (rank >= beamSize) return;
            finished.push({ last: parent, logProbability, score: scoreOf(logProbability, parent.length + 1) });
          } else if (next.length < beamSize) {
            next.push({ parent, token, length: parent.length + 1, logProbability, attention: attention?.[at] ?? null });
            from.push(at);
          }
        });
        finished.sort((a, b) => b.score - a.score);
        // A sequence only gets less likely, and its penalty is largest at the longest.
        const best = next.length === 0 ? -Infinity : scoreOf(next[0].logProbability, maxLength + 1);
        const done = finished.length >= beamSize || (finished.length >= results && finished[results - 1].score >= best);
        sentence.live = done ? [] : next;
        if (!done) rows.push(...from);
      }
      active = active.filter(({ live }) => live.length > 0);
      state = active.length === 0 ? after : scope(() => model.gather(after, Int32Array.from(rows)));
      if (state !== after) model.dispose(after);
      model.dispose(before);
    }
  } finally {
    model.dispose(state);
  }
  return sentences.map(({ finished }) => {
    if (finished.length === 0) {
      throw new UnrolledError(
        'NON_FINITE',
        'expected log-probabilities, received only NaN',
        'the weights of the model are not finite',
      );
    }
    return finished
      .slice(0, results)
      .map(({ last, logProbability, score }) => ({ ...unrolled(last), logProbability, score }));
  });
}

/** Errors: RANGE. */
function checked(options: BeamOptions): Required<BeamOptions> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const { beamSize, lengthPenalty, results }: Required<BeamOptions> = {
    ...BEAM_DEFAULTS,
    ...Object.fromEntries(given),
  };
  requireNumber('a beam size', beamSize, { min: 1, whole: true }, '1 is greedy, 4 is usual');
  requireNumber('a length penalty', lengthPenalty, { min: 0 }, '0.6 is usual');
  const help = 'a beam finds at most as many sequences as its size';
  requireNumber('a number of results', results, { min: 1, max: beamSize, whole: true }, help);
  return { beamSize, lengthPenalty, results };
}

/**
 * The `count` likeliest continuations, best first; of equal ones the one of the earlier row and lower token.
 * @param first the row of the first beginning  @param skip the token that is never given out
 * @param only the token that alone may follow; null for all
 */
function likeliest(
  logProbabilities: Float32Array,
  size: number,
  live: readonly Beginning[],
  first: number,
  count: number,
  skip: number,
  only: number | null,
): Candidate[] {
  const found: Candidate[] = [];
  let worst = -Infinity;
  const [low, high] = only === null ? [0, size] : [only, only + 1];
  live.forEach((from, i) => {
    const row = first + i;
    for (let token = low; token < high; token++) {
      const logProbability = from.logProbability + logProbabilities[row * size + token];
      if (!(logProbability > worst) || token === skip) continue;
      let at = found.length;
      while (at > 0 && found[at - 1].logProbability < logProbability) at--;
      found.splice(at, 0, { from, row, token, logProbability });
      if (found.length > count) found.pop();
      if (found.length === count) worst = found[count - 1].logProbability;
    }
  });
  return found;
}

function unrolled(last: Beginning): Pick<Hypothesis, 'tokens' | 'attention'> {
  const tokens: number[] = [];
  const attention: Float32Array[] = [];
  for (let at = last; at.parent !== null; at = at.parent) {
    tokens.push(at.token);
    if (at.attention !== null) attention.push(at.attention);
  }
  return { tokens: tokens.reverse(), attention: attention.length === tokens.length ? attention.reverse() : null };
}
