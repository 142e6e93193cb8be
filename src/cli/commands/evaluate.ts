// `unrolled evaluate`: the metrics of a model on other data.
import { defineCommand } from '../command.js';
import { readBytes } from '../files.js';
import { formatNumber, table } from '../output.js';

export const evaluateCommand = defineCommand({
  name: 'evaluate',
  summary: "the metrics of a model's task on other data",
  arguments: [
    { name: '<model>', description: 'a model file' },
    { name: '<data...>', description: 'files, folders, - for standard input, or a known data set' },
  ],
  options: {},
  examples: ['unrolled evaluate runs/moby-dick-lstm.safetensors other-book.txt'],
  async run({ io, globals }, [file, ...args]) {
    const { loadModel, startBackend } = await import('../library.js');
    const { bytesOf, readData, textOf } = await import('../input.js');
    await startBackend(globals);
    const model = loadModel(await readBytes(io.cwd, file), file);
    const read = await readData(io, args, globals.dataDir);
    // A known data set has a part that is meant for this.
    const data = read.test.length > 0 ? { ...read, parts: read.test } : read;
    // Bytes are their own indices, so that such a model reads any file.
    const input =
      model.text.settings.tokens === 'byte' &&
      !model.text.settings.lowercase &&
      !model.text.settings.lettersOnly &&
      !model.text.settings.collapseWhitespace
        ? Int32Array.from(bytesOf(data))
        : textOf(data);
    const { tokens, loss, perplexity, bitsPerToken } = model.evaluate(input);
    const rows = [
      ['tokens', formatNumber(tokens)],
      ['loss', `${formatNumber(loss)} nats per token`],
      ['perplexity', formatNumber(perplexity)],
      ['bits per token', formatNumber(bitsPerToken)],
    ];
    return {
      json: { task: model.task, model: file, tokens, loss, perplexity, bitsPerToken },
      text: table([{ heading: file }, { heading: data.name }], rows),
    };
  },
});
