// One unit over a long text, as SVG: the area of its extremes, and its mean. Pure: numbers in, text out.
import { coordinate, escapeXml } from '../../src/drawing/svg.js';

export interface UnitTraceData {
  values: Float32Array;
  width: number;
  height: number;
  title: string;
  /** Token at which a mark stands; −1 for none. */
  mark: number;
  /** A value at which a line stands; null for none. */
  line: number | null;
}

export function unitTrace({ values, width, height, title, mark, line }: UnitTraceData): string {
  let most = 1e-9;
  for (const v of values) most = Math.max(most, Math.abs(v));
  const y = (v: number): string => coordinate(height / 2 - (v / most) * (height / 2 - 2));
  const columns = Math.max(1, Math.min(width, values.length));
  const top: string[] = [];
  const bottom: string[] = [];
  const means: string[] = [];
  for (let x = 0; x < columns; x++) {
    const from = Math.floor((x * values.length) / columns);
    const to = Math.max(from + 1, Math.floor(((x + 1) * values.length) / columns));
    let [low, high, sum] = [Infinity, -Infinity, 0];
    for (let t = from; t < to; t++) {
      low = Math.min(low, values[t]);
      high = Math.max(high, values[t]);
      sum += values[t];
    }
    const at = coordinate((x * width) / columns);
    top.push(`${at} ${y(high)}`);
    bottom.push(`${at} ${y(low)}`);
    means.push(`${at} ${y(sum / (to - from))}`);
  }
  const at = mark < 0 || mark >= values.length ? null : coordinate((mark * width) / values.length);
  return [
    `<svg class="chart unit-trace" role="img" aria-label="${escapeXml(title)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" xmlns="http://www.w3.org/2000/svg">`,
    `<path class="grid" d="M0 ${height / 2}H${width}"/>`,
    values.length > 0
      ? `<path class="area" fill-opacity="${values.length > columns ? 0.3 : 1}" d="M${top.join('L')}L${bottom.reverse().join('L')}z"/>`
      : '',
    // Where every column is one token the mean is the area.
    values.length > columns ? `<path class="train" d="M${means.join('L')}"/>` : '',
    line === null || Math.abs(line) > most ? '' : `<path class="limit" d="M0 ${y(line)}H${width}"/>`,
    at === null ? '' : `<path class="mark" d="M${at} 0V${height}"/>`,
    `</svg>`,
  ].join('');
}
