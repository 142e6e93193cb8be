// The report of a language model's training: plain data in, one HTML page out.
import type { HistoryPoint } from '../../train/trainer.js';
import { barChart } from '../charts/barChart.js';
import { htmlPage, htmlPairs, htmlTable, type Section } from '../pages/htmlPage.js';
import { lineChart } from '../charts/lineChart.js';
import { lossCurves, seen, trainingSection, WIDTH } from './trainingCurves.js';
import { escapeXml, formatNumber, formatSeconds } from '../svg.js';

export interface TrainingReport {
  title: string;
  model: {
    cell: string;
    hiddenSize: number;
    numLayers: number;
    /** 0 for one-hot. */
    embedding: number;
    /** How many numbers are trained. */
    parameters: number;
    vocabulary: number;
  };
  /** `tokens` is what one is: char, byte, word. */
  data: { name: string; tokens: string; trainTokens: number; validationTokens: number };
  /** Which one ran, for people: `native, avx512, 2 threads`. */
  backend: string;
  seconds: number;
  tokensPerSecond: number;
  peakMemoryMiB?: number;
  /** On the validation part; the network is the one with `network`. */
  perplexities: readonly { name: string; perplexity: number; bitsPerToken: number; network?: boolean }[];
  /** One entry for each step, or fewer; loss in nats. */
  history: readonly HistoryPoint[];
  validation: readonly { step: number; tokens: number; seconds: number; loss: number }[];
  samples: readonly { step: number; text: string }[];
  finalSample: string;
  /** The command that trained it. */
  command: string;
  /** The other options, as they were. */
  options?: readonly { name: string; value: string }[];
}

/** The whole page. Text from data and from the model is escaped. */
export function trainingReport(report: TrainingReport): string {
  const { model, data, history, validation } = report;
  const sections: Section[] = [{ html: introduction(report) }];
  if (report.perplexities.length > 0) sections.push({ heading: 'Validation perplexity', html: perplexities(report) });

  const tokens = history.map((entry) => entry.tokens);
  const asPerplexity = lossCurves(history, validation)
    .filter(({ faint }) => !faint)
    .map((curve) => ({ ...curve, y: Array.from(curve.y, Math.exp) }));
  const span: readonly number[] = [tokens[0] ?? 0, tokens.at(-1) ?? 0];
  report.perplexities
    .filter(({ network }) => !network)
    .slice(-2) // the strongest ones: the others are far above every curve
    .forEach(({ name, perplexity }, i) => {
      asPerplexity.push({ name, x: span, y: [perplexity, perplexity], dashed: true, colour: 2 + i });
    });
  const perplexity = lineChart({
    title: 'Perplexity',
    width: WIDTH,
    yLabel: 'perplexity',
    xLabel: seen('tokens'),
    yScale: 'log',
    series: asPerplexity,
  });
  sections.push(trainingSection(history, validation, { unit: 'nats per token', further: [perplexity] }));

  const samples = report.samples.map(
    ({ step, text }) => `<p class="when">step ${formatNumber(step)}</p>\n<blockquote>${escapeXml(text)}</blockquote>`,
  );
  if (report.finalSample !== '') {
    samples.push(`<p class="when">at the end</p>\n<blockquote>${escapeXml(report.finalSample)}</blockquote>`);
  }
  if (samples.length > 0) sections.push({ heading: 'What it wrote', html: samples.join('\n') });

  const pairs: [string, string][] = [
    ['model', describe(model)],
    ['parameters', formatNumber(model.parameters)],
    ['vocabulary', `${formatNumber(model.vocabulary)} (${data.tokens})`],
    ['data', data.name],
    ['training tokens', formatNumber(data.trainTokens)],
    ['validation tokens', formatNumber(data.validationTokens)],
    ['backend', report.backend],
    ['time', formatSeconds(report.seconds)],
    ['tokens a second', formatNumber(Math.round(report.tokensPerSecond))],
  ];
  if (report.peakMemoryMiB !== undefined) pairs.push(['peak memory', `${formatNumber(report.peakMemoryMiB)} MiB`]);
  pairs.push(...(report.options ?? []).map(({ name, value }): [string, string] => [name, value]));
  const again = `<p class="muted">The command, to do it again:</p>\n<pre tabindex="0">${escapeXml(report.command)}</pre>`;
  sections.push({ heading: 'Details', html: `${htmlPairs(pairs)}\n${again}` });
  return htmlPage({ title: report.title, sections });
}

function describe({ cell, hiddenSize, numLayers, embedding }: TrainingReport['model']): string {
  const layers = `${numLayers} ${numLayers === 1 ? 'layer' : 'layers'}`;
  return `${cell}, ${layers} of ${formatNumber(hiddenSize)}, ${embedding === 0 ? 'one-hot input' : `embedding ${embedding}`}`;
}

function introduction(report: TrainingReport): string {
  const network = report.perplexities.find((entry) => entry.network);
  const figures: [string, string][] = [
    ['time', formatSeconds(report.seconds)],
    ['tokens a second', formatNumber(Math.round(report.tokensPerSecond))],
    ['parameters', formatNumber(report.model.parameters)],
  ];
  if (network) {
    figures.unshift(
      ['validation perplexity', formatNumber(network.perplexity)],
      [`bits per ${report.data.tokens}`, formatNumber(network.bitsPerToken)],
    );
  }
  const list = figures.map(([name, value]) => `<div><dt>${escapeXml(name)}</dt><dd>${escapeXml(value)}</dd></div>`);
  const line = `${describe(report.model)} · ${report.data.name} · ${report.backend}`;
  return `<p class="muted">${escapeXml(line)}</p>\n<dl class="figures">\n${list.join('\n')}\n</dl>`;
}

function perplexities({ perplexities: rows, data }: TrainingReport): string {
  const table = htmlTable(
    [
      { heading: 'model' },
      { heading: 'perplexity', number: true },
      { heading: `bits per ${data.tokens}`, number: true },
    ],
    rows.map(({ name, perplexity, bitsPerToken }) => [name, formatNumber(perplexity), formatNumber(bitsPerToken)]),
    (row) => rows[row].network === true,
  );
  // Bars of bits, the logarithm of the perplexity: bars of perplexities would show the weakest model and nothing else.
  const chart = barChart({
    title: `Bits per ${data.tokens}, the fewer the better`,
    width: WIDTH,
    xLabel: `bits per ${data.tokens} = log₂ of the perplexity`,
    bars: rows.map(({ name, bitsPerToken, network }) => ({ name, value: bitsPerToken, highlight: network })),
  });
  return `${table}\n${chart}`;
}
