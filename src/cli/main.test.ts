import { describe, expect, it } from 'vitest';
import { UnrolledError } from '../errors.js';
import { defineCommand } from './command.js';
import { COMMANDS } from './commands/all.js';
import { toUnrolledError } from './errors.js';
import { editDistance, nearestNames } from '../nearest.js';
import { decimal, duration, fraction, integer, withDefault } from './options.js';
import { resumeCommand } from './resumeCommand.js';
import { runTest } from './testing.js';

/** A command that does what the test says. */
function command(act: () => unknown, name = 'try') {
  return [
    defineCommand({
      name,
      summary: 'tries',
      arguments: [{ name: '[words...]', description: 'any' }],
      options: {
        hidden: withDefault(integer('--hidden <N>', 'units'), 256),
        dropout: fraction('--dropout <P>', 'part'),
        lr: decimal('--lr <rate>', 'rate', { above: 0 }),
        every: duration('--check-every <time>', 'time'),
      },
      examples: ['unrolled try a'],
      async run(context, args, options) {
        const value = await act();
        return { json: { args, options, globals: context.globals, value }, text: 'for people' };
      },
    }),
  ];
}
const fails = (error: unknown) =>
  command(() => {
    throw error;
  });
const RANGE = new UnrolledError('RANGE', 'expected 1,\nreceived 2', 'give \u001b[31m1');

describe('errors', () => {
  it('are two lines on standard error and nothing on standard output', async () => {
    const { status, out, err } = await runTest(['try'], {}, fails(RANGE));
    expect([status, out]).toEqual([2, '']);
    expect(err).toBe('error[RANGE]: expected 1, received 2\nhelp: give \ufffd[31m1\n');
  });

  it('are one object with --json, wherever it stands', async () => {
    for (const argv of [
      ['--json', 'try'],
      ['try', '--json'],
      ['try', '--json', '--nothing'],
    ]) {
      const { out, err, status } = await runTest(argv, {}, fails(RANGE));
      const { error } = JSON.parse(out);
      expect(Object.keys(error)).toEqual(['code', 'message', 'help']);
      expect(out.trimEnd()).not.toContain('\n');
      expect(err.trimEnd().split('\n')).toHaveLength(2);
      expect(status).toBe(2);
    }
  });

  it.each([
    [new UnrolledError('NON_FINITE', 'm', 'h'), 1, 'NON_FINITE'],
    [new UnrolledError('INTERRUPTED', 'm', 'h'), 130, 'INTERRUPTED'],
    [new DOMException('aborted', 'AbortError'), 130, 'INTERRUPTED'],
    [new TypeError('x is not a function'), 1, 'INTERNAL'],
    ['a string', 1, 'INTERNAL'],
    [Object.assign(new Error('m'), { code: 'ENOSPC', path: 'a.bin' }), 1, 'IO'],
    [Object.assign(new Error('m'), { code: 'ENOENT', path: 'a.bin' }), 2, 'NOT_FOUND'],
    [new RangeError('Array buffer allocation failed'), 1, 'OUT_OF_MEMORY'],
  ])('%s ends with %i and the code %s', async (error, expected, code) => {
    const { status, err } = await runTest(['try'], {}, fails(error));
    expect(status).toBe(expected);
    expect(err).toContain(`error[${code}]: `);
    expect(err.trimEnd().split('\n')).toHaveLength(2);
  });

  it('show stacks, of causes too, with --debug only', async () => {
    const error = new UnrolledError('IO', 'm', 'h', { cause: new Error('the disk') });
    const { err } = await runTest(['try', '--debug'], {}, fails(error));
    expect(err).toContain('main.test.ts');
    expect(err).toContain('the disk');
    expect((await runTest(['try'], {}, fails(error))).err).not.toContain('main.test');
    expect(toUnrolledError(new TypeError('t')).help).toContain('--debug');
  });
});

describe('usage', () => {
  it.each([
    [['trian', 'lm'], 'train'],
    [['train', 'ml'], 'lm'],
    [['lm', 'x'], 'train lm'],
    [['backend'], 'backends'],
    [['data', '--jsno'], '--json'],
    [['train', 'lm', 'x', '--hiden', '3'], '--hidden'],
    [['train', 'lm', 'x', '--clip', '3'], '--clip-norm'],
    [['train', 'lm', 'x', '--optimizer', 'adm'], 'adam'],
    [['data', '--backend', 'natve'], 'native'],
  ])('%j: did you mean %s?', async (argv, name) => {
    const { status, err, out } = await runTest(argv);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(/^error\[(USAGE|OPTION)\]: expected .*, received .*\nhelp: /);
    expect(err).toMatch(new RegExp(`did you mean ([\\w -]+ or )*${name}( or [\\w -]+)*\\?`));
  });

  it.each([
    [['train', 'book.txt'], 'unrolled train lm book.txt?'],
    [['train', 'lstm', 'book.txt'], 'unrolled train lm book.txt --cell lstm?'],
    [['train', 'GRU'], 'unrolled train lm book.txt --cell gru?'],
  ])('%j: did you mean: %s', async (argv, meant) => {
    expect((await runTest(argv)).err).toContain(`did you mean: ${meant}`);
  });

  it('a text in place of data: standard input', async () => {
    const { err } = await runTest(['train', 'classify', 'I loved it']);
    expect(err).toContain('a text itself is read from standard input, which is named -');
    expect((await runTest(['train', 'classify', 'nothing.csv'])).err).not.toContain('standard input');
  });

  it('help train lm is train lm --help', async () => {
    expect((await runTest(['help', 'train', 'lm'])).out).toBe((await runTest(['train', 'lm', '--help'])).out);
  });

  it('never guesses wildly', async () => {
    expect((await runTest(['zzzzzzzz'])).err).not.toContain('did you mean');
  });

  it.each([
    [['train'], /expected a command after unrolled train \(lm, ngram, classify, tag, forecast, translate\)/],
    [['train', 'lm'], /expected DATA after unrolled train lm/],
    [['generate'], /expected MODEL/],
    [['data', 'more'], /fewer arguments/],
    [['train', 'lm', 'x', '--hidden'], /expected a value after --hidden/],
    [['--json'], /expected a command/],
  ])('%j is USAGE', async (argv, message) => {
    const { status, err } = await runTest(argv);
    expect(status).toBe(2);
    expect(err).toMatch(/^error\[USAGE\]: /);
    expect(err).toMatch(message);
  });

  it.each(COMMANDS.map(({ name }) => [name]))('%s --help has its options and an example', async (name) => {
    const { status, out, err } = await runTest([...name.split(' '), '--help']);
    expect([status, err]).toEqual([0, '']);
    expect(out).toContain('Example:\n  $ unrolled');
    for (const option of ['--json', '--seed', '--backend', '--threads', '--quiet', '--debug'])
      expect(out).toContain(option);
  });

  it('train lm --help has every option of the contract, with its default', async () => {
    const { out } = await runTest(['train', 'lm', '--help']);
    const options =
      '--out --resume --checkpoint-every --report --epochs --minutes --validation --cell --hidden --layers --embedding ' +
      '--dropout --batch --steps --sampling --optimizer --lr --schedule --clip-norm --clip-value --tokens --lowercase ' +
      '--letters-only --min-count --max-tokens';
    for (const option of options.split(' ')) expect(out).toContain(`${option} `);
    for (const text of ['(default: by the text)', '(default: 0.05)', '(default: char)', '(default: cosine)']) {
      expect(out.replace(/\s+/g, ' ')).toContain(text);
    }
  });

  it('shows help and the version', async () => {
    expect((await runTest([])).out).toContain('Usage: unrolled');
    expect((await runTest(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await runTest(['help', 'train'])).out).toContain('unrolled train');
  });
});

describe('options', () => {
  it('are typed and have their defaults', async () => {
    const argv = ['try', 'a', '--lr', '1e-3', '--check-every', '5m', '--seed', '7', '--json'];
    const { out, status } = await runTest(
      argv,
      {},
      command(() => 1),
    );
    const { args, options, globals } = JSON.parse(out);
    expect(status).toBe(0);
    expect(args).toEqual(['a']);
    expect(options).toEqual({ hidden: 256, lr: 0.001, every: 300 });
    expect(globals).toEqual({ json: true, seed: 7, backend: 'auto', quiet: false, debug: false });
  });

  it.each([
    ['--hidden', '0'],
    ['--hidden', '1.5'],
    ['--hidden', '-3'],
    ['--hidden', ''],
    ['--hidden', '12abc'],
    ['--hidden', '1e999'],
    ['--hidden', '0x10'],
    ['--dropout', '1'],
    ['--dropout', '-0.1'],
    ['--lr', '0'],
    ['--lr', 'NaN'],
    ['--check-every', '0'],
    ['--check-every', '5 days'],
    ['--seed', '-1'],
    ['--seed', '4294967296'],
    ['--threads', '0'],
  ])('%s %j is refused by name', async (name, value) => {
    const { status, err } = await runTest(
      ['try', name, value],
      {},
      command(() => 1),
    );
    expect(status).toBe(2);
    expect(err).toMatch(/^error\[OPTION\]: expected /);
    expect(err).toContain(`for ${name}, received "${value}"`);
  });

  it('print the text for people, the object for scripts, never both', async () => {
    expect(
      (
        await runTest(
          ['try'],
          {},
          command(() => 1),
        )
      ).out,
    ).toBe('for people\n');
    const { out } = await runTest(
      ['try', '--json'],
      {},
      command(() => 1),
    );
    expect(JSON.parse(out).value).toBe(1);
    expect(out).not.toContain('for people');
  });
});

describe('signals', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s aborts; a second one exits at once with 130', async (name) => {
    const aborted: boolean[] = [];
    const spec = defineCommand({
      name: 'wait',
      summary: 'waits',
      arguments: [],
      options: {},
      examples: ['unrolled wait'],
      async run({ signal, io }) {
        const { signals } = io as unknown as { signals: NodeJS.EventEmitter };
        signals.emit(name);
        aborted.push(signal.aborted);
        expect((io as unknown as { exits: number[] }).exits).toEqual([]);
        signals.emit(name);
        signal.throwIfAborted();
        return { json: {}, text: '' };
      },
    });
    const { status, io, err } = await runTest(['wait'], {}, [spec]);
    expect(aborted).toEqual([true]);
    expect(io.exits).toEqual([130]);
    expect(status).toBe(130);
    expect(err).toMatch(/^error\[INTERRUPTED\]/);
    expect(io.signals.listenerCount(name)).toBe(0);
  });

  it('the command to go on has --resume once, quoted for a shell', () => {
    const argv = ['train', 'lm', "a b's.txt", '--resume', 'old', '--minutes', '2', '--resume=older'];
    expect(resumeCommand(argv, 'runs/x.checkpoint')).toBe(
      `unrolled train lm 'a b'\\''s.txt' --minutes 2 --resume runs/x.checkpoint`,
    );
    expect(resumeCommand(['train', 'lm', '--', '-x'], 'c')).toBe('unrolled train lm --resume c -- -x');
  });
});

describe('nearest names', () => {
  it('counts insertions, deletions, replacements and swaps', () => {
    expect(['', 'abc', 'abd', 'acb', 'xabc', 'ab'].map((b) => editDistance('abc', b))).toEqual([3, 0, 1, 1, 1, 1]);
  });

  it('is case-blind, nearest first, and takes beginnings', () => {
    expect(nearestNames('MOBY', ['moby-dick', 'ptb', 'mobi'])).toEqual(['mobi', 'moby-dick']);
    expect(nearestNames('x', ['moby-dick'])).toEqual([]);
  });

  it('know what other libraries call an option', () => {
    expect(nearestNames('lr', ['loss', 'learningRate'])).toEqual(['learningRate']);
    expect(nearestNames('learning_rate', ['lr', 'betas'])).toEqual(['lr']);
    expect(nearestNames('maxTokens', ['prime', 'length'])).toEqual(['length']);
    expect(nearestNames('--prompt', ['--prime', '--length'])).toEqual(['--prime']);
    expect(nearestNames('--max-tokens', ['--prime', '--length'])).toEqual(['--length']);
    expect(nearestNames('prompt', ['temperature'])).toEqual([]);
  });
});
