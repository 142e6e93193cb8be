import { inspect } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { Adam, Embedding, GRU, LanguageModel, Linear, Module, ones, parameter, Recurrent, useBackend } from './node.js';

class Tagger extends Module {
  size = 5;
  embed = new Embedding(5, 3);
  rnn = new Recurrent(GRU, { inputSize: 3, hiddenSize: 2 });
  layers = [new Linear(2, 2), new Linear(2, 4, { bias: false })];
  w = parameter(ones([4]));
  self: Module = this as Module;
}

beforeAll(async () => {
  await useBackend('reference');
});

describe('console.log', () => {
  it('shows a module as a tree with its sizes, and a cycle ends', () => {
    const shown = inspect(new Tagger());
    expect(shown).toMatch(/^Tagger\(size: 5\n {2}\(w\): \[4\]\n/);
    expect(shown).toMatch(/\n {2}\(rnn\): Recurrent\(.*GRU, inputSize: 3, hiddenSize: 2/);
    expect(shown).toContain('\n  (layers.1): Linear(inputSize: 2, outputSize: 4\n    (weight): [2, 4]\n  )\n');
    expect(shown).toMatch(/\n\), 71 parameters$/);
    expect(shown).not.toContain('storage');
  });

  it('shows an optimizer in a line', () => {
    expect(inspect(new Adam(new Linear(2, 3), 0.01))).toBe('Adam(lr: 0.01, steps: 0), 2 tensors, 9 parameters');
  });

  it('shows a language model and its session', async () => {
    const model = await LanguageModel.fit('abc'.repeat(30), { epochs: 1, batchSize: 2, numSteps: 8, hiddenSize: 4 });
    expect(inspect(model)).toMatch(/^LanguageModel\(task: lm, \w+, .*hiddenSize: 4.*\), [\d,]+ parameters$/);
    expect(inspect(model.session().read('ab'))).toBe('LanguageSession(2 tokens read)');
  });
});
