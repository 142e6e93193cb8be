// chrF of a corpus (Popović 2015): F of character n-grams, as sacreBLEU 2 computes it.
import { type Names, optionsOf } from '../expect.js';
import { requireNumber } from '../range.js';
import { checkPairs, type References, splitWords } from './sentences.js';

/** Length of the n-grams and weight of recall; the defaults are chrF2. */
export interface ChrfOptions {
  /** The longest character n-grams; default 6. */
  order?: number;
  /** How much more recall counts than precision; default 2. */
  beta?: number;
}

const NAMES: Names<ChrfOptions> = { order: true, beta: true };

/** Counts of one order: n-grams of the hypothesis, of the reference, and in both. */
type Counts = [hypothesis: number, reference: number, both: number];

/**
 * 0 to 100. Blanks do not count. Of several references for a sentence that with the best F of its own counts.
 * @param references one text for each hypothesis, or several
 * Errors: SHAPE for unequal lengths or a sentence without reference, EMPTY for no sentences, RANGE for an order or beta that is none.
 */
export function chrf(hypotheses: readonly string[], references: References, options: ChrfOptions = {}): number {
  const { order = 6, beta = 2 } = optionsOf(options, NAMES, 'chrf');
  requireNumber('an order', order, { min: 1, whole: true }, 'the usual chrF2 has order 6 and beta 2');
  requireNumber('beta', beta, { above: 0 }, 'the usual chrF2 has order 6 and beta 2');
  const totals = Array.from({ length: order }, (): Counts => [0, 0, 0]);
  for (const [hypothesis, several] of checkPairs(hypotheses, references)) {
    const grams = characterNgrams(hypothesis, order);
    let best: Counts[] = [];
    let bestScore = -1;
    for (const reference of several) {
      const counts = characterNgrams(reference, order).map((side, n) => compare(grams[n], side));
      const score = fScore(counts, beta);
      if (score > bestScore) [best, bestScore] = [counts, score];
    }
    for (const [n, counts] of best.entries()) for (const [k, count] of counts.entries()) totals[n][k] += count;
  }
  return fScore(totals, beta);
}

/** F of the mean precision and the mean recall over the orders that both sides have. */
function fScore(counts: readonly Counts[], beta: number): number {
  let [precision, recall, orders] = [0, 0, 0];
  for (const [hypothesis, reference, both] of counts) {
    if (hypothesis === 0 || reference === 0) continue;
    precision += both / hypothesis;
    recall += both / reference;
    orders++;
  }
  if (precision + recall === 0) return 0;
  precision /= orders;
  recall /= orders;
  const factor = beta * beta;
  return (100 * (1 + factor) * precision * recall) / (factor * precision + recall);
}

function compare(hypothesis: Map<string, number>, reference: Map<string, number>): Counts {
  const sum = (counts: Map<string, number>): number => [...counts.values()].reduce((total, count) => total + count, 0);
  let both = 0;
  for (const [gram, count] of hypothesis) both += Math.min(count, reference.get(gram) ?? 0);
  // An order that the reference is too short for does not count against the hypothesis.
  return [reference.size === 0 ? 0 : sum(hypothesis), sum(reference), both];
}

/** [order − 1]: n-grams of code points and their counts. */
function characterNgrams(text: string, order: number): Map<string, number>[] {
  const characters = [...splitWords(text).join('')];
  return Array.from({ length: order }, (_, n) => {
    const counts = new Map<string, number>();
    for (let i = 0; i + n < characters.length; i++) {
      const gram = characters.slice(i, i + n + 1).join('');
      counts.set(gram, (counts.get(gram) ?? 0) + 1);
    }
    return counts;
  });
}
