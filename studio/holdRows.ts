// What is written in the form of the poke: one line for each value that is held, as text until it is good.
import { signal } from '@preact/signals';
import { MOST_HOLDS, readHolds } from './holds.js';
import type { Hold } from './messages.js';
import { view } from './state.js';
import { readUnits } from './units.js';

export interface HoldRow {
  layer: number;
  value: string;
  /** `0-7, 12`; empty for all. */
  units: string;
  to: string;
  isLasting: boolean;
}

/** null until somebody writes: then there is one line, of the unit that is chosen. */
const written = signal<readonly HoldRow[] | null>(null);

export function holdRows(): readonly HoldRow[] {
  if (written.value !== null) return written.value;
  const { layer, value, unit, poke, read } = view.value;
  const holds = readHolds(poke) ?? [];
  if (holds.length > 0 || read !== '') return holds.map(rowOf);
  return [{ layer, value, units: String(Math.max(0, unit)), to: '1', isLasting: false }];
}

const rowOf = ({ layer, value, units, to, isLasting }: Hold): HoldRow => {
  return { layer, value, units: units?.join(', ') ?? '', to: String(to), isLasting };
};

/** What is written gives way to what the view says. */
export function forgetRows(): void {
  written.value = null;
}

/** Whoever reads another token holds nothing, unless he said so: the line that nobody wrote goes. */
export function dropUnwritten(): void {
  if (written.value === null && (readHolds(view.value.poke) ?? []).length === 0) written.value = [];
}

export function changeRow(at: number, changed: Partial<HoldRow>): void {
  written.value = holdRows().map((row, i) => (i === at ? { ...row, ...changed } : row));
}

export function removeRow(at: number): void {
  written.value = holdRows().filter((_, i) => i !== at);
}

export function addRow(row: HoldRow): void {
  written.value = [...holdRows(), row].slice(-MOST_HOLDS);
}

/** One unit beside those that are written; the line that nobody wrote gives way. */
export function holdUnit(layer: number, value: string, unit: number): void {
  const before = written.value === null && view.value.poke === '' ? [] : holdRows();
  written.value = [...before, { layer, value, units: String(unit), to: '1', isLasting: false }].slice(-MOST_HOLDS);
}

/** null for a line that is not good yet. */
export function holdOf({ layer, value, units, to, isLasting }: HoldRow): Hold | null {
  const number = to.trim() === '' ? NaN : Number(to);
  const list = units.trim() === '' ? [] : readUnits(units);
  if (list === null || !Number.isFinite(number)) return null;
  return { layer, value, units: list.length === 0 ? null : list, to: number, isLasting };
}
