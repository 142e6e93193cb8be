// Where a decoder looked: a row for each token that it wrote, a column for each that it read.
import * as Plot from '@observablehq/plot';
import { sequential } from '../curves.js';
import { chart } from '../figure.js';

/** @param weights [written][read], each row sums to 1 */
export function attentionChart(
  title: string,
  read: readonly string[],
  written: readonly string[],
  weights: readonly (readonly number[])[],
): string {
  const cells = written.flatMap((_, i) => read.map((__, j) => ({ i, j, weight: weights[i][j] })));
  const longest = (tokens: readonly string[]): number =>
    tokens.reduce((most, token) => Math.max(most, token.length), 0);
  return chart(title, {
    width: Math.min(848, 60 + 8 * longest(written) + 46 * read.length),
    height: 50 + 7 * longest(read) + 26 * written.length,
    marginLeft: 20 + 8 * longest(written),
    marginTop: 20 + 6.5 * longest(read),
    x: { axis: 'top', label: null, domain: read.map((_, j) => j), tickFormat: (j: number) => read[j], tickRotate: -50 },
    y: { label: null, domain: written.map((_, i) => i), tickFormat: (i: number) => written[i] },
    color: sequential(0, 1),
    marks: [Plot.cell(cells, { x: 'j', y: 'i', fill: 'weight', inset: 0.5 })],
  });
}
