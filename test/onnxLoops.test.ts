// Scan read back: every cell comes back with its equations, its numbers and its states; and bodies that are no cell are refused.
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Cell,
  CELLS,
  defineCell,
  Embedding,
  fromData,
  Linear,
  manualSeed,
  Recurrent,
  type RecurrentOptions,
  randn,
  relu,
  type Tensor,
  useBackend,
} from '../src/node.js';
import { exportOnnx, type ExportOnnxOptions, importOnnx, type OnnxExportable } from '../src/convert/index.js';
import { decodeOnnx, encodeOnnx, type OnnxGraph, type OnnxNode } from '../src/formats/index.js';

beforeAll(() => useBackend('reference'));

const far = (a: Tensor, b: Tensor): number => {
  expect(a.shape).toEqual(b.shape);
  const other = b.data();
  return Array.from(a.data()).reduce((most, value, i) => Math.max(most, Math.abs(value - other[i])), 0);
};

/** Every operation of cells, and two sizes. */
const EVERYTHING = defineCell({
  name: 'Everything',
  state: { h: 'hidden', c: 'hidden', p: 'small' },
  sizes: ['small'],
  initialState: { c: 0.5 },
  step(v) {
    const { x, h, c, p, linear, vector, scalar, layerNorm, mean, sigmoid, tanh, relu, exp, log, sqrt, abs, sign } = v;
    const a = tanh(layerNorm('norm', linear('a', x, h, p)));
    const f = sigmoid(linear('f', x, a.mul(h)).add(vector('u').mul(c)));
    const g = v.softplus(linear('g', x)).add(v.logSigmoid(a)).add(v.silu(c)).max(a.neg()).min(5);
    const e = exp(abs(a).neg())
      .add(log(sqrt(g.mul(g).add(1))))
      .add(sign(a).mul(0.1))
      .add(relu(a).div(abs(g).add(2)));
    return {
      h: f
        .mul(h)
        .add(f.oneMinus().mul(tanh(e)))
        .add(mean(a).mul(scalar('k'))),
      c: tanh(c.add(g.sub(e).mul(0.1))),
      p: tanh(linear('p', a, { size: 'small' })),
    };
  },
});

/** Heads, and x beside states. */
const BESIDE = defineCell({
  name: 'Beside',
  state: ['h'],
  step: ({ x, h, linear, perHead, sigmoid, tanh }) => {
    const f = sigmoid(linear('f', x, perHead(h), { bias: false }));
    return { h: f.mul(h).add(f.oneMinus().mul(tanh(x))) };
  },
});

async function back(network: OnnxExportable, options: ExportOnnxOptions = {}) {
  return (await importOnnx(await exportOnnx(network, options))).network;
}

describe.each([...Object.entries(CELLS), ['everything', EVERYTHING], ['beside', BESIDE]] as [string, Cell][])(
  '%s',
  (name, cell) => {
    it('comes back in both directions, with lengths, as it was', async () => {
      manualSeed(3);
      const options = { inputSize: 4, hiddenSize: 4, numLayers: 2, bidirectional: true, merge: 'sum' as const };
      const rnn = new Recurrent(cell, options);
      const network = await back(rnn, { lengths: true });
      const x = randn([5, 3, 4]).mul(0.5);
      const [before, after] = [rnn, network].map((one) => one.forward(x, { lengths: [5, 2, 0] }));
      expect(far(before.output, after.output)).toBeLessThan(1e-6);
      const stacks = network.parts.filter((part) => part instanceof Recurrent);
      expect(stacks.length).toBe(2);
      // Known by its equations; a cell of one's own keeps its name, and its width for each size.
      expect(stacks[0].cell.name).toBe(cell.name);
      if (name in CELLS) expect(stacks[0].cell).toBe(CELLS[name]);
      const count = stacks.reduce((sum, stack) => sum + stack.parameterCount(), 0);
      expect(count).toBe(rnn.parameterCount());
      // What came in goes out again, with the same numbers.
      const again = await back(network.parts as Recurrent[], { lengths: true });
      expect(far(again.forward(x, { lengths: [5, 2, 0] }).output, after.output)).toBeLessThan(1e-6);
    });
  },
);

const MGU = CELLS.mgu;
const CHAINS: Record<string, { options: RecurrentOptions; tokens?: boolean }> = {
  reverse: { options: { inputSize: 3, hiddenSize: 4, reverse: true } },
  'batch first': { options: { inputSize: 3, hiddenSize: 4, batchFirst: true } },
  'without biases': { options: { inputSize: 3, hiddenSize: 4, bias: false } },
  zoneout: { options: { inputSize: 3, hiddenSize: 4, zoneout: 0.25 } },
  'learned states': { options: { inputSize: 3, hiddenSize: 4, learnInitialState: true } },
  tokens: { options: { inputSize: 7, hiddenSize: 4 }, tokens: true },
};

it.each(Object.entries(CHAINS))('%s', async (_, { options, tokens = false }) => {
  manualSeed(4);
  const rnn = new Recurrent(MGU, options).eval();
  for (const { tensor, name } of rnn.namedState()) if (name.includes('initial')) tensor.set(randn(tensor.shape).data());
  const network = await back(rnn, { tokens });
  const x = tokens ? fromData(Int32Array.of(0, 3, 6, 2, 1, 5), [3, 2]) : randn([5, 3, 3]);
  expect(far(rnn.forward(x).output, network.forward(x).output)).toBeLessThan(1e-6);
});

it('layers around a loop stay layers, and what became of each node is told', async () => {
  const parts = [new Embedding(9, 5), new Recurrent(MGU, { inputSize: 5, hiddenSize: 4 }), new Linear(4, 2), relu];
  const { network, table } = await importOnnx(await exportOnnx(parts));
  expect(network.parts.map((part) => part.constructor.name)).toEqual(['Embedding', 'Recurrent', 'Linear', 'Function']);
  expect(
    table.flatMap(({ node, became }) => (/^joins/.test(became) ? [] : [`${node.split(' ')[0]}: ${became}`])),
  ).toEqual([
    'Gather: Embedding of 9, 5 numbers each',
    'Scan: Recurrent of MGU, 5 to 4',
    'MatMul: Linear, 4 to 2',
    'Relu: a function',
  ]);
});

it('it trains on', async () => {
  const network = await back(new Recurrent(EVERYTHING, { inputSize: 4, hiddenSize: 4 }));
  const loss = network
    .train()
    .forward(randn([5, 3, 4]))
    .output.pow(2)
    .mean();
  loss.backward();
  for (const parameter of network.parameters()) expect(parameter.grad).not.toBeNull();
});

describe('refuses', () => {
  const sizes = { inputSize: 3, hiddenSize: 4 };
  /** The file of an MGU with another body. */
  async function changed(change: (scan: OnnxNode, body: OnnxGraph) => Partial<OnnxNode>): Promise<Uint8Array> {
    const model = await decodeOnnx(await exportOnnx(new Recurrent(MGU, sizes)));
    const nodes = model.graph.nodes.map((node) => {
      const { body } = node.attributes;
      return body?.kind === 'graph' ? { ...node, ...change(node, body.value) } : node;
    });
    return encodeOnnx({ ...model, graph: { ...model.graph, nodes } });
  }
  const withBody = (node: OnnxNode, body: OnnxGraph): Partial<OnnxNode> => ({
    attributes: { ...node.attributes, body: { kind: 'graph', value: body } },
  });

  it('an operator that no cell has, by the node in the body', async () => {
    const bytes = await changed((scan, body) =>
      withBody(scan, { ...body, nodes: body.nodes.map((n) => (n.op === 'Tanh' ? { ...n, op: 'Erf' } : n)) }),
    );
    await expect(importOnnx(bytes)).rejects.toMatchObject({
      code: 'FORMAT',
      message: expect.stringMatching(/an operator that cells have at Scan "0\.h", in its body \(Erf .*received Erf/),
    });
  });

  it.each(['Mul', 'Pow', 'Less', 'Tanh'])('%s of which an input is missing', async (op) => {
    const bytes = await changed((scan, body) =>
      withBody(scan, {
        ...body,
        nodes: body.nodes.map((n) =>
          n.op === 'Tanh' ? { ...n, op, inputs: n.inputs.slice(0, op === 'Tanh' ? 0 : 1) } : n,
        ),
      }),
    );
    await expect(importOnnx(bytes)).rejects.toMatchObject({ code: 'FORMAT' });
  });

  it('output in another direction than the input', async () => {
    const bytes = await changed((scan) => ({
      attributes: { ...scan.attributes, scan_output_directions: { kind: 'ints', value: [1] } },
    }));
    await expect(importOnnx(bytes)).rejects.toThrow(/one direction of all inputs and outputs/);
  });

  it('one step of a network', async () => {
    const bytes = await exportOnnx(new Recurrent(MGU, sizes), { step: true });
    await expect(importOnnx(bytes)).rejects.toThrow(/whole sequences.*one step/);
  });

  it('a body that adds a value to itself again and again, in no time', async () => {
    const bytes = await changed((scan, body) => {
      const more = Array.from({ length: 4000 }, (_, i): OnnxNode => {
        const from = i === 0 ? body.outputs[0].name : `more${i - 1}`;
        return { op: 'Add', name: '', domain: '', inputs: [from, from], outputs: [`more${i}`], attributes: {} };
      });
      const outputs = body.outputs.map((value, i) => (i === 0 ? { ...value, name: 'more3999' } : value));
      return withBody(scan, { ...body, nodes: [...body.nodes, ...more], outputs });
    });
    const start = performance.now();
    await expect(importOnnx(bytes)).rejects.toThrow(/at most 500 operations/);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
