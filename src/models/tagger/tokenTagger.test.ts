// A tagger learns, measures, is one file, goes on where it stopped, tags as tokens come, and says what is wrong with its sentences.
import { atOnce } from '../../tensor/readAll.js';
import { beforeAll, describe, expect, it } from 'vitest';
import '../../autograd/methods.js';
import { useBackend } from '../../backend/choose.js';
import { decodeSafetensors, encodeSafetensors } from '../../formats/safetensors.js';
import { MostFrequentTag } from '../baselines/mostFrequentTag.js';
import { tagScores } from '../../metrics/tagScores.js';
import { TokenTagger } from './tokenTagger.js';
import type { TaggedSentence, TaggerOptions } from './options.js';

const NAMES = ['Anna', 'Berta', 'Carl', 'Dora', 'Emil', 'Fritz'];
const WORDS = ['the', 'dog', 'saw', 'a', 'cat', 'with'];
/** Names of one or two words are chunks; "may" is one only after a name, so that its neighbour counts. */
const chunks = (count: number, start = 0): TaggedSentence[] =>
  Array.from({ length: count }, (_, n) => {
    const i = n + start;
    const tokens = [
      WORDS[i % 6],
      NAMES[(i * 5) % 6],
      ...(i % 3 === 0 ? ['may'] : []),
      WORDS[(i * 7) % 6],
      'may',
      ...WORDS.slice(0, i % 4),
    ];
    const tags = ['O', 'B-PER', ...(i % 3 === 0 ? ['I-PER'] : []), 'O', 'O', ...WORDS.slice(0, i % 4).map(() => 'O')];
    return { tokens, tags };
  });
/** Verbs end in "ed", whatever else they are; most of them are seen once. */
const verbs = (count: number, start = 0): TaggedSentence[] =>
  Array.from({ length: count }, (_, n) => {
    const stem = Array.from({ length: 4 }, (_, k) => 'bklmnoprt'[((n + start) * 37 + k * k * 5 + (n >> k)) % 9]).join(
      '',
    );
    const verb = n % 2 === 0;
    return { tokens: ['it', verb ? `${stem}ed` : `${stem}on`, '7'], tags: ['PRON', verb ? 'VERB' : 'NOUN', 'NUM'] };
  });

const SMALL: TaggerOptions = {
  hiddenSize: 12,
  embeddingSize: 8,
  characterEmbeddingSize: 6,
  characterHiddenSize: 6,
  batchSize: 8,
  seed: 2,
};
const LEARN: TaggerOptions = { ...SMALL, dropout: 0, learningRate: 0.02, epochs: 6 };

beforeAll(async () => {
  await useBackend('reference');
});

describe('TokenTagger', () => {
  it.each(['crf', 'softmax'] as const)('finds chunks with the head %s, and is the same from its file', async (head) => {
    const model = await TokenTagger.fit(chunks(120), { ...LEARN, head });
    const metrics = model.evaluate(chunks(30, 500));
    expect(metrics).toMatchObject({ accuracy: 1, f1: 1 });
    expect(metrics.loss).toBeLessThan(0.2);
    const loaded = TokenTagger.fromBytes(model.toBytes(), 'memory');
    expect(loaded.evaluate(chunks(30, 500))).toEqual(metrics);
    const sentences = [['the', 'Dora', 'may', 'saw', 'may'], [], ['cat']];
    expect(() => loaded.predict(['the Dora'] as never)).toThrow(
      /tokens of each sentence as an array, received "the Dora"/,
    );
    expect(() => loaded.predict('the Dora' as never)).toThrow(/a list of inputs, received "the Dora"/);
    expect(() => loaded.predict(undefined as never)).toThrow(/a list of inputs, received undefined/);
    const predicted = model.predict(sentences);
    expect(predicted.map(({ tags }) => tags)).toEqual([['O', 'B-PER', 'I-PER', 'O', 'O'], [], ['O']]);
    for (const p of predicted.flatMap(({ probabilities }) => probabilities)) {
      expect(p).toBeGreaterThan(0.5);
      expect(p).toBeLessThanOrEqual(1 + 1e-6);
    }
    expect(loaded.predict(sentences)).toEqual(predicted);
  });

  it.each(['crf', 'softmax'] as const)('counts a tag that was not trained as a mistake (%s)', async (head) => {
    const model = await TokenTagger.fit(chunks(120), { ...LEARN, head });
    const known = chunks(4, 500);
    const strange = known.map(({ tokens, tags }, i) => ({ tokens, tags: i === 2 ? tags.with(0, 'B-LOC') : tags }));
    const { untrained, loss, accuracy, tokens } = model.evaluate(strange);
    expect([untrained, tokens]).toEqual([1, known.flatMap((one) => one.tokens).length]);
    expect(accuracy).toBeCloseTo(1 - 1 / tokens, 12);
    expect(loss).toBeCloseTo(model.evaluate(known.filter((_, i) => i !== 2)).loss, 5);
    expect(model.evaluate(known).untrained).toBe(0);
  });

  it('takes a field for chunks, a softmax for other tags, as far as nothing else is said', async () => {
    const options = { ...SMALL, epochs: 0.1 };
    expect((await TokenTagger.fit(chunks(20), options)).config.head).toBe('crf');
    expect((await TokenTagger.fit(verbs(20), options)).config.head).toBe('softmax');
    const other: Record<string, [string, string]> = { BIOES: ['S-PER', 'E-PER'], BILOU: ['U-PER', 'L-PER'] };
    for (const [scheme, [single, last]] of Object.entries(other)) {
      const sentences = chunks(20).map(({ tokens, tags }) => ({
        tokens,
        tags: tags.map((tag, t) =>
          tag === 'I-PER' ? last : tag === 'B-PER' && tags[t + 1] !== 'I-PER' ? single : tag,
        ),
      }));
      const model = await TokenTagger.fit(sentences, options);
      expect([scheme, model.config.head]).toEqual([scheme, 'crf']);
      expect(model.evaluate(sentences).f1).toBeGreaterThanOrEqual(0);
    }
  });

  it('knows new words by their characters, and without them has only the rest', async () => {
    const options = { ...LEARN, epochs: 8 };
    const spelled = await TokenTagger.fit(verbs(120), { ...options, featureSize: 0 });
    expect(spelled.evaluate(verbs(60, 1000)).accuracy).toBe(1);
    // Upper case and digits that were not there: looked up as the words that were.
    expect(spelled.predict([['IT', 'brrted', '9']])[0].tags).toEqual(['PRON', 'VERB', 'NUM']);
    const plain = await TokenTagger.fit(verbs(120), { ...options, characterHiddenSize: 0, featureSize: 0 });
    expect(plain.evaluate(verbs(60, 1000)).accuracy).toBeLessThan(0.95);
    expect(plain.evaluate(verbs(60, 1000)).f1).toBeUndefined();
    const featured = await TokenTagger.fit(verbs(120), { ...options, characterHiddenSize: 0, featureSize: 6 });
    expect(featured.evaluate(verbs(60, 1000)).accuracy).toBe(1);
  });

  it('reads of a word what its file says, and a file without features as before', async () => {
    const options = { ...LEARN, epochs: 1 };
    const model = await TokenTagger.fit(verbs(60), { ...options, featureSize: 6 });
    const sentences = [['it', 'brrted', '9'], ['A-1']];
    expect(model.network.inputParts).toEqual({ words: 8, characters: 12, features: 54 });
    const loaded = TokenTagger.fromBytes(model.toBytes(), 'memory');
    expect(loaded.config.featureSize).toBe(6);
    expect(loaded.words.features?.toJSON()).toEqual(model.words.features?.toJSON());
    expect(loaded.predict(sentences)).toEqual(model.predict(sentences));

    const plain = await TokenTagger.fit(verbs(60), { ...options, featureSize: 0 });
    expect(plain.network.inputParts).toEqual({ words: 8, characters: 12 });
    const { tensors, metadata } = decodeSafetensors(plain.toBytes(), 'memory');
    const { featureSize, ...before } = JSON.parse(metadata.config) as Record<string, unknown>;
    expect([featureSize, metadata.vocabulary3]).toEqual([0, undefined]);
    const list = [...tensors].map(([name, tensor]) => ({ name, ...tensor }));
    const old = TokenTagger.fromBytes(encodeSafetensors(list, { ...metadata, config: JSON.stringify(before) }));
    expect(old.predict(sentences)).toEqual(plain.predict(sentences));
  });

  it('keeps the weights with the fewest mistakes, not those with the least loss', async () => {
    const seen: { f1?: number; accuracy: number; loss: number }[] = [];
    const model = await TokenTagger.fit(chunks(60), {
      ...{ ...LEARN, epochs: 4, validations: 12, validation: chunks(12, 700), restoreBest: true },
      onValidation: (metrics) => void seen.push(metrics),
    });
    const most = Math.max(...seen.map(({ f1 = 0 }) => f1));
    expect(model.training?.final?.f1).toBe(most);
    const least = Math.min(...seen.filter(({ f1 }) => f1 === most).map(({ loss }) => loss));
    expect(model.training?.final?.loss).toBe(least);
  });

  it('tags a token at a time as it tags sentences, in one direction', async () => {
    const model = await TokenTagger.fit(chunks(60), { ...SMALL, head: 'softmax', bidirectional: false, epochs: 2 });
    const stream = model.stream();
    const sentences = chunks(3, 9).map(({ tokens }) => tokens);
    const whole = model.predict(sentences);
    sentences.forEach((tokens, i) => {
      const streamed = tokens.map((token) => stream.next(token));
      expect(streamed.map(({ tag }) => tag)).toEqual(whole[i].tags);
      streamed.forEach(({ probability }, t) => expect(probability).toBeCloseTo(whole[i].probabilities[t], 5));
      stream.reset();
    });
    for (const other of [{ head: 'crf' as const }, { bidirectional: true }]) {
      const blocked = await TokenTagger.fit(chunks(20), {
        ...SMALL,
        head: 'softmax',
        bidirectional: false,
        epochs: 0.1,
        ...other,
      });
      expect(() => blocked.stream()).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
    }
    async function* arriving() {
      yield* sentences;
    }
    const answers: string[][] = [];
    for await (const { tags } of model.predict(arriving())) answers.push(tags);
    expect(answers).toEqual(whole.map(({ tags }) => tags));
  });

  it('goes on where it stopped, bit for bit', async () => {
    const options = { ...SMALL, epochs: 2, validations: 2, unknownRate: 0.5 };
    const whole = await TokenTagger.fit(verbs(100), options);
    const stop = new AbortController();
    const saved: Uint8Array[] = [];
    const half = await TokenTagger.fit(verbs(100), {
      ...options,
      signal: stop.signal,
      checkpoint: { everySeconds: 1e9, save: (bytes) => void saved.push(bytes) },
      onProgress: ({ step }) => step === 7 && stop.abort(),
    });
    expect(half.training?.reason).toBe('aborted');
    const resumed = await TokenTagger.fit(verbs(100), { resume: saved[0] });
    const weights = (model: TokenTagger) =>
      Array.from(decodeSafetensors(model.toBytes(), 'memory').tensors, ([name, t]) => [
        name,
        Array.from(t.data, Number),
      ]);
    expect(weights(resumed)).toEqual(weights(whole));
  });

  it('starts from vectors; words that occur once are forgotten now and then', async () => {
    const vectors = { size: 4, vectors: new Map([['it', Float32Array.of(1, 2, 3, 4)]]) };
    const still = { ...SMALL, embeddingSize: undefined, vectors, learningRate: 1e-9, epochs: 0.1, validation: 0 };
    const model = await TokenTagger.fit(verbs(20), still);
    const rowOf = (word: string): number[] => {
      const index = model.words.words.index(word);
      return Array.from(model.network.embedding.weight.data().slice(index * 4, index * 4 + 4));
    };
    rowOf('it').forEach((value, i) => expect(value).toBeCloseTo(i + 1, 5));
    rowOf('nowhere').forEach((value) => expect(value).toBeCloseTo(0, 5));
    await expect(TokenTagger.fit(verbs(20), { ...SMALL, vectors })).rejects.toThrow(/vectors of size 8, received 4/);
    const learned = await TokenTagger.fit(verbs(60), {
      ...still,
      vectors,
      learningRate: 0.01,
      epochs: 1,
      unknownRate: 1,
    });
    const table = learned.network.embedding.weight.data();
    expect(table.slice(0, 4).some((value) => Math.abs(value) > 0.005)).toBe(true);
    const never = await TokenTagger.fit(verbs(60), { ...still, learningRate: 0.01, epochs: 1, unknownRate: 0 });
    expect(Array.from(never.network.embedding.weight.data().slice(0, 4))).toEqual([0, 0, 0, 0]);
  });

  it.each([true, false])('guesses the words that come next, both ways: %s', async (bidirectional) => {
    const options = { ...SMALL, head: 'softmax' as const, bidirectional, epochs: 0.1, neighbourWeight: 0.25 };
    const model = await TokenTagger.fit(chunks(30), options);
    const weights = new Map(Array.from(model.network.namedParameters(), ([name, t]) => [name, t.data()]));
    // Lengths 3, 1, 2: the pairs that are there, without the padding.
    const sentences = [['the', 'Anna', 'may'], ['dog'], ['cat', 'new']];
    const encoded = model.words.encode(sentences);
    const batch = model.words.batch(encoded, Int32Array.of(0, 1, 2));
    const output = model.network.forward(batch);
    const tags = Int32Array.of(0, 0, 0, 0, -1, 0, 0, -1, -1);
    const H = output.hidden.shape[2];
    const own = bidirectional ? H / 2 : H;
    const hidden = output.hidden.data();
    const linear = (x: number[], name: string): number[] => {
      const bias = weights.get(`neighbours.${name}.bias`) ?? [];
      const matrix = weights.get(`neighbours.${name}.weight`) ?? [];
      return Array.from(bias, (b, j) =>
        x.reduce((sum, value, i) => sum + value * Number(matrix[i * bias.length + j]), b),
      );
    };
    const guess = (t: number, n: number, to: 1 | -1): number => {
      const at = (t * 3 + n) * H + (to === 1 ? 0 : own);
      const scores = linear(
        linear(Array.from(hidden.slice(at, at + own)), to === 1 ? 'nextHidden' : 'previousHidden').map(Math.tanh),
        to === 1 ? 'next' : 'previous',
      );
      return Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0)) - scores[encoded.words[n][t + to]];
    };
    const next = (guess(0, 0, 1) + guess(1, 0, 1) + guess(0, 2, 1)) / 3;
    const previous = bidirectional ? (guess(1, 0, -1) + guess(2, 0, -1) + guess(1, 2, -1)) / 3 : 0;
    const plain = atOnce(model.network.loss(output.scores, tags, batch.lengths)).item();
    const whole = atOnce(model.network.trainingLoss(output, tags, batch)).item();
    expect(whole - plain).toBeCloseTo(0.25 * (next + previous), 4);
    const loaded = TokenTagger.fromBytes(model.toBytes(), 'memory');
    expect(loaded.config.neighbourWeight).toBe(0.25);
    expect(loaded.predict(sentences)).toEqual(model.predict(sentences));
  });

  it('refuses to guess what it has seen', async () => {
    const options = { ...SMALL, epochs: 0.1, neighbourWeight: 0.1 };
    await expect(TokenTagger.fit(chunks(10), { ...options, numLayers: 2 })).rejects.toThrow(
      /one layer for neighbourWeight/,
    );
    await expect(TokenTagger.fit(chunks(10), { ...options, neighbourWeight: -1 })).rejects.toThrow(
      /of 0 or more, received -1/,
    );
    expect(
      (await TokenTagger.fit(chunks(10), { ...options, numLayers: 2, bidirectional: false })).config.numLayers,
    ).toBe(2);
  });

  it('says what is wrong with its sentences', async () => {
    const code = (name: string): unknown => expect.objectContaining({ code: name });
    await expect(TokenTagger.fit([])).rejects.toThrow(code('EMPTY'));
    await expect(TokenTagger.fit([{ tokens: ['a', 'b'], tags: ['X'] }])).rejects.toThrow(
      /each of 2 tokens, received 1 in sentence 1/,
    );
    await expect(TokenTagger.fit([{ tokens: ['a'], tags: ['X'] }])).rejects.toThrow(/received only "X"/);
    const model = await TokenTagger.fit(verbs(20), { ...SMALL, epochs: 0.1 });
    expect(() => model.evaluate([{ tokens: ['a'], tags: ['ADJ'] }])).toThrow(
      /tags of NOUN, NUM, PRON, VERB, received "ADJ"/,
    );
    expect(() => model.evaluate([{ tokens: [], tags: [] }])).toThrow(code('EMPTY'));
    expect(() => TokenTagger.fromBytes(model.toBytes().slice(0, 200), 'cut')).toThrow(code('FORMAT'));
    expect(model.predict([['', '𠮷', 'it']])[0].tags).toHaveLength(3);
  });
});

describe('tagScores', () => {
  it('counts chunks as conlleval does', () => {
    const truth = ['B-NP', 'I-NP', 'B-NP', 'O', 'I-VP', 'I-VP', 'B-PP'];
    // NP too short; NP right; VP begins where the type changes, so the first is too short; PP right.
    const said = ['B-NP', 'O', 'B-NP', 'O', 'B-VP', 'I-NP', 'B-PP'];
    const { tokens, accuracy, f1 } = tagScores([truth], [said]);
    expect([tokens, accuracy]).toEqual([7, 4 / 7]);
    expect(f1).toBeCloseTo((2 * 2) / (4 + 5), 12);
    expect(tagScores([['O', 'I-X']], [['O', 'B-X']]).f1).toBe(1);
    expect(tagScores([['NOUN']], [['NOUN']])).toEqual({ tokens: 1, accuracy: 1 });
  });
});

describe('MostFrequentTag', () => {
  it('gives each word its most frequent tag, a new word that of all', () => {
    const model = MostFrequentTag.fit([
      { tokens: ['run', 'run', 'run', 'the', 'dog', 'cat'], tags: ['N', 'V', 'V', 'D', 'N', 'N'] },
    ]);
    expect(model.predict([['the', 'run', 'ox']])).toEqual([['D', 'V', 'N']]);
    expect(model.evaluate([{ tokens: ['run', 'ox'], tags: ['N', 'N'] }])).toEqual({ tokens: 2, accuracy: 0.5 });
    expect(() => MostFrequentTag.fit([])).toThrow(expect.objectContaining({ code: 'EMPTY' }));
  });
});
