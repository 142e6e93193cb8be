// Files that MLX wrote (make_mlx.py), and what its networks gave.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromData, type RecurrentState, type Tensor, useBackend } from '../../src/node.js';
import { importModel } from '../../src/convert/index.js';

interface Numbers {
  shape: number[];
  data: number[];
}
interface Cases {
  cases: {
    name: string;
    x: Numbers;
    given: Numbers[];
    runs: Record<'zero' | 'given', { output: Numbers; last: Numbers[] }>;
  }[];
  tagger: { tokens: Numbers; output: Numbers };
}

const file = (name: string): URL => new URL(`./formats/${name}`, import.meta.url);
const { cases, tagger } = JSON.parse(readFileSync(file('mlx.json'), 'utf8')) as Cases;
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(file(name)));
const tensor = ({ shape, data }: Numbers): Tensor => fromData(Float32Array.from(data), shape);

beforeAll(() => useBackend('reference'));

function far(found: Tensor, { data }: Numbers): number {
  const own = found.data();
  expect(own.length).toBe(data.length);
  return data.reduce((most, value, i) => Math.max(most, Math.abs(value - own[i])), 0);
}

describe.each(cases)('$name', ({ name, x, given, runs }) => {
  it.each(['safetensors', 'npz'])('%s: outputs and states', async (ending) => {
    const model = await importModel(bytesOf(`mlx-${name}.${ending}`));
    expect(model.layout).toBe('MLX');
    const network = model.network();
    const start: RecurrentState = [Object.fromEntries(given.map((own, i) => [i === 0 ? 'h' : 'c', tensor(own)]))];
    for (const [key, state] of [
      ['zero', {}],
      ['given', { '': start }],
    ] as const) {
      // MLX has the batch first.
      const result = network.forward(tensor(x).transpose(0, 1), { state });
      expect(far(result.output.transpose(0, 1), runs[key].output)).toBeLessThan(1e-5);
      runs[key].last.forEach((own, i) => {
        expect(far(result.state[''][0][i === 0 ? 'h' : 'c'], own)).toBeLessThan(1e-5);
      });
    }
  });
});

it.each([
  ['mlx-tagger.safetensors', 1e-5],
  ['mlx-tagger-bfloat16.safetensors', 0.05],
])('a network of several layers: %s', async (name, limit) => {
  const network = (await importModel(bytesOf(name))).network();
  const { shape, data } = tagger.tokens;
  const { output } = network.forward(fromData(Int32Array.from(data), shape).transpose(0, 1));
  expect(far(output.transpose(0, 1), tagger.output)).toBeLessThan(limit);
});
