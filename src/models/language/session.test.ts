// A session reads once what generate() reads each time: the same probabilities and the same text, and its state is a value.
import { beforeAll, describe, expect, it } from 'vitest';
import '../../autograd/methods.js';
import { useBackend } from '../../backend/choose.js';
import type { TokenizerKind } from '../../text/tokenizer.js';
import { LanguageModel } from './languageModel.js';

const TEXT = 'the cat sat on the mat. the dog saw the cat, "and ran"!\n'.repeat(12);

async function trained(tokens: TokenizerKind, options: object = {}): Promise<LanguageModel> {
  const sizes = { hiddenSize: 8, embeddingSize: 4, batchSize: 4, numSteps: 8, epochs: 2 };
  return LanguageModel.fit(TEXT, { tokens, ...sizes, learningRate: 0.02, ...options });
}

beforeAll(() => useBackend('reference'));

describe('LanguageSession', () => {
  it.each(['char', 'word', 'byte'] as const)('goes on as generate() with the whole prime does: %s', async (tokens) => {
    const model = await trained(tokens);
    const options = { length: 30, temperature: 0.9, seed: 3 };
    const session = model.session().read('the cat ').read('sat on ');
    expect(session.generate(options)).toBe(model.generate({ ...options, prime: 'the cat sat on ' }));
    // What it generated is read: it goes on from there.
    const read = session.length;
    session.generate({ ...options, length: 2 });
    expect(session.length).toBe(read + 2);
    session.close();
  });

  it.each(['char', 'word', 'whitespace', 'split'] as const)('reads a text in pieces as in one: %s', async (tokens) => {
    const model = await trained(tokens);
    const stands = (...pieces: string[]) => {
      const session = model.session();
      for (const piece of pieces) session.read(piece);
      const { recent, afterBlank } = session.state();
      session.close();
      return { recent, afterBlank };
    };
    const one = stands('the cat sat on ');
    expect(stands('the cat ', 'sat on ')).toEqual(one);
    expect(stands('the cat', ' sat on', ' ')).toEqual(one);
    expect(stands('the', ' ', '', 'cat sat', '', ' on ')).toEqual(one);
    expect(stands('the cat ', ' sat').recent).toEqual(stands('the cat  sat').recent);
  });

  it('gives the probabilities of the next token, which sum to 1 and are those that evaluate() scores', async () => {
    const model = await trained('char', { numLayers: 2, cell: 'gru' });
    const text = 'the dog sat';
    const session = model.session();
    let sum = 0;
    const [first, ...rest] = text;
    session.read(first);
    for (const token of rest) {
      const all = session.probabilities();
      expect(all.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10);
      expect(session.probability(token)).toBe(all[model.text.vocabulary.index(token)]);
      sum -= Math.log(session.probability(token));
      session.read(token);
    }
    expect(sum / rest.length).toBeCloseTo(model.evaluate(text).loss, 5);
    expect(model.predict(['the do'])[0].token).toBe(model.generate({ prime: 'the do', length: 1, temperature: 0 }));
  });

  it('has a state that is a value: taken out, put back, copied, stored', async () => {
    const model = await trained('word', { recurrent: { zoneout: 0.1 } });
    const session = model.session().read('the dog saw');
    const before = session.state();
    const options = { length: 12, seed: 5 };
    const text = session.generate(options);
    expect(JSON.stringify(session.state())).not.toBe(JSON.stringify(before));
    const copy = session.restore(before).copy();
    const loaded = LanguageModel.fromBytes(model.toBytes()).session(session.toBytes());
    for (const own of [session, copy, loaded, model.session(before), model.session().restore(copy.toBytes())]) {
      expect(own.length).toBe(3);
      expect(own.generate(options)).toBe(text);
    }
    // What one reads does not move the other.
    const [a, b] = [model.session(before), model.session(before)];
    a.read('cat');
    expect(b.probabilities()).toEqual(model.session(before).probabilities());
  });

  it('begins as generate() does, and asking changes nothing', async () => {
    const model = await trained('char');
    const options = { length: 10, seed: 1 };
    const session = model.session();
    const asked = session.probabilities();
    expect(session.probabilities()).toEqual(asked);
    expect(session.generate(options)).toBe(model.generate(options));
    expect(model.session().read('t').probabilities()).toEqual(
      (() => {
        const other = model.session();
        other.probabilities();
        return other.read('t').probabilities();
      })(),
    );
  });

  it('samples token by token: one seed for the whole text, and the same again', async () => {
    const model = await trained('char');
    const draw = (seed: number): string => {
      const session = model.session().read('the ');
      return Array.from({ length: 20 }, () => session.sample({ seed })).join('');
    };
    expect(draw(1)).toBe(draw(1));
    expect(draw(1)).not.toBe(draw(2));
    expect(new Set(draw(1)).size).toBeGreaterThan(3);
  });

  it('stops where it stopped, and goes on from there', async () => {
    const model = await trained('char');
    const whole = model.session().read('the ');
    const text = whole.generate({ length: 60, seed: 9 });
    const stop = text.slice(20, 22);
    const stopped = model.session().read('the ');
    expect(stopped.generate({ length: 60, seed: 9, stop })).toBe(text.slice(0, text.indexOf(stop)));
    // The stop text was read too, and not more.
    const read = model.session().read(`the ${text.slice(0, text.indexOf(stop) + stop.length)}`);
    expect(stopped.length).toBe(read.length);
    expect(stopped.generate({ length: 5, temperature: 0 })).toBe(read.generate({ length: 5, temperature: 0 }));
  });

  it('refuses tokens that are none, and bytes that are no session', async () => {
    const model = await trained('char');
    expect(() => model.session().read([9999])).toThrow(/tokens from 0 to/);
    expect(() => model.session(model.toBytes())).toThrow(expect.objectContaining({ code: 'FORMAT' }));
    expect(() => model.session(new Uint8Array(3))).toThrow(expect.objectContaining({ code: 'FORMAT' }));
  });
});
