import { describe, expect, it } from 'vitest';
import type { Inspection } from '../inspect/inspectModel.js';
import { colourLevel, robustLimit } from './colourScale.js';
import { colouredText } from './pages/colouredText.js';
import { eigenvaluePlot } from './charts/eigenvaluePlot.js';
import { formulaHtml } from './pages/formula.js';
import { heatMap } from './charts/heatMap.js';
import { inspectReport } from './reports/inspectReport.js';
import { lineChart } from './charts/lineChart.js';
import { saturationPlot } from './charts/saturationPlot.js';
import { drawn } from './testing.js';

const EVIL = '<script>&"';

describe('colours', () => {
  it('has levels on both sides of 0, and none for what is not finite', () => {
    expect([0, 0.5, 1, 2, -1].map((v) => colourLevel(v, 'sequential'))).toEqual([0, 4, 8, 8, 0]);
    expect([-3, -1, 0, 3, NaN].map((v) => colourLevel(v, 'diverging', 2))).toEqual([-8, -4, 0, 8, 0]);
    expect(robustLimit([...new Array<number>(99).fill(1), -100])).toBe(1);
    expect(robustLimit([0, 0])).toBe(1);
  });
});

describe('heatMap', () => {
  it('draws a piece for neighbours of one level, below their character', () => {
    const svg = heatMap({
      title: 'T',
      tokens: ['a', 'b', 'c', 'd'],
      rows: [{ label: '7', values: [0, 1, 1, 0.5] }],
      scale: 'sequential',
    });
    const [path] = [...svg.matchAll(/<path class="cells q8" d="([^"]*)"/g)];
    const piece = /^M([\d.]+) ([\d.]+)h20v10h-20z$/.exec(path[1]);
    const b = /x="([\d.]+)" y="[\d.]+">b</.exec(svg);
    expect(Number(piece?.[1]) + 5).toBe(Number(b?.[1]));
    expect(svg.match(/class="cells q4" d=/g)).toHaveLength(1);
    expect(svg).toContain('>7</text>');
  });

  it('wraps the text into lines, words by their width, and escapes it', () => {
    const tokens = Array.from({ length: 200 }, () => 'a');
    const svg = heatMap({
      title: 'T',
      tokens,
      rows: [{ label: '0', values: tokens.map(() => 1) }],
      scale: 'diverging',
      width: 848,
    });
    expect(svg.match(/class="frame" x="24"/g)).toHaveLength(3); // 82 characters a line
    const evil = heatMap({ title: EVIL, tokens: [EVIL], rows: [{ label: EVIL, values: [1] }], scale: 'diverging' });
    expect(evil).not.toContain('<script');
    expect(() => heatMap({ title: 'T', tokens: ['a'], rows: [{ label: '', values: [] }], scale: 'diverging' })).toThrow(
      expect.objectContaining({ code: 'SHAPE' }),
    );
    expect(heatMap({ title: 'T', tokens: [], rows: [], scale: 'sequential' })).toContain('</svg>');
  });
});

describe('colouredText', () => {
  it('has a span for neighbours of one level and keeps every character', () => {
    const html = colouredText({ tokens: Array.from('ab\n<c'), values: [1, 1, 0, -1, -1], scale: 'diverging' });
    expect(html).toBe('<div class="coloured"><span class="p8">ab</span>↵\n<span class="q8">&lt;c</span></div>');
  });
});

describe('eigenvaluePlot', () => {
  it('draws the unit circle to the scale of the dots', () => {
    const { lines, dots } = drawn(
      eigenvaluePlot({
        title: 'h',
        eigenvalues: [
          { re: 1, im: 0 },
          { re: 0, im: -1.5 },
          { re: NaN, im: 0 },
        ],
      }),
    );
    expect(dots).toHaveLength(2); // what is not finite has no place
    const [onCircle, outside] = dots;
    expect(Math.max(...lines[0].map(({ x }) => x))).toBeCloseTo(onCircle.x, 1);
    const middle = onCircle.y; // its imaginary part is 0
    const radius = Math.max(...lines[0].map(({ y }) => y)) - middle;
    expect(outside.y - middle).toBeCloseTo(1.5 * radius, 0);
    expect(outside.fill).not.toBe(onCircle.fill);
    expect(eigenvaluePlot({ title: EVIL, eigenvalues: [] })).not.toContain('<script');
  });
});

describe('saturationPlot', () => {
  it('puts a neuron by its shares: right along, left up', () => {
    const [open, shut] = drawn(saturationPlot({ title: 'f', left: [0, 1], right: [1, 0] })).dots;
    expect(open.x).toBeGreaterThan(shut.x);
    expect(open.y).toBeGreaterThan(shut.y);
  });
});

describe('formulaHtml', () => {
  it('is MathML without anything from elsewhere; what is no formula is shown', () => {
    const html = formulaHtml('\\begin{aligned} h_t &= \\tanh(W h_{t-1}) \\end{aligned}');
    expect(html).toContain('<math');
    expect(html.replaceAll('http://www.w3.org/1998/Math/MathML', '')).not.toMatch(/https?:| style=|<img/);
    expect(formulaHtml(`\\frac{${EVIL}`)).toBe(`<pre tabindex="0">\\frac{&lt;script&gt;&amp;&quot;</pre>`);
    expect(formulaHtml('\\href{javascript:alert(1)}{x}')).not.toContain('href="');
  });
});

describe('lineChart over many decades', () => {
  it('has a handful of ticks', () => {
    const svg = lineChart({
      title: 'T',
      xLabel: 'x',
      yLabel: 'y',
      yScale: 'log',
      series: [{ name: '', x: [0, 1], y: [1e-22, 10] }],
    });
    const ticks = drawn(svg).texts.filter((text) => /^1e-\d+$/.test(text));
    expect(ticks.length).toBeGreaterThan(3);
    expect(ticks.length).toBeLessThan(11);
  });
});

describe('inspectReport', () => {
  const tokens = Array.from(`${EVIL} it is`);
  const T = tokens.length;
  const value = { steps: T, width: 40, data: Float32Array.from({ length: T * 40 }, (_, i) => Math.sin(i)) };
  const inspection: Inspection = {
    parameters: [{ name: 'rnn.0.weight_h', shape: [40, 40], mean: -0.5, std: 1 }],
    spectra: [
      { name: 'rnn.0.weight_h', layer: 0, gate: 'h', size: 40, radius: 1.25, eigenvalues: [{ re: 1.25, im: 0 }] },
    ],
    text: {
      trace: {
        text: tokens.join(''),
        tokens,
        unknown: 2,
        layers: [
          {
            layer: 0,
            direction: 'forward',
            values: { f: { ...value, kind: 'sigmoid' }, h: { ...value, kind: 'free' } },
          },
        ],
      },
      saturation: [
        {
          layer: 0,
          direction: 'forward',
          name: 'f',
          kind: 'sigmoid',
          left: 0.25,
          right: 0.5,
          neurons: { left: [0.25], right: [0.5] },
        },
      ],
      neurons: {
        neurons: [],
        properties: [
          {
            property: 'space',
            kind: 'binary',
            count: 2,
            best: [
              {
                layer: 0,
                direction: 'forward',
                state: 'h',
                neuron: 33,
                property: 'space',
                correlation: -0.8,
                auc: 0.1,
              },
            ],
          },
        ],
        absent: ['newline'],
      },
      gradientFlow: {
        steps: 2,
        all: [{ layer: 0, states: { h: [0.1, 1] } }],
        last: [{ layer: 0, states: { h: [0, 1] } }],
      },
    },
  };
  const page = (over: object = {}): string =>
    inspectReport({
      title: EVIL,
      subtitle: EVIL,
      figures: [{ name: EVIL, value: EVIL }],
      config: [[EVIL, EVIL]],
      inspection,
      ...over,
    });

  it('holds all parts, escaped, and needs nothing from elsewhere', () => {
    const html = page({ formula: 'h_t', diagram: '<svg class="d"></svg>' });
    expect(html).not.toContain('<script');
    expect(html.replaceAll(/http:\/\/www.w3.org\/[\w/]+/g, '')).not.toMatch(/https?:|src=|@import|url\(|NaN/);
    for (const part of [
      '<math',
      '<svg class="d">',
      'h[33]',
      '−0.80',
      'newline',
      'not in the model',
      '25.0 %',
      '1.250',
      'From the loss of prediction 2 alone',
    ]) {
      expect(html, part).toContain(part);
    }
    // Colours of charts that a task adds, such as that of attention: what is not there would be black.
    for (const level of ['--q0:', '--q8:', '--p8:']) expect(html).toContain(level);
    // 16 of the 40 neurons are drawn.
    expect(html.match(/class="row" x=/g)).toHaveLength(2 * 16);
    expect(page()).toBe(page());
  });

  it('is shorter without a text and without a network', () => {
    expect(page({ inspection: { ...inspection, text: null } })).not.toContain('Saturation');
    expect(page({ inspection: null })).not.toContain('Spectra');
    const bare = {
      ...inspection,
      spectra: [],
      text: inspection.text && { ...inspection.text, saturation: [], gradientFlow: null },
    };
    expect(page({ inspection: bare })).toContain('no square matrix');
  });
});
