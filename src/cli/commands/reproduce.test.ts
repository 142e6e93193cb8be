import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { run } from '../main.js';
import { readChapters } from '../reproduce/find.js';
import { inFolder, runTest, testIo } from '../testing.js';

const MODULE = (got: number): string => `
const text = { title: { en: 'Mine', zh: '我的' }, idea: { en: 'One is one.', zh: '一就是一。' }, one: { en: 'one', zh: '一' } };
const expected = { text: '1', accepts: (got) => got === 1 };
export default { name: 'mine', source: 'nowhere', text, run: ({ check }) => void check('one', expected, ${got}) };
`;

describe('unrolled reproduce', () => {
  it('lists the experiments in the language asked for', async () => {
    const { status, out } = await runTest(['reproduce', '--list', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(out).experiments[0]).toMatchObject({
      name: 'autoregressive-sine',
      source: 'Dive into Deep Learning, 9.1',
    });
    expect((await runTest(['reproduce', '--list', '--lang', 'zh'])).out).toContain('预测带噪声的正弦曲线');
  });

  it('has the long tasks in a group of their own', async () => {
    const chapters = await readChapters();
    expect(chapters.flatMap(({ group = '' }) => group).filter(Boolean)).toEqual(['tasks']);
    const { err, status } = await runTest(['reproduce', 'tasks', 'nonsense']);
    expect([status, err]).toEqual([2, expect.stringContaining('received "nonsense"')]);
  });

  it('refuses a name that is none, with the nearest', async () => {
    const { status, err } = await runTest(['reproduce', 'autoregresive-sine']);
    expect(status).toBe(2);
    expect(err).toContain('expected the name of an experiment, received "autoregresive-sine"');
    expect(err).toContain('did you mean autoregressive-sine?');
    expect((await runTest(['reproduce', './none.js'])).err).toContain('error[NOT_FOUND]');
  });

  it('stores what came out as packed JSON, in both languages', async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 'mine.mjs'), MODULE(1));
      const argv = ['reproduce', './mine.mjs', '--results', 'stored', '--report', 'pages', '--quiet', '--seed', '7'];
      expect((await runTest(argv, { cwd: folder })).status).toBe(0);
      const stored = JSON.parse(gunzipSync(readFileSync(join(folder, 'stored', 'mine.json.gz'))).toString('utf8'));
      expect(stored).toMatchObject({
        ...{ name: 'mine', seed: 7, quick: false, error: null },
        blocks: [
          { en: expect.stringContaining('<td>one</td>') as unknown, zh: expect.stringContaining('一') as unknown },
        ],
        checks: [{ what: { en: 'one', zh: '一' }, expected: '1', got: '1', ok: true }],
      });
      expect(stored.text).toMatch(/^[0-9a-f]{16}$/);
      expect(existsSync(join(folder, 'pages', 'zh'))).toBe(false); // pages only in the language that was asked for
    });
  });

  it('runs an experiment of one’s own, and writes its pages', async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 'mine.mjs'), MODULE(1));
      const argv = ['reproduce', './mine.mjs', '--report', 'pages', '--lang', 'all', '--quiet', '--seed', '7'];
      const { status, out } = await runTest(argv, { cwd: folder });
      expect(status).toBe(0);
      expect(out).toContain('✓ one: 1 (1)');
      const page = readFileSync(join(folder, 'pages', 'mine.html'), 'utf8');
      expect(page).toContain('seed 7');
      expect(page).toContain('<p class="when">mine.mjs</p>'); // named from where the command ran
      expect(page).toContain('href="zh/mine.html"');
      expect(page).toContain('unrolled reproduce ./mine.mjs --seed 7 --report pages --lang all');
      const chinese = readFileSync(join(folder, 'pages', 'zh', 'mine.html'), 'utf8');
      expect(chinese).toContain('href="../mine.html"');
      expect(chinese).toContain('一就是一。');
      expect(existsSync(join(folder, 'pages', 'index.html'))).toBe(false);
    });
  });

  it('ends with 1 where a check fails, and still says all', async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 'mine.mjs'), MODULE(2));
      const { status, out } = await runTest(['reproduce', './mine.mjs', '--json', '--quiet'], { cwd: folder });
      expect(status).toBe(1);
      const json = JSON.parse(out);
      expect(json.failed).toEqual(['mine']);
      expect(json.experiments[0].checks).toEqual([{ what: 'one', expected: '1', got: '2', ok: false }]);
    });
  });

  it('ends at once when it is interrupted, also in the middle of a loop', async ({ skip }) => {
    const bin = fileURLToPath(new URL('../../../bin/unrolled.js', import.meta.url));
    if (!existsSync(join(bin, '../../dist/cli/main.js'))) return skip();
    await inFolder(async (folder) => {
      const forever = MODULE(1).replace('run: (', "run: () => { process.stderr.write('begin'); for (;;); }, no: (");
      writeFileSync(join(folder, 'mine.mjs'), forever);
      const child = spawn(process.execPath, [bin, 'reproduce', './mine.mjs'], { cwd: folder });
      for await (const text of child.stderr) if (String(text).includes('begin')) break;
      child.kill('SIGINT');
      const [, signal] = await once(child, 'exit');
      expect(signal).toBe('SIGINT');
    });
  });

  it('runs several side by side, and goes on where the process of one ends', async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 'mine.mjs'), MODULE(1));
      writeFileSync(join(folder, 'fails.mjs'), MODULE(2).replaceAll("'mine'", "'fails'"));
      const ends = MODULE(1)
        .replaceAll("'mine'", "'ends'")
        .replace('({ check }) =>', '({ check }) => process.exit(3) ??');
      writeFileSync(join(folder, 'ends.mjs'), ends);
      const argv = ['reproduce', './mine.mjs', './ends.mjs', './fails.mjs', '--jobs', '2', '--seed', '7'];
      const { status, out, err } = await runTest([...argv, '--report', 'pages', '--json'], { cwd: folder });
      expect(status).toBe(1);
      const { experiments, jobs, failed } = JSON.parse(out);
      expect({ jobs, failed }).toEqual({ jobs: 2, failed: ['ends', 'fails'] });
      expect(experiments.map((one: { name: string }) => one.name)).toEqual(['mine', 'ends', 'fails']);
      expect(experiments[0].checks).toEqual([{ what: 'one', expected: '1', got: '1', ok: true }]);
      expect(experiments[1].error.message).toContain('the end of its process with status 3');
      expect(err).toMatch(/✓ mine {2}1 of 1 checks/);
      expect(readFileSync(join(folder, 'pages', 'mine.html'), 'utf8')).toContain('seed 7');
      expect(readFileSync(join(folder, 'pages', 'index.html'), 'utf8')).toContain('fails.html');
    });
  });

  it('ends the processes beside it with itself', async () => {
    await inFolder(async (folder) => {
      // Neither hears anything once it runs.
      const endless = MODULE(1).replace(
        'run: ',
        'run: async ({ progress }) => { progress(0.5, process.pid); await 0; for (;;); }, ran: ',
      );
      for (const name of ['one', 'two']) {
        writeFileSync(
          join(folder, `${name}.mjs`),
          endless.replace("'mine'", `'${name}'`).replace('await 0', 'await new Promise((r) => setTimeout(r, 200))'),
        );
      }
      const pids = new Set<number>();
      let send = (): void => undefined;
      const io = testIo({
        cwd: folder,
        stderr: {
          write(text: string) {
            for (const [, pid] of text.matchAll(/(?:one|two) (\d+)/g)) pids.add(Number(pid));
            if (pids.size === 2) setTimeout(() => send(), 500); // both are in their loops
          },
        },
        now: () => Date.now() * 1e5, // a line for each progress
      });
      send = () => io.signals.emit('SIGTERM');
      expect(await run(['reproduce', './one.mjs', './two.mjs', '--jobs', '2'], io)).toBe(130);
      expect(pids.size).toBe(2);
      for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    });
  });

  it('refuses a module without an experiment', async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 'broken.mjs'), 'export default {');
      const broken = await runTest(['reproduce', './broken.mjs'], { cwd: folder });
      expect([broken.status, broken.err]).toEqual([2, expect.stringContaining('error[FORMAT]')]);
      writeFileSync(join(folder, 'mine.mjs'), 'export default 1;');
      const { status, err } = await runTest(['reproduce', './mine.mjs'], { cwd: folder });
      expect(status).toBe(2);
      expect(err).toContain('error[FORMAT]');
    });
  });
});
