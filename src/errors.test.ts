import { describe, expect, it } from 'vitest';
import { cut, UnrolledError } from './errors.js';

describe('messages', () => {
  it('that quote much keep their beginning and their end', () => {
    const name = 'x'.repeat(1e6);
    const error = new UnrolledError('FORMAT', `expected a cell, received "${name}" in line 7 of f.csv`, `not ${name}`);
    expect(error.message).toMatch(/^expected a cell, received "x+ … x+" in line 7 of f\.csv$/);
    expect(error.message.length).toBeLessThanOrEqual(1000);
    expect(error.help.length).toBeLessThanOrEqual(8000);
    expect(error.stack?.length).toBeLessThan(10_000);
    const list = Array.from({ length: 20_000 }, (_, i) => `column ${i}`).join(', ');
    expect(new UnrolledError('NOT_FOUND', `expected y of ${list}`, 'h').message).toMatch(
      /^expected y of column 0, .*, column 19999$/,
    );
  });

  it('that are short stay as they are', () => {
    const error = new UnrolledError('RANGE', 'expected 1, received 2', 'give 1');
    expect([error.message, error.help]).toEqual(['expected 1, received 2', 'give 1']);
  });

  it('do not steer the terminal that shows them', () => {
    const error = new UnrolledError('NOT_FOUND', 'expected a column, received "\u001b[2J\u202ex"\n', 'not \u0007\t"');
    expect([error.message, error.help]).toEqual(['expected a column, received "\ufffd[2J\ufffdx"\n', 'not \ufffd\t"']);
  });

  it('are not cut within a character', () => {
    for (let most = 40; most < 60; most++) {
      const text = cut('🐋'.repeat(100), most);
      expect(text.length).toBeLessThanOrEqual(most);
      expect(text).toMatch(/^🐋+ … 🐋+$/u);
    }
  });
});
