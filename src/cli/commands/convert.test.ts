import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import '../../autograd/methods.js';
import { relu } from '../../autograd/ops.js';
import { useBackend } from '../../backend/choose.js';
import { decodeOnnx } from '../../formats/onnx.js';
import { TextClassifier } from '../../models/classifier/textClassifier.js';
import { exportOnnx } from '../../models/exportOnnx.js';
import { importModel } from '../../models/foreign/importModel.js';
import { Forecaster } from '../../models/forecaster/forecaster.js';
import { LanguageModel } from '../../models/language/languageModel.js';
import { NgramLanguageModel } from '../../models/ngram/ngramLanguageModel.js';
import { textOf } from '../../models/language/textGenerator.js';
import { TokenTagger } from '../../models/tagger/tokenTagger.js';
import { Recurrent } from '../../nn/recurrent.js';
import { fromData } from '../../tensor/create.js';
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
      expect(out).toMatch(/read again and run on a random input, its output differs by 0 at most/);
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
        expect(JSON.parse(out).largestDifference).toBeLessThan(1e-6);
        const { graph } = await decodeOnnx(new Uint8Array(readFileSync(join(folder, `${from}.onnx`))), from);
        expect(graph.nodes.filter(({ op }) => op === node)).toHaveLength(2);
      }
      expect((await run('convert', 'ngram', 'x.onnx')).status).not.toBe(0);
      expect(existsSync(join(folder, 'x.onnx'))).toBe(false);
    });
  });

  it('brings an ONNX graph here and to others, by its content, and weights of others there', async () => {
    await inFiles(async (run, folder) => {
      const there = JSON.parse((await run('convert', 'checkpoint.pt', 'graph.onnx', '--json')).out);
      expect(there).toMatchObject({ format: 'onnx', from: { layout: 'PyTorch' } });
      expect(there.largestDifference).toBeLessThan(1e-6);
      copyFileSync(join(folder, 'graph.onnx'), join(folder, 'graph'));
      for (const [to, ...more] of [['graph.pt'], ['graph.npz'], ['graph.safetensors', '--to', 'unrolled']]) {
        const { out, err } = await run('convert', 'graph', to, '--json', ...more);
        expect(err).toBe('');
        expect(JSON.parse(out)).toMatchObject({ from: { format: 'onnx', layout: 'ONNX' }, largestDifference: 0 });
      }
      const tagger = (await importModel(join(folder, 'checkpoint.pt'))).network();
      const ours = (await importModel(join(folder, 'graph.safetensors'))).network();
      const tokens = fromData(Int32Array.of(1, 5, 0, 8), [2, 2]);
      expect(ours.forward(tokens).output.data()).toEqual(tagger.forward(tokens).output.data());
    });
  });

  it('says what of a graph has no layer: a function between two, a cell of another', async () => {
    await inFiles(async (run, folder) => {
      const parts = [new Recurrent('lstm', { inputSize: 2, hiddenSize: 3 }), relu];
      writeFileSync(join(folder, 'relu.onnx'), await exportOnnx(parts));
      const refused = await run('convert', 'relu.onnx', 'x.pt');
      expect(refused.status).toBe(2);
      expect(refused.err).toMatch(/Relu "relu": a function/);
      const { out } = await run('convert', 'relu.onnx', 'x.pt', '--partial', '--json');
      expect(JSON.parse(out).unmapped).toMatchObject([{ why: expect.stringContaining('a function') }]);
      writeFileSync(join(folder, 'mgu.onnx'), await exportOnnx(new Recurrent('mgu', { inputSize: 2, hiddenSize: 3 })));
      const { err } = await run('convert', 'mgu.onnx', 'y.pt');
      expect(err).toMatch(/0 \(the cell MGU\)[^]*importOnnx/);
    });
  });

  it('writes a module of its own, which predicts as the model does', async () => {
    await inFiles(async (run, folder) => {
      const model = LanguageModel.fromBytes(new Uint8Array(readFileSync(join(folder, 'peephole'))));
      const { out, err } = await run('convert', 'peephole', 'peephole.mjs', '--json');
      expect(err).toBe('');
      const { largestDifference } = JSON.parse(out);
      expect(largestDifference).toBeGreaterThan(0);
      expect(largestDifference).toBeLessThan(1e-6);
      const { generate } = await import(pathToFileURL(join(folder, 'peephole.mjs')).href);
      expect(generate({ seed: 4, length: 40 })).toBe(model.generate({ seed: 4, length: 40 }));
      const small = await run('convert', 'lm', 'small.mjs', '--quantize', 'int8');
      expect(small.out).toMatch(/small\.mjs: a module of its own, int8, .* differ from the model's by 0\.00/);
    });
  });

  it('writes modules of the other tasks, which answer as the model does', async () => {
    await inFiles(async (run, folder) => {
      const small = { hiddenSize: 4, epochs: 1, batchSize: 4 };
      const texts = ['good film', 'bad film', 'good', 'dull and bad', 'so good', 'bad'];
      const rows = texts.map((text) => ({ text, label: text.includes('good') ? 'good' : 'bad' }));
      const sentences = texts.map((text) => ({ tokens: text.split(' '), tags: text.split(' ').map((w) => w[0]) }));
      const models = [
        await TextClassifier.fit(rows, small),
        await TokenTagger.fit(sentences, small),
        await Forecaster.fit(
          Array.from({ length: 80 }, (_, t) => 5 + Math.sin(t / 3)),
          { ...small, window: 12, horizon: 3 },
        ),
      ];
      for (const model of models) {
        writeFileSync(join(folder, model.task), model.toBytes());
        const { out, err } = await run('convert', model.task, `${model.task}.mjs`, '--json');
        expect(err).toBe('');
        const { task, largestDifference } = JSON.parse(out);
        expect(task).toBe(model.task);
        expect(largestDifference).toBeLessThan(1e-6);
        const written = await import(pathToFileURL(join(folder, `${model.task}.mjs`)).href);
        expect(written[model.task]).toBeTypeOf('function');
        const smaller = await run('convert', model.task, `${model.task}8.mjs`, '--quantize', 'int8');
        expect(smaller.out).toContain(`import { ${model.task} } from './${model.task}8.mjs';`);
      }
    });
  });

  it('refuses n-grams as a module, and smaller weights elsewhere', async () => {
    await inFiles(async (run, folder) => {
      expect((await run('convert', 'ngram', 'x.mjs')).err).toMatch(/expected a language model.*n-grams are counts/);
      expect((await run('convert', 'lm', 'x.pt', '--quantize', 'int8')).err).toMatch(
        /a module \(\.mjs\), received pytorch/,
      );
      expect(existsSync(join(folder, 'x.pt'))).toBe(false);
      expect(existsSync(join(folder, 'x.mjs'))).toBe(false);
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
        /received pytorch/,
      );
      expect((await run('convert', 'checkpoint.pt', 'x.safetensors', '--quantize', 'int8')).status).not.toBe(0);
      expect(existsSync(join(folder, 'x.safetensors'))).toBe(false);
    });
  });
});

describe('unrolled inspect', () => {
  it('says what a zip archive is, and what in it may be weights', async () => {
    await inFiles(async (run, folder) => {
      const zip = (paths: readonly string[]): Uint8Array =>
        zipSync(Object.fromEntries(paths.map((path) => [path, new Uint8Array(1)])));
      writeFileSync(join(folder, 'x'), zip(['[Content_Types].xml', 'word/document.xml']));
      expect((await run('inspect', 'x')).err).toMatch(/received a Word document/);
      writeFileSync(join(folder, 'y'), zip(['README.md', 'weights/model.safetensors']));
      expect((await run('inspect', 'y')).err).toMatch(
        /a zip archive: y[^]*it holds weights\/model\.safetensors: unpack/,
      );
    });
  });

  it('says what is in an ONNX file: layers, nodes, what goes in and out', async () => {
    await inFiles(async (run, folder) => {
      await run('convert', 'lm', 'lm.onnx');
      const { out, err } = await run('inspect', 'lm.onnx');
      expect(err).toBe('');
      expect(out).toMatch(/lm\.onnx: onnx, operators of version \d+/);
      expect(out).toMatch(/^\S+ +lstm +3 → 6/m);
      expect(out).toMatch(/nodes: .*2 LSTM/);
      expect(out).toMatch(/^in +tokens +time × batch/m);
      writeFileSync(join(folder, 'mgu.onnx'), await exportOnnx(new Recurrent('mgu', { inputSize: 2, hiddenSize: 3 })));
      expect((await run('inspect', 'mgu.onnx')).out).toMatch(/no layers are read: .*MGU/);
    });
  });

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
    ['%PDF-1.7\n%', /a PDF document/],
    ['RIFF\x24\0\0\0WAVEfmt ', /a sound \(WAV\)/],
    ['\x89PNG\r\n\x1a\n', /a PNG picture/],
    ['PAR1\0\0\0\0\0\0', /Parquet/],
    ['BZh91AY', /bzip2 data[^]*bunzip2/],
    ['GGUF\x03\0\0\0\x25\x01\0\0\0\0\0\0\x01\0\0\0\0\0\0\0', /GGUF[^]*of 293 tensors/],
    ['\x04\0\0\0\x01\0\0\0\x03\0\0\0V 1\x0d\0\0\0nn.Sequential', /Torch 7[^]*the end of the file/],
    ['\x03\0\0\0\x01\0\0\0\x05\0\0\0\x02\0\0\0\x05\0\0\0vocab', /Torch 7/],
    ['4\n1\n3\nV 1\n13\nnn.Sequential\n', /Torch 7 in its text form[^]*ascii/],
    ['(dp0\nVa\np1\nI1\ns.', /a Python pickle/],
    ['2 3\nthe 0.1 -0.2 0.3\nof 1 2 3\n', /word vectors[^]*readVectors/],
    ['\0'.repeat(200), /zeros[^]*copy it again/],
    [`sys_info${'\0'.repeat(249)}ustar\x0000${'\0'.repeat(200)}`, /a tar archive, which begins with "sys_info"/],
    ['\x01\x02\xff\xfe\x80\x80\x80\x80\x80\x80', /of no kind that is known here[^]*01 02 ff fe/],
    ['{"type":"NeuralNetwork","sizes":[2,1],"layers":[]}', /brain\.js[^]*not recurrent/],
    ['', /an empty file/],
  ])('says what %j is', async (content, expected) => {
    await inFiles(async (run, folder) => {
      writeFileSync(join(folder, 'x'), Buffer.from(content, 'latin1'));
      const { status, err } = await run('inspect', 'x');
      expect([status, err]).toEqual([2, expect.stringMatching(expected)]);
    });
  });
});
