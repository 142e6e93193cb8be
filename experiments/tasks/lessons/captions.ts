// A phrase for a picture: bright squares on the left, on the right, above, below; a decoder writes where they are.
import { Captioner } from 'unrolled';

const epochs = Number(process.argv[2] ?? 15); // node lesson.js 1: a shorter training
const places = ['above left', 'above right', 'below left', 'below right'];
/** 16 × 16 pixels from 0 to 1, with a square in each quarter that is named. */
const picture = (which: readonly number[]): number[] =>
  Array.from({ length: 256 }, (_, p) => {
    const quarter = 2 * Number(p >= 128) + Number(p % 16 >= 8);
    return which.includes(quarter) ? 0.8 + 0.2 * Math.random() : 0.2 * Math.random();
  });
const subsets = Array.from({ length: 15 }, (_, i) => [0, 1, 2, 3].filter((q) => ((i + 1) >> q) & 1));
const examples = Array.from({ length: 300 }, (_, i) => {
  const which = subsets[i % subsets.length];
  return { pixels: picture(which), text: which.map((q) => places[q]).join(' and ') };
});
const model = await Captioner.fit(examples, {
  height: 16,
  width: 16,
  filters: 8,
  hiddenSize: 32,
  batchSize: 20,
  epochs,
});
for (const which of [[0], [1, 2], [0, 1, 3]]) {
  const { text } = model.caption(picture(which));
  console.log(`${which.map((q) => places[q]).join(' and ')} → ${text}`);
}
