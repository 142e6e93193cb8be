// Programs without types as people write them: what is plain is taken, what is not is told with what to write.
import { beforeAll, describe, expect, it } from 'vitest';
import * as unrolled from '../../src/node.js';
import * as formats from '../../src/formats/index.js';
import { rnn, TEXT } from './given.js';
import { type Untyped } from './sweep.js';
import { models, TINY, trainModels, WAVE } from './models.js';

const { Recurrent, LSTM, GRU, tensor } = unrolled;

beforeAll(async () => {
  await unrolled.useBackend('reference');
  await trainModels();
});

describe('what people write', () => {
  const { LanguageModel, TextClassifier, Forecaster, Linear, Tensor } = unrolled;
  const own = (value: unknown): never => value as never;
  const said = (code: string, message: RegExp, help: RegExp): unknown =>
    expect.objectContaining({
      code,
      message: expect.stringMatching(message),
      help: expect.stringMatching(help),
    });

  it('a cell that is called as a layer says how a network of it is made', () => {
    const Layer = own(LSTM) as new (...sizes: number[]) => unknown;
    const help = /new Recurrent\(LSTM, \{ inputSize: 2, hiddenSize: 8 \}\)/;
    expect(() => new Layer(2, 8)).toThrow(said('USAGE', /the cell LSTM, received a call of the cell/, help) as Error);
    expect(() => (own(GRU) as Untyped)()).toThrow(said('USAGE', /GRU/, /new Recurrent\(GRU, /) as Error);
    expect(unrolled.cellFromData(LSTM.toData()).states).toEqual(['h', 'c']);
  });

  it('a cell goes by its name', () => {
    expect(new Recurrent('lstm', { inputSize: 2, hiddenSize: 3 }).cell).toBe(LSTM);
    expect(() => new Recurrent('lsmt', { inputSize: 2, hiddenSize: 3 })).toThrow(
      said('OPTION', /received "lsmt"/, /did you mean lstm/) as Error,
    );
  });

  it('a missing size and a misspelt option are named', () => {
    expect(() => new Recurrent(LSTM, own({ inputSize: 2 }))).toThrow(
      said('OPTION', /a hiddenSize, received undefined/, /hiddenSize: 256/) as Error,
    );
    expect(() => new Recurrent(LSTM, own({ inputSize: 2, hiddensize: 3 }))).toThrow(
      said('OPTION', /options of Recurrent, received "hiddensize"/, /did you mean hiddenSize\?/) as Error,
    );
    expect(() => new Linear(2, 3, own({ biass: true }))).toThrow(said('OPTION', /biass/, /bias\?/) as Error);
  });

  it('null and undefined are absent options', () => {
    const absent = own({ bias: null, init: undefined, rng: null });
    expect(new Linear(2, 3, absent).bias).toBeInstanceOf(Tensor);
    expect(new Recurrent(LSTM, own({ inputSize: 2, hiddenSize: 3, numLayers: null, merge: null })).numLayers).toBe(1);
  });

  it('arrays are tensors', () => {
    expect(new Linear(2, 3).forward([1, 2]).shape).toEqual([3]);
    expect(rnn().forward([[[0.1, 0.2]], [[0.3, 0.4]]]).output.shape).toEqual([2, 1, 3]);
    expect(
      unrolled
        .crossEntropy(
          tensor([
            [1, 2],
            [2, 1],
          ]),
          [0, 1],
        )
        .item(),
    ).toBeGreaterThan(0);
    expect(() => new Linear(2, 3).forward(own(['a', 'b']))).toThrow(
      said('DTYPE', /the input at \[0\]/, /Number/) as Error,
    );
  });

  it('values alone are a series, one text is a list of one', async () => {
    const model = await Forecaster.fit(WAVE, { ...TINY, window: 6, horizon: 2 });
    expect(model.predict(WAVE)).toEqual(model.predict({ target: WAVE }));
    expect(model.evaluate(WAVE)).toEqual(model.evaluate({ target: WAVE }));
    expect(models.classifier.predict('a film')).toEqual(models.classifier.predict(['a film']));
    const { config } = await LanguageModel.train(own([TEXT]), { ...TINY, numSteps: 4 });
    expect(config).toEqual((await LanguageModel.train(TEXT, { ...TINY, numSteps: 4 })).config);
    await expect(LanguageModel.train(own(['a', 'b']))).rejects.toEqual(said('OPTION', /one text/, /join/));
    await expect(LanguageModel.fit('./moby-dick.txt')).rejects.toEqual(
      said('TOO_SHORT', /tokens/, /readFile\("\.\/moby/),
    );
    await expect(LanguageModel.fit('too short')).rejects.toEqual(said('TOO_SHORT', /tokens/, /^use at most 7 steps/));
    const rows = own([{ date: '2024-01', value: 3 }]);
    await expect(Forecaster.fit(rows)).rejects.toEqual(
      said('OPTION', /object with date, value/, /\(\{ value \}\) => value/),
    );
    await expect(TextClassifier.fit(own(['a']))).rejects.toEqual(said('OPTION', /row 1, received "a"/, /label/));
    await expect(LanguageModel.fit(TEXT, own({ hidden: 3 }))).rejects.toEqual(said('OPTION', /"hidden"/, /hiddenSize/));
  });

  it('whatever holds bytes is bytes, and no message holds them', async () => {
    const bytes = models.lm.toBytes();
    const buffer = bytes.slice().buffer;
    const kinds = [
      buffer,
      Buffer.from(bytes),
      new DataView(buffer),
      new Uint32Array(buffer.slice(0, buffer.byteLength & ~3)),
    ];
    for (const held of kinds.slice(0, 3)) {
      expect(LanguageModel.fromBytes(held).config).toEqual(models.lm.config);
      expect((await LanguageModel.load(held)).config).toEqual(models.lm.config);
      expect(unrolled.loadModel(held).task).toBe('lm');
    }
    await expect(LanguageModel.load(own([...bytes]))).rejects.toEqual(
      said('OPTION', /^.{0,80}an array of \d+$/, /bytes/),
    );
    expect(() => LanguageModel.fromBytes(own('model.safetensors'))).toThrow(said('OPTION', /bytes/, /load/) as Error);
    const state = new Linear(2, 3).stateDict();
    expect(() => formats.encodeSafetensors(own(state))).toThrow(said('OPTION', /an array/, /storedTensors/) as Error);
  });
});
