// Shakespeare, a character at a time: a language model in a few lines, and what it writes at three temperatures.
import { readFileSync } from 'node:fs';
import { LanguageModel } from 'unrolled';

const minutes = Number(process.argv[2] ?? 1.5); // node lesson.js 0.05: a shorter training
const text = readFileSync(new URL('input.txt', import.meta.url), 'utf8');
const model = await LanguageModel.fit(text, { cell: 'lstm', hiddenSize: 256, minutes, validation: 0.05 });
const [known, unknown] = [text.slice(0, 50_000), text.slice(-50_000)].map((part) => model.evaluate(part).perplexity);
console.log(
  `perplexity ${known.toFixed(2)} on text that it learned, ${unknown.toFixed(2)} on the end, which it did not`,
);
for (const temperature of [0.3, 0.8, 1.2]) {
  console.log(
    `--- temperature ${temperature}\n${model.generate({ prime: 'ROMEO:\n', length: 200, temperature, seed: 1 })}`,
  );
}
