// ONNX as both exporters of torch.onnx (make_onnx_exports.py) and tf2onnx (make_tf2onnx.py) write it: the outputs of PyTorch and Keras, also
// when it went out from here again.
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

const casesOf = (file: string): Case[] =>
  readFileSync(new URL(`./${file}`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Case);
const cases = [...casesOf('onnxExports.jsonl'), ...casesOf('tf2onnx.jsonl')];
const bytesOf = ({ model }: Case): Uint8Array => new Uint8Array(Buffer.from(model, 'base64'));

beforeAll(() => useBackend('reference'));

function expectSame(network: OnnxNetwork, { tokens, x, y }: Case): void {
  const input: Tensor = fromData(tokens ? Int32Array.from(x.data) : Float32Array.from(x.data), x.shape);
  const { output } = network.forward(input);
  expect(output.shape).toEqual(y.shape);
  const own = output.data();
  expect(y.data.reduce((most, value, i) => Math.max(most, Math.abs(value - own[i])), 0)).toBeLessThan(1e-5);
}

/** nn.RNN has no node of its own there: its steps are written out, as many as the traced input had. Of the other one the output stands from
 * the end to the beginning. */
const REFUSED: Readonly<Record<string, [message: RegExp, help: string]>> = {
  'rnn-relu, dynamo': [/whole sequences at node \d+ \(Slice/, 'dynamo=False'],
  'lstm-backwards': [/node \d+ \(ReverseSequence/, 'layers one after the other'],
};

describe.each(cases.filter(({ name }) => !Object.hasOwn(REFUSED, name)))('$name', (own) => {
  it('computes what it did there', async () => {
    expectSame((await importOnnx(bytesOf(own))).network, own);
  });
});

it.each(Object.entries(REFUSED))('%s is refused, with the node and what to do', async (name, [message, help]) => {
  const own = cases.find((one) => one.name === name);
  if (own === undefined) throw new Error('no such case');
  await expect(importOnnx(bytesOf(own))).rejects.toMatchObject({
    code: 'FORMAT',
    message: expect.stringMatching(message) as string,
    help: expect.stringContaining(help) as string,
  });
});

it('what came in goes out and in again', async () => {
  for (const own of cases.filter(({ name }) => /^(lstm-both|gru|lstm-tagger-both)(, |$)/.test(name))) {
    const { network } = await importOnnx(bytesOf(own));
    const bytes = await exportOnnx(network.parts as Parameters<typeof exportOnnx>[0]);
    expectSame((await importOnnx(bytes)).network, own);
  }
});
