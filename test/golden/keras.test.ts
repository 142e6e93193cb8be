// Models that Keras 3, Keras 2 and TensorFlow.js saved (make_keras.py, make_tfjs.mjs), and what they predict. With UNROLLED_WRITTEN=FOLDER
// the files that are written here stay there, for check_keras.py and check_tfjs.mjs.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Tensor, tensor, UnrolledError, useBackend } from '../../src/node.js';
import { importModel } from '../../src/convert/index.js';
import { ReferenceBackend } from '../../src/backend/reference/reference.js';

const FOLDER = join(import.meta.dirname, 'keras');
const file = (name: string): string => join(FOLDER, name);
const KEPT = process.env.UNROLLED_WRITTEN;
const written = KEPT ?? mkdtempSync(join(tmpdir(), 'unrolled-keras-'));

interface Case {
  name: string;
  files: string[];
  input: number[];
  x: number[];
  tokens: boolean;
  shape: number[];
  output: number[];
}
const casesOf = (set: string): Case[] =>
  (JSON.parse(readFileSync(file(`${set}.json`), 'utf8')) as { cases: Case[] }).cases;
const SETS = ['jax', 'tensorflow', 'keras2'];
const cases = SETS.flatMap(casesOf).flatMap((own) => own.files.map((name) => [name, own] as const));
const whole = cases.filter(([name]) => !name.endsWith('.weights.h5'));

beforeAll(async () => {
  await useBackend(new ReferenceBackend());
  mkdirSync(written, { recursive: true });
});
afterAll(() => {
  if (KEPT === undefined) rmSync(written, { recursive: true });
});

/** Keras has the batch first. */
function inputOf({ x, input, tokens }: Case): Tensor {
  return tensor(x, tokens ? { dtype: 'int32' } : {})
    .reshape(input)
    .transpose(0, 1);
}

function difference(own: Case, output: Tensor): number {
  const first = output.rank === 3 ? output.transpose(0, 1) : output;
  expect(first.shape).toEqual(own.shape);
  return Array.from(first.data()).reduce((most, value, i) => Math.max(most, Math.abs(value - own.output[i])), 0);
}

describe.each(whole)('%s', (name, own) => {
  it('predicts what Keras predicts, and so does it in our own format', async () => {
    const model = await importModel(file(name));
    expect([model.layout, model.unmapped]).toEqual(['Keras', []]);
    expect(difference(own, model.network().forward(inputOf(own)).output)).toBeLessThan(1e-5);
    const ours = await importModel(model.toBytes());
    expect([ours.layout, ours.layers, ours.order]).toEqual(['Unrolled', model.layers, model.order]);
    expect(difference(own, ours.network().forward(inputOf(own)).output)).toBeLessThan(1e-5);
  });
});

it.each(cases.filter(([name]) => name.endsWith('.weights.h5')))(
  '%s has the weights of the whole model',
  async (name) => {
    const alone = await importModel(file(name));
    const full = await importModel(file(name.replace('.weights.h5', '.keras')));
    expect(Object.keys(alone.weights).sort()).toEqual(Object.keys(full.weights).sort());
  },
);

it.each([
  ['hard-sigmoid.keras', /recurrent_activation 'hard_sigmoid'|hard_sigmoid/],
  ['lambda.keras', /Lambda: code of Python/],
  ['convolution.keras', /Conv1D: there is no such layer/],
])('%s is refused by name', async (name, message) => {
  const error: unknown = await importModel(file(name)).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(UnrolledError);
  expect(error).toMatchObject({ code: 'FORMAT', message: expect.stringMatching(message) });
  const model = await importModel(file(name), { partial: true });
  expect(() => model.network()).toThrow(/stands between them/);
});
void writeFileSync;
