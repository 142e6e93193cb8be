// Files of 0.1 open, compute what 0.1 computed, and go on from their checkpoints; files written now do not depend on the order in
// memory: the equations of a cell may be turned round in them.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  Captioner,
  type Cell,
  CELLS,
  Forecaster,
  LanguageModel,
  loadLanguageModel,
  loadModel,
  TextClassifier,
  TokenTagger,
  Translator,
  useBackend,
} from '../../src/node.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/formats/index.js';

/** What the task reads, as `0.1/make.mjs` made it. */
interface Sample {
  text: string;
  label: string;
  tokens: string[];
  tags: string[];
  source: string;
  target: string;
  pixels: number[];
}

interface Expected {
  kind: string;
  data: string | number[] | Sample[];
  loss: number;
  first?: number;
}

const read = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`./0.1/${name}`, import.meta.url)));
const expected = JSON.parse(new TextDecoder().decode(read('expected.json'))) as Record<string, Expected>;

beforeAll(() => useBackend('reference'));

/** The loss, and one number that the model predicts. */
function measured(bytes: Uint8Array, { data }: Expected): { loss: number; first?: number } {
  const model = loadModel(bytes, 'the file');
  const rows = data as Sample[];
  switch (model.task) {
    case 'lm':
    case 'ngram':
      return { loss: model.evaluate(data as string).loss };
    case 'classify':
      return { loss: model.evaluate(rows).loss, first: model.predict([rows[0].text])[0].probability };
    case 'tag':
      return { loss: model.evaluate(rows).loss, first: model.predict([rows[0].tokens])[0].probabilities[1] };
    case 'forecast':
      return {
        loss: model.evaluate({ target: data as number[] }).loss,
        first: model.predict(data as number[]).values[1],
      };
    case 'translate':
      return { loss: model.evaluate(rows, { beamSize: 1 }).loss };
    case 'caption':
      return { loss: model.evaluate(rows, { beamSize: 1 }).loss };
    default:
      return model satisfies never;
  }
}

function same(found: { loss: number; first?: number }, wanted: Expected, digits: number): void {
  expect(found.loss).toBeCloseTo(wanted.loss, digits);
  if (wanted.first !== undefined) expect(found.first).toBeCloseTo(wanted.first, digits);
}

/** Trains a model on to its end. */
async function resumed(resume: Uint8Array, { kind, data }: Expected): Promise<Uint8Array> {
  const rows = data as Sample[];
  switch (kind) {
    case 'lm':
      return (await LanguageModel.fit(data as string, { resume, epochs: 6, validation: 0 })).toBytes();
    case 'classify':
      return (await TextClassifier.fit(rows, { resume, epochs: 4, validation: 0 })).toBytes();
    case 'tag':
      return (await TokenTagger.fit(rows, { resume, epochs: 4, validation: 0 })).toBytes();
    case 'forecast':
      return (
        await Forecaster.fit({ target: data as number[] }, { resume, window: 6, horizon: 2, epochs: 4, validation: 0 })
      ).toBytes();
    case 'translate':
      return (await Translator.fit(rows, { resume, epochs: 4, validation: 0 })).toBytes();
    case 'caption':
      return (await Captioner.fit(rows, { resume, height: 8, width: 8, epochs: 4 })).toBytes();
    default:
      throw new Error(kind);
  }
}

describe('a file of 0.1', () => {
  it.each(Object.entries(expected))('%s computes what it did', (name, wanted) => {
    const bytes = read(`${name}.safetensors`);
    same(measured(bytes, wanted), wanted, 5);
    const again = loadModel(bytes, 'the file').toBytes();
    expect(decodeSafetensors(again, 'f').metadata.format).toBe('unrolled-2');
    same(measured(again, wanted), wanted, 5);
  });

  it.each(Object.entries(expected).filter(([name]) => name !== 'ngram'))(
    '%s goes on as it would have',
    async (name, wanted) => {
      same(measured(await resumed(read(`${name}.checkpoint`), wanted), wanted), wanted, 4);
    },
  );
});

/** The file with the equations of its cell in the reverse order, as far as they allow. */
function turned(bytes: Uint8Array, cell: Cell): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(bytes, 'f');
  const data = cell.toData();
  const equations = { ...data, linears: [...data.linears].reverse(), vectors: [...data.vectors].reverse() };
  const config = JSON.stringify({ ...JSON.parse(metadata.config), cell: data.name, equations });
  const all = [...tensors].map(([name, t]) => ({ name, ...t }));
  return encodeSafetensors(all, { ...metadata, config });
}

describe('a file of today', () => {
  const cells = ['lm-lstm', 'lm-gru', 'lm-slstm'].map((name) => [name, CELLS[name.slice(3)]] as const);

  it.each(cells)('%s opens in a cell whose equations stand the other way round', (name, cell) => {
    const today = loadModel(read(`${name}.safetensors`), 'f').toBytes();
    same(measured(turned(today, cell), expected[name]), expected[name], 5);
  });

  it.each(cells)('%s goes on from a checkpoint in such a cell as in its own', async (name, cell) => {
    const { data } = expected[name];
    const text = data as string;
    const saved: Uint8Array[] = [];
    const stop = new AbortController();
    await LanguageModel.fit(text, {
      resume: read(`${name}.checkpoint`),
      epochs: 6,
      signal: stop.signal,
      checkpoint: { everySeconds: 1e9, save: (bytes) => void saved.push(bytes) },
      onProgress: ({ step }) => step === 20 && stop.abort(),
    });
    expect(saved).toHaveLength(1);
    const whole = await LanguageModel.fit(text, { resume: saved[0], epochs: 6 });
    const other = await LanguageModel.fit(text, { resume: turned(saved[0], cell), epochs: 6 });
    expect(other.evaluate(text).loss).toBeCloseTo(whole.evaluate(text).loss, 5);
    expect(whole.evaluate(text).loss).toBeLessThan(loadLanguageModel(saved[0], 'f').evaluate(text).loss - 0.01);
  });

  it('without its labels is refused, not guessed at', () => {
    const { tensors, metadata } = decodeSafetensors(loadModel(read('lm-gru.safetensors'), 'f').toBytes(), 'f');
    const all = [...tensors].map(([name, t]) => ({ name, ...t }));
    const bare = Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== 'weights'));
    expect(() => loadModel(encodeSafetensors(all, bare), 'moby.safetensors')).toThrow(
      /which columns of rnn.0.weight_x are which gate \(nx, r, z\), received numbers alone in moby.safetensors/,
    );
  });
});
