// The probability of a sentence by counting: as a product of conditionals, from the first word on and from the last one back.
const rhyme = 'the cat sat on the mat and the dog sat on the log and the cat saw the dog'.split(' ');
const sentence = ['the', 'cat', 'sat', 'on'];
const N = rhyme.length;

/** How often these words stand in a row; the rhyme is read as a ring. */
function count(words: readonly string[]): number {
  const fits = (start: number): boolean => words.every((word, i) => rhyme[(start + i) % N] === word);
  return rhyme.filter((_, start) => fits(start)).length;
}

let forward = 1;
for (let t = 0; t < sentence.length; t++) {
  const known = sentence.slice(0, t);
  const p = count([...known, sentence[t]]) / count(known);
  forward *= p;
  console.log(`P(${sentence[t]} | ${known.join(' ') || 'nothing'}) = ${p.toFixed(3)}`);
}

let backward = 1;
for (let t = sentence.length - 1; t >= 0; t--) {
  const known = sentence.slice(t + 1);
  const p = count([sentence[t], ...known]) / count(known);
  backward *= p;
  console.log(`P(${sentence[t]} | ${known.length > 0 ? `… ${known.join(' ')}` : 'nothing'}) = ${p.toFixed(3)}`);
}
console.log(
  `forward ${forward.toFixed(4)}, backward ${backward.toFixed(4)}, counted ${(count(sentence) / N).toFixed(4)}`,
);

// A model that remembers one word only can say sentences that it has never seen.
const bigram = (words: readonly string[]): number =>
  words.reduce(
    (p, word, t) => p * (t === 0 ? count([word]) / N : count([words[t - 1], word]) / count([words[t - 1]])),
    1,
  );
for (const words of [sentence, ['saw', 'the', 'cat', 'sat'], ['mat', 'sat', 'the', 'on']]) {
  console.log(`${words.join(' ').padEnd(18)} seen ${count(words)} times, bigram ${bigram(words).toFixed(4)}`);
}
