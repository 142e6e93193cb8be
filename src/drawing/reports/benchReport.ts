// The report of `unrolled bench`: plain data in, one HTML page out.
import { barChart } from '../charts/barChart.js';
import { type ComparedAim, type Comparison, comparisonChart, verdict } from '../charts/comparisonChart.js';
import { fitPlot } from '../charts/fitPlot.js';
import { htmlPage, htmlPairs, htmlTable, type Section } from '../pages/htmlPage.js';
import { lineChart } from '../charts/lineChart.js';
import { escapeXml, formatNumber } from '../svg.js';

export interface BenchReportRow {
  name: string;
  unit: string;
  better: 'more' | 'less';
  value: number;
  /** Each peer's reading by its name. */
  peers: Readonly<Record<string, number>>;
  best: string | null;
  /** How many times better than the best of the peers. */
  ratio: number | null;
  /** `target` is where the value should be at least (at most where less is better); null where nobody was read. */
  aims: readonly { aim: string; target: number | null; met: boolean | null }[];
  /** Seconds of a pass that the machine needs at least, and their share of the measured time. */
  floor?: { seconds: number };
  nearness?: number;
  profile?: readonly { what: string; calls: number; milliseconds: number; share: number }[];
}

/** Seconds of a training step over one size, and how they grow. */
export interface ScalingAxis {
  name: 'T' | 'N' | 'L';
  /** The sizes that stay, for people. */
  fixed: string;
  values: readonly number[];
  /** Of one training step. */
  seconds: readonly number[];
  /** Seconds for each unit: the line through the origin. */
  slope: number;
  /** 1 where the cost is linear; less where small sizes are dearer than their share. */
  exponent: number;
}

export interface BenchReport {
  title: string;
  /** When, for people. */
  date: string;
  /** Which backend ran, for people. */
  backend: string;
  machine: readonly (readonly [string, string])[];
  rates: { flopsPerSecond: number; bytesPerSecond: number } | null;
  rows: readonly BenchReportRow[];
  scaling: {
    axes: readonly ScalingAxis[];
    memory: readonly { mode: string; steps: readonly number[]; residentMiB: readonly number[]; slope: number }[];
  } | null;
}

/** The page's column, in pixels. */
const WIDTH = 848;

const STYLE = `<style>
.row { display: flex; flex-wrap: wrap; gap: 0.6rem 1.1rem; }
.row svg.plot { margin: 0.6rem 0; }
.tasks table { font-size: 0.82rem; }
.tasks td, .tasks th { padding-right: 1.25rem; white-space: nowrap; }
.tasks td:nth-child(7) { white-space: normal; min-width: 7rem; }
.tasks td:last-child, .tasks th:last-child { padding-right: 0; }
</style>`;

/** From the first part of a task's name to its section, in this order. */
const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  ['Training', ['train', 'min-char-rnn']],
  ["Cells of one's own: forward and backward", ['cell']],
  ['Generation, one token at a time', ['generate']],
  ['Inference', ['infer']],
  ['WebAssembly', ['wasm']],
  ['Matrix products', ['gemm']],
  ['Memory and start, the less the better', ['memory', 'start']],
];

/** The whole page. Names and texts are escaped. */
export function benchReport(report: BenchReport): string {
  const { rows, scaling } = report;
  const groupOf = (name: string): string =>
    GROUPS.find(([, parts]) => parts.includes(name.split('/')[0]))?.[0] ?? 'More';
  const groups = [...GROUPS.map(([name]) => name), 'More']
    .map((heading) => ({ heading, members: rows.filter(({ name }) => groupOf(name) === heading) }))
    .filter(({ members }) => members.length > 0);
  const sections: Section[] = [
    { html: introduction(report) },
    { heading: 'All tasks', html: overview(groups.flatMap(({ members }) => members)) },
  ];
  for (const { heading, members } of groups) {
    const chart = comparisonChart({ title: heading, width: WIDTH, comparisons: members.map(comparisonOf) });
    sections.push({ heading, html: chart });
  }
  const near = rows.filter(({ nearness }) => nearness !== undefined);
  if (near.length > 0) sections.push({ heading: "Near the machine's floor", html: floors(report, near) });
  if (scaling !== null) sections.push({ heading: 'Linear cost', html: scalingPlots(scaling) });
  const profiled = rows.filter(({ profile }) => profile !== undefined);
  if (profiled.length > 0) sections.push({ heading: 'Where the time goes', html: profiled.map(profileOf).join('\n') });
  sections.push({ heading: 'The machine', html: htmlPairs(report.machine) });
  return htmlPage({ title: report.title, sections });
}

function introduction({ rows, rates, date, backend }: BenchReport): string {
  const judged = rows.flatMap(({ aims }) => aims.filter(({ met }) => met !== null));
  const ratios = rows.flatMap(({ ratio }) => (ratio === null ? [] : [ratio])).sort((a, b) => a - b);
  const figures: [string, string][] = [];
  if (judged.length > 0) figures.push(['aims met', `${judged.filter(({ met }) => met).length} of ${judged.length}`]);
  if (ratios.length > 0) {
    figures.push(['ahead of the best peer', `${ratios.filter((ratio) => ratio > 1).length} of ${ratios.length}`]);
    figures.push(['median ratio to it', times(ratios[Math.floor((ratios.length - 1) / 2)])]);
  }
  if (rates !== null) {
    figures.push(['matrix products', `${formatNumber(Math.round(rates.flopsPerSecond / 1e9))} GFLOP/s`]);
    figures.push(['memory', `${(rates.bytesPerSecond / 1e9).toFixed(1)} GB/s`]);
  }
  const list = figures.map(([name, value]) => `<div><dt>${escapeXml(name)}</dt><dd>${escapeXml(value)}</dd></div>`);
  return `${STYLE}\n<p class="muted">${escapeXml(`${backend} · ${date}`)}</p>\n<dl class="figures">\n${list.join('\n')}\n</dl>`;
}

function overview(rows: readonly BenchReportRow[]): string {
  const number = (heading: string) => ({ heading, number: true });
  const table = htmlTable(
    [
      { heading: 'task' },
      number('Unrolled'),
      { heading: 'unit' },
      number('best peer'),
      { heading: '' },
      number('ratio'),
      { heading: 'aim' },
      number('of floor'),
    ],
    rows.map(({ name, value, unit, best, peers, ratio, aims, nearness }) => [
      name,
      short(value),
      unit,
      best === null ? '' : short(peers[best]),
      best ?? '–',
      ratio === null ? '–' : ratio.toFixed(ratio < 10 ? 2 : 1),
      aims.map(({ aim, met }) => `${sign(met)} ${brief(aim, best)}`).join(', ') || '–',
      nearness === undefined ? '' : percent(nearness),
    ]),
  );
  const note =
    'Ours and each peer take turns in one run; of each the best reading counts. A ratio above 1 is ahead of the best peer, also where less is better.';
  return `<p class="muted">${note}</p>\n<div class="tasks">${table}</div>`;
}

/** An aim beside the best peer, which needs no name there. */
function brief(aim: string, best: string | null): string {
  const ends = [' × the best', ...(best === null ? [] : [` × ${best}`])];
  const end = ends.find((text) => aim.endsWith(text));
  return end === undefined ? aim : aim.slice(0, -end.length);
}

/** A verdict's sign alone. */
function sign(met: boolean | null): string {
  return met === null ? '–' : verdict(met)[0];
}

function comparisonOf({ name, unit, better, value, peers, ratio, best, aims }: BenchReportRow): Comparison {
  const others = Object.entries(peers).sort(([, a], [, b]) => (better === 'more' ? b - a : a - b));
  const marks = aims.map(({ aim, target, met }): ComparedAim => ({ value: target ?? NaN, label: `aim ${aim}`, met }));
  return {
    name,
    headline: ratio === null || best === null ? '' : `${times(ratio)} ${best}`,
    bars: [
      { name: 'Unrolled', value, label: `${short(value)} ${unit}`, own: true },
      ...others.map(([who, theirs]) => ({ name: who, value: theirs, label: short(theirs) })),
    ],
    aims: marks,
  };
}

function floors({ rates }: BenchReport, rows: readonly BenchReportRow[]): string {
  const speeds =
    rates === null
      ? ''
      : ` Here: ${formatNumber(Math.round(rates.flopsPerSecond / 1e9))} GFLOP/s, the rate of a 512³ product, and ${(rates.bytesPerSecond / 1e9).toFixed(1)} GB/s, that of a large copy.`;
  const note = `The floor of a training pass is the sum over its stages (products and programs of each step, embedding, decoder, loss, update) of the longer of arithmetic over the product rate and traffic over the bandwidth of memory. What stays in a cache can be faster than that.${speeds}`;
  const chart = barChart({
    title: 'Floor over measured time',
    width: WIDTH,
    xLabel: '% of the measured time',
    bars: rows.map(({ name, nearness = NaN, floor }) => ({
      name,
      value: nearness * 100,
      label: `${percent(nearness)}${floor === undefined ? '' : `  of ${milliseconds(floor.seconds / nearness)}`}`,
      highlight: true,
    })),
  });
  return `<p class="muted">${escapeXml(note)}</p>\n${chart}`;
}

const AXIS_NAMES = { T: 'length T', N: 'batch N', L: 'layers L' } as const;

function scalingPlots({ axes, memory }: NonNullable<BenchReport['scaling']>): string {
  const plots = axes.map(({ name, fixed, values, seconds, slope, exponent }) =>
    fitPlot({
      title: `Over the ${AXIS_NAMES[name]}`,
      note: `time ∝ ${name}^${exponent.toFixed(2)} (${fixed})`,
      x: values,
      y: seconds.map((s) => s * 1000),
      slope: slope * 1000,
      xLabel: AXIS_NAMES[name],
      yLabel: 'ms',
    }),
  );
  const note =
    'The time of one training step of an LSTM-256. Dots are measured, the line goes through the origin; the exponent is fitted on logarithmic axes, 1 where the cost is linear, less where small sizes cost more than their share.';
  const parts = [`<p class="muted">${note}</p>`, `<div class="row">${plots.join('\n')}</div>`];
  if (memory.length > 0) {
    const slopes = memory.map(({ mode, slope }) => `${mode} ${signed(slope)}`).join(', ');
    const legend = `Resident memory of a process that trains a small model: the loop of LanguageModel.train, and a learner's loop of plain tensors. MiB in 1,000 steps over the second half: ${slopes}.`;
    parts.push(
      `<p class="muted">${escapeXml(legend)}</p>`,
      lineChart({
        title: 'Over many steps',
        width: WIDTH,
        height: 240,
        xLabel: 'steps',
        yLabel: 'resident MiB',
        series: [
          ...memory.map(({ mode, steps, residentMiB }) => ({ name: mode, x: steps, y: residentMiB })),
          // From 0, so that a rise is seen for what it is.
          { name: '', x: [memory[0].steps[0] ?? 0, memory[0].steps.at(-1) ?? 0], y: [0, 0], faint: true },
        ],
      }),
    );
  }
  return parts.join('\n');
}

function profileOf({ name, profile = [] }: BenchReportRow): string {
  const columns = [
    { heading: name },
    { heading: 'calls', number: true },
    { heading: 'ms', number: true },
    { heading: 'share', number: true },
  ];
  const lines = profile.map(({ what, calls, milliseconds: ms, share }) => [
    what,
    calls.toFixed(calls < 10 ? 1 : 0),
    ms.toFixed(3),
    `${(share * 100).toFixed(1)} %`,
  ]);
  return htmlTable(columns, lines);
}

function short(value: number): string {
  return formatNumber(Number(value.toPrecision(4)));
}

function times(ratio: number): string {
  return `${ratio >= 100 ? ratio.toFixed(0) : ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2)} ×`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

function milliseconds(seconds: number): string {
  return `${formatNumber(Number((seconds * 1000).toPrecision(3)))} ms`;
}

function signed(value: number): string {
  return value < 0 ? `−${(-value).toFixed(2)}` : value.toFixed(2);
}
