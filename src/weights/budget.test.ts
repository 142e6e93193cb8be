import { describe, expect, it } from 'vitest';
import { UnrolledError } from '../errors.js';
import { countModule, takeFromBudget, withBudget } from './budget.js';

describe('withBudget', () => {
  it('lets a network take what the file has, and no more', () => {
    expect(takeFromBudget('w', [1e9, 1e9])).toBe(false);
    const made = withBudget(7, 'f', () => [takeFromBudget('w', [2, 3]), takeFromBudget('b', [1])]);
    expect(made).toEqual([true, true]);
    expect(() => withBudget(7, 'f', () => [takeFromBudget('w', [2, 3]), takeFromBudget('b', [2])])).toThrow(
      expect.objectContaining({
        code: 'FORMAT',
        message: 'expected a network of the 7 numbers in f, received one whose b has shape [2] where 1 are left',
      }),
    );
    expect(takeFromBudget('w', [1e9])).toBe(false);
  });

  it('counts modules too, which may have no numbers', () => {
    const build = (): void => {
      for (;;) countModule();
    };
    expect(() => withBudget(10, 'f', build)).toThrow(/more layers than that/);
  });

  it('says of which file it is that a network cannot be made, in short, and leaves other errors as they are', () => {
    const fail = (error: Error) => () => {
      throw error;
    };
    const heads = new UnrolledError('OPTION', `expected a size that 4 heads divide, received ${'9'.repeat(1e6)}`, '');
    expect(() => withBudget(1, 'moby', fail(heads))).toThrow(
      expect.objectContaining({ code: 'FORMAT', message: expect.stringMatching(/^[^]{0,99}in moby[^]{0,99}4 heads/) }),
    );
    expect(() => withBudget(1, 'moby', fail(heads))).toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(/^[^]{500}/) }),
    );
    const own = new UnrolledError('FORMAT', 'expected a size in moby', '');
    expect(() => withBudget(1, 'moby', fail(own))).toThrow(own);
    const memory = new UnrolledError('OUT_OF_MEMORY', 'expected memory', '');
    expect(() => withBudget(1, 'moby', fail(memory))).toThrow(memory);
  });
});
