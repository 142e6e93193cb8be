import { expect, it } from 'vitest';
import { bleu } from '../../../metrics/bleu.js';
import { chrf } from '../../../metrics/chrf.js';
import { bleuHeading, scoresOf } from './scores.js';

const said = [{ text: 'le chat dort ici .', references: ['Le chat dort ici .', 'Le chat y dort .'] }];
const side = (lowercase?: boolean) =>
  ({ target: { text: { settings: { lowercase } } } }) as Parameters<typeof scoresOf>[0];

it('does not blame a model that knows no capitals for them', () => {
  const lower = scoresOf(side(true), said, { bleu, chrf });
  expect(lower).toEqual({ bleu: expect.closeTo(100, 9), chrf: expect.closeTo(100, 9), lowercase: true });
  expect(bleuHeading(lower)).toBe('BLEU (lower case)');
  const cased = scoresOf(side(), said, { bleu, chrf });
  expect(cased.bleu).toBeLessThan(90);
  expect(cased.lowercase).toBe(false);
  expect(bleuHeading(cased)).toBe('BLEU');
});
