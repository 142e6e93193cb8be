// What is in a model of a task, and what its answer to an input came from: words, attention, the past.
import { basename } from 'node:path';
import { UnrolledError } from '../errors.js';
import type { Forecaster } from '../models/forecaster/forecaster.js';
import type { TextClassifier } from '../models/classifier/textClassifier.js';
import type { TokenTagger } from '../models/tagger/tokenTagger.js';
import type { Translator } from '../models/translator/translator.js';
import type { Section } from '../drawing/pages/htmlPage.js';
import type { CommandResult, Context } from './command.js';
import { writeWhole } from './files.js';
import { formatNumber, percent, table } from './output.js';
import type { RowOptions } from './rowOptions.js';
import { sourcesOf } from './sources.js';

interface Answer {
  json: Record<string, unknown>;
  text: string;
  sections: Section[];
}

const NOTHING: Answer = { json: {}, text: '', sections: [] };

/** @param input the text to read; for a forecaster the series, which stands in a file */
export async function inspectTask(
  context: Context,
  model: TextClassifier | TokenTagger | Forecaster | Translator,
  file: string,
  { text, series, report, ...rows }: { text?: string; series?: string; report?: string } & Partial<RowOptions>,
): Promise<CommandResult> {
  const { parameterSummary } = await import('../inspect/index.js');
  if (model.task === 'forecast' && text !== undefined) {
    throw new UnrolledError(
      'OPTION',
      'expected a series for a forecaster, received a text',
      'name its file with --series',
    );
  }
  if (model.task !== 'forecast' && series !== undefined) {
    throw new UnrolledError(
      'OPTION',
      `expected a text for a model of kind ${model.task}, received a series`,
      'give --text',
    );
  }
  const parameters = parameterSummary(model.network);
  const config: Record<string, unknown> = { task: model.task, ...model.config };
  const configRows = Object.entries(config).map(([name, value]): [string, string] => [
    name,
    name === 'equations' ? 'in the file' : typeof value === 'object' ? shorten(JSON.stringify(value)) : String(value),
  ]);
  const answer = await answerOf(context, model, text, series, rows);
  const parameterRows = parameters.map(({ name, shape, mean, std }) => [
    name,
    shape.join(' × '),
    formatNumber(mean),
    formatNumber(std),
  ]);
  const number = (heading: string) => ({ heading, number: true });
  const columns = [{ heading: 'parameter' }, number('shape'), number('mean'), number('std')];
  if (report !== undefined) {
    const { htmlPage, htmlPairs, htmlTable } = await import('../drawing/pages/htmlPage.js');
    const { COLOURED_TEXT_STYLE } = await import('../drawing/pages/colouredText.js');
    const { levelVariables } = await import('../drawing/colourScale.js');
    const page = htmlPage({
      style: levelVariables('.page'),
      title: `Inside ${basename(file)}`,
      sections: [
        ...(answer.sections.length > 0 ? [{ html: COLOURED_TEXT_STYLE }] : []),
        ...answer.sections,
        { heading: 'Configuration', html: htmlPairs(configRows) },
        { heading: 'Parameters', html: htmlTable(columns, parameterRows) },
      ],
    });
    await writeWhole(context.io.cwd, report, page);
  }
  const parts = [
    table([{ heading: 'configuration' }, { heading: file }], configRows),
    table(columns, parameterRows),
    ...(answer.text === '' ? [] : [answer.text]),
    ...(report === undefined ? [] : [`report  ${report}`]),
  ];
  return {
    json: { config, parameters, ...answer.json, report: report ?? null },
    text: parts.join('\n\n'),
  };
}

async function answerOf(
  context: Context,
  model: TextClassifier | TokenTagger | Forecaster | Translator,
  text: string | undefined,
  series: string | undefined,
  rows: Partial<RowOptions>,
): Promise<Answer> {
  switch (model.task) {
    case 'classify':
      return text === undefined ? NOTHING : words(model, text);
    case 'tag': {
      if (text === undefined) return NOTHING;
      const tokens = text.trim().split(/\s+/);
      const [{ tags, probabilities }] = model.predict([tokens]);
      const lines = tokens.map((token, t) => [token, tags[t], percent(probabilities[t])]);
      const columns = ['token', 'tag', 'probability'].map((heading) => ({ heading }));
      const { htmlTable } = await import('../drawing/pages/htmlPage.js');
      const sections = [{ heading: 'Tags', html: htmlTable(columns, lines) }];
      return { json: { tokens, tags, probabilities }, text: table(columns, lines), sections };
    }
    case 'translate': {
      if (text === undefined) return NOTHING;
      const answer = model.translate(text);
      if (answer.attention.length === 0) return { json: { translation: answer.text }, text: answer.text, sections: [] };
      const { attentionChart } = await import('../drawing/charts/attentionChart.js');
      const chart = attentionChart(
        `Where it looked for each word: ${answer.text}`,
        answer.sourceTokens,
        answer.tokens,
        answer.attention,
      );
      const { tokens, sourceTokens, attention, score } = answer;
      return {
        json: { translation: answer.text, score, tokens, sourceTokens, attention },
        text: answer.text,
        sections: [{ heading: 'Attention', html: chart }],
      };
    }
    case 'forecast':
      return series === undefined ? NOTHING : past(context, model, series, rows);
    default:
      return model satisfies never;
  }
}

/** Integrated gradients of the predicted label. */
async function words(model: TextClassifier, text: string): Promise<Answer> {
  const { integratedGradients } = await import('../inspect/index.js');
  const { colouredText } = await import('../drawing/pages/colouredText.js');
  const { escapeXml } = await import('../drawing/svg.js');
  const { label, probability, tokens, values, score, empty } = integratedGradients(model, text);
  const byCharacter = model.text.settings.tokens === 'char' || model.text.settings.tokens === 'byte';
  const limit = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
  const strongest = tokens
    .map((token, t) => ({ token, value: values[t] }))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, 12);
  const says = `${label} (${percent(probability)})`;
  const legend = `Integrated gradients: blue words moved the score away from “${label}”, orange ones towards it.`;
  return {
    json: { label, probability, score, empty, tokens, attributions: Array.from(values) },
    text: `${says}\n\n${table(
      [{ heading: 'token' }, { heading: `towards ${label}`, number: true }],
      strongest.map(({ token, value }) => [token, `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(3)}`]),
    )}`,
    sections: [
      {
        heading: `Why ${says}`,
        html: `<p class="muted">${escapeXml(legend)}</p>\n${colouredText({ tokens, values, scale: 'diverging', limit, joiner: byCharacter ? '' : ' ' })}`,
      },
    ],
  };
}

/** The forecast of what follows a series, and how each value of its past moves it. */
async function past(context: Context, model: Forecaster, file: string, options: Partial<RowOptions>): Promise<Answer> {
  const { readingFrom, readOneSeries } = await import('../sources/index.js');
  const { pastInfluence } = await import('../inspect/index.js');
  const { lineChart } = await import('../drawing/charts/lineChart.js');
  const reading = readingFrom(model.reading, 'the model');
  const own = reading === null && model.config.inputs.length > 0 ? model.config.inputs.join(',') : undefined;
  const given = { ...options, inputs: options.inputs ?? own, future: true };
  const { series } = await readOneSeries(sourcesOf(context), [file], given, reading);
  const inputs = Object.fromEntries(series.inputs.map(({ name, values }) => [name, values]));
  const known = { target: series.target.values, inputs };
  const { window, horizon } = model.config;
  const influence = pastInfluence(model, known);
  const { values } = model.predict(known);
  const steps = [...new Set([1, Math.ceil(horizon / 2), horizon])];
  const lags = Array.from({ length: window }, (_, lag) => lag);
  const strongest = steps.map((k) => {
    const row = influence[k - 1];
    const order = [...lags].sort((a, b) => Math.abs(row[b]) - Math.abs(row[a])).slice(0, 4);
    return [String(k), formatNumber(values[k - 1]), order.map((lag) => `${lag} (${row[lag].toFixed(2)})`).join(', ')];
  });
  const columns = [{ heading: 'step', number: true }, { heading: 'forecast', number: true }, { heading: 'values that move it most: how long before the last (how much)' }]; // prettier-ignore
  return {
    json: { forecast: values, influence: influence.map((row) => Array.from(row)) },
    text: table(columns, strongest),
    sections: [
      {
        heading: 'The past that it used',
        html: lineChart({
          title: 'How far a change of one value of the past moves the forecast',
          width: 848,
          xLabel: 'values before the last one',
          yLabel: 'change per unit',
          series: steps.map((k, i) => ({ name: `step ${k}`, x: lags, y: influence[k - 1], colour: i })),
        }),
      },
    ],
  };
}

const shorten = (text: string): string => (text.length > 120 ? `${text.slice(0, 119)}…` : text);
