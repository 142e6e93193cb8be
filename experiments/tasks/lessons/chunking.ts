// Chunks: the tags of neighbours belong together, so whole paths are judged (a conditional random field).
import { readFileSync } from 'node:fs';
import { TokenTagger } from 'unrolled';

const minutes = Number(process.argv[2] ?? 1.5); // node lesson.js 0.1: a shorter training
const read = (name: string) =>
  readFileSync(new URL(name, import.meta.url), 'utf8')
    .trim()
    .split(/\n\s*\n/)
    .map((block) => block.split('\n').map((line) => line.split(' ')))
    .map((lines) => ({ tokens: lines.map(([word]) => word), tags: lines.map((cells) => cells[2].trim()) }));
const [train, test] = [read('train.txt'), read('test.txt')];
for (const head of ['softmax', 'crf'] as const) {
  const model = await TokenTagger.fit(minutes < 1 ? train.slice(0, 500) : train, { head, minutes: minutes / 2 });
  const { accuracy, f1 } = model.evaluate(test);
  console.log(`${head}: ${(100 * accuracy).toFixed(1)} % of the tags, F1 over chunks ${(100 * (f1 ?? 0)).toFixed(1)}`);
  if (head === 'crf')
    console.log(model.predict([['The', 'cat', 'sat', 'on', 'the', 'old', 'mat', '.']])[0].tags.join(' '));
}
