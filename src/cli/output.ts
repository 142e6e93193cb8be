// What commands print for people: aligned tables, numbers, sizes, times.
import { cut } from '../errors.js';
import { inline } from './terminal.js';

export interface Column {
  heading: string;
  /** Numbers end at the same place. */
  number?: boolean;
}

/** Characters of a cell, at most. */
const WIDEST = 300;

/** Lines of aligned columns, two spaces apart. */
export function table(given: readonly Column[], givenRows: readonly (readonly string[])[]): string {
  const shown = (text: string): string => cut(inline(text), WIDEST);
  const columns = given.map((column) => ({ ...column, heading: shown(column.heading) }));
  const rows = givenRows.map((row) => row.map(shown));
  const widths = columns.map(({ heading }, i) =>
    rows.reduce((width, row) => Math.max(width, cells(row[i] ?? '')), cells(heading)),
  );
  const line = (row: readonly string[]): string =>
    columns
      .map(({ number }, i) => {
        const text = row[i] ?? '';
        const space = ' '.repeat(widths[i] - cells(text));
        return number ? space + text : text + space;
      })
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ heading }) => heading)), ...rows.map(line)].join('\n');
}

/** How many cells of a terminal a text takes; full-width signs take two. */
function cells(text: string): number {
  let width = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    const wide = (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xff60) || code >= 0x1f300;
    width += /\p{Mark}/u.test(char) ? 0 : wide ? 2 : 1;
  }
  return width;
}

/** 0.8734 as 87.34 %. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

/** 1,234,567 for whole numbers, else three to four digits. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 1e15) return value.toExponential(2);
  if (Number.isInteger(value)) return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
  const size = Math.abs(value);
  if (size >= 1000) return formatNumber(Math.round(value));
  return size >= 0.1 ? value.toFixed(size >= 100 ? 1 : 3) : value.toPrecision(3);
}

/** 1:05, 2:03:09. */
export function formatTime(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '–';
  const whole = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** 12 B, 3.4 kB, 1.2 MB. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  for (const [unit, size] of [
    ['kB', 1e3],
    ['MB', 1e6],
    ['GB', 1e9],
  ] as const) {
    if (bytes < size * 999.5 || unit === 'GB') return `${Number((bytes / size).toPrecision(3))} ${unit}`;
  }
  return '';
}
