// A token tagger on the command line.
import { formatNumber, percent, table } from '../../output.js';
import { sourcesOf } from '../../sources.js';
import { textInput } from '../input.js';
import type { TaskCommands } from '../task.js';
import { trainTagCommand } from './train.js';

export const tagCommands: TaskCommands<'tag'> = {
  train: trainTagCommand,
  takes: ['tokenColumn', 'tagColumn'],
  async evaluate(model, { context, args, options, reading }) {
    const { readSentences } = await import('../../../sources/index.js');
    const data = await readSentences(sourcesOf(context), args, options, reading);
    const { tokens, untrained, loss, accuracy, f1 } = await model.evaluateAsync(data.test ?? data.rows);
    return {
      ...{ name: data.name, report: data.report },
      json: { tokens, untrained, loss, accuracy, ...(f1 === undefined ? {} : { f1 }) },
      rows: [
        ['tokens', formatNumber(tokens)],
        ...(untrained > 0 ? [['with a tag unknown to the model', formatNumber(untrained)] as [string, string]] : []),
        ['loss', `${formatNumber(loss)} nats per token`],
        ['accuracy', percent(accuracy)],
        ...(f1 === undefined ? [] : [['chunk F1', percent(f1)] as [string, string]]),
      ],
    };
  },
  async predict(model, { context, args, options, reading }) {
    const { readTokens } = await import('../../../sources/index.js');
    const { rows, report } = await readTokens(
      sourcesOf(context),
      args,
      { ...options, tags: model.config.tags },
      reading,
    );
    const sentences = rows.map(({ tokens }) => tokens);
    const predictions = (await model.predictAsync(sentences)).map((answer, i) => ({ tokens: sentences[i], ...answer }));
    // As the data are written: a token and its tag a line.
    const lines = predictions.map(({ tokens, tags }) => tokens.map((token, t) => `${token}\t${tags[t]}`).join('\n'));
    return { predictions, text: lines.join('\n\n'), report };
  },
  async inspect(model, call) {
    const text = textInput(call, 'a tagger');
    if (text === undefined) return null;
    const tokens = text.trim().split(/\s+/);
    const [{ tags, probabilities }] = await model.predictAsync([tokens]);
    const lines = tokens.map((token, t) => [token, tags[t], percent(probabilities[t])]);
    const columns = ['token', 'tag', 'probability'].map((heading) => ({ heading }));
    const { htmlTable } = await import('../../../drawing/pages/htmlPage.js');
    return {
      input: tokens,
      json: { tokens, tags, probabilities },
      text: table(columns, lines),
      sections: [{ heading: 'Tags', html: htmlTable(columns, lines) }],
    };
  },
};
