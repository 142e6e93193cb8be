// `unrolled predict`: a model's answer for each row.
import { defineCommand } from '../command.js';
import { writeWhole } from '../files.js';
import { openModel } from '../modelCall.js';
import { decimal, integer, path } from '../options.js';
import { formatNumber } from '../output.js';
import { refuseOverwriting } from '../outputs.js';
import { ROW_OPTIONS } from '../rowOptions.js';
import { tellNotes } from '../sources.js';

const OPTIONS = {
  ...ROW_OPTIONS,
  out: path('--out <file>', 'write the predictions to this file, one JSON object per line'),
  steps: integer('--steps <K>', 'number of values to forecast (default: the horizon of the model)'),
  beam: { ...integer('--beam <N>', 'beam size of a translator'), defaultText: '4' },
  lengthPenalty: {
    ...decimal('--length-penalty <A>', 'length penalty of a translator', { min: 0 }),
    defaultText: '0.6',
  },
} as const;

export const predictCommand = defineCommand({
  name: 'predict',
  summary: 'predict with a classifier, tagger, forecaster or translator, one answer per row',
  arguments: [
    { name: '<model>', description: 'a model file' },
    { name: '<data...>', description: 'lines of text, a table, CoNLL columns, a series; - for standard input' },
  ],
  options: OPTIONS,
  examples: [
    'unrolled predict runs/reviews-lstm.safetensors new.csv --out answers.jsonl',
    "echo 'I love you.' | unrolled predict runs/fra-eng-gru.safetensors -",
    'unrolled predict runs/airline-passengers-lstm.safetensors airline-passengers',
  ],
  async run(context, [file, ...args], options) {
    await refuseOverwriting(context, { '--out': options.out }, [file, ...args]);
    const { model, commands, reading } = await openModel(context, file, OPTIONS, options);
    const answers = await commands.predict(model, { context, file, args, options, reading });
    const { predictions, report, text } = answers;
    tellNotes(context, report);
    const json = { task: model.task, model: file, predictions, data: report };
    if (options.out === undefined) return { json, text };
    await writeWhole(context.io.cwd, options.out, predictions.map((one) => `${JSON.stringify(one)}\n`).join(''));
    return { json, text: `${formatNumber(predictions.length)} predictions in ${options.out}` };
  },
});
