// Does training grow? 20,000 small steps on one backend; prints the resident set after 1,000 and at the end.
//   node bench/memory.mjs native|wasm|reference [steps]
import { LanguageModel, useBackend } from '../dist/node.js';

const [name = 'native', steps = '20000'] = process.argv.slice(2);
await useBackend(name);
const text = 'the quick brown fox jumps over the lazy dog. '.repeat(60);
const abort = new AbortController();
const rss = () => process.memoryUsage().rss / 2 ** 20;
let first = 0;
await LanguageModel.train(text, {
  hiddenSize: 16, embeddingSize: 8, batchSize: 4, numSteps: 8, epochs: 1e9, validation: 0.05, validations: 1, signal: abort.signal,
  onProgress({ step }) {
    if (step === 1000) first = rss();
    if (step >= Number(steps)) abort.abort();
  },
}); // prettier-ignore
globalThis.gc?.();
console.log(
  JSON.stringify({
    backend: name,
    steps: Number(steps),
    after1000MiB: Math.round(first),
    endMiB: Math.round(rss()),
    growthMiB: Number((rss() - first).toFixed(1)),
  }),
);
