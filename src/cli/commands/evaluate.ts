// `unrolled evaluate`: the metrics of a model's task on other data.
import { defineCommand } from '../command.js';
import { openModel } from '../modelCall.js';
import { table } from '../output.js';
import { ROW_OPTIONS } from '../rowOptions.js';
import { tellNotes } from '../sources.js';

export const evaluateCommand = defineCommand({
  name: 'evaluate',
  summary: 'evaluate a model on other data',
  arguments: [
    { name: '<model>', description: 'a model file' },
    { name: '<data...>', description: 'data in the format that the model was trained on' },
  ],
  options: ROW_OPTIONS,
  examples: [
    'unrolled evaluate runs/moby-dick-lstm.safetensors other-book.txt',
    'unrolled evaluate runs/reviews-lstm.safetensors more.csv',
  ],
  async run(context, [file, ...args], options) {
    const { model, commands, reading } = await openModel(context, file, ROW_OPTIONS, options);
    const { name, report, json, rows } = await commands.evaluate(model, { context, file, args, options, reading });
    tellNotes(context, report);
    return {
      json: { task: model.task, model: file, ...json, data: report },
      text: table([{ heading: file }, { heading: name }], rows),
    };
  },
});
