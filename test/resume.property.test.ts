// A resumed training is the same run: whatever the task, its options, and where and how often it is interrupted, it ends with the
// bytes and the figures of one that was left alone. And what is not the same run is refused, with what differs.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  Captioner,
  Forecaster,
  LanguageModel,
  Philox,
  TextClassifier,
  TokenTagger,
  Translator,
  useBackend,
} from 'unrolled';
import { decodeSafetensors, encodeSafetensors } from 'unrolled/formats';
import { Corpus } from 'unrolled/text';

beforeAll(() => useBackend('auto'));

/** What the property needs of a model. */
interface Trained {
  toBytes(): Uint8Array;
  training: { validation: object[]; final: object | null; step: number } | null;
}

interface Options {
  epochs?: number;
  resume?: Uint8Array;
  signal?: AbortSignal;
  checkpoint?: { everySeconds: number; save: (bytes: Uint8Array) => void };
  onProgress?: (event: { step: number }) => void;
}

type Fit = (options: Options) => Promise<Trained>;

const words = ['red', 'green', 'blue', 'round', 'square', 'small'];
const random = new Philox(11);
const sentence = (length: number): string[] => Array.from({ length }, () => words[random.integer(words.length)]);
const TEXT = Array.from({ length: 90 }, () => sentence(4).join(' ')).join('. ');
const CORPUS = Corpus.fromText(TEXT, { validation: 0.1 });
const ROWS = Array.from({ length: 40 }, (_, i) => {
  const own = sentence(1 + (i % 5));
  return { text: own.join(' '), label: own.includes('red') ? 'warm' : own.includes('blue') ? 'cold' : 'other' };
});
const SENTENCES = Array.from({ length: 30 }, (_, i) => {
  const tokens = sentence(1 + (i % 6));
  return { tokens, tags: tokens.map((token): string => (token.length > 4 ? 'B-LONG' : 'O')) };
});
const SERIES = Array.from({ length: 90 }, (_, i) => Math.sin(i / 3) + random.uniform() / 5);
const PAIRS = Array.from({ length: 30 }, (_, i) => {
  const own = sentence(1 + (i % 3));
  return { source: own.join(' '), target: own.reverse().join(' ') };
});
const PICTURES = Array.from({ length: 24 }, (_, i) => ({
  pixels: Array.from({ length: 64 }, (_, p) => ((p + i) % 3 === 0 ? 1 : 0)),
  text: ['left', 'right', 'middle'][i % 3],
}));

/** What every training draws. */
const common = fc.record({
  cell: fc.constantFrom('lstm', 'gru', 'rnn'),
  optimizer: fc.constantFrom('adam', 'sgd', 'rmsprop', 'adagrad', 'adamw'),
  schedule: fc.constantFrom('constant', 'cosine', 'warmup-cosine', 'step', 'exponential'),
  patience: fc.constantFrom(undefined, 1, 2, 100),
  validations: fc.constantFrom(2, 5, 9),
  dropout: fc.constantFrom(0, 0.3),
  recurrent: fc.constantFrom({}, { zoneout: 0.2 }, { stateDropout: 0.2 }, { weightDropout: 0.2 }),
  numLayers: fc.constantFrom(1, 2),
  clipNorm: fc.constantFrom(0, 0.5),
  seed: fc.nat(1000),
});

const SMALL = { hiddenSize: 5, epochs: 3, learningRate: 0.02, batchSize: 8 };

const TASKS: Record<string, (options: object, choice: number) => Fit> = {
  lm: (o, choice) => (options) =>
    LanguageModel.fit(CORPUS, {
      ...{ ...SMALL, batchSize: 4, numSteps: 12, embeddingSize: choice % 2 === 0 ? 0 : 3 },
      ...(choice % 2 === 0
        ? {}
        : { tied: choice % 4 === 1, embeddingDropout: 0.2, softmaxSamples: choice % 4 === 1 ? 9 : 0 }),
      sampling: choice % 3 === 0 ? 'random' : 'sequential',
      ...o,
      ...options,
    }),
  classify: (o, choice) => (options) =>
    TextClassifier.fit(ROWS, {
      ...{ ...SMALL, embeddingSize: 4, wordDropout: choice % 2 === 0 ? 0 : 0.2, bidirectional: choice % 3 > 0 },
      validation: choice % 4 === 0 ? ROWS.slice(0, 9) : 0.25,
      ...o,
      ...options,
    }),
  tag: (o, choice) => (options) =>
    TokenTagger.fit(SENTENCES, {
      ...{ ...SMALL, embeddingSize: 4, characterEmbeddingSize: 2, characterHiddenSize: choice % 2 === 0 ? 0 : 3 },
      validation: 0.2,
      ...o,
      ...{ numLayers: 1, neighbourWeight: choice % 3 === 0 ? 0.1 : 0 },
      ...options,
    }),
  forecast: (o, choice) => (options) =>
    Forecaster.fit(
      { target: SERIES },
      {
        ...{ ...SMALL, window: 6, horizon: 2, validation: 20, test: 10 },
        ...(choice % 2 === 0 ? { mode: 'iterated' as const } : { quantiles: [0.2, 0.8] }),
        ...o,
        ...options,
      },
    ),
  translate: (o, choice) => (options) =>
    Translator.fit(PAIRS, {
      ...{ ...SMALL, embeddingSize: 4, attentionSize: choice % 2 === 0 ? 0 : 4, tied: false, validation: 0.2 },
      labelSmoothing: choice % 3 === 0 ? 0.1 : 0,
      ...o,
      ...options,
    }),
  caption: (o, choice) => (options) =>
    Captioner.fit(PICTURES, {
      ...{ ...SMALL, height: 8, width: 8, filters: 2, embeddingSize: 3, attentionSize: choice % 2 === 0 ? 0 : 3 },
      validation: PICTURES.slice(0, 6),
      ...o,
      ...options,
    }),
};

/** Stops after step `at`; null where the training was over before. */
async function interrupted(fit: Fit, at: number, resume: Uint8Array | undefined): Promise<Uint8Array | null> {
  const abort = new AbortController();
  let saved: Uint8Array | null = null;
  await fit({
    ...(resume === undefined ? {} : { resume }),
    signal: abort.signal,
    checkpoint: { everySeconds: 1e9, save: (bytes) => void (saved = bytes) },
    onProgress: ({ step }) => {
      if (step >= at) abort.abort();
    },
  });
  return saved;
}

const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, own: unknown) => (key === 'seconds' ? undefined : own)));

describe('resume', () => {
  for (const [task, make] of Object.entries(TASKS)) {
    it(`is the same run: ${task}`, { timeout: 240_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(
          common,
          fc.nat(11),
          fc.array(fc.integer({ min: 1, max: 14 }), { minLength: 1, maxLength: 3 }),
          async (options, choice, moments) => {
            const whole = await make(options, choice)({});
            let resume: Uint8Array | undefined;
            for (const at of [...new Set(moments)].sort((a, b) => a - b)) {
              const saved = await interrupted(make(options, choice), at, resume);
              if (saved === null) break;
              resume = saved;
            }
            fc.pre(resume !== undefined);
            const end = await make(options, choice)({ resume });
            expect(Buffer.compare(end.toBytes(), whole.toBytes())).toBe(0);
            expect(plain(end.training?.validation)).toEqual(plain(whole.training?.validation));
            expect(plain(end.training?.final)).toEqual(plain(whole.training?.final));
          },
        ),
        { numRuns: 12, seed: 16, endOnFailure: true },
      );
    });
  }
});

describe('resume without options', () => {
  it('takes them from the checkpoint: all that was drawn, and the seed', async () => {
    const options = { ...SMALL, seed: 7, cell: 'gru', dropout: 0.3, patience: 2, wordDropout: 0.1, validation: 0.25 };
    const whole = await TextClassifier.fit(ROWS, options);
    const resume = await interrupted((o) => TextClassifier.fit(ROWS, { ...options, ...o }), 5, undefined);
    // What is undefined was not given.
    const end = await TextClassifier.fit(ROWS, { resume: resume ?? undefined, batchSize: undefined, cell: undefined });
    expect(Buffer.compare(end.toBytes(), whole.toBytes())).toBe(0);
    expect(end.settings).toEqual(whole.settings);
  });
});

describe('what is not the same run', () => {
  const start = (options: object): Promise<Uint8Array | null> =>
    interrupted((o) => TextClassifier.fit(ROWS, { ...SMALL, ...options, ...o }), 4, undefined);

  it('is refused with the settings that differ, all of them; epochs may change', async () => {
    const resume = (await start({ cell: 'gru', validation: 0.2 })) ?? undefined;
    const go = (options: object): Promise<TextClassifier> => TextClassifier.fit(ROWS, { resume, ...options });
    await expect(go({ hiddenSize: 9, cell: 'lstm', patience: 3 })).rejects.toThrow(
      /hiddenSize 9 \(it has 5\), patience 3 \(it has none\), cell lstm \(it has gru\)/,
    );
    await expect(go({ validation: 0.3 })).rejects.toMatchObject({ code: 'OPTION' });
    const longer = await go({ epochs: 4, hiddenSize: 5, cell: 'gru' });
    expect(longer.training?.epochs).toBe(4);
  });

  it('is refused for other data, by content: more rows, another word, another label, another validation part', async () => {
    const resume = (await start({ validation: ROWS.slice(0, 5) })) ?? undefined;
    const go = (rows: typeof ROWS, validation = ROWS.slice(0, 5)): Promise<unknown> =>
      TextClassifier.fit(rows, { resume, validation });
    await expect(go([...ROWS, ROWS[0]])).rejects.toThrow(/training 41 \(it has 40\)/);
    await expect(go(ROWS.with(3, { ...ROWS[3], text: 'blue sky' }))).rejects.toThrow(/training 40 of other content/);
    await expect(go(ROWS, ROWS.slice(1, 6))).rejects.toThrow(/validation 5 of other content/);
    await expect(go(ROWS.with(3, { ...ROWS[3], label: 'new' }))).rejects.toThrow(/received "new" in row 4/);
  });

  it('is refused for a text whose symbols only look like the same (C01)', async () => {
    const options = { hiddenSize: 4, embeddingSize: 3, batchSize: 4, numSteps: 8, epochs: 3 };
    const saved = await interrupted((o) => LanguageModel.fit(TEXT, { ...options, ...o }), 3, undefined);
    const more = `${TEXT}${'zz'.repeat(50)}`.replaceAll('q', '');
    await expect(LanguageModel.fit(more, { resume: saved ?? undefined })).rejects.toMatchObject({ code: 'OPTION' });
    const shuffled = TEXT.replaceAll('e', '~').replaceAll('r', 'e').replaceAll('~', 'r');
    await expect(LanguageModel.fit(shuffled, { resume: saved ?? undefined })).rejects.toThrow(/other data/);
  });

  it('is refused for a tag that the checkpoint does not know, with its place (C33)', async () => {
    const saved = await interrupted((o) => TokenTagger.fit(SENTENCES, { ...SMALL, validation: 0, ...o }), 3, undefined);
    const other = SENTENCES.with(2, { tokens: ['red', 'sky'], tags: ['O', 'B-NEW'] });
    const placed = other.map((own, i) => ({ ...own, file: 'x.conll', line: 10 * i + 1 }));
    await expect(TokenTagger.fit(placed, { resume: saved ?? undefined })).rejects.toThrow(
      /received "B-NEW" in line 22 of x.conll/,
    );
  });
});

it.each([null, true, [null], {}, 'half'])(
  'a checkpoint whose share of validation is %j is read as one that says nothing',
  async (validation) => {
    const options = { ...SMALL, validation: 0.25 };
    const resume = await interrupted((o) => TextClassifier.fit(ROWS, { ...options, ...o }), 4, undefined);
    const { tensors, metadata } = decodeSafetensors(resume ?? new Uint8Array(0), 'c');
    const checkpoint = JSON.parse(metadata.checkpoint) as { options: Record<string, unknown> };
    checkpoint.options.validation = validation;
    const list = [...tensors].map(([name, tensor]) => ({ name, ...tensor }));
    const bytes = encodeSafetensors(list, { ...metadata, checkpoint: JSON.stringify(checkpoint) });
    // The share is the default one then, and so the data another.
    await expect(TextClassifier.fit(ROWS, { resume: bytes })).rejects.toMatchObject({ code: 'OPTION' });
  },
);
