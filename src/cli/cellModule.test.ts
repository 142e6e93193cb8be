// Cells of one's own on the command line: a module trains, its file is read where the module is missing.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inFolder, runTest } from './testing.js';

const TEXT = Array.from({ length: 200 }, (_, i) => `line ${i % 7} says hello to ${'abcdefg'[(i * 3) % 7]};\n`).join('');
const TINY = '--hidden 16 --embedding 8 --batch 4 --steps 10 --seed 3 --backend wasm --epochs 1'.split(' ');

const MIXER = `{
  name: 'Mixer',
  state: ['h'],
  step({ x, h, linear, layerNorm, sigmoid, tanh }) {
    const z = sigmoid(linear('z', x, h));
    return { h: h.add(z.mul(tanh(layerNorm('norm', linear('n', x, z.mul(h)))).sub(h))) };
  },
}`;

async function train(folder: string, module: string, ...more: string[]) {
  writeFileSync(join(folder, 'text.txt'), TEXT);
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  writeFileSync(join(folder, 'mine.js'), module);
  const argv = ['train', 'lm', 'text.txt', '--cell', './mine.js', '--out', 'm.safetensors', ...TINY, ...more, '--json'];
  const { status, out, err } = await runTest(argv, { cwd: folder });
  return {
    status,
    result: JSON.parse(out) as Record<string, unknown> & { error?: { code: string; message: string } },
    err,
  };
}

describe('--cell ./mine.js', () => {
  it('trains, and the file generates, evaluates and inspects where the module is missing', async () => {
    await inFolder(async (folder) => {
      const { status, result } = await train(folder, `export default ${MIXER};`, '--zoneout', '0.1', '--layers', '2');
      expect(status).toBe(0);
      expect(result.cell).toBe('Mixer');
      const elsewhere = join(folder, 'elsewhere');
      mkdirSync(elsewhere);
      renameSync(join(folder, 'm.safetensors'), join(elsewhere, 'm.safetensors'));
      renameSync(join(folder, 'text.txt'), join(elsewhere, 'text.txt'));
      const cwd = elsewhere;
      const generated = await runTest(['generate', 'm.safetensors', '--length', '20', '--backend', 'wasm'], { cwd });
      expect(generated.status).toBe(0);
      expect(generated.out.length).toBeGreaterThanOrEqual(20);
      const evaluated = await runTest(['evaluate', 'm.safetensors', 'text.txt', '--backend', 'wasm', '--json'], {
        cwd,
      });
      expect(JSON.parse(evaluated.out).perplexity).toBeLessThan(30);
      const inspected = await runTest(['inspect', 'm.safetensors', '--backend', 'wasm', '--json'], { cwd });
      const names = JSON.parse(inspected.out).parameters.map(({ name }: { name: string }) => name);
      expect(names).toContain('rnn.1.norm_gain');
      expect(names).toContain('rnn.0.weight_n');
    });
  });

  it('is the same model as the built-in cell with the same equations', async () => {
    await inFolder(async (folder) => {
      const own = `export const Mine = { name: 'Mine', state: ['h'], step: ({ x, h, linear, tanh }) => ({ h: tanh(linear('h', x, h)) }) };`;
      const mine = await train(folder, own);
      const argv = ['train', 'lm', 'text.txt', '--cell', 'rnn', '--out', 'r.safetensors', ...TINY, '--json'];
      const builtIn = JSON.parse((await runTest(argv, { cwd: folder })).out);
      expect(mine.result.validation).toEqual(builtIn.validation);
    });
  });

  it('takes a cell that another copy of the library made', async () => {
    await inFolder(async (folder) => {
      const library = pathToFileURL(join(import.meta.dirname, '../../dist/node.js')).href;
      const { status, result } = await train(
        folder,
        `import { defineCell } from '${library}'; export default defineCell(${MIXER});`,
      );
      expect(result.error).toBeUndefined();
      expect(status).toBe(0);
    });
  });

  it('keeps no code in the file', async () => {
    await inFolder(async (folder) => {
      await train(folder, `export default ${MIXER};`);
      expect(readFileSync(join(folder, 'm.safetensors'), 'latin1')).not.toContain('mine.js');
    });
  });

  it.each([
    ['no cell', 'export const a = 1;', 'CELL', /one exported cell in \.\/mine\.js, received 0 \(a\)/],
    ['two cells', `export const a = ${MIXER}; export const b = ${MIXER};`, 'CELL', /received 2/],
    ['a syntax error', 'export default {', 'CELL', /expected a module with a cell/],
    [
      'a faulty cell, with its line',
      `export default { name: 'Bad', state: ['h'], step({ x, h, linear }) {\n const i = linear('i', x);\n const j = linear('i', h);\n return { h: i.add(j) };\n} }`,
      'CELL',
      /cell Bad: expected each linear once, received "i" twice .*mine\.js:3/,
    ],
  ])('refuses a module with %s', async (_, module, code, message) => {
    await inFolder(async (folder) => {
      const { status, result } = await train(folder, module);
      expect(status).toBe(2);
      expect(result.error?.code).toBe(code);
      expect(result.error?.message).toMatch(message);
    });
  });

  it.each([
    ['./none.js', 'NOT_FOUND'],
    ['./mine.ts', 'CELL'],
    ['nope', 'OPTION'],
  ])('refuses %s', async (cell, code) => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 'text.txt'), TEXT);
      writeFileSync(join(folder, 'mine.ts'), '');
      const { status, out } = await runTest(['train', 'lm', 'text.txt', '--cell', cell, '--json'], { cwd: folder });
      expect(status).toBe(2);
      expect(JSON.parse(out).error.code).toBe(code);
    });
  });
});

describe('--cell my.cell', () => {
  const EQUATIONS =
    "cell Mine\nstate h\nz = sigmoid(linear(x, h))\nh' = h + z * (tanh(linear(x, z * h, name: n)) - h)\n";

  it('trains equations, and the file opens where they are missing', async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 'text.txt'), TEXT);
      writeFileSync(join(folder, 'my.cell'), EQUATIONS);
      const argv = ['train', 'lm', 'text.txt', '--cell', 'my.cell', '--out', 'm.safetensors', ...TINY, '--json'];
      const { status, out } = await runTest(argv, { cwd: folder });
      expect([status, JSON.parse(out).cell]).toEqual([0, 'Mine']);
      renameSync(join(folder, 'my.cell'), join(folder, 'gone'));
      const generated = await runTest(['generate', 'm.safetensors', '--length', '20', '--backend', 'wasm'], {
        cwd: folder,
      });
      expect(generated.status).toBe(0);
    });
  });

  it('says the line and column of what does not fit, and what is missing', async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 'my.cell'), EQUATIONS.replace('sigmoid', 'sigmod'));
      const wrong = await runTest(['explain', 'my.cell'], { cwd: folder });
      expect(wrong.status).toBe(2);
      expect(wrong.err).toMatch(/unknown name "sigmod" \(my\.cell:3:5\)[^]*did you mean sigmoid/);
      const missing = await runTest(['explain', 'other.cell'], { cwd: folder });
      expect(missing.err).toContain('NOT_FOUND');
    });
  });

  it('is what explain prints of a cell', async () => {
    await inFolder(async (folder) => {
      const printed = await runTest(['explain', 'gru', '--equations'], { cwd: folder });
      writeFileSync(join(folder, 'my.cell'), printed.out);
      const argv = ['--input', '28', '--hidden', '16', '--batch', '4'];
      const [built, own] = [
        await runTest(['explain', 'gru', ...argv], { cwd: folder }),
        await runTest(['explain', 'my.cell', ...argv], { cwd: folder }),
      ];
      expect(own.out).toBe(built.out);
      expect(own.out).toContain("h' = n + z * (h - n)");
      expect(own.out).toContain('[28 × 48]');
      const latex = await runTest(['explain', 'my.cell', '--latex'], { cwd: folder });
      expect(latex.out).toContain('\\begin{aligned}');
    });
  });
});
