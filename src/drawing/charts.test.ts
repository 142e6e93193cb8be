import { describe, expect, it } from 'vitest';
import { barChart } from './charts/barChart.js';
import { confusionChart } from './charts/confusionChart.js';
import { htmlPage, htmlTable } from './pages/htmlPage.js';
import { lineChart, type LineChartOptions } from './charts/lineChart.js';
import { escapeXml, formatNumber, formatSeconds, formatTick } from './svg.js';
import { drawn } from './testing.js';
import { taskReport } from './reports/taskReport.js';
import { type TrainingReport, trainingReport } from './reports/trainingReport.js';

const chart = (over: Partial<LineChartOptions> = {}): string =>
  lineChart({ title: 'T', xLabel: 'x', yLabel: 'y', series: [{ name: 'a', x: [0, 10], y: [1, 3] }], ...over });

describe('numbers and text', () => {
  it('escapes what HTML and SVG would read, and what XML forbids', () => {
    expect(escapeXml('<a href="x">&\'</a>')).toBe('&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;');
    expect(escapeXml('a\u0000b\ud800c\n\u{1f40b}诗')).toBe('a\ufffdb\ufffdc\n\u{1f40b}诗');
  });

  it('writes ticks and values', () => {
    expect([0, 0.004, 1e-5, 2.5, 1500, 2e6, -3000].map(formatTick)).toEqual([
      '0',
      '0.004',
      '1e-5',
      '2.5',
      '1.5k',
      '2M',
      '-3k',
    ]);
    expect([-4.9555e24, 1234567, 4.0949, 0.00123, 123.45, 4321.5, NaN].map(formatNumber)).toEqual([
      '-4.96e+24',
      '1,234,567',
      '4.09',
      '0.00123',
      '123.5',
      '4,322',
      'not a number',
    ]);
    expect([12.34, 59.99, 125, 3720].map(formatSeconds)).toEqual(['12.3 s', '1 min 00 s', '2 min 05 s', '1 h 02 min']);
  });
});

describe('lineChart', () => {
  it('puts points where the ticks say', () => {
    const figure = drawn(chart({ series: [{ name: 'a', x: [0, 5, 10], y: [0, 2, 4] }] }));
    const [first, middle, last] = figure.lines[0];
    expect(first.x).toBeCloseTo(figure.text('0').x, 1);
    expect(last.x).toBeCloseTo(figure.text('10').x, 1);
    expect(middle.x).toBeCloseTo((first.x + last.x) / 2, 1);
    expect(middle.y).toBeCloseTo(figure.text('2.0').y, 1);
    expect(last.y).toBeLessThan(middle.y);
  });

  it('is logarithmic where asked: equal ratios, equal distances', () => {
    const svg = chart({ yScale: 'log', series: [{ name: 'a', x: [0, 1, 2, 3], y: [1, 10, 100, 0] }] });
    const points = drawn(svg).lines[0];
    const [a, b, c] = points.map(({ y }) => y);
    expect(a - b).toBeCloseTo(b - c, 1);
    expect(points).toHaveLength(3); // the 0 is a gap
    expect(svg).not.toContain('NaN');
  });

  it('breaks the curve at values that are not finite', () => {
    const svg = chart({ series: [{ name: 'a', x: [0, 1, 2, 3, 4], y: [1, 2, NaN, Infinity, 3] }] });
    expect(drawn(svg).lines[0].filter(({ x }) => Number.isNaN(x))).toHaveLength(1);
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  it('survives no data, one point, a constant and huge numbers', () => {
    expect(chart({ series: [] })).toContain('no data');
    expect(chart({ series: [{ name: 'a', x: [1], y: [NaN] }] })).toContain('no data');
    for (const y of [[5], [0, 0], [7, 7], [1e300, -1e300]]) {
      for (const yScale of ['linear', 'log'] as const) {
        expect(chart({ yScale, series: [{ name: 'a', x: y.map((_, i) => i), y }] })).not.toMatch(/NaN|Infinity/);
      }
    }
    expect(drawn(chart({ series: [{ name: 'a', x: [1], y: [5] }] })).dots).toHaveLength(1);
  });

  it('keeps labels at the ends apart', () => {
    const series = ['p', 'q', 'r', 's'].map((name, i) => ({ name, x: [0, 1], y: [i, 10 + i / 100] }));
    const figure = drawn(chart({ series }));
    const ys = series.map(({ name }) => figure.text(name).y).sort((a, b) => a - b);
    for (let i = 1; i < ys.length; i++) expect(ys[i] - ys[i - 1]).toBeGreaterThanOrEqual(14.9);
    expect(ys[0]).toBeGreaterThan(0);
  });

  it('thins a long history and keeps its extremes', () => {
    const n = 200_000;
    const y = Float64Array.from({ length: n }, (_, i) => Math.sin(i));
    y[123_456] = 50;
    const svg = chart({ series: [{ name: 'a', x: y.map((_, i) => i), y }] });
    expect(svg.length).toBeLessThan(60_000);
    expect(Math.min(...drawn(svg).lines[0].map(({ y }) => y))).toBeLessThan(60);
  });

  it('escapes every text and marks where asked', () => {
    const svg = chart({
      title: '<t>',
      xLabel: '<x>',
      yLabel: '<y>',
      series: [{ name: '<n>', x: [0, 1], y: [0, 1] }],
      markers: [{ x: 0.5, label: '<m>' }],
    });
    expect(svg).not.toMatch(/<[txynm]>/);
    for (const text of ['t', 'x', 'y', 'n', 'm']) expect(svg).toContain(`&lt;${text}&gt;`);
  });

  it('refuses series of unequal length', () => {
    expect(() => chart({ series: [{ name: 'a', x: [1, 2], y: [1] }] })).toThrow(/"a".*2 and 1/);
  });
});

describe('barChart', () => {
  it('draws lengths in proportion, from 0', () => {
    const bars = [2, 4, NaN].map((value) => ({ name: `n${value}`, value }));
    const widths = drawn(barChart({ title: 'T', xLabel: 'x', bars })).bars.map(({ width }) => width);
    expect(widths[0] * 2).toBeCloseTo(widths[1], 1);
    expect(widths[2]).toBe(0);
    expect(barChart({ title: 'T', xLabel: 'x', bars: [] })).not.toMatch(/NaN|Infinity/);
  });
});

describe('confusionChart', () => {
  it('writes counts in the page’s colour on a strong cell, in ink on a pale one', () => {
    const html = confusionChart(
      'C',
      ['a', 'b'],
      [
        [90, 10],
        [0, 7],
      ],
    );
    const fillOf = (count: string): string | undefined =>
      new RegExp(`<text[^>]*fill="([^"]*)"[^>]*>${count}<`).exec(html)?.[1];
    expect([fillOf('90'), fillOf('10'), fillOf('7')]).toEqual(['var(--surface)', 'var(--ink)', 'var(--surface)']);
  });
});

describe('what a training has read', () => {
  const page = (counted?: string): string =>
    taskReport({
      ...{ title: 'T', line: 'l', figures: [], sections: [], details: [], command: 'c', unit: 'loss', counted },
      scores: { heading: 'S', columns: [], rows: [], strong: 0 },
      history: [1, 2].map((step) => ({
        ...{ step, tokens: step * 64, seconds: step, loss: 1 / step, learningRate: 0.1, gradientNorm: 1 },
      })),
      validation: [],
    });

  it('stands at the axis: tokens, or windows of a series', () => {
    expect(page()).toContain('tokens seen');
    expect(page('windows')).toContain('windows seen');
    expect(page('windows')).not.toContain('tokens seen');
  });
});

describe('htmlPage and trainingReport', () => {
  const evil = '</blockquote><script>alert(1)</script>';
  const report = (over: Partial<TrainingReport> = {}): TrainingReport => ({
    title: `Report ${evil}`,
    model: { cell: evil, hiddenSize: 256, numLayers: 1, embedding: 64, parameters: 400_000, vocabulary: 90 },
    data: { name: evil, tokens: 'char', trainTokens: 1000, validationTokens: 50 },
    backend: evil,
    seconds: 110,
    tokensPerSecond: 123_456,
    perplexities: [
      { name: evil, perplexity: 90, bitsPerToken: Math.log2(90) },
      { name: 'LSTM', perplexity: 4.09, bitsPerToken: Math.log2(4.09), network: true },
    ],
    history: [1, 2, 3].map((step) => ({
      step,
      tokens: step * 100,
      seconds: step,
      loss: 4 / step,
      learningRate: 0.004,
      gradientNorm: 1 / step,
    })),
    validation: [{ step: 3, tokens: 300, seconds: 3, loss: 1.5 }],
    samples: [{ step: 2, text: evil }],
    finalSample: evil,
    command: `unrolled train lm ${evil}`,
    options: [{ name: evil, value: evil }],
    ...over,
  });

  it('escapes everything that comes from data and needs nothing from elsewhere', () => {
    const html = trainingReport(report());
    expect(html).not.toContain('<script');
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|src=|@import|url\(/);
    expect(html).toBe(trainingReport(report()));
  });

  it('says the figures', () => {
    const html = trainingReport(report());
    for (const text of ['4.09', '2.03', '123,456', '400,000', '1 min 50 s', 'Learning rate'])
      expect(html).toContain(text);
  });

  it('survives a run that ended before its first step, and one that diverged', () => {
    const none = report({ history: [], validation: [], samples: [], finalSample: '', perplexities: [] });
    expect(trainingReport(none)).toContain('no data');
    const [entry] = report().history;
    const diverged = [{ ...entry, loss: NaN, gradientNorm: Infinity }];
    expect(trainingReport(report({ history: diverged }))).not.toMatch(/[ML"]NaN|[ML"]Infinity/);
  });

  it('escapes titles and cells', () => {
    expect(htmlPage({ title: '<b>', sections: [{ heading: '<i>', html: '<p>as it is</p>' }] })).toContain('&lt;i&gt;');
    expect(htmlTable([{ heading: '<i>' }], [['<b>']])).not.toMatch(/<[ib]>/);
  });
});
