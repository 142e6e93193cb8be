// Loop and Scan as others write them (make_onnx_loops.py), read into cells: the numbers of ONNX Runtime.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromData, Recurrent, type Tensor, useBackend } from '../../src/node.js';
import { exportOnnx, importOnnx } from '../../src/convert/index.js';

interface Numbers {
  shape: number[];
  data: number[];
}
interface Case {
  name: string;
  model: string;
  inputs: Record<string, Numbers>;
  outputs: Record<string, Numbers>;
}

const cases = readFileSync(new URL('./onnxLoops.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);

beforeAll(() => useBackend('reference'));

const tensor = ({ shape, data }: Numbers): Tensor => fromData(Float32Array.from(data), shape);

function far(found: Tensor, { shape, data }: Numbers): number {
  expect(found.shape).toEqual(shape);
  const own = found.data();
  return data.reduce((most, value, i) => Math.max(most, Math.abs(value - own[i])), 0);
}

describe.each(cases)('$name', ({ model, inputs, outputs }) => {
  it('computes what ONNX Runtime computes, goes out, and comes in again', async () => {
    const { network } = await importOnnx(new Uint8Array(Buffer.from(model, 'base64')));
    const [rnn] = network.parts.filter((part) => part instanceof Recurrent);
    const { X, ...rest } = inputs;
    const states = Object.values(rest);
    const start = Object.fromEntries(states.map((own, i) => [rnn.cell.states[i], tensor(own)]));
    const given = states.length === 0 ? {} : { state: [[start]] };
    const { output, state } = network.forward(tensor(X), given);
    expect(far(output, outputs.Y)).toBeLessThan(1e-5);
    const last = Object.entries(outputs).filter(([name]) => name.startsWith('last_'));
    last.forEach(([, own], i) => {
      expect(far(state[0][0][rnn.cell.states[i]], own)).toBeLessThan(1e-5);
    });
    const again = await importOnnx(
      await exportOnnx(network.parts as Parameters<typeof exportOnnx>[0], { states: states.length > 0 }),
    );
    expect(far(again.network.forward(tensor(X), given).output, outputs.Y)).toBeLessThan(1e-5);
  });
});
