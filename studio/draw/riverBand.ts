// A gradient by distance as a band of quartiles around a median, on a logarithmic scale, as SVG. Pure: numbers in, text out.
import { coordinate, escapeXml } from '../../src/drawing/svg.js';

export interface RiverBandData {
  lags: readonly { low: number; median: number; high: number }[];
  width: number;
  height: number;
  title: string;
}

/** Decades that are drawn. */
const DECADES = 5;

export function riverBand({ lags, width, height, title }: RiverBandData): string {
  // As the letters above it (river.css).
  const [left, bottom] = [width < 450 ? 30 : 42, 16];
  const x = (lag: number): string => coordinate(width - 8 - (lag / Math.max(1, lags.length - 1)) * (width - left - 8));
  const y = (share: number): string =>
    coordinate(
      6 + (Math.min(DECADES, Math.max(0, -Math.log10(Math.max(share, 1e-12)))) / DECADES) * (height - bottom - 6),
    );
  const line = (key: 'low' | 'median' | 'high'): string[] => lags.map((lag, k) => `${x(k)} ${y(lag[key])}`);
  const ticks = [0, 2, 4].map(
    (d) =>
      `<path class="grid" d="M${left} ${y(10 ** -d)}H${width - 8}"/><text x="2" y="${y(10 ** -d)}" dy="4">${d === 0 ? '1' : `10⁻${'⁰¹²³⁴'[d]}`}</text>`,
  );
  const marks = lags.flatMap((_, k) =>
    k % 10 === 0 ? [`<text x="${x(k)}" y="${height - 3}" text-anchor="middle">${k}</text>`] : [],
  );
  return [
    `<svg class="chart river" role="img" aria-label="${escapeXml(title)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" xmlns="http://www.w3.org/2000/svg">`,
    ...ticks,
    `<path class="area" fill-opacity="0.3" d="M${line('high').join('L')}L${line('low').reverse().join('L')}z"/>`,
    `<path class="train" d="M${line('median').join('L')}"/>`,
    ...marks,
    '</svg>',
  ].join('');
}
