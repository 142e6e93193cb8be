// Settings from outside: checked names and values.
import { expect, it } from 'vitest';
import { exactly, experiment } from './index.js';
import { passed, runExperiment } from './run.js';
import { readSettings } from './setting.js';

const own = experiment({
  name: 'own',
  source: '',
  text: { title: { en: 'Own', zh: '自' }, idea: { en: 'One.', zh: '一。' } },
  settings: {
    hidden: { what: { en: 'units', zh: '单元' }, full: 256, quick: 32, most: 512 },
    cell: { what: { en: 'cell', zh: '单元' }, full: 'gru', choices: ['gru', 'lstm'] },
  },
  run({ number, word, check }) {
    check('title', exactly('32 gru'), `${number('hidden')} ${word('cell')}`);
  },
});

it('are read, and what is wrong is told with what there is', () => {
  expect(readSettings(own, 'hidden=64, cell=lstm')).toEqual({ hidden: 64, cell: 'lstm' });
  const refused = (text: string) => {
    try {
      readSettings(own, text);
    } catch (error) {
      return error as { message: string; help: string };
    }
    throw new Error('accepted');
  };
  expect(refused('hiden=64').message).toContain('received "hiden"');
  expect(refused('hiden=64').help).toBe('did you mean hidden? it can set hidden=256 (1 to 512), cell=gru (gru, lstm)');
  expect(refused('hidden=0').message).toContain('from 1 to 512');
  expect(refused('hidden=1.5').message).toContain('whole number');
  expect(refused('hidden').message).toContain('received ""');
  expect(refused('cell=rnn').message).toContain('one of gru, lstm');
  expect(refused('toString=1').message).toContain('received "toString"');
});

it('reach the run, whose checks are then for comparison', async () => {
  const options = {
    ...{ quick: true, seed: 0, languages: ['en'] as const, signal: new AbortController().signal },
    ...{ progress: () => undefined, data: async () => '', files: async () => [] },
  };
  expect(passed(await runExperiment(own, options))).toBe(true);
  const changed = await runExperiment(own, { ...options, set: { hidden: 64 } });
  expect(changed.checks.map(({ got, ok }) => [got, ok])).toEqual([['64 gru', false]]);
  expect(passed(changed)).toBe(true);
});
