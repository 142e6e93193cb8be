// Networks out as ONNX and in again: what is written, what comes back, and what is refused. Numbers of ONNX Runtime itself are
// compared by test/golden/check_onnx.py (out) and test/golden/onnx.test.ts (in).
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Cell,
  cellFromData,
  CELLS,
  defineCell,
  Embedding,
  fromData,
  GRU,
  LanguageModel,
  LayerNorm,
  Linear,
  LSTM,
  manualSeed,
  Module,
  PeepholeLSTM,
  Recurrent,
  randn,
  relu,
  Sequential,
  softmax,
  type Tensor,
  UnrolledError,
  useBackend,
} from '../src/node.js';
import { exportModel, exportOnnx, importModel, importOnnx, loadWeights } from '../src/convert/index.js';
import { decodeOnnx, encodeOnnx, type OnnxGraph, type OnnxNode } from '../src/formats/index.js';

beforeAll(() => useBackend('reference'));

const graphOf = async (bytes: Uint8Array): Promise<OnnxGraph> => (await decodeOnnx(bytes)).graph;
const nodesOf = (graph: OnnxGraph, op: string): OnnxNode[] => graph.nodes.filter((node) => node.op === op);
const names = (values: readonly { name: string }[]): string[] => values.map(({ name }) => name);

/** ONNX's own nodes. */
const STANDARD: Readonly<Record<string, string>> = {
  ...{ rnn: 'RNN', 'rnn-relu': 'RNN', gru: 'GRU', 'gru-reset-before': 'GRU', lstm: 'LSTM', 'lstm-peephole': 'LSTM' },
};

describe.each(Object.entries(CELLS))('%s', (name, cell: Cell) => {
  const sizes = { inputSize: 3, hiddenSize: 4 };

  it('is written as a node of ONNX, or as a Scan over its equations', async () => {
    const rnn = new Recurrent(cell, { ...sizes, numLayers: 2, bidirectional: true });
    const graph = await graphOf(await exportOnnx(rnn, { lengths: true, states: true }));
    const states = cell.states.map((s) => `0.${s}`);
    expect(names(graph.inputs)).toEqual(
      expect.arrayContaining(['input', 'lengths', ...states.map((s) => `state.${s}`)]),
    );
    expect(graph.inputs[0].shape).toEqual(['time', 'batch', 3]);
    expect(names(graph.outputs)).toEqual(expect.arrayContaining(['output', ...states.map((s) => `next_state.${s}`)]));
    const op = Object.hasOwn(STANDARD, name) ? STANDARD[name] : 'Scan';
    const found = graph.nodes.filter((node) => ['RNN', 'GRU', 'LSTM', 'Scan'].includes(node.op));
    // A Scan goes one way.
    expect(found.map((node) => node.op)).toEqual(new Array(op === 'Scan' ? 4 : 2).fill(op));
    const numbers = graph.initializers.filter(({ dtype }) => dtype === 'float32');
    const count = numbers.reduce((sum, { data }) => sum + data.length, 0);
    expect(count).toBeGreaterThanOrEqual(rnn.parameterCount());
    // Nodes have a second bias, of zeros.
    expect(count).toBeLessThan(2 * rnn.parameterCount());
  });

  it('has a model of one step, without a loop', async () => {
    const graph = await graphOf(await exportOnnx(new Recurrent(cell, sizes), { step: true }));
    expect(graph.inputs[0].shape).toEqual(['batch', 3]);
    expect(nodesOf(graph, 'Scan')).toEqual([]);
    expect(names(graph.inputs).slice(1)).toEqual(cell.states.map((s) => `state.0.${s}`));
  });

  it('is known by its equations, whatever it is called', async () => {
    const other = cellFromData({ ...cell.toData(), name: 'Other' });
    const [a, b] = await Promise.all(
      [cell, other].map(async (one) => graphOf(await exportOnnx(new Recurrent(one, sizes)))),
    );
    expect(b.nodes.map(({ op }) => op)).toEqual(a.nodes.map(({ op }) => op));
  });
});

it('every operation of cells is written', async () => {
  const { OPERATORS } = await import('../src/formats/onnx/operators.js');
  const { ARITY } = await import('../src/program/expr.js');
  expect(Object.keys(OPERATORS).sort()).toEqual(Object.keys(ARITY).sort());
});

describe('what goes out comes in again', () => {
  const compared = async (parts: Parameters<typeof exportOnnx>[0], run: () => ArrayLike<number>): Promise<void> => {
    const { network } = await importOnnx(await exportOnnx(parts));
    const found = network.forward(fromData(Int32Array.of(0, 3, 5, 6, 2, 1), [3, 2])).output.data();
    const wanted = run();
    expect(found.length).toBe(wanted.length);
    Array.from(wanted).forEach((value, i) => expect(found[i]).toBeCloseTo(value, 6));
  };
  const tokens = [0, 3, 5, 6, 2, 1];

  it.each([
    ['lstm', LSTM, {}],
    ['peepholes in both directions', PeepholeLSTM, { bidirectional: true }],
    ['sums of both directions', GRU, { bidirectional: true, merge: 'sum' as const }],
    ['means of both directions', GRU, { bidirectional: true, merge: 'mean' as const }],
    ['learned initial states', LSTM, { bidirectional: true, learnInitialState: true }],
    ['from the end, without bias', GRU, { reverse: true, bias: false }],
    ['two layers', CELLS['gru-reset-before'], { numLayers: 2 }],
  ])('%s', async (_, cell, options) => {
    manualSeed(3);
    const embedding = new Embedding(7, 4);
    const rnn = new Recurrent(cell, { inputSize: 4, hiddenSize: 5, ...options });
    for (const t of rnn.parameters()) t.set(randn([...t.shape]).data());
    const head = new Sequential(new LayerNorm(rnn.outputSize), new Linear(rnn.outputSize, 3), relu, softmax);
    await compared([embedding, rnn, head], () => {
      const x = embedding.forward(fromData(Int32Array.from(tokens), [3, 2]));
      return head.forward(rnn.forward(x).output).data();
    });
  });

  it('a language model, with its vocabulary', async () => {
    const model = await LanguageModel.fit('abcdef '.repeat(400), {
      hiddenSize: 6,
      embeddingSize: 4,
      numLayers: 2,
      maxSteps: 2,
    });
    const { network, metadata, table } = await importOnnx(await exportOnnx(model));
    const x = fromData(Int32Array.from(tokens), [3, 2]);
    const wanted = model.network.eval().forward(x, null).logits.data();
    const found = network.forward(x).output.data();
    wanted.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 5));
    expect(JSON.parse(metadata.vocabulary)).toMatchObject({ tokens: expect.arrayContaining(['a', 'f']) as unknown });
    expect(table.map(({ became }) => became)).toContain('Embedding of 8, 4 numbers each');
  });

  it('a language model whose decoder is tied, in layers that are not', async () => {
    const sizes = { hiddenSize: 6, embeddingSize: 4, tied: true, maxSteps: 2 };
    const model = await LanguageModel.fit('abcdef '.repeat(400), sizes);
    const { network } = await importOnnx(await exportOnnx(model));
    const x = fromData(Int32Array.from(tokens), [3, 2]);
    const wanted = model.network.eval().forward(x, null).logits.data();
    const found = network.forward(x).output.data();
    wanted.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 5));
    const elsewhere = (await importModel(exportModel(model, 'safetensors'))).layers.map(({ kind }) => kind);
    expect(elsewhere.sort()).toEqual(['embedding', 'linear', 'linear', 'recurrent']);
  });

  it('tokens without an embedding, as one-hot vectors', async () => {
    const rnn = new Recurrent(LSTM, { inputSize: 7, hiddenSize: 5 });
    const { network } = await importOnnx(await exportOnnx(rnn, { tokens: true }));
    const x = fromData(Int32Array.from(tokens), [3, 2]);
    const wanted = rnn.forward(x).output.data();
    const hot = fromData(
      Float32Array.from({ length: 42 }, (_, i) => (tokens[Math.floor(i / 7)] === i % 7 ? 1 : 0)),
      [3, 2, 7],
    );
    for (const input of [x, hot])
      network
        .forward(input)
        .output.data()
        .forEach((v, i) => expect(v).toBeCloseTo(wanted[i], 6));
  });
});

describe('is refused with the reason', () => {
  const sizes = { inputSize: 3, hiddenSize: 4 };
  const lstm = (): Recurrent => new Recurrent(LSTM, sizes);
  it.each<[string, () => Parameters<typeof exportOnnx>, string, RegExp]>([
    [
      'a merge function',
      () => [new Recurrent(LSTM, { ...sizes, bidirectional: true, merge: (a) => a })],
      'UNSUPPORTED',
      /received a function/,
    ],
    [
      'one step from the end',
      () => [new Recurrent(LSTM, { ...sizes, reverse: true }), { step: true }],
      'OPTION',
      /starts at the end/,
    ],
    ['a function of one’s own', () => [[lstm(), (x) => x.mul(2)]], 'OPTION', /or one of relu/],
    ['no recurrent part', () => [new Linear(2, 3)], 'OPTION', /a recurrent one/],
    ['an unknown option', () => [lstm(), { length: true } as object], 'OPTION', /options of exportOnnx/],
    ['something else', () => [{} as Recurrent], 'OPTION', /chain of layers/],
  ])('%s', async (_, given, code, message) => {
    const error: unknown = await exportOnnx(...given()).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UnrolledError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as unknown });
  });

  it('the last step of a layer that reads from the end, which is its first', async () => {
    const model = await decodeOnnx(await exportOnnx(new Recurrent(LSTM, { ...sizes, reverse: true })));
    const { graph } = model;
    const last = { name: 'last', shape: [], dtype: 'int64', data: BigInt64Array.of(-1n) } as const;
    const [sequence] = nodesOf(graph, 'LSTM')[0].outputs;
    const [all] = graph.nodes.filter(({ op, inputs }) => op === 'Squeeze' && inputs[0] === sequence);
    const gather: OnnxNode = {
      op: 'Gather',
      name: '',
      domain: '',
      inputs: [all.outputs[0], 'last'],
      outputs: ['y'],
      attributes: {},
    };
    const changed = {
      ...{ ...graph, nodes: [...graph.nodes, gather], initializers: [...graph.initializers, last] },
      outputs: [{ ...graph.outputs[0], name: 'y' }],
    };
    await expect(importOnnx(await encodeOnnx({ ...model, graph: changed }))).rejects.toThrow(
      /a layer that reads forward/,
    );
  });

  it('a negative clip, and a node of another’s domain', async () => {
    const model = await decodeOnnx(await exportOnnx(lstm()));
    const changed = (change: (node: OnnxNode) => OnnxNode): Promise<Uint8Array> => {
      const nodes = model.graph.nodes.map((node) => (node.op === 'LSTM' ? change(node) : node));
      return encodeOnnx({ ...model, graph: { ...model.graph, nodes } });
    };
    const clip = changed((node) => ({
      ...node,
      attributes: { ...node.attributes, clip: { kind: 'float', value: -3 } },
    }));
    await expect(importOnnx(await clip)).rejects.toThrow(/a clip above 0 .*LSTM/);
    await expect(importOnnx(await changed((node) => ({ ...node, domain: 'com.acme' })))).rejects.toThrow(/com\.acme/);
  });
});

describe('a damaged file', () => {
  const lines = readFileSync(new URL('./golden/onnx.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const files = lines.map((line) => JSON.parse(line) as { name: string; model: string });

  it.each(files.filter(({ name }) => /bidirectional|tagger|classifier|peepholes/.test(name)))(
    '$name opens, or is refused as it should',
    async ({ model }) => {
      const bytes = new Uint8Array(Buffer.from(model, 'base64'));
      let refused = 0;
      // Structure stands at both ends, weights between them.
      for (let at = 0; at < bytes.length; at += at < 700 || at > bytes.length - 200 ? 1 : 97) {
        const other = bytes.slice();
        other[at] ^= 1 << (at % 8);
        const error: unknown = await importOnnx(other).then(
          () => null,
          (e: unknown) => e,
        );
        if (error === null) continue;
        refused++;
        expect(error, `byte ${at}`).toBeInstanceOf(UnrolledError);
        expect((error as UnrolledError).code, `byte ${at}: ${(error as UnrolledError).message}`).toBe('FORMAT');
      }
      expect(refused).toBeGreaterThan(100);
    },
  );

  it('weights that are not finite are refused, and weights that are used again and again', async () => {
    const model = await decodeOnnx(await exportOnnx(new Recurrent(LSTM, { inputSize: 4, hiddenSize: 4 })));
    const { graph } = model;
    const initializers = graph.initializers.map((t) =>
      t.name === 'W' || t.name.endsWith('W') ? { ...t, data: new Float32Array(t.data.length).fill(NaN) } : t,
    );
    await expect(importOnnx(await encodeOnnx({ ...model, graph: { ...graph, initializers } }))).rejects.toThrow(
      /finite numbers/,
    );
    const first = graph.nodes.findIndex(({ op }) => op === 'LSTM');
    const [node, squeeze] = [
      graph.nodes[first],
      graph.nodes.find(({ op, inputs }) => op === 'Squeeze' && inputs[0] === graph.nodes[first].outputs[0]),
    ];
    if (squeeze === undefined) throw new Error('expected a Squeeze of all outputs');
    const more = Array.from({ length: 9 }, (_, i): OnnxNode[] => [
      { ...node, inputs: [i === 0 ? squeeze.outputs[0] : `s${i}`, ...node.inputs.slice(1)], outputs: [`y${i}`] },
      { ...squeeze, inputs: [`y${i}`, ...squeeze.inputs.slice(1)], outputs: [`s${i + 1}`] },
    ]).flat();
    const outputs = [{ ...graph.outputs[0], name: 's9' }];
    const again = { ...graph, nodes: [...graph.nodes.filter((n) => n.op !== 'Identity'), ...more], outputs };
    await expect(importOnnx(await encodeOnnx({ ...model, graph: again }))).rejects.toThrow(
      /weights that are used once/,
    );
  });
});

it('a cell of one’s own with constants alone in a state has the batch in it', async () => {
  const cell = defineCell({
    name: 'Own',
    state: ['h', 'k'],
    step: ({ x, h, linear, vector, tanh }) => ({ h: tanh(linear('a', x, h)), k: vector('v').mul(2) }),
  });
  const graph = await graphOf(await exportOnnx(new Recurrent(cell, { inputSize: 2, hiddenSize: 3 })));
  const [scan] = nodesOf(graph, 'Scan');
  const body = scan.attributes.body;
  expect(body?.kind === 'graph' && nodesOf(body.value, 'Expand').length).toBe(1);
});

describe('weights for a network of one’s own', () => {
  class Tagger extends Module {
    readonly embedding = new Embedding(7, 3);
    readonly rnn = new Recurrent(LSTM, { inputSize: 3, hiddenSize: 4, numLayers: 2, bidirectional: true });
    readonly out = new Linear(8, 5);

    forward(tokens: Tensor): Tensor {
      return this.out.forward(this.rnn.forward(this.embedding.forward(tokens)).output);
    }
  }
  const outputOf = (tagger: Tagger): number[] =>
    Array.from(tagger.forward(fromData(Int32Array.of(1, 2, 3, 0, 6, 5), [3, 2])).data());

  it('go to its layers in their order: the same outputs', async () => {
    const [theirs, own] = [new Tagger(), new Tagger()];
    const bytes = await exportOnnx([theirs.embedding, theirs.rnn, theirs.out]);
    expect(await loadWeights(own, bytes)).toEqual({ missing: [], unexpected: [] });
    expect(outputOf(own)).toEqual(outputOf(theirs));
  });

  it('of another number of layers, other sizes or another cell are refused, and nothing is changed', async () => {
    const own = new Tagger();
    const before = outputOf(own);
    const small = new Recurrent(LSTM, { inputSize: 3, hiddenSize: 4 });
    await expect(loadWeights(own, await exportOnnx([new Embedding(7, 3), small]))).rejects.toThrow(
      /expected 2 layers with weights.*a module of 4: embedding, rnn\.0, rnn\.1, out/,
    );
    const { rnn, out } = new Tagger();
    await expect(loadWeights(own, await exportOnnx([new Embedding(8, 3), rnn, out]))).rejects.toMatchObject({
      code: 'FORMAT',
      message: expect.stringMatching(/embedding\.weight.*\[7, 3\].*\[8, 3\]/) as string,
    });
    const gru = new Recurrent(GRU, { inputSize: 3, hiddenSize: 4, numLayers: 2, bidirectional: true });
    await expect(loadWeights(own, await exportOnnx([new Embedding(7, 3), gru, out]))).rejects.toMatchObject({
      code: 'FORMAT',
    });
    expect(outputOf(own)).toEqual(before);
  });

  it('as far as they fit, with partial', async () => {
    const [theirs, own] = [new Tagger(), new Tagger()];
    const bytes = await exportOnnx([theirs.embedding, theirs.rnn]);
    const { missing, unexpected } = await loadWeights(own, bytes, { partial: true });
    expect([missing, unexpected]).toEqual([['out.weight', 'out.bias'], []]);
    expect(own.embedding.weight.toArray()).toEqual(theirs.embedding.weight.toArray());
  });

  it('have no names that could be chosen by', async () => {
    const bytes = await exportOnnx(new Recurrent(LSTM, { inputSize: 3, hiddenSize: 4 }));
    await expect(loadWeights(new Tagger(), bytes, { prefix: 'encoder' })).rejects.toMatchObject({ code: 'OPTION' });
  });
});
