// Which classes are taken for which: rows are the true ones, columns what was said.
import * as Plot from '@observablehq/plot';
import { INK, SURFACE, sequential } from '../curves.js';
import { chart } from '../figure.js';
import { formatNumber } from '../svg.js';

/** @param confusion [true][said]: rows of the data; colours are shares of the true class */
export function confusionChart(
  title: string,
  labels: readonly string[],
  confusion: readonly (readonly number[])[],
): string {
  const cells = labels.flatMap((truth, i) => {
    const all = confusion[i].reduce((sum, n) => sum + n, 0);
    return labels.map((said, j) => ({
      truth,
      said,
      count: confusion[i][j],
      share: confusion[i][j] / Math.max(1, all),
    }));
  });
  const longest = labels.reduce((most, label) => Math.max(most, label.length), 0);
  const row = labels.length > 30 ? 16 : 26;
  return chart(title, {
    width: Math.min(848, 60 + 8 * longest + labels.length * (labels.length > 8 ? 40 : 110)),
    height: 60 + 6 * longest + labels.length * row,
    marginLeft: 24 + 7.5 * longest,
    marginTop: 30 + (labels.length > 8 ? 6 * longest : 0),
    x: { axis: 'top', label: 'said', domain: [...labels], tickRotate: labels.length > 8 ? -60 : 0 },
    y: { label: 'true', domain: [...labels] },
    color: sequential(0, 1),
    marks: [
      Plot.cell(cells, { x: 'said', y: 'truth', fill: 'share', inset: 0.5 }),
      Plot.text(
        cells.filter(({ count }) => count > 0 && labels.length <= 30),
        {
          x: 'said',
          y: 'truth',
          text: ({ count }: { count: number }) => formatNumber(count),
          // On the strong colours of a large share ink is not read.
          fill: ({ share }: { share: number }) => (share > 0.5 ? SURFACE : INK),
          fontSize: 10,
        },
      ),
    ],
  });
}
