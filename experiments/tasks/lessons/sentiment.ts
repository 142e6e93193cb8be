// Film reviews: words, vectors, an LSTM, and its last state decides.
import { readFileSync } from 'node:fs';
import { TextClassifier } from 'unrolled';

const minutes = Number(process.argv[2] ?? 3); // node lesson.js 0.1: a shorter training
const rows = readFileSync(new URL('train.tsv', import.meta.url), 'utf8')
  .split('\n')
  .map((line) => line.split('\t'))
  .filter((cells) => cells.length >= 4)
  .map((cells) => ({ text: cells[3].replaceAll('<br />', ' '), label: cells[0] === '1' ? 'praise' : 'blame' }));
const part = minutes < 1 ? rows.filter((_, i) => i % 20 === 0) : rows.filter((_, i) => i % 4 === 0);
const [train, test] = [part.filter((_, i) => i % 5 !== 0), part.filter((_, i) => i % 5 === 0)];
const model = await TextClassifier.fit(train, {
  ...{ tokens: 'word', lowercase: true, minCount: 5, cell: 'lstm', hiddenSize: 64, bidirectional: false },
  ...{ pooling: 'last', linear: false, minutes },
});
console.log(
  `${train.length} reviews learned, ${test.length} asked: ${(100 * model.evaluate(test).accuracy).toFixed(1)} % right`,
);
for (const text of ['A wonderful film, I loved every minute.', 'What a waste of time.']) {
  const [{ label, probability }] = model.predict([text]);
  console.log(`${text} → ${label} (${probability.toFixed(2)})`);
}
