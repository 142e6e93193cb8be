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
  const facts = taggerFacts(sentences(1200, ['B-PER', 'I-PER', 'O']));
  expect(facts).toEqual({ sentences: 1200, tokens: 3600, tags: 3, scheme: 'BIO' });
  expect(shownFacts(facts)).toBe('1,200 sentences, 3,600 tokens, 3 tags of chunks');
  expect(shownFacts(taggerFacts(sentences(2, ['DET', 'NOUN'])))).toBe('2 sentences, 4 tokens, 2 tags');
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
    const { batchSize, epochs, minutes, ...rules } = taggerRules(taggerFacts(data));
    expect(chosen).toEqual(rules);
    expect(settings).toMatchObject({ ...rules, batchSize: 3, maxSteps: 1 });
    expect([batchSize, epochs, minutes].every((value) => value > 0)).toBe(true);
    expect(facts).toBe('20 sentences, 40 tokens, 2 tags of chunks');
    const signal = { aborted: true };
    const open = await startOf(data, { signal });
    expect(open.chosen).toEqual(taggerRules(taggerFacts(data)));
  });
});
