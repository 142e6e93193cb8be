// Effects of an intervention over many places: for each token how much its probability rises, the mean as a point and the spread as a bar, as
// SVG. Pure: numbers in, text out.
import { coordinate, escapeXml } from '../../src/drawing/svg.js';

export interface EffectBarsData {
  rows: readonly { label: string; here: number; mean: number; deviation: number }[];
  width: number;
  title: string;
}

const ROW = 20;
const LABEL = 34;

export function effectBars({ rows, width, title }: EffectBarsData): string {
  const most = Math.max(
    0.01,
    ...rows.flatMap(({ here, mean, deviation }) => [Math.abs(here), Math.abs(mean) + deviation]),
  );
  const middle = LABEL + (width - LABEL) / 2;
  const x = (v: number): string =>
    coordinate(middle + (Math.max(-most, Math.min(most, v)) / most) * ((width - LABEL) / 2 - 6));
  const height = rows.length * ROW + 18;
  const shown = `${(100 * most).toFixed(most < 0.1 ? 1 : 0)} %`;
  return [
    `<svg class="chart effects" role="img" aria-label="${escapeXml(title)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" xmlns="http://www.w3.org/2000/svg">`,
    `<path class="grid" d="M${coordinate(middle)} 0V${height - 16}"/>`,
    ...rows.map(({ label, here, mean, deviation }, i) => {
      const y = i * ROW + ROW / 2;
      return [
        `<text class="effect-token" x="${LABEL - 8}" y="${y + 4}" text-anchor="end">${escapeXml(label)}</text>`,
        `<path class="spread" d="M${x(mean - deviation)} ${y}H${x(mean + deviation)}"/>`,
        `<circle class="mean" cx="${x(mean)}" cy="${y}" r="3.5"/>`,
        `<path class="mark" d="M${x(here)} ${y - 6}V${y + 6}"/>`,
      ].join('');
    }),
    `<text x="${LABEL}" y="${height - 3}">−${shown}</text><text x="${coordinate(middle)}" y="${height - 3}" text-anchor="middle">0</text><text x="${width}" y="${height - 3}" text-anchor="end">+${shown}</text>`,
    '</svg>',
  ].join('');
}
