// `unrolled train ngram`: counts an n-gram model and saves it.
import { defineCommand } from '../../command.js';
import { sourcesOf } from '../../sources.js';
import { TEXT_OPTIONS, textSettings } from '../../textOptions.js';
import { writeWhole } from '../../files.js';
import { choice, integer, path, withDefault } from '../../options.js';
import { metricsOf } from '../lm/metrics.js';
import { formatNumber, table } from '../../output.js';
import { refuseOverwriting } from '../../outputs.js';

export const trainNgramCommand = defineCommand({
  name: 'train ngram',
  summary: 'train an n-gram language model',
  arguments: [{ name: '<data...>', description: 'files, folders, - for standard input, or a known data set' }],
  options: {
    order: withDefault(integer('--order <N>', 'number of tokens in an n-gram', { min: 1, max: 32 }), 5),
    smoothing: withDefault(
      choice('--smoothing <name>', 'smoothing for unseen n-grams', ['laplace', 'kneser-ney']),
      'kneser-ney' as const,
    ),
    out: path('--out <file>', 'where to save the model (default: runs/DATA-ngram.safetensors)'),
    ...TEXT_OPTIONS,
  },
  examples: [
    'unrolled train ngram moby-dick --order 5',
    'unrolled train ngram book.txt --tokens word --order 3 --smoothing laplace --out words.safetensors',
  ],
  async run(context, args, options) {
    const { NgramLanguageModel } = await import('../../library.js');
    const { readCorpus } = await import('../../../sources/index.js');
    const sources = sourcesOf(context);
    const text = textSettings(options);
    const { name, corpus, test, reading, report } = await readCorpus(sources, args, { ...options, ...text });
    const { order, smoothing } = options;
    const out = options.out ?? `runs/${name}-ngram.safetensors`;
    await refuseOverwriting(context, { '--out': out }, args);
    const model = NgramLanguageModel.fit(corpus, { ...text, order, smoothing });
    model.reading = reading;
    await writeWhole(context.io.cwd, out, model.toBytes());
    const measured =
      corpus.validation.length > 1 ? model.evaluate(corpus.validation, corpus.train.subarray(-order)) : null;
    const tested = test === null ? null : model.evaluate(test);
    const json = {
      task: 'ngram',
      model: out,
      order,
      smoothing,
      tokens: { train: corpus.train.length, validation: corpus.validation.length },
      vocabulary: corpus.vocabulary.size,
      validation: metricsOf(measured),
      ...(tested && { test: metricsOf(tested) }),
      data: report,
    };
    const rows = [
      ['order', `${order}, ${smoothing}`],
      ['training tokens', formatNumber(corpus.train.length)],
      ['vocabulary', formatNumber(corpus.vocabulary.size)],
      ['validation perplexity', measured ? formatNumber(measured.perplexity) : 'no validation data'],
      ...(tested ? [['test perplexity', formatNumber(tested.perplexity)]] : []),
      ['model', out],
    ];
    return { json, text: table([{ heading: 'n-gram model' }, { heading: name }], rows) };
  },
});
