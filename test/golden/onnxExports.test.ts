// ONNX as both exporters of torch.onnx write it (make_onnx_exports.py): the outputs of PyTorch, also when it went out from here again.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromData, type Tensor, useBackend } from '../../src/node.js';
import { exportOnnx, importOnnx, type OnnxNetwork } from '../../src/convert/index.js';

interface Numbers {
  shape: number[];
  data: number[];
}
interface Case {
  name: string;
  model: string;
  tokens: boolean;
  x: Numbers;
  y: Numbers;
}

const cases = readFileSync(new URL('./onnxExports.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);
const bytesOf = ({ model }: Case): Uint8Array => new Uint8Array(Buffer.from(model, 'base64'));

beforeAll(() => useBackend('reference'));

function expectSame(network: OnnxNetwork, { tokens, x, y }: Case): void {
  const input: Tensor = fromData(tokens ? Int32Array.from(x.data) : Float32Array.from(x.data), x.shape);
  const { output } = network.forward(input);
  expect(output.shape).toEqual(y.shape);
  const own = output.data();
  expect(y.data.reduce((most, value, i) => Math.max(most, Math.abs(value - own[i])), 0)).toBeLessThan(1e-5);
}

/** nn.RNN has no node of its own there: its steps are written out, as many as the traced input had. */
const UNROLLED = 'rnn-relu, dynamo';

describe.each(cases.filter(({ name }) => name !== UNROLLED))('$name', (own) => {
  it('computes what PyTorch computes', async () => {
    expectSame((await importOnnx(bytesOf(own))).network, own);
  });
});

it('a graph whose steps are written out is refused, with what to do', async () => {
  const own = cases.find(({ name }) => name === UNROLLED);
  if (own === undefined) throw new Error('no such case');
  await expect(importOnnx(bytesOf(own))).rejects.toMatchObject({
    code: 'FORMAT',
    message: expect.stringMatching(/whole sequences at node \d+ \(Slice/) as string,
    help: expect.stringContaining('dynamo=False') as string,
  });
});

it('what came in goes out and in again', async () => {
  for (const own of cases.filter(({ name }) => /^(lstm-both|gru|lstm-tagger-both), /.test(name))) {
    const { network } = await importOnnx(bytesOf(own));
    const bytes = await exportOnnx(network.parts as Parameters<typeof exportOnnx>[0]);
    expectSame((await importOnnx(bytes)).network, own);
  }
});
