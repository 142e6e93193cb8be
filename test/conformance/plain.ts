// The conformance suite and a small training without a test runner, for machines where none starts or all is slow (emulators):
// scripts/testPrebuilds.mjs compiles this and runs it over the package as it would be installed. Prints one line of JSON.
import {
  Adam,
  clipGradNorm,
  crossEntropy,
  Embedding,
  Linear,
  listBackends,
  LSTM,
  manualSeed,
  Recurrent,
  scope,
  tensor,
  useBackend,
} from 'unrolled';
import type { Backend } from '../../src/backend/contract.js';
import { type Case, difference, runCase } from './case.js';
import { cases, threadCases } from './cases.js';

export interface PlainReport {
  /** The first of what native makes use of. */
  isa: string;
  cases: number;
  /** What differed, by the name of the case; empty where all is well. */
  failures: string[];
  /** Of the last step of the training, with native and with wasm. */
  loss: { native: number; wasm: number };
}

async function check(backend: Backend, truth: Backend, test: Case): Promise<string | null> {
  if (test.error !== undefined) {
    const code: unknown = await runCase(backend, test).then(
      () => 'no error',
      (error: unknown) => (error as { code?: unknown }).code,
    );
    return code === test.error ? null : `${String(code)}, expected the error ${test.error}`;
  }
  const [actual, expected] = [await runCase(backend, test), await runCase(truth, test)];
  const differences = test.outputs.map((_, i) => difference(actual[i], expected[i], test.compare));
  return differences.find((words) => words !== null) ?? null;
}

async function sameBits(one: Backend, other: Backend, test: Case): Promise<string | null> {
  const [a, b] = [await runCase(one, test), await runCase(other, test)];
  const same = a.every((array, i) => Buffer.from(array.buffer).equals(Buffer.from(b[i].buffer)));
  return same ? null : 'other bits with two threads than with one';
}

/** The loss after some steps of a network that learns a sequence by heart. */
async function train(backend: 'native' | 'wasm'): Promise<number> {
  await useBackend(backend, { threads: 2 });
  manualSeed(1);
  const [numSteps, batchSize, symbols] = [12, 24, 20];
  const embed = new Embedding(symbols, 32);
  const rnn = new Recurrent(LSTM, { inputSize: 32, hiddenSize: 64, numLayers: 2 });
  const decoder = new Linear(64, symbols);
  const parameters = [embed, rnn, decoder].flatMap((layer) => layer.parameters());
  const optimizer = new Adam(parameters, 5e-3);
  const symbol = (t: number, n: number): number => (t * t + 3 * n) % symbols;
  const grid = (shift: number) =>
    tensor(
      Array.from({ length: numSteps }, (_, t) => Array.from({ length: batchSize }, (__, n) => symbol(t + shift, n))),
      { dtype: 'int32' },
    );
  const [x, y] = [grid(0), grid(1)];
  let last = NaN;
  for (let step = 0; step < 30; step++) {
    scope(() => {
      const loss = crossEntropy(decoder.forward(rnn.forward(embed.forward(x)).output), y);
      optimizer.zeroGrad();
      loss.backward();
      clipGradNorm(parameters, 1);
      optimizer.step();
      last = loss.item();
    });
  }
  return last;
}

async function main(): Promise<PlainReport> {
  const [native] = await listBackends();
  if (!native.available) throw new Error(native.reason ?? 'native does not run');
  const one = await useBackend('native', { threads: 1 });
  const two = await useBackend('native', { threads: 2 });
  const truth = await useBackend('reference', { precision: 'float64' });
  const failures: string[] = [];
  const all = [...cases, ...threadCases];
  for (const test of all) {
    const words = await check(two, truth, test);
    if (words !== null) failures.push(`${test.name}: ${words}`);
  }
  for (const test of threadCases) {
    const words = await sameBits(one, two, test);
    if (words !== null) failures.push(`${test.name}: ${words}`);
  }
  one.close();
  two.close();
  return {
    isa: native.features[0],
    cases: all.length,
    failures,
    loss: { native: await train('native'), wasm: await train('wasm') },
  };
}

process.stdout.write(`${JSON.stringify(await main())}\n`);
