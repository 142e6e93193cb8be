// From one sequence to another: an encoder reads English numbers, a decoder writes them in French.
import { Translator } from 'unrolled';

const epochs = Number(process.argv[2] ?? 25); // node lesson.js 2: a shorter training
const units = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const unités = ['zéro', 'un', 'deux', 'trois', 'quatre', 'cinq', 'six', 'sept', 'huit', 'neuf'];
// "three point one four" → "trois virgule un quatre"; the order of a date is turned around.
const pairs = Array.from({ length: 1000 }, (_, n) => [Math.floor(n / 100), Math.floor(n / 10) % 10, n % 10]).flatMap(
  ([a, b, c]) => [
    { source: `${units[a]} point ${units[b]} ${units[c]}`, target: `${unités[a]} virgule ${unités[b]} ${unités[c]}` },
    { source: `month ${units[a]} day ${units[b]}`, target: `jour ${unités[b]} mois ${unités[a]}` },
  ],
);
const train = pairs.filter((_, i) => i % 7 !== 0);
const model = await Translator.fit(train, {
  ...{ hiddenSize: 64, embeddingSize: 32, attentionSize: 32, batchSize: 32, learningRate: 0.005, epochs },
});
for (const source of ['three point one four', 'month two day nine', 'seven point seven zero']) {
  const { text, attention } = model.translate(source);
  const looked = attention.map((row) => source.split(' ')[Array.from(row).indexOf(Math.max(...row))] ?? 'end');
  console.log(`${source} → ${text}   (looked at: ${looked.join(', ')})`);
}
