// A translator on the command line.
import { formatNumber, percent } from '../../output.js';
import { sourcesOf } from '../../sources.js';
import { textInput } from '../input.js';
import type { TaskCommands } from '../task.js';
import { bleuHeading, scoresOf } from './scores.js';
import { trainTranslateCommand } from './train.js';

export const translateCommands: TaskCommands<'translate'> = {
  train: trainTranslateCommand,
  takes: ['source', 'target', 'beam', 'lengthPenalty'],
  async evaluate(model, { context, args, options, reading }) {
    const library = await import('../../library.js');
    const { readSentencePairs } = await import('../../../sources/index.js');
    const data = await readSentencePairs(sourcesOf(context), args, options, reading);
    const { pairs, sources, loss, exact, tokenError, hypotheses } = await model.evaluateAsync(data.test ?? data.rows);
    const scores = scoresOf(model, hypotheses, library);
    return {
      ...{ name: data.name, report: data.report },
      json: { rows: pairs, sources, loss, ...scores, exact, tokenError },
      rows: [
        ['pairs', formatNumber(pairs)],
        ['different sources', formatNumber(sources)],
        [bleuHeading(scores), scores.bleu.toFixed(2)],
        ['chrF', scores.chrf.toFixed(2)],
        ['exact', percent(exact)],
        ['token error rate', percent(tokenError)],
        ['loss', `${formatNumber(loss)} nats per token`],
      ],
    };
  },
  async predict(model, { context, args, options, reading }) {
    const { readTexts } = await import('../../../sources/index.js');
    const { rows, report } = await readTexts(sourcesOf(context), args, { ...options, column: options.source }, reading);
    const texts = rows.map(({ text }) => text);
    const { beam: beamSize, lengthPenalty } = options;
    const answers = await model.predictAsync(texts, { beamSize, lengthPenalty });
    const predictions = answers.map(({ text, score, tokens }, i) => ({ source: texts[i], text, score, tokens }));
    return { predictions, text: answers.map(({ text }) => text).join('\n'), report };
  },
  async inspect(model, call) {
    const source = textInput(call, 'a translator');
    if (source === undefined) return null;
    const [{ text, score, tokens, sourceTokens, attention }] = await model.predictAsync(source);
    const answer = { input: source, json: { translation: text, score, tokens, sourceTokens, attention }, text };
    if (attention.length === 0) return { ...answer, sections: [] };
    const { attentionChart } = await import('../../../drawing/charts/attentionChart.js');
    const title = `Attention for each word of: ${text}`;
    const chart = attentionChart(title, sourceTokens, tokens, attention);
    return { ...answer, sections: [{ heading: 'Attention', html: chart }] };
  },
};
