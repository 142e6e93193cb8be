import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useBackend } from '../../backend/choose.js';
import { decodeOnnx } from '../../formats/onnx.js';
import { importModel } from '../../models/foreign/importModel.js';
import { LanguageModel } from '../../models/language/languageModel.js';
import { NgramLanguageModel } from '../../models/ngram/ngramLanguageModel.js';
import { textOf } from '../../models/language/textGenerator.js';
import { Corpus } from '../../text/corpus.js';
import { inFolder, runTest } from '../testing.js';

const GOLDEN = join(import.meta.dirname, '..', '..', '..', 'test', 'golden', 'formats');

/** A folder with the golden files, and a run of the command line there. */
async function inFiles<T>(
  use: (run: (...argv: string[]) => ReturnType<typeof runTest>, folder: string) => Promise<T>,
): Promise<T> {
  await useBackend('reference');
  return inFolder(async (folder) => {
    for (const name of readdirSync(GOLDEN)) copyFileSync(join(GOLDEN, name), join(folder, name));
    const corpus = Corpus.fromText('Call me Ishmael. '.repeat(9));
    const config = { cell: 'lstm', hiddenSize: 6, numLayers: 2, embeddingSize: 3, dropout: 0, seed: 1 };
    writeFileSync(join(folder, 'lm'), new LanguageModel(config, textOf(corpus, {})).toBytes());
    const peephole = new LanguageModel({ ...config, cell: 'lstm-peephole' }, textOf(corpus, {}));
    writeFileSync(join(folder, 'peephole'), peephole.toBytes());
    writeFileSync(join(folder, 'ngram'), NgramLanguageModel.fit(corpus, { order: 2 }).toBytes());
    return use((...argv) => runTest([...argv, '--backend', 'reference'], { cwd: folder }), folder);
  });
}

describe('unrolled convert', () => {
  it('brings a checkpoint here and back, and says what became what', async () => {
    await inFiles(async (run, folder) => {
      const { status, out, err } = await run('convert', 'checkpoint.pt', 'ours.safetensors', '--to', 'unrolled');
      expect([status, err]).toEqual([0, '']);
      expect(out).toMatch(/checkpoint\.pt: pytorch, names and orders of PyTorch, in model_state_dict/);
      expect(out).toMatch(/^rnn +gru +4 → 3, both directions$/m);
      expect(out).toMatch(/^rnn\.bias_ih_l0 \+ rnn\.bias_hh_l0 +rnn\.0\.bias +12 +r z nx nh$/m);
      expect(out).toMatch(/differ by 0 at most/);
      for (const [ending, format] of Object.entries({ pt: 'pytorch', npz: 'npz' })) {
        const back = JSON.parse((await run('convert', 'ours.safetensors', `back.${ending}`, '--json')).out);
        expect(back).toMatchObject({ format, largestDifference: 0, from: { layout: 'Unrolled' } });
        const { weights } = await importModel(new Uint8Array(readFileSync(join(folder, `back.${ending}`))));
        expect(weights).toEqual((await importModel(join(folder, 'checkpoint.pt'))).weights);
      }
    });
  });

  it('writes a model of ours as ONNX, a cell that PyTorch has not among them', async () => {
    await inFiles(async (run, folder) => {
      for (const [from, node] of [
        ['lm', 'LSTM'],
        ['peephole', 'LSTM'],
      ]) {
        const { out, err } = await run('convert', from, `${from}.onnx`, '--json');
        expect(err).toBe('');
        expect(JSON.parse(out)).toMatchObject({ format: 'onnx', to: `${from}.onnx` });
        const { graph } = await decodeOnnx(new Uint8Array(readFileSync(join(folder, `${from}.onnx`))), from);
        expect(graph.nodes.filter(({ op }) => op === node)).toHaveLength(2);
      }
      expect((await run('convert', 'ngram', 'x.onnx')).status).not.toBe(0);
      expect(existsSync(join(folder, 'x.onnx'))).toBe(false);
    });
  });

  it('takes a model of ours there; what PyTorch has no layer for is refused, and nothing is written', async () => {
    await inFiles(async (run, folder) => {
      const { out, status } = await run('convert', 'lm', 'lm.pt', '--json');
      expect(status).toBe(0);
      expect(JSON.parse(out).layers.map(({ name }: { name: string }) => name)).toEqual(['embedding', 'rnn', 'decoder']);
      for (const [from, message] of [
        ['peephole', /rnn \(the cell LSTM-peephole\)/],
        ['ngram', /n-gram model/],
      ] as const) {
        const refused = await run('convert', from, 'x.pt');
        expect(refused.err).toMatch(message);
        expect(refused.status).toBe(1);
        expect(existsSync(join(folder, 'x.pt'))).toBe(false);
      }
    });
  });

  it('leaves out with --partial what no layer takes', async () => {
    await inFiles(async (run) => {
      expect((await run('convert', 'other.pt', 'x.pt')).err).toMatch(/MultiheadAttention[^]*--partial/);
      const { out } = await run('convert', 'other.pt', 'x.pt', '--partial');
      expect(out).toMatch(/^norm\.num_batches_tracked +I64 +I64: no weight$/m);
    });
  });

  it.each([
    [['rnn-tanh.pt', 'x.safetensors'], /--to unrolled is for this library/],
    [['lm', 'x', '--to', 'unrolled'], /received a model of this library/],
    [['rnn-relu.pt', 'x.pt', '--layers', 'rnn'], /expected name=kind/],
    [['rnn-relu.pt', 'rnn-relu.pt'], /an input/],
    [['nothing.pt', 'x.pt'], /no such file/],
  ])('refuses %j', async (argv, message) => {
    await inFiles(async (run) => {
      const { status, err } = await run('convert', ...argv);
      expect([status, err]).toEqual([2, expect.stringMatching(message)]);
    });
  });

  it('keeps the nonlinearity that was said', async () => {
    await inFiles(async (run, folder) => {
      await run('convert', 'rnn-relu.pt', 'relu', '--to', 'unrolled', '--layers', '=rnn-relu');
      expect((await importModel(join(folder, 'relu'))).layers).toMatchObject([{ cell: 'rnn-relu' }]);
    });
  });

  it('makes a model of ours smaller, which generates the same text each way, and wide again', async () => {
    await inFiles(async (run, folder) => {
      const corpus = Corpus.fromText('Call me Ishmael. '.repeat(9));
      const config = { cell: 'lstm', hiddenSize: 64, numLayers: 1, embeddingSize: 0, dropout: 0, seed: 1 };
      const model = new LanguageModel(config, textOf(corpus, {}));
      writeFileSync(join(folder, 'wide'), model.toBytes());
      const convert = async (...argv: string[]): Promise<{ bytes: number; dtype: string }> => {
        const { out, err, status } = await run('convert', ...argv, '--json');
        expect([status, err]).toEqual([0, '']);
        return JSON.parse(out);
      };
      const { bytes } = await convert('wide', 'small.safetensors', '--quantize', 'int8');
      expect(bytes).toBeLessThan(0.45 * model.toBytes().length);
      expect((await run('convert', 'wide', 'half.safetensors', '--quantize', 'bf16')).out).toMatch(
        /half.*in bf16, .* \d\d % of that/,
      );
      const generated = await run('generate', 'small.safetensors', '--prime', 'Call', '--length', '20', '--seed', '1');
      expect([generated.status, generated.err]).toEqual([0, '']);
      expect(await convert('small.safetensors', 'back.safetensors')).toMatchObject({ dtype: 'f32' });
      const back = LanguageModel.fromBytes(new Uint8Array(readFileSync(join(folder, 'back.safetensors'))));
      expect(back.network.stateDict()['rnn.0.weight_h'].dtype).toBe('float32');
      // Other toolkits get float32 from either.
      for (const from of ['small.safetensors', 'back.safetensors']) {
        const { status } = await run('convert', from, `${from}.npz`);
        expect(status).toBe(0);
      }
      const [a, b] = ['small', 'back'].map((name) => readFileSync(join(folder, `${name}.safetensors.npz`)));
      expect(a).toEqual(b);
      expect((await run('convert', 'wide', 'x.pt', '--to', 'pytorch', '--quantize', 'int8')).err).toMatch(
        /received --to pytorch/,
      );
      expect((await run('convert', 'checkpoint.pt', 'x.safetensors', '--quantize', 'int8')).status).not.toBe(0);
      expect(existsSync(join(folder, 'x.safetensors'))).toBe(false);
    });
  });
});

describe('unrolled inspect', () => {
  it.each([
    ['other.pt', /^attention\.in_proj_weight +12 × 4 +F32 +MultiheadAttention/m],
    ['float8.safetensors', /^w +4 +F8_E4M3$/m],
    ['model.safetensors.index.json', /13 tensors, 241 numbers/],
    ['lb.npy', null],
    ['bf4-C.npy', /^array +2 × 3 +F32$/m],
  ] as const)('says what is in %s', async (name, expected) => {
    await inFiles(async (run) => {
      const { out, err } = await run('inspect', name);
      if (expected === null) expect(err).toMatch(/NOT_FOUND/);
      else expect(out).toMatch(expected);
    });
  });

  it.each([
    ['version https://git-lfs.github.com/spec/v1\noid sha256:0\n', /Git LFS[^]*git lfs pull/],
    ['<!DOCTYPE html>\n<html>', /a page \(HTML\)/],
    ['GGUF\x03\0\0\0', /GGUF/],
    ['\x89HDF\r\n\x1a\n\0\0', /HDF5/],
    ['\x80\x04\x95abc', /a Python pickle/],
    ['Salted__\x01\x02\xff\xfe', /encrypted data/],
    ['\x1f\x8b\x08\x00', /gzip data/],
    ['a,b\n1,2\n', /text/],
    ['', /an empty file/],
  ])('says what %j is', async (content, expected) => {
    await inFiles(async (run, folder) => {
      writeFileSync(join(folder, 'x'), Buffer.from(content, 'latin1'));
      const { status, err } = await run('inspect', 'x');
      expect([status, err]).toEqual([2, expect.stringMatching(expected)]);
    });
  });
});
