// Minibatches of a long sequence: shuffled pieces, or pieces that go on from batch to batch. The target is one step later.
import { Philox, useBackend } from 'unrolled';
import { randomBatches, sequentialBatches } from 'unrolled/data';

await useBackend(); // batches are tensors

const corpus = Int32Array.from({ length: 35 }, (_, i) => i); // 0, 1, 2 … so that every place is seen
const [batchSize, numSteps] = [2, 5];
const random = new Philox(0);

/** Each piece begins at a place of its own; an offset drawn anew for each epoch moves the borders. */
function* shuffled(): Generator<[number[], number[]][]> {
  const offset = random.integer(numSteps);
  const starts: number[] = [];
  for (let at = offset; at + numSteps < corpus.length; at += numSteps) starts.push(at);
  for (let i = starts.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [starts[i], starts[j]] = [starts[j], starts[i]];
  }
  for (let b = 0; b + batchSize <= starts.length; b += batchSize) {
    yield starts
      .slice(b, b + batchSize)
      .map((at) => [[...corpus.slice(at, at + numSteps)], [...corpus.slice(at + 1, at + 1 + numSteps)]]);
  }
}

console.log('random sampling: X → Y');
for (const rows of shuffled()) console.log(rows.map(([x, y]) => `[${x}] → [${y}]`).join('   '));

console.log('the library; in sequentialBatches row n goes on where row n of the batch before ended');
for (const [name, batches] of Object.entries({ randomBatches, sequentialBatches })) {
  console.log(name);
  for (const { x } of batches(corpus, { batchSize, numSteps, seed: 0, epoch: 0 })) {
    const data = x.data(); // [T, N]: one column for each sequence
    const rows = Array.from({ length: batchSize }, (_, n) =>
      Array.from({ length: numSteps }, (_step, t) => data[t * batchSize + n]),
    );
    console.log(rows.map((row) => `[${row}]`).join('   '));
  }
}
