// ONNX files as others write them (make_onnx.py), read into networks of ours: the numbers of ONNX Runtime.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromData, Recurrent, type RecurrentState, type Tensor, useBackend } from '../../src/node.js';
import { exportOnnx, importOnnx } from '../../src/convert/index.js';

interface Numbers {
  shape: number[];
  dtype: string;
  data: number[];
}
interface Case {
  name: string;
  model: string;
  inputs: Record<string, Numbers>;
  outputs: Record<string, Numbers>;
}

const cases = readFileSync(new URL('./onnx.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);

const LIMIT = 1e-5;

beforeAll(() => useBackend('reference'));

function tensorOf({ shape, dtype, data }: Numbers): Tensor {
  return dtype === 'float32' ? fromData(Float32Array.from(data), shape) : fromData(Int32Array.from(data), shape);
}

function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  return Array.from(found).reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
}

/** State of a file [K, N, H] (or [N, K, H]) as states of ours. */
function stateOf(inputs: Case['inputs'], batchFirst: boolean): RecurrentState | null {
  const { initial_h: h, initial_c: c } = inputs;
  if (h === undefined) return null;
  const K = h.shape[batchFirst ? 1 : 0];
  const part = (numbers: Numbers, k: number): Tensor => {
    const t = tensorOf(numbers);
    return (batchFirst ? t.transpose(0, 1) : t).slice(0, k, k + 1).squeeze(0);
  };
  return Array.from({ length: K }, (_, k) => ({ h: part(h, k), ...(c === undefined ? {} : { c: part(c, k) }) }));
}

/** Y of a file [T, K, N, H] (or [N, T, K, H]) as our output [T, N, K · H] (or [N, T, K · H]). */
function outputOf(y: Numbers, batchFirst: boolean): Tensor {
  const t = tensorOf(y);
  const inOrder = batchFirst ? t : t.permute([0, 2, 1, 3]);
  return inOrder.reshape([inOrder.shape[0], inOrder.shape[1], -1]);
}

describe.each(cases)('$name', ({ name, model, inputs, outputs }) => {
  const bytes = new Uint8Array(Buffer.from(model, 'base64'));
  const inputOf = (): Tensor => tensorOf(inputs.X ?? inputs.tokens);
  const lengths = inputs.sequence_lens?.data;

  it('computes what ONNX Runtime computes', async () => {
    const { network, table } = await importOnnx(bytes);
    const stack = network.parts.find((part) => part instanceof Recurrent);
    const batchFirst = stack?.batchFirst ?? false;
    const before = stateOf(inputs, batchFirst);
    const options = { ...(lengths === undefined ? {} : { lengths }), ...(before === null ? {} : { state: [before] }) };
    const { output, state } = network.forward(inputOf(), options);
    if (outputs.output !== undefined) {
      expect(largestDifference(output.data(), outputs.output.data)).toBeLessThan(LIMIT);
      expect(table.some(({ became }) => became.startsWith('Recurrent of LSTM'))).toBe(true);
      return;
    }
    const wanted = outputOf(outputs.Y, batchFirst);
    expect(output.shape).toEqual(wanted.shape);
    expect(largestDifference(output.data(), wanted.data())).toBeLessThan(LIMIT);
    const ends = stateOf({ initial_h: outputs.Y_h, initial_c: outputs.Y_c }, batchFirst);
    for (const [k, own] of (ends ?? []).entries()) {
      for (const [s, t] of Object.entries(own)) {
        if (t !== undefined) expect(largestDifference(state[0][k][s].data(), t.data()), s).toBeLessThan(LIMIT);
      }
    }
  });

  it('goes out and comes in again', async () => {
    const { network } = await importOnnx(bytes);
    const parts = network.parts.map((part) => part);
    if (
      network.endsOnly ||
      name.startsWith('RNN-') ||
      name.startsWith('GRU-hard') ||
      /activations|input-forget/.test(name)
    )
      return;
    const again = await importOnnx(await exportOnnx(parts as Parameters<typeof exportOnnx>[0]));
    const [a, b] = [network, again.network].map(
      (one) => one.forward(inputOf(), lengths === undefined ? {} : { lengths }).output,
    );
    expect(largestDifference(a.data(), b.data())).toBeLessThan(1e-6);
  });
});
