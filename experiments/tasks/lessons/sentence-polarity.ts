// Praise or blame in one sentence: a classifier of words, beside counting.
import { readFileSync } from 'node:fs';
import { NaiveBayes, TextClassifier } from 'unrolled';

const minutes = Number(process.argv[2] ?? 0.5); // node lesson.js 0.05: a shorter training
const read = (name: string, label: string) =>
  new TextDecoder('latin1')
    .decode(readFileSync(new URL(name, import.meta.url)))
    .split('\n')
    .filter((text) => text.trim() !== '')
    .map((text) => ({ text, label }));
const rows = [...read('rt-polarity.pos', 'praise'), ...read('rt-polarity.neg', 'blame')];
const [train, test] = [rows.filter((_, i) => i % 10 !== 0), rows.filter((_, i) => i % 10 === 0)];

const words = (text: string): string[] => text.split(' ');
const counted = new NaiveBayes(
  train.map(({ text }) => words(text)),
  train.map(({ label }) => Number(label === 'praise')),
  2,
);
const right = test.filter(({ text, label }) => counted.predict(words(text)) === Number(label === 'praise')).length;
console.log(`naive Bayes: ${((100 * right) / test.length).toFixed(1)} % right`);

const model = await TextClassifier.fit(train, { tokens: 'word', lowercase: true, minutes });
console.log(`the network with its linear part: ${(100 * model.evaluate(test).accuracy).toFixed(1)} % right`);
for (const text of ['a moving and funny film', 'a dull film without an idea', 'not bad at all']) {
  console.log(`${text}: ${model.predict([text])[0].label}`);
}
