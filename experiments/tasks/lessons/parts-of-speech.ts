// Parts of speech: a tag for every word, by the words beside it and by its letters.
import { readFileSync } from 'node:fs';
import { MostFrequentTag, TokenTagger } from 'unrolled';

const minutes = Number(process.argv[2] ?? 2); // node lesson.js 0.1: a shorter training
function read(name: string) {
  const text = readFileSync(new URL(name, import.meta.url), 'utf8');
  return text.split('\n\n').flatMap((block) => {
    const cells = block
      .split('\n')
      .map((line) => line.split('\t'))
      .filter(([id = '']) => /^\d+$/.test(id));
    return cells.length === 0 ? [] : [{ tokens: cells.map((c) => c[1]), tags: cells.map((c) => c[3]) }];
  });
}
const [train, test] = [read('en_ewt-ud-train.conllu'), read('en_ewt-ud-test.conllu')];
const learned = minutes < 1 ? train.slice(0, 1000) : train;
const model = await TokenTagger.fit(learned, { minutes });
console.log(
  `${test.length} sentences of the test: ${(100 * model.evaluate(test).accuracy).toFixed(1)} % of the tags are right`,
);
const counted = MostFrequentTag.fit(learned);
const said = counted.predict(test.map(({ tokens }) => tokens));
const pairs = test.flatMap(({ tags }, n) => tags.map((tag, i) => tag === said[n][i]));
const share = (100 * pairs.filter(Boolean).length) / pairs.length;
console.log(`the most frequent tag of each word: ${share.toFixed(1)} %`);
for (const sentence of ['I run every day', 'A long run']) {
  const tokens = sentence.split(' ');
  console.log(tokens.map((token, i) => `${token}/${model.predict([tokens])[0].tags[i]}`).join(' '));
}
