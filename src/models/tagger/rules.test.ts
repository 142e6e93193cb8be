// A tagger chooses from its data as the rules are written, and says so.
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../backend/choose.js';
import type { StartEvent } from '../options.js';
import type { TaggedSentence, TaggerOptions } from './options.js';
import { shownFacts, taggerFacts, taggerRules } from './rules.js';
import { TokenTagger } from './tokenTagger.js';

const sentences = (count: number, tags: readonly string[]): TaggedSentence[] =>
  Array.from({ length: count }, (_, i) => ({ tokens: tags.map((_tag, t) => `w${i % (t + 2)}`), tags }));

beforeAll(async () => {
  await useBackend('reference');
});

it('counts what the rules go by', () => {
  const facts = taggerFacts(sentences(1200, ['B-PER', 'I-PER', 'O']), 0.1);
  expect(facts).toEqual({ sentences: 1200, tokens: 3600, tags: 3, scheme: 'BIO', validation: 120 });
  expect(shownFacts(facts)).toBe('1,200 sentences, 3,600 tokens, 3 tags of chunks');
  expect(shownFacts(taggerFacts(sentences(2, ['DET', 'NOUN']), sentences(1, ['DET'])))).toBe(
    '2 sentences, 4 tokens, 2 tags',
  );
});

it('chooses as written', () => {
  const facts = { sentences: 2000, tokens: 30_000, tags: 17, scheme: null, validation: 200 };
  const words = { ...taggerRules(facts) };
  expect(words).toEqual({
    ...{ head: 'softmax', neighbourWeight: 0, wordDropout: 0.5, batchSize: 16, epochs: 30 },
    ...{ restoreBest: false, validation: 0.1, minutes: 5 },
  });
  expect(taggerRules({ ...facts, scheme: 'BIO' })).toEqual({ ...words, head: 'crf', neighbourWeight: 0.1 });
  const large = { ...facts, sentences: 12_544, tokens: 204_607, validation: 1254 };
  expect(taggerRules(large)).toEqual({ ...words, batchSize: 32, epochs: 13, restoreBest: true, minutes: 8 });
  expect(taggerRules({ ...facts, sentences: 100_000 }).validation).toBe(0.02);
  expect([10, 4000, 100_000].map((count) => taggerRules({ ...facts, sentences: count }).epochs)).toEqual([30, 24, 5]);
});

describe('what is chosen', () => {
  const startOf = async (data: TaggedSentence[], options: TaggerOptions): Promise<StartEvent> => {
    let start: StartEvent | undefined;
    await TokenTagger.fit(data, {
      ...{ hiddenSize: 2, embeddingSize: 2, characterHiddenSize: 0, featureSize: 0, ...options },
      onStart: (event) => (start = event),
    });
    if (start === undefined) throw new Error('expected a start');
    return start;
  };

  it('is what the rules say, and what the call says wins', async () => {
    const data = sentences(20, ['B-PER', 'O']);
    const { chosen, settings, facts } = await startOf(data, { maxSteps: 1, batchSize: 3 });
    const rules = taggerRules(taggerFacts(data));
    expect(chosen).toEqual({ ...rules, batchSize: undefined, epochs: undefined, minutes: undefined });
    expect(settings).toMatchObject({ ...chosen, batchSize: 3, maxSteps: 1 });
    expect(facts).toBe('20 sentences, 40 tokens, 2 tags of chunks');
    const signal = { aborted: true };
    const open = await startOf(data, { signal });
    expect(open.chosen).toEqual(rules);
  });

  it('leaves alone what other settings rule out', async () => {
    const data = sentences(20, ['B-PER', 'O']);
    const waiting = await startOf(data, { maxSteps: 1, patience: 2 });
    const held = await startOf(data, { maxSteps: 1, validation: sentences(500, ['O', 'B-PER']) });
    expect([held.chosen.restoreBest, held.chosen.validation]).toEqual([true, undefined]);
    expect([waiting.chosen.restoreBest, waiting.settings.restoreBest]).toEqual([undefined, true]);
    const deep = await startOf(data, { maxSteps: 1, numLayers: 2 });
    expect([deep.chosen.neighbourWeight, deep.settings.neighbourWeight]).toEqual([undefined, 0]);
    const forward = await startOf(data, { maxSteps: 1, numLayers: 2, bidirectional: false });
    expect(forward.chosen.neighbourWeight).toBe(0.1);
  });
});
