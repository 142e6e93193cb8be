// The experiment's two programs against the NumPy program (make_min_char_rnn.py): the same losses, chunk by chunk.
import { describe, expect, it } from 'vitest';
import { CHARACTERS, EXCERPT, LOSSES } from '../../experiments/recurrent-networks/golden/min-char-rnn.js';
import {
  encode,
  goldenWeights,
  inFloat64,
  programWithLayer,
  train,
} from '../../experiments/recurrent-networks/min-char-rnn.js';
import { type Program, programByHand } from '../../experiments/recurrent-networks/parts/min-char-rnn-by-hand.js';
import '../../src/node.js';

const V = CHARACTERS.length;

function worst(program: Program, chunks: number): number {
  const { losses, restarts } = train(program, encode(EXCERPT, CHARACTERS), chunks);
  expect(restarts).toEqual([]);
  expect(losses).toHaveLength(chunks);
  return Math.max(...losses.map((loss, n) => Math.abs(loss - LOSSES[n]) / LOSSES[n]));
}

describe('min-char-rnn', () => {
  it('by hand loses what NumPy does, over 200 chunks', () => {
    expect(worst(programByHand(V, goldenWeights(V)), LOSSES.length)).toBeLessThan(1e-5);
  });

  it('with a layer of the library too, in 64 bits', async () => {
    expect(await inFloat64(() => worst(programWithLayer(V, goldenWeights(V)), LOSSES.length))).toBeLessThan(1e-5);
  });

  it('in 32 bits until rounding errors have grown', () => {
    expect(worst(programWithLayer(V, goldenWeights(V)), 4)).toBeLessThan(1e-5);
  });
});
