// A softmax over some of the words, for training with a large vocabulary. Letters: V vocabulary, B targets of a minibatch, C candidates.
import { Philox } from '../../tensor/philox.js';

/** The words that the targets of one minibatch are told from. */
export interface Candidates {
  /** Their indices [C], in rising order. */
  words: Int32Array;
  /** What is added to the logit of each [C]: −log of the probability that it is a candidate. */
  corrections: Float32Array;
  /** The place of each target among them [B]. */
  targets: Int32Array;
  /**
   * The correction of each target [B]. Added to its loss, which it made too small, that loss is about the one over the whole vocabulary;
   * the gradient knows nothing of it.
   */
  shifts: Float32Array;
}

/** Keeps these draws apart from other host draws of the same seed: a stream for each minibatch. */
const CANDIDATE_STREAM = 0x66000000;

/**
 * Draws candidates for a minibatch: its targets, and some words of the vocabulary, each as likely as the other. To each logit is added
 * −log of the probability that the word is among them, as a target of the minibatch or drawn: so the sum over the candidates is in the mean
 * that over the vocabulary (importance sampling: Bengio and Senécal 2008; Jean et al. 2015, section 3).
 */
export class CandidateSampler {
  readonly #corrections: Float32Array;
  readonly #draws: number;
  readonly #seed: number;

  /** @param tokens of the training part  @param targets B  @param draws words drawn for a minibatch, with replacement */
  constructor(
    tokens: Int32Array,
    { vocabulary, targets, draws, seed }: { vocabulary: number; targets: number; draws: number; seed: number },
  ) {
    const counts = new Float64Array(vocabulary);
    for (const token of tokens) counts[token]++;
    this.#draws = draws;
    this.#seed = seed;
    this.#corrections = Float32Array.from(counts, (count) => {
      // Of a row's own target it is known that it is there: the others count.
      const missed = (1 - count / tokens.length) ** (targets - 1) * (1 - 1 / vocabulary) ** draws;
      return -Math.log(1 - missed);
    });
  }

  /** @param minibatch its number: the same one has the same candidates */
  draw(targets: Int32Array, minibatch: number): Candidates {
    const random = new Philox(this.#seed, (CANDIDATE_STREAM + minibatch) >>> 0);
    const place = new Int32Array(this.#corrections.length).fill(-1);
    for (const target of targets) place[target] = 0;
    for (let i = 0; i < this.#draws; i++) place[random.integer(place.length)] = 0;
    const words = Int32Array.from(place.keys()).filter((word) => place[word] === 0);
    words.forEach((word, c) => (place[word] = c));
    return {
      words,
      corrections: Float32Array.from(words, (word) => this.#corrections[word]),
      targets: targets.map((target) => place[target]),
      shifts: Float32Array.from(targets, (target) => this.#corrections[target]),
    };
  }
}
