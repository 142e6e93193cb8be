import { describe, expect, it } from 'vitest';
import { Corpus } from '../../text/corpus.js';
import { isWordKind, TOKENIZER_KINDS, type TokenizerKind } from '../../text/tokenizer.js';
import { alreadyRead } from '../../tensor/readAll.js';
import { type GenerateOptions, generatePieces, type Predictor } from './textGenerator.js';
import type { ModelText } from '../modelFile.js';

function modelText(tokens: TokenizerKind): ModelText {
  const { vocabulary } = Corpus.fromText("It's late, they say: 春眠不覺曉 é 🐋\nand so on. ".repeat(4), { tokens });
  return { settings: { tokens }, vocabulary };
}

/** Draws any token, by its number alone. */
const anything: Predictor = {
  read: () => undefined,
  draw: (numbers, { cols, from }) => alreadyRead(numbers.map((u) => from + Math.floor(u * (cols - from)))),
};

function generated(text: ModelText, options: GenerateOptions): { written: string; tokens: number[] } {
  const tokens: number[] = [];
  const written = [...generatePieces(anything, text, { ...options, onToken: (token) => tokens.push(token) })].join('');
  return { written, tokens };
}

describe.each(TOKENIZER_KINDS)('generated text of %s tokens', (kind) => {
  const text = modelText(kind);

  it('reports each token that was generated, whatever its text is', () => {
    for (const length of [0, 1, 7, 200]) expect(generated(text, { length, seed: 2 }).tokens).toHaveLength(length);
    expect(generated(text, { length: 50, prime: 'they say', seed: 3 }).tokens).toHaveLength(50);
  });

  it('goes on after a blank as it does without one, and writes it once', () => {
    const [bare, spaced] = ['It', 'It '].map((prime) => generated(text, { length: 30, prime, seed: 7 }));
    if (!isWordKind(kind)) return;
    expect(spaced.tokens).toEqual(bare.tokens);
    expect(`It ${spaced.written}`).not.toMatch(/^It {2}\S/);
    expect(spaced.written).toBe(bare.written.replace(/^ /, ''));
  });

  it('ends at the stop text, with the tokens up to it', () => {
    const whole = generated(text, { length: 200, seed: 5 });
    const [stop] = /[!-~]{2}/.exec(whole.written.slice(20)) ?? [''];
    const ended = generated(text, { length: 200, seed: 5, stop });
    expect(ended.written).toBe(whole.written.slice(0, whole.written.indexOf(stop)));
    expect(ended.tokens).toEqual(whole.tokens.slice(0, ended.tokens.length));
    expect(ended.tokens.length).toBeLessThan(200);
    // One token less would not have completed it.
    expect(generated(text, { length: ended.tokens.length - 1, seed: 5 }).written).not.toContain(stop);
  });
});
