// What was changed on the way of a training: learning rates, and steps at which another line begins. In an address it stands as
// `120:0.004,300:0.001:0.2:1`: after which step which learning rate holds and, of another line, its dropout and clipping.
import type { LineFacts, Machine, SettingChange } from './messages.js';
import { readField, RUN_FIELDS, type RunSettings } from './settings.js';

/** Of an address, at most. */
const MOST = 50;

/** What led to the line that is shown, in its order: first how it began, at step 0. Empty before there is a line. */
export function changesOf(machine: Machine | null): SettingChange[] {
  const way: LineFacts[] = [];
  const lineOf = (id: number | null): LineFacts | undefined => machine?.lines.find((line) => line.id === id);
  for (let line = lineOf(machine?.line ?? null); line !== undefined; line = lineOf(line.parent)) way.unshift(line);
  const shown = way.at(-1);
  if (shown === undefined) return [];
  return shown.rates.map(({ from, learningRate }) => {
    const begun = way.findLast((line) => line.from === from && (line.parent !== null || from === 0));
    const line = begun === undefined ? null : { dropout: begun.dropout, clipNorm: begun.clipNorm };
    return { from, learningRate, line };
  });
}

/** Settings as they were at the first step. */
export function begunWith(settings: RunSettings, changes: readonly SettingChange[]): RunSettings {
  const [first] = changes;
  return first === undefined ? settings : { ...settings, ...first.line, learningRate: first.learningRate };
}

/** Those after the beginning, for an address. */
export function writeChanges(changes: readonly SettingChange[]): string {
  return changes
    .slice(1)
    .map(({ from, learningRate, line }) =>
      [from, learningRate, ...(line === null ? [] : [line.dropout, line.clipNorm])].join(':'),
    )
    .join();
}

/** The other way round; null for what is none. */
export function readChanges(said: string): SettingChange[] | null {
  const changes: SettingChange[] = [];
  for (const one of said.split(',')) {
    const [from, rate, ...more] = one.split(':');
    const fields = [RUN_FIELDS.learningRate, RUN_FIELDS.dropout, RUN_FIELDS.clipNorm];
    const values = [rate, ...more].map((text, i) => {
      const value = text === undefined || fields[i] === undefined ? null : readField(fields[i], text);
      return typeof value === 'number' ? value : NaN;
    });
    const isGood = /^[1-9]\d{0,8}$/.test(from) && (values.length === 1 || values.length === 3);
    if (!isGood || values.some(Number.isNaN) || Number(from) <= (changes.at(-1)?.from ?? 0)) return null;
    const [learningRate, dropout, clipNorm] = values;
    changes.push({ from: Number(from), learningRate, line: values.length === 1 ? null : { dropout, clipNorm } });
  }
  return changes.length > MOST ? null : changes;
}
