// The bench's rows for a terminal.
import { formatNumber, table } from './output.js';
import { bestOf } from '../bench/aims.js';
import type { GpuResult } from '../bench/gpu.js';
import type { QualityRow } from '../bench/quality.js';
import { type HostsPrediction, NETWORK } from '../bench/rankHosts.js';
import type { RanksResult } from '../bench/ranks.js';
import type { BenchRow } from '../bench/run.js';
import type { ScalingAxis } from '../drawing/reports/benchReport.js';
import type { MemoryGrowth } from '../bench/scaling.js';

const number = (heading: string) => ({ heading, number: true });

const four = (value: number): string => formatNumber(Number(value.toPrecision(4)));

/** Lines of a table in Markdown, so that a page takes them as they are. */
export function qualityTable(rows: readonly QualityRow[]): string {
  const cells = rows.map(({ name, measure, mean, deviation, values, baseline, reach, met, seconds }) => [
    ...[name, measure, values.length > 1 ? `${four(mean)} ± ${four(deviation)}` : four(mean), four(baseline)],
    ...[reach === null ? 'the baseline' : four(reach), met ? 'yes' : 'no', formatNumber(Math.round(seconds))],
  ]);
  const heading = ['data', 'measure', 'without options', 'best baseline', 'to reach', 'met', 'seconds'];
  return markdown(heading, cells);
}

/** @param backend the heading of our column */
export function rowTable(rows: readonly BenchRow[], backend: string): string {
  const columns = [
    { heading: 'task' },
    number(backend),
    { heading: 'unit' },
    number('best peer'),
    number('ratio'),
    { heading: 'aim' },
    { heading: 'met' },
    number('of floor'),
  ];
  return table(
    columns,
    rows.map(({ name, unit, better, value, peers, ratio, aims, nearness }) => {
      const best = bestOf(peers, better);
      return [
        name,
        four(value),
        unit,
        best === null ? '–' : `${best[0]} ${four(best[1])}`,
        ratio === null ? '–' : ratio.toFixed(2),
        aims.length === 0 ? '–' : aims.map(({ aim }) => aim).join(', '),
        aims.map(({ met }) => (met === null ? '–' : met ? 'yes' : 'no')).join(', '),
        nearness === undefined ? '' : `${(nearness * 100).toFixed(0)} %`,
      ];
    }),
  );
}

export function profileTables(rows: readonly BenchRow[]): string[] {
  return rows.flatMap(({ name, profile }) => {
    if (profile === undefined) return [];
    const lines = profile.map(({ what, calls, milliseconds, share }) => [
      what,
      calls.toFixed(calls < 10 ? 1 : 0),
      milliseconds.toFixed(3),
      `${(share * 100).toFixed(1)} %`,
    ]);
    return [table([{ heading: name }, number('calls'), number('ms'), number('share')], lines)];
  });
}

export function scalingTables(axes: readonly ScalingAxis[], memory: readonly MemoryGrowth[]): string[] {
  const times = axes.map(({ name, fixed, values, seconds, exponent }) =>
    table(
      [{ heading: `LSTM-256, ${fixed}` }, ...values.map((value) => number(`${name} ${value}`)), number('time ∝')],
      [['ms a training step', ...seconds.map((s) => four(s * 1000)), `${name}^${exponent.toFixed(2)}`]],
    ),
  );
  const growth = table(
    [{ heading: 'resident memory' }, number('steps'), number('MiB at the end'), number('MiB in 1,000 steps')],
    memory.map(({ mode, steps, residentMiB, slope }) => [
      mode,
      formatNumber(steps.at(-1) ?? 0),
      formatNumber(residentMiB.at(-1) ?? 0),
      slope.toFixed(3),
    ]),
  );
  return [...times, ...(memory.length > 0 ? [growth] : [])];
}

/** A graphics processor beside the peers on it, in Markdown; of a machine without one a line. */
export function gpuTable({ features, reason, rows }: GpuResult): string {
  if (features === null) return `no graphics processor here: ${reason}`;
  const cells = rows.map(({ name, value, best, peers, ratio, aim }) => [
    ...[name, four(value), best === null ? '–' : `${four(peers[best])} (${best})`],
    ...[ratio === null ? '–' : `${ratio.toFixed(2)} ×`, aim === null ? '–' : `${aim} ×`],
  ]);
  return `${markdown(['task', 'tokens/s', 'best peer', 'ratio', 'aim'], cells)}\n\n${features.join(', ')}`;
}

/** Two ranks beside one, beside threads and beside PyTorch; what the cost model says; what it predicts for hosts. In Markdown. */
export function ranksTables({ rows, link, hosts }: RanksResult): string[] {
  const ms = (seconds: number | null): string => (seconds === null ? '–' : four(seconds * 1000));
  const heading = [
    ...[
      'ms a step',
      'one rank',
      'in 8 shards',
      'two ranks',
      'of it sum',
      'halves at once',
      'two shards',
      'two threads',
      'DDP, Gloo',
    ],
    ...['efficiency', 'DDP / two ranks', 'predicted', 'MB of gradients'],
  ];
  const cells = rows.map((row) => [
    ...[
      row.name,
      ms(row.alone),
      ms(row.aloneInShards),
      ms(row.ranks),
      ms(row.sum),
      ms(row.atOnce),
      ms(row.ranksTwoShards),
    ],
    ...[ms(row.threads), ms(row.ddp), row.efficiency.toFixed(2)],
    ...[row.ddp === null ? '–' : (row.ddp / row.ranks).toFixed(2), ms(row.predicted), four((4 * row.parameters) / 1e6)],
  ]);
  const sums = `A sum over two ranks: ${four(link.latency * 1e6)} µs at least, ${four(link.bandwidth / 1e9)} GB/s of gradients.`;
  return [markdown(heading, cells), sums, ...hosts.flatMap(hostsTables)];
}

function hostsTables({ name, rows, compute, bytes, earlyBytes, fixedBatch, grown, pays }: HostsPrediction): string[] {
  const ms = (seconds: number): string => four(seconds * 1000);
  const predicted = [...fixedBatch, ...grown].map((host) => [
    ...[String(host.hosts), formatNumber(host.rows)],
    ...[ms(host.stepSeconds), ms(host.sumSeconds), ms(host.sumAtEndSeconds), `${host.speedup.toFixed(1)} ×`],
  ]);
  return [
    `A prediction, not a measurement: ${name} on hosts of one thread, ${ms(compute.fixed)} ms a step and ${ms(compute.row)} ms a row as measured here on one, over a network of ${four((NETWORK.bandwidth * 8) / 1e9)} Gbit/s and ${four(NETWORK.latency * 1e6)} µs a message. Of ${four(bytes / 1e6)} MB of gradients ${four(earlyBytes / 1e6)} go while others are computed.`,
    markdown(
      [
        'hosts',
        'rows of a minibatch',
        'ms a step',
        'waiting for the sum',
        'all of it at the end',
        'tokens/s of one host',
      ],
      predicted,
    ),
    `With ${rows} rows, twice as many hosts gain less than √2 from ${pays} hosts on.`,
  ];
}

function markdown(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heading), line(heading.map(() => '---')), ...rows.map(line)].join('\n');
}
