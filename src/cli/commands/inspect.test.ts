import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useBackend } from '../../backend/choose.js';
import { LanguageModel } from '../../models/language/languageModel.js';
import { NgramLanguageModel } from '../../models/ngram/ngramLanguageModel.js';
import { textOf } from '../../models/language/textGenerator.js';
import { Corpus } from '../../text/corpus.js';
import { inFolder, runTest } from '../testing.js';

const TEXT = '“Call me Ishmael,” he said (so he did) in 1851.\nSome years ago, never mind how long.\n'.repeat(3);

/** A folder with a network that nobody trained, an n-gram model and a text. */
async function inModels<T>(
  use: (run: (...argv: string[]) => ReturnType<typeof runTest>, folder: string) => Promise<T>,
): Promise<T> {
  await useBackend('reference');
  return inFolder(async (folder) => {
    const corpus = Corpus.fromText(TEXT);
    const config = { cell: 'gru', hiddenSize: 6, numLayers: 2, embeddingSize: 3, dropout: 0, seed: 1 };
    writeFileSync(join(folder, 'net'), new LanguageModel(config, textOf(corpus, {})).toBytes());
    writeFileSync(join(folder, 'ngram'), NgramLanguageModel.fit(corpus, { order: 2 }).toBytes());
    writeFileSync(join(folder, 'text.txt'), TEXT);
    return use((...argv) => runTest(['inspect', ...argv, '--backend', 'reference'], { cwd: folder }), folder);
  });
}

describe('unrolled inspect', () => {
  it('says configuration, parameters and spectra without a text', async () => {
    await inModels(async (run) => {
      const { status, out } = await run('net', '--json');
      const json = JSON.parse(out);
      expect(status).toBe(0);
      expect(json).toMatchObject({
        config: { task: 'lm', cell: 'gru' },
        trace: null,
        neurons: null,
        gradientFlow: null,
      });
      expect(json.parameters).toContainEqual({
        name: 'rnn.1.weight_h',
        shape: [6, 18],
        mean: expect.any(Number),
        std: expect.any(Number),
      });
      expect(Object.keys(json.spectralRadius)).toContain('rnn.0.weight_h.nh');
      expect(json.spectralRadius['rnn.0.weight_h.r']).toBeGreaterThan(0);
    });
  });

  it('traces a text, in JSON, in tables and as a page', async () => {
    await inModels(async (run, folder) => {
      const json = JSON.parse((await run('net', '--text-file', 'text.txt', '--report', 'r.html', '--json')).out);
      expect(json.trace.text).toBe(TEXT);
      expect(
        json.trace.layers.map(({ layer, direction }: { layer: number; direction: string }) => [layer, direction]),
      ).toEqual([
        [0, 'forward'],
        [1, 'forward'],
      ]);
      const { h, z } = json.trace.layers[1].values;
      expect([h.length, h[0].length, z.length]).toEqual([TEXT.length, 6, TEXT.length]);
      expect(json.saturation[0]).toMatchObject({ layer: 0, name: 'r', kind: 'sigmoid' });
      expect(json.neurons.neurons).toHaveLength(12);
      expect(json.gradientFlow.all[0].states.h).toHaveLength(TEXT.length - 1);
      const page = readFileSync(join(folder, 'r.html'), 'utf8');
      expect(page).toContain('<math');
      expect(page).toContain('Gates and states of layer 1');
      const { out } = await run('net', '--text', TEXT, '--layer', '1');
      expect(out).toContain('inside quotes');
      expect(out).not.toContain('layer 0');
    });
  });

  it.each([
    [1, null],
    [2, ['at the last step']],
    [3, ['at the last step', '1 step before']],
    [8, ['at the last step', '6 steps before']],
    [30, ['at the last step', '10 steps before', '28 steps before']],
    [70, ['at the last step', '10 steps before', '50 steps before']],
  ])('has a number in every place for a text of %d characters', async (length, columns) => {
    await inModels(async (run, folder) => {
      const { status, out } = await run('net', '--text', TEXT.slice(0, length), '--report', 'r.html');
      const heading = out.split('\n').find((line) => line.startsWith('gradient of the last loss'));
      expect([status, heading?.split(/ {2,}/).slice(1) ?? null]).toEqual([0, columns]);
      expect(out).not.toMatch(/NaN|undefined/);
      expect(readFileSync(join(folder, 'r.html'), 'utf8')).not.toMatch(/NaN|undefined|not a number/);
    });
  });

  it('refuses what makes no sense', async () => {
    await inModels(async (run) => {
      const errors = async (...argv: string[]): Promise<string> => {
        const { status, err } = await run(...argv);
        expect(status).toBe(2);
        return err;
      };
      expect(await errors('ngram', '--text', 'a')).toContain('n-gram model, which has no gates');
      expect(await errors('net', '--text', 'a', '--text-file', 'text.txt')).toContain('received both');
      expect(await errors('net', '--text', '')).toContain('EMPTY');
      expect(await errors('net', '--layer', '7')).toContain('layer from 0 to 1');
      expect(await errors('net', '--text-file', 'missing.txt')).toContain('NOT_FOUND');
      expect(JSON.parse((await run('ngram', '--report', 'n.html', '--json')).out)).toMatchObject({
        config: { order: 2 },
        parameters: [],
        trace: null,
      });
    });
  });
});
