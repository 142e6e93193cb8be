import { describe, expect, it } from 'vitest';
import { type BenchReport, benchReport, type BenchReportRow } from './benchReport.js';
import { comparisonChart } from '../charts/comparisonChart.js';
import { fitPlot } from '../charts/fitPlot.js';
import { drawn } from '../testing.js';

const evil = '</text><script>alert(1)</script>';

const row = (over: Partial<BenchReportRow> = {}): BenchReportRow => ({
  name: 'train/a',
  unit: 'tokens/s',
  better: 'more',
  value: 3000,
  peers: { PyTorch: 2000, NumPy: 500 },
  best: 'PyTorch',
  ratio: 1.5,
  aims: [{ aim: '1.3 × PyTorch', target: 2600, met: true }],
  ...over,
});

const report = (over: Partial<BenchReport> = {}): BenchReport => ({
  title: 'Bench',
  date: '2026-01-02 03:04 UTC',
  backend: 'native (avx2, 2 threads)',
  machine: [['processor', 'Zen']],
  rates: { flopsPerSecond: 150e9, bytesPerSecond: 20e9 },
  rows: [row()],
  scaling: null,
  ...over,
});

describe('benchReport', () => {
  it('has each row with its figures, its ratio and its aim', () => {
    const names = ['train/x', 'cell/x', 'generate/x', 'infer/x', 'wasm/x', 'gemm/x', 'memory/x', 'start/x', 'new/x'];
    const html = benchReport(report({ rows: names.map((name) => row({ name })) }));
    // In the table and in a chart.
    for (const name of names) expect(html.split(`>${name}<`)).toHaveLength(3);
    for (const text of [
      '3,000 tokens/s',
      '1.50 × PyTorch',
      'aim 1.3 × PyTorch',
      '✓ met',
      '9 of 9',
      'Zen',
      '150 GFLOP/s',
    ])
      expect(html).toContain(text);
    expect(html).toContain('2026-01-02 03:04 UTC');
  });

  it('says what is short, and what was not read', () => {
    const html = benchReport(
      report({
        rows: [
          row({
            aims: [
              { aim: '2 × PyTorch', target: 4000, met: false },
              { aim: '9 × JAX', target: null, met: null },
            ],
          }),
        ],
      }),
    );
    expect(html).toContain('✗ short');
    expect(html).toContain('not read');
    expect(html).toContain('<dd>0 of 1</dd>');
    expect(html).not.toMatch(/NaN|Infinity/);
  });

  it('escapes everything and needs nothing from elsewhere', () => {
    const bad = row({
      name: evil,
      unit: evil,
      peers: { [evil]: 1 },
      best: evil,
      aims: [{ aim: evil, target: 1, met: true }],
      nearness: 0.5,
      floor: { seconds: 1 },
      profile: [{ what: evil, calls: 1, milliseconds: 1, share: 1 }],
    });
    const axis = { name: 'T', fixed: evil, values: [1, 2], seconds: [1, 2], slope: 1, exponent: 1 } as const;
    const memory = [{ mode: evil, steps: [1, 2], residentMiB: [3, 3], slope: 0 }];
    const html = benchReport(
      report({
        title: evil,
        date: evil,
        backend: evil,
        machine: [[evil, evil]],
        rows: [bad],
        scaling: { axes: [axis], memory },
      }),
    );
    expect(html).not.toContain('<script');
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|src=|@import|url\(/);
  });

  it('shows nearness, linear cost and memory where they were measured', () => {
    const plain = benchReport(report());
    for (const heading of ['floor</h2>', 'Linear cost', 'Where the time goes']) expect(plain).not.toContain(heading);
    const axis = (name: 'T' | 'N' | 'L') => ({
      ...{ name, fixed: 'the rest', values: [1, 2, 4], seconds: [0.001, 0.002, 0.004], slope: 0.001, exponent: 0.987 },
    });
    const memory = [{ mode: 'train', steps: [1, 2], residentMiB: [80, 80], slope: -0.014 }];
    const rows = [row({ nearness: 0.64, floor: { seconds: 0.005 } })];
    const html = benchReport(report({ rows, scaling: { axes: [axis('T'), axis('N'), axis('L')], memory } }));
    for (const text of ['64 %  of 7.81 ms', 'T^0.99', 'N^0.99', 'L^0.99', 'second half: train −0.01.'])
      expect(html).toContain(text);
  });
});

describe('comparisonChart', () => {
  it('draws bars in proportion within a task, and the aim where it is', () => {
    const svg = comparisonChart({
      title: 'T',
      comparisons: [
        {
          name: 'a',
          headline: '',
          bars: [
            { name: 'ours', value: 3, label: '3', own: true },
            { name: 'theirs', value: 2, label: '2' },
          ],
          aims: [{ value: 4, label: 'aim', met: false }],
        },
        { name: 'b', headline: '', bars: [{ name: 'ours', value: 100, label: '100', own: true }], aims: [] },
      ],
    });
    const { bars, rules } = drawn(svg);
    const [ours, theirs, other] = bars.map(({ width }) => width);
    expect(ours / theirs).toBeCloseTo(1.5, 2);
    expect(other).toBeCloseTo((ours / 3) * 4, 1); // each task has its own scale: the longest is as long as there is room
    expect(rules[0].x1 - bars[0].x).toBeCloseTo((ours / 3) * 4, 1);
  });

  it('survives nothing, zeros and what is not finite', () => {
    const bars = [0, NaN, Infinity].map((value) => ({ name: 'n', value, label: 'l', own: true }));
    const empty = { name: 'none', headline: '', bars: [], aims: [] };
    for (const comparisons of [[], [empty], [{ ...empty, bars, aims: [{ value: NaN, label: 'aim', met: null }] }]]) {
      expect(comparisonChart({ title: 'T', comparisons })).not.toMatch(/NaN|Infinity/);
    }
  });
});

it('fitPlot draws points and line on the same axes, from 0', () => {
  const svg = fitPlot({ title: 'T', note: 'n', x: [1, 2, 4], y: [1, 2, 5], slope: 1, xLabel: 'x', yLabel: 'y' });
  const { dots, lines } = drawn(svg);
  const [from, to] = lines[0];
  expect(dots[2].x).toBeCloseTo(to.x, 1);
  expect(dots[0].x - from.x).toBeCloseTo((to.x - from.x) / 4, 1);
  expect(dots[0].y - from.y).toBeCloseTo((to.y - from.y) / 4, 1); // the first point is on the line
  expect(dots[2].y).toBeLessThan(to.y); // the last one above it
  const none = fitPlot({ title: 'T', note: 'n', x: [], y: [], slope: NaN, xLabel: 'x', yLabel: 'y' });
  expect(none).not.toMatch(/NaN|Infinity/);
});
