// Words, pairs and triples of a book: how frequent they are, and what smoothing gives to those that were never seen.
import { readFileSync } from 'node:fs';

const book = readFileSync(new URL('timemachine.txt', import.meta.url), 'utf8');
const words = book.toLowerCase().match(/[a-z]+/g) ?? [];

/** How often each n-gram occurs. */
function count(n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= words.length; i++) {
    const key = words.slice(i, i + n).join(' ');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

const counts = [1, 2, 3].map(count);
counts.forEach((own, i) => {
  const sorted = [...own].sort((a, b) => b[1] - a[1]);
  console.log(
    `${own.size} different ${i + 1}-grams; most frequent: ${sorted
      .slice(0, 5)
      .map(([key, c]) => `${key} ${c}`)
      .join(', ')}`,
  );
  // Zipf: log n(rank) ≈ −α log rank + c, by least squares over the ranks 11 to 1000.
  const points = sorted.slice(10, 1000).map(([, c], k) => [Math.log(k + 11), Math.log(c)]);
  const mean = [0, 1].map((axis) => points.reduce((sum, p) => sum + p[axis], 0) / points.length);
  const slope =
    points.reduce((sum, [x, y]) => sum + (x - mean[0]) * (y - mean[1]), 0) /
    points.reduce((sum, [x]) => sum + (x - mean[0]) ** 2, 0);
  console.log(`  exponent α = ${(-slope).toFixed(2)}`);
});

// Laplace smoothing: a little of the probability for what was never seen.
const [one, two] = counts;
const [n, m] = [words.length, one.size];
const p1 = (word: string, e = 0.5): number => ((one.get(word) ?? 0) + e / m) / (n + e);
const p2 = (before: string, word: string, e = 0.5): number =>
  ((two.get(`${before} ${word}`) ?? 0) + e * p1(word)) / ((one.get(before) ?? 0) + e);
for (const [before, word] of [
  ['time', 'traveller'],
  ['time', 'machine'],
  ['time', 'tree'],
]) {
  console.log(
    `P(${word} | ${before}) = ${p2(before, word).toExponential(2)}, seen ${two.get(`${before} ${word}`) ?? 0} times`,
  );
}
