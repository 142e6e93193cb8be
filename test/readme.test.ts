// The README's examples run as they are printed, in a process each, over the built package; only the text is given to them, a
// short one, and the training of minutes is one of seconds.
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
/** The pages whose examples run. docs/cells.md shows a file that is in examples/. */
const README = [
  'README.md',
  ...[
    'tensors',
    'recurrent',
    'models',
    'weights',
    'modules',
    'optimizers',
    'one-file',
    'servers',
    'from-pytorch',
    'from-keras',
    'from-tensorflowjs',
    'from-brainjs',
    'from-char-rnn',
    'textbook',
    'classification',
    'tagging',
    'forecasting',
    'translation',
    'pronunciation',
    'programs',
    'captions',
    'digits',
  ].map((name) => `docs/${name}.md`),
]
  .map((page) => readFileSync(join(ROOT, page), 'utf8'))
  .join('\n');
const BUILT = existsSync(join(ROOT, 'dist', 'node.js'));
const PRELUDE = "const text = 'Call me Ishmael. The whale swims; the whale dives. '.repeat(250);\n";

/** The TypeScript of each code block, under the heading above it. */
const SNIPPETS = [...README.matchAll(/^```(?:ts|js|typescript|javascript)\n(.*?)^```/gms)].map((match) => {
  const heading =
    README.slice(0, match.index)
      .match(/^#+ .*$/gm)
      ?.at(-1) ?? '';
  return { heading: heading.replace(/^#+ /, ''), code: match[1] };
});

describe.skipIf(!BUILT)(`the README${BUILT ? '' : ' (skipped: dist/ is not built)'}`, () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'unrolled-readme-'));
    mkdirSync(join(folder, 'cv'));
    copyFileSync(join(ROOT, 'test/golden/torch7/char-lstm.t7'), join(folder, 'cv', 'lm.t7'));
    mkdirSync(join(ROOT, 'build'), { recursive: true });
    copyFileSync(join(ROOT, 'test', 'golden', 'brainjs', 'LSTM-1.json'), join(folder, 'net.json'));
    copyFileSync(join(ROOT, 'test', 'golden', 'brainjs', 'RNN-2.json'), join(folder, 'texts.json'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has an example for each of three readers', () => {
    expect(SNIPPETS.map(({ heading }) => heading.split(':')[0])).toEqual(
      expect.arrayContaining(['For the developer', 'For the learner', 'For the researcher']),
    );
  });

  it('says the same in Chinese', () => {
    const codeOf = (page: string): string[] =>
      [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) =>
        code.replace(/ *\/\/.*$/gm, ''),
      );
    expect(codeOf('README.zh-CN.md').sort()).toEqual(codeOf('README.md').sort());
  });

  it.each(SNIPPETS.map(({ heading, code }): [string, string] => [heading, code]))('%s', async (_, code) => {
    // Only how long it trains is changed: everything else is as printed.
    const quick = code
      .replace(/minutes: \d+/g, 'minutes: 0.02')
      .replaceAll('moby.safetensors', join(folder, 'm.safetensors'));
    const javascript = ts.transpileModule(quick, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    const file = join(ROOT, 'build', `readme-${process.pid}-${SNIPPETS.findIndex((s) => s.code === code)}.mjs`);
    // A package finds itself by its name from within.
    writeFileSync(file, (/\btext = /.test(quick) ? '' : PRELUDE) + javascript.outputText);
    // An experiment is run by its command.
    const isExperiment = quick.includes('export default experiment');
    const argv = isExperiment ? [join(ROOT, 'bin', 'unrolled.js'), 'reproduce', file, '--report', folder] : [file];
    try {
      const { stderr } = await promisify(execFile)(process.execPath, argv, { cwd: folder });
      expect(stderr).not.toMatch(/error/i);
    } finally {
      rmSync(file, { force: true });
    }
  });
});
