// How the best network on film reviews reads them: frequent pairs of neighbours are tokens too, and a review is cut into pieces.
import type { Classified, TextClassifier } from 'unrolled';
import type { Attribution } from 'unrolled/inspect';

/** `least`: reviews that a pair of neighbours must stand in to be a token of its own. */
export const PAIR = { least: 30, joiner: '_' };
/** Tokens of a piece. */
export const PIECE = 120;

/** A reader of words that gives out frequent pairs of neighbours as tokens too, each between its words. */
export function pairReader(reviews: readonly string[]): (review: string) => string[] {
  const read = (review: string): string[] =>
    review.toLowerCase().match(/[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*|[!?/]/gu) ?? [];
  const pairsOf = (tokens: string[]): string[] => tokens.slice(1).map((token, i) => tokens[i] + PAIR.joiner + token);
  const counts = new Map<string, number>();
  for (const review of reviews)
    for (const pair of new Set(pairsOf(read(review)))) counts.set(pair, (counts.get(pair) ?? 0) + 1);
  return (review) => {
    const tokens = read(review);
    const pairs = pairsOf(tokens);
    return tokens.flatMap((token, i) =>
      i > 0 && (counts.get(pairs[i - 1]) ?? 0) >= PAIR.least ? [pairs[i - 1], token] : [token],
    );
  };
}

/** Pieces of about the same length; one at least. */
export function pieces(tokens: readonly string[]): string[] {
  const count = Math.max(1, Math.round(tokens.length / PIECE));
  return Array.from({ length: count }, (_, k) =>
    tokens.slice(Math.floor((k * tokens.length) / count), Math.floor(((k + 1) * tokens.length) / count)).join(' '),
  );
}

/** What a network says of a review: the mean of the logits of its pieces. */
export function predictWhole(model: TextClassifier, reviews: readonly string[][]): Classified[] {
  const said = model.predict(reviews.flat());
  let at = 0;
  return reviews.map((own) => {
    const logits = own.map(() => {
      const { positive, negative } = said[at++].probabilities;
      return Math.log((positive + 1e-7) / (negative + 1e-7));
    });
    const positive = 1 / (1 + Math.exp(-logits.reduce((sum, logit) => sum + logit, 0) / own.length));
    const probabilities = { positive, negative: 1 - positive };
    const label = positive > 0.5 ? 'positive' : 'negative';
    return { label, probability: probabilities[label], probabilities };
  });
}

/** The share of a pair goes to its two words, half to each. */
export function onWords({ tokens, values, ...rest }: Attribution): Attribution {
  const isPair = tokens.map((token) => token.includes(PAIR.joiner));
  const own = values.map(
    (value, i) => value + ((isPair[i - 1] ? values[i - 1] : 0) + (isPair[i + 1] ? values[i + 1] : 0)) / 2,
  );
  const some = [...tokens.keys()].filter((i) => !isPair[i]);
  return { ...rest, tokens: some.map((i) => tokens[i]), values: Float64Array.from(some, (i) => own[i]) };
}
