// Quatrains of the Tang by characters: a language model that learns how many stand in a line, and how they end.
import { readFileSync } from 'node:fs';
import { LanguageModel } from 'unrolled';

const minutes = Number(process.argv[2] ?? 2); // node lesson.js 0.05: a shorter training
const poems = (JSON.parse(readFileSync(new URL('tang300.json', import.meta.url), 'utf8')) as { paragraphs: string[] }[])
  .map(({ paragraphs }) => paragraphs.join(''))
  .filter((poem) => /^[^，。]{5}，[^，。]{5}。/.test(poem)); // lines of five
console.log(`${poems.length} poems with lines of five characters, such as ${poems[0].slice(0, 24)}`);

const model = await LanguageModel.fit(poems.join('\n'), {
  cell: 'gru',
  hiddenSize: 128,
  dropout: 0.3,
  minutes,
  validation: 0,
});
const written = Array.from({ length: 5 }, (_, i) =>
  model.generate({ prime: '\n', length: 24, temperature: 0.8, seed: i }),
);
let [whole, lines] = [0, 0];
for (const poem of written) {
  console.log(poem.trim().split('\n')[0]);
  for (const line of poem
    .trim()
    .split(/[，。\n]/)
    .slice(0, -1)) {
    lines++;
    whole += Number(line.length === 5);
  }
}
console.log(`${whole} of ${lines} whole lines have five characters`);
