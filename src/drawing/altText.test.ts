// What the alt text of a figure says of its marks.
import * as Plot from '@observablehq/plot';
import { describe, expect, it } from 'vitest';
import { altText, type AltWords } from './altText.js';
import { curves } from './curves.js';

const WORDS: AltWords = {
  ...{ chart: 'Chart: {y} by {x}', line: 'a line', marks: '{count} {mark}, from {low} to {high}', separator: '; ' },
  ...{ curve: '{name}: {first} at {from}, {last} at {to}, lowest {low}, highest {high}', kinds: { bar: 'bars' } },
};

const text = (marks: readonly unknown[]): string => altText({ x: { label: 'x' }, y: { label: 'y' }, marks }, WORDS);

describe('the alt text', () => {
  it('tells where each curve begins and ends, by its name where it has one', () => {
    const both = curves([
      { name: 'LSTM', x: [1, 2, 3], y: [5, 1, 2] },
      { name: '', x: [1, 2], y: [7, 8] },
    ]);
    expect(text([both])).toBe(
      'Chart: y by x; LSTM: 5 at 1, 2 at 3, lowest 1, highest 5; a line: 7 at 1, 8 at 2, lowest 7, highest 8',
    );
  });

  it('tells the range of bars, which Plot stacks', () => {
    const rows = [
      { of: 'a', share: 0.25 },
      { of: 'b', share: 0.75 },
    ];
    expect(text([Plot.barX(rows, { x: 'share', y: 'of' })])).toBe('Chart: y by x; 2 bars, from 0.25 to 0.75');
    expect(text([Plot.barY(rows, { x: 'of', y: 'share' })])).toBe('Chart: y by x; 2 bars, from 0.25 to 0.75');
  });
});
