// Model files with configurations that are not those of their weights: refused by name before memory is taken, whatever the kind.
import { readFileSync } from 'node:fs';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { LanguageModel, loadModel, NgramLanguageModel, UnrolledError, useBackend } from '../../src/node.js';
import { Corpus } from '../../src/text/index.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/formats/index.js';
import { ReferenceBackend } from '../../src/backend/reference/reference.js';

const KINDS = ['lm-lstm', 'lm-own', 'ngram', 'classify', 'tag', 'forecast', 'translate', 'caption'];
const NAME = 'moby.safetensors';

const read = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`./0.1/${name}.safetensors`, import.meta.url)));

/** Numbers that were asked of the device. */
let allocated = 0;
beforeAll(async () => {
  const backend = new ReferenceBackend();
  await useBackend(backend);
  const allocate = backend.allocate.bind(backend);
  vi.spyOn(backend, 'allocate').mockImplementation((dtype, length) => {
    allocated += length;
    return allocate(dtype, Math.min(length, 1e6));
  });
});
beforeEach(() => {
  allocated = 0;
});

/** A file, today's or of 0.1, with something else in its configuration. */
function changed(bytes: Uint8Array, change: (config: Record<string, unknown>) => object): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(bytes, NAME);
  const config = JSON.stringify(change(JSON.parse(metadata.config)));
  return encodeSafetensors(
    [...tensors].map(([name, t]) => ({ name, ...t })),
    { ...metadata, config },
  );
}

const numbersIn = (bytes: Uint8Array): number =>
  [...decodeSafetensors(bytes, NAME).tensors.values()].reduce((sum, { data }) => sum + data.length, 0);

/** The error that opening gives; null where the file opens. Fails for any but a short FORMAT with the name of the file. */
function refusal(bytes: Uint8Array): UnrolledError | null {
  try {
    loadModel(bytes, NAME);
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(UnrolledError);
    if (!(error instanceof UnrolledError)) return null;
    expect(error.code, error.message).toBe('FORMAT');
    expect(error.message).toContain(NAME);
    expect(error.message.length).toBeLessThan(700);
    return error;
  } finally {
    expect(allocated).toBeLessThanOrEqual(numbersIn(bytes));
  }
}

const HUGE: [string, object][] = [
  ['100,000 layers', { numLayers: 100_000 }],
  ['a million layers', { numLayers: 1 << 20 }],
  ['a hidden size of 4096', { hiddenSize: 4096 }],
  ['an embedding of 2^20', { embeddingSize: 1 << 20 }],
  ['a horizon of 2^20', { horizon: 1 << 20 }],
  ['a window of 2^20', { window: 1 << 20 }],
  ['an attention of 2^20', { attentionSize: 1 << 20 }],
  ['2^20 filters', { filters: 1 << 20 }],
  ['a picture of 2^20 × 2^20', { height: 1 << 20, width: 1 << 20 }],
  ['characters of 2^20', { characterEmbeddingSize: 1 << 20 }],
  ['a projection to 10^9', { cell: 'lstm-projection', equations: undefined, recurrent: { projSize: 1e9 } }],
  ['a projection after the cell to 10^9', { recurrent: { projSize: 1e9 } }],
];

describe.each(KINDS)('%s', (kind) => {
  const original = read(kind);
  const config = JSON.parse(decodeSafetensors(original, NAME).metadata.config) as Record<string, unknown>;
  const fitting = HUGE.filter(([, change]) => Object.keys(change).some((key) => key in config || key === 'recurrent'));

  if (kind !== 'ngram') {
    it.each(fitting)('with %s is refused by the parameter and its shape', (_, change) => {
      for (const bytes of [original, loadModel(original, NAME).toBytes()]) {
        allocated = 0;
        const error = refusal(changed(bytes, (own) => ({ ...own, ...change })));
        expect(error?.message).toMatch(/\w+ of an? [\w ]+ has shape \[[\d, ]+\] where \d+ are left/);
      }
    });
  }

  const STRANGE = [1e9, 1 << 20, 4096, 7, 0, -1, 0.5, 1e308, null, '', 'n'.repeat(1e6), true, [], [null], {}, [[]]];

  /** What no function that calls itself for each level gets through. */
  const DEEP = '['.repeat(1e5) + ']'.repeat(1e5);

  /** These are no other number than that of the weights. */
  const SIZES = ['numLayers', 'hiddenSize', 'embeddingSize', 'attentionSize', 'characterEmbeddingSize', 'horizon'];

  it('opens or is refused as it should, whatever its metadata', () => {
    const today = loadModel(original, NAME).toBytes();
    const { tensors, metadata } = decodeSafetensors(today, NAME);
    const all = [...tensors].map(([name, t]) => ({ name, ...t }));
    const texts = [
      '',
      '{',
      '0',
      'null',
      '[]',
      '[null]',
      '[0]',
      '["a","a"]',
      '{}',
      '{"tokens":{}}',
      `"${'n'.repeat(1e6)}"`,
      DEEP,
      `{"tokens":${DEEP}}`,
    ];
    for (const key of Object.keys(metadata)) {
      for (const value of texts) {
        allocated = 0;
        refusal(encodeSafetensors(all, { ...metadata, [key]: value }));
      }
      allocated = 0;
      refusal(encodeSafetensors(all, Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== key))));
    }
  });

  it('opens or is refused as it should, whatever its labels', () => {
    const { tensors, metadata } = decodeSafetensors(loadModel(original, NAME).toBytes(), NAME);
    const all = [...tensors].map(([name, t]) => ({ name, ...t }));
    const labels = JSON.parse(metadata.weights ?? '{}') as Record<string, { axes: string[]; blocks?: unknown[][] }>;
    for (const [name, { axes, blocks = [] }] of Object.entries(labels)) {
      const changes: object[] = [
        { axes: [...axes, 'one'] },
        { axes, blocks: [...blocks, ['z', 'x', 1]] },
        { axes, blocks: [['z', 'x', 1e15]] },
        ...(blocks.length > 0 ? [{ axes, blocks, heads: 1e9 }] : []),
        ...(blocks.length > 1 ? [{ axes, blocks: blocks.map(() => blocks[0]) }] : []),
      ];
      for (const change of changes) {
        allocated = 0;
        const weights = JSON.stringify({ ...labels, [name]: change });
        expect(refusal(encodeSafetensors(all, { ...metadata, weights })), weights).not.toBeNull();
      }
    }
  });

  it.each(Object.keys(config))('opens or is refused as it should, whatever its "%s"', (key) => {
    for (const value of STRANGE) {
      allocated = 0;
      const error = refusal(changed(original, (own) => ({ ...own, [key]: value })));
      if (SIZES.includes(key)) expect(error, String(value)).not.toBeNull();
    }
  });
});

describe('a checkpoint', () => {
  const bytes = new Uint8Array(readFileSync(new URL('./0.1/lm-gru.checkpoint', import.meta.url)));
  const { tensors, metadata } = decodeSafetensors(bytes, NAME);
  const own = [...tensors].map(([name, t]) => ({ name, ...t }));
  const text = Array.from({ length: 60 }, (_, i) => `say ${'abcdefg'[(i * 3) % 7]}${i % 4};`).join('');
  const resume = (changes: { add?: string; metadata?: Record<string, string> }): Promise<unknown> => {
    const { add } = changes;
    const extra =
      add === undefined ? [] : [{ name: add, shape: [1, 1], dtype: 'F32' as const, data: Float32Array.of(1) }];
    const all = [...own.filter(({ name }) => name !== add), ...extra];
    return LanguageModel.fit(text, { resume: encodeSafetensors(all, { ...metadata, ...changes.metadata }) });
  };

  it.each([
    'state:1000000000:h',
    'state:0:__proto__',
    'state:0:h',
    'optimizer:__proto__',
    'optimizer:0:__proto__',
    'optimizer:0.0',
    'optimizer:1000000000.0',
  ])('with a tensor %s is refused', async (add) => {
    await expect(resume({ add })).rejects.toThrow(expect.objectContaining({ code: 'FORMAT' }));
  });

  it.each(['x', 'constructor', '', 'n'.repeat(1e6)])('with an unknown optimizer is refused', async (optimizer) => {
    const checkpoint = JSON.parse(metadata.checkpoint) as { options: object };
    const changed = JSON.stringify({ ...checkpoint, options: { ...checkpoint.options, optimizer } });
    await expect(resume({ metadata: { checkpoint: changed } })).rejects.toThrow(
      /an optimizer of sgd, adam, .* received/,
    );
  });
});

it.each(['config', 'text', 'vocabulary', 'reading'])('%s nested 20,000 deep is refused, wherever it stands', (key) => {
  const { tensors, metadata } = decodeSafetensors(read('lm-own'), NAME);
  const deep = `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
  const bytes = encodeSafetensors(
    [...tensors].map(([name, t]) => ({ name, ...t })),
    { ...metadata, [key]: deep },
  );
  expect(refusal(bytes)?.message).toContain(key);
});

it('a cell without parameters, in a million layers, is refused too', () => {
  const change = { numLayers: 1 << 20, hiddenSize: 4, embeddingSize: 4 };
  const node = ['add', 0, 1];
  const equations = {
    format: 1,
    name: 'none',
    states: { h: 'hidden' },
    initialState: {},
    output: 'h',
    sizes: [],
    linears: [],
    vectors: [],
    norms: [],
    named: {},
    next: { h: 2 },
    initialBias: {},
    nodes: [['input', 'x'], ['input', 's:h'], node],
  };
  const error = refusal(changed(read('lm-lstm'), (own) => ({ ...own, ...change, equations })));
  expect(error?.message).toMatch(/more layers than that/);
});

it('an n-gram model of 700,000 words opens again', () => {
  const text = Array.from({ length: 700_000 }, (_, i) => i.toString(36)).join(' ');
  const corpus = Corpus.fromText(text, { tokens: 'word', validation: 0 });
  const model = NgramLanguageModel.fit(corpus, { order: 1, tokens: 'word' });
  const again = loadModel(model.toBytes(), NAME);
  expect(again.task === 'ngram' && again.text.vocabulary.size).toBe(model.text.vocabulary.size);
});
