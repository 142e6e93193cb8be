// Which language is a name from? A classifier of characters, in one call.
import { readFileSync } from 'node:fs';
import { TextClassifier } from 'unrolled';

const minutes = Number(process.argv[2] ?? 0.5); // node lesson.js 0.05: a shorter training
const files = ['Arabic.txt', 'Chinese.txt', 'English.txt', 'German.txt', 'Italian.txt', 'Japanese.txt', 'Russian.txt'];
const rows = files.flatMap((file) =>
  readFileSync(new URL(file, import.meta.url), 'utf8')
    .split('\n')
    .filter((name) => name !== '')
    .map((name) => ({ text: name, label: file.replace('.txt', '') })),
);
const [train, test] = [rows.filter((_, i) => i % 10 !== 0), rows.filter((_, i) => i % 10 === 0)];
const model = await TextClassifier.fit(train, { tokens: 'char', minutes });
const { accuracy, macroF1 } = model.evaluate(test);
console.log(
  `${test.length} names that were not learned: accuracy ${accuracy.toFixed(3)}, macro F1 ${macroF1.toFixed(3)}`,
);
for (const { label, probability } of model.predict(['Rossi', 'Tanaka', 'Schmidt', 'Ivanov', 'Taylor'])) {
  console.log(label, probability.toFixed(2));
}
