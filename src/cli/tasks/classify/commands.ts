// A text classifier on the command line.
import type { TextClassifier } from '../../../models/classifier/textClassifier.js';
import { formatNumber, percent, table } from '../../output.js';
import { sourcesOf } from '../../sources.js';
import { textInput } from '../input.js';
import type { Insight, TaskCommands } from '../task.js';
import { trainClassifyCommand } from './train.js';

export const classifyCommands: TaskCommands<'classify'> = {
  train: trainClassifyCommand,
  takes: ['text', 'label'],
  async evaluate(model, { context, args, options, reading }) {
    const { readLabelled } = await import('../../../sources/index.js');
    const data = await readLabelled(sourcesOf(context), args, options, reading);
    const { rows, loss, accuracy, macroF1, confusion, parts } = await model.evaluateAsync(data.test ?? data.rows);
    return {
      ...{ name: data.name, report: data.report },
      json: { rows, loss, accuracy, macroF1, labels: model.config.labels, confusion, ...(parts && { parts }) },
      rows: [
        ['rows', formatNumber(rows)],
        ['loss', `${formatNumber(loss)} nats per row`],
        ['accuracy', percent(accuracy)],
        ['macro F1', formatNumber(macroF1)],
        ...(parts === undefined
          ? []
          : [
              ['accuracy of the network alone', percent(parts.network.accuracy)] as [string, string],
              ['accuracy of the linear part alone', percent(parts.linear.accuracy)] as [string, string],
            ]),
      ],
    };
  },
  async predict(model, { context, args, options, reading }) {
    const { readTexts } = await import('../../../sources/index.js');
    const { rows, report } = await readTexts(sourcesOf(context), args, { ...options, column: options.text }, reading);
    const texts = rows.map(({ text }) => text);
    const predictions = (await model.predictAsync(texts)).map((answer, i) => ({ text: texts[i], ...answer }));
    const lines = predictions.map(({ text, label, probability }) => [label, percent(probability), shorten(text)]);
    const columns = ['label', 'probability', 'text'].map((heading) => ({ heading }));
    return { predictions, text: table(columns, lines), report };
  },
  async inspect(model, call) {
    const text = textInput(call, 'a classifier');
    return text === undefined ? null : words(model, text);
  },
};

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text).replace(/\s+/g, ' ');

/** Which words moved the score: integrated gradients of the predicted label. */
async function words(model: TextClassifier, text: string): Promise<Insight> {
  const { integratedGradientsAsync } = await import('../../../inspect/index.js');
  const { COLOURED_TEXT_STYLE, colouredText } = await import('../../../drawing/pages/colouredText.js');
  const { escapeXml } = await import('../../../drawing/svg.js');
  const { label, probability, tokens, values, score, empty } = await integratedGradientsAsync(model, text);
  const byCharacter = model.text.settings.tokens === 'char' || model.text.settings.tokens === 'byte';
  const limit = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
  const strongest = tokens
    .map((token, t) => ({ token, value: values[t] }))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, 12);
  const says = `${label} (${percent(probability)})`;
  const legend = `Integrated gradients: blue words moved the score away from “${label}”, orange words towards it.`;
  const coloured = colouredText({ tokens, values, scale: 'diverging', limit, joiner: byCharacter ? '' : ' ' });
  const rows = strongest.map(({ token, value }) => [token, `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(3)}`]);
  return {
    input: text,
    json: { label, probability, score, empty, tokens, attributions: Array.from(values) },
    text: `${says}\n\n${table([{ heading: 'token' }, { heading: `towards ${label}`, number: true }], rows)}`,
    sections: [
      { html: COLOURED_TEXT_STYLE },
      { heading: `Why ${says}`, html: `<p class="muted">${escapeXml(legend)}</p>\n${coloured}` },
    ],
  };
}
