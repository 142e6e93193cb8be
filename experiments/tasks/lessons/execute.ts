// Learning to execute: a network reads short programs as text, and writes what they print.
import { Philox, Translator } from 'unrolled';

const epochs = Number(process.argv[2] ?? 20); // node lesson.js 1: a shorter training
const random = new Philox(0);
const digit = (): number => random.integer(10);

/** A sum, a branch, or a loop, and what it prints. */
function program(): { source: string; target: string } {
  const [a, b, c, d] = [digit(), digit(), digit(), digit()];
  const times = 2 + random.integer(3);
  const kinds = [
    { source: `print(${a}+${b})`, target: String(a + b) },
    { source: `print(${a} if ${b}<${c} else ${d})`, target: String(b < c ? a : d) },
    { source: `x=${a}\nfor i in range(${times}):x+=${b}\nprint(x)`, target: String(a + times * b) },
  ];
  return kinds[random.integer(kinds.length)];
}
/** A fifth of all programs, picked by their characters, is never learned from. */
const isHeld = ({ source }: { source: string }): boolean =>
  Array.from(source).reduce((sum, c, i) => sum + (i + 1) * c.charCodeAt(0), 0) % 5 === 0;
const all = Array.from({ length: 4000 }, program);
const train = all.filter((one) => !isHeld(one));
const held = new Map(all.filter(isHeld).map((one) => [one.source, one]));
const test = [...held.values()].slice(0, 100);
const model = await Translator.fit(train, {
  ...{ tokens: 'char', targetTokens: 'char', hiddenSize: 96, embeddingSize: 24, attentionSize: 48 },
  ...{ batchSize: 32, learningRate: 0.004, epochs },
});
const answers = test.map(({ source }) => model.translate(source).text);
for (const [name, pattern] of [
  ['sums', /\+\d\)$/],
  ['branches', /if/],
  ['loops', /for/],
] as const) {
  const own = test
    .map(({ source, target }, i) => ({ source, right: answers[i] === target }))
    .filter(({ source }) => pattern.test(source));
  console.log(`${name}: ${own.filter(({ right }) => right).length} of ${own.length} right`);
}
test
  .slice(0, 6)
  .forEach(({ source, target }, i) => console.log(`${source.replaceAll('\n', ' ⏎ ')} → ${answers[i]} (${target})`));
