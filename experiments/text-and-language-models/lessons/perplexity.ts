// Perplexity: the exponential of the mean cross-entropy. Best case 1, worst infinite, even guessing the size of the vocabulary.
import { readFileSync } from 'node:fs';

/** @param p the probability that the model gave to each token that came */
const perplexity = (p: readonly number[]): number =>
  Math.exp(-p.reduce((sum, value) => sum + Math.log(value), 0) / p.length);

console.log(`always certain and right: ${perplexity([1, 1, 1, 1])}`);
console.log(`once certain and wrong:   ${perplexity([1, 1, 0, 1])}`);
console.log(`even guessing among 28:   ${perplexity(Array.from({ length: 100 }, () => 1 / 28)).toFixed(2)}`);
console.log(`between 2, then 8:        ${perplexity([1 / 2, 1 / 8])} (not 5: the mean is the geometric one)`);

// Counting on a book: the first nine tenths are known, the last is asked.
const book = readFileSync(new URL('timemachine.txt', import.meta.url), 'utf8');
const text = book.toLowerCase().replace(/[^a-z]+/g, ' ');
const cut = Math.floor(0.9 * text.length);
const V = 27;

/** Characters by the n − 1 before them, with a little for what was never seen. */
function measure(n: number): number {
  const [pairs, contexts] = [new Map<string, number>(), new Map<string, number>()];
  for (let i = n - 1; i < cut; i++) {
    const context = text.slice(i - n + 1, i);
    contexts.set(context, (contexts.get(context) ?? 0) + 1);
    pairs.set(context + text[i], (pairs.get(context + text[i]) ?? 0) + 1);
  }
  const p: number[] = [];
  for (let i = cut; i < text.length; i++) {
    const context = text.slice(i - n + 1, i);
    p.push(((pairs.get(context + text[i]) ?? 0) + 0.1) / ((contexts.get(context) ?? 0) + 0.1 * V));
  }
  return perplexity(p);
}
for (const n of [1, 2, 3, 4, 5, 6, 8]) console.log(`${n}-grams of characters: ${measure(n).toFixed(2)}`);
