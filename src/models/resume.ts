// Going on with a training: the checkpoint's settings hold, and its data is known by content. What differs is refused by name.
import { UnrolledError } from '../errors.js';
import { type Names, optionsOf } from '../expect.js';
import { requireNumber } from '../range.js';
import type { Cell } from '../cell/cell.js';
import type { PartFingerprint } from '../data/fingerprint.js';
import type { Checkpoint } from './checkpoint.js';
import { defined } from './defined.js';
import type { FitOptions } from './options.js';
import { cellConfig } from './recurrentStack.js';

/** The settings that may change on resuming: the length of the training. */
const MAY_CHANGE = ['epochs', 'minutes', 'maxSteps'] as const;

/** Options that are data, or about this process: not settings. Rows of validation are known by content. */
const NOT_STORED = [
  'resume',
  'fork',
  'initial',
  'onStep',
  'checkpoint',
  'signal',
  'onStart',
  'onProgress',
  'onValidation',
  'reading',
  'vectors',
  'cell',
];

/** The options that a checkpoint keeps: plain values, lists and objects of such. */
export function storable(options: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([name, value]) => isSetting(name, value)));
}

function isSetting(name: string, value: unknown): boolean {
  if (NOT_STORED.includes(name) || (name === 'validation' && typeof value !== 'number')) return false;
  return isPlain(value, 0);
}

function isPlain(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (depth > 2 || typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.length <= 1000 && value.every((item) => isPlain(item, depth + 1));
  const plain = Object.getPrototypeOf(value) === Object.prototype;
  return plain && Object.values(value).every((item) => isPlain(item, depth + 1));
}

/**
 * The options of a resumed training: those of the checkpoint, with those of this call that may change or are not stored.
 * Errors: OPTION for settings that contradict the checkpoint, all of them by name.
 */
export function resumedOptions<O extends object>(
  { options, data }: Pick<Checkpoint, 'options' | 'data'>,
  given: O & Pick<FitOptions, 'epochs' | 'minutes' | 'maxSteps' | 'fork'>,
  config: object,
  defaults: object,
): Record<string, unknown> {
  // What a stranger's file has beside settings is none.
  const stored = storable(options);
  // A checkpoint of 0.1 kept plain values only, and no fingerprint: what it does not say is not held against anybody.
  const isWhole = data !== null;
  const before: Record<string, unknown> = isWhole ? { ...defaults, ...stored } : { ...stored };
  const settings = Object.entries(defined(given)).filter(
    ([name, value]) => isSetting(name, value) && !MAY_CHANGE.some((key) => key === name),
  );
  const wrong = settings
    .filter(([name]) => isWhole || Object.hasOwn(before, name))
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]))
    .map(([name, value]) => `${name} ${shown(value)} (it has ${shown(before[name])})`);
  const cell = cellDifference(given as { cell?: string | Cell }, config);
  if (cell !== null) wrong.push(cell);
  if (wrong.length > 0) {
    throw new UnrolledError(
      'OPTION',
      `expected the settings of the checkpoint, received ${wrong.join(', ')}`,
      `leave them out: only ${MAY_CHANGE.slice(0, -1).join(', ')} and ${MAY_CHANGE.at(-1)} may change on resuming; for other settings train from scratch`,
    );
  }
  const longer = Object.entries(defined({ epochs: given.epochs, minutes: given.minutes, maxSteps: given.maxSteps }));
  const kept = longer.length > 0 ? without(stored, MAY_CHANGE) : stored;
  const unstored = Object.entries(defined(given)).filter(([name, value]) => !isSetting(name, value));
  return { ...kept, ...Object.fromEntries([...unstored, ...longer]), ...forkOf(given) };
}

const FORK: Names<NonNullable<FitOptions['fork']>> = {
  ...{ learningRate: true, schedule: true, clipNorm: true, clipValue: true, dropout: true },
};

/** The configuration of a checkpoint's model as a fork wants it. Errors: OPTION for a model without dropout, RANGE. */
export function forkedConfig(config: unknown, { dropout }: NonNullable<FitOptions['fork']>): unknown {
  if (dropout === undefined) return config;
  requireNumber('dropout', dropout, { min: 0, below: 1 }, 'give a share: 0.2 drops one of five');
  if (typeof config === 'object' && config !== null && 'dropout' in config) return { ...config, dropout };
  throw new UnrolledError('OPTION', 'expected a model with dropout to fork, received one without', 'leave dropout out');
}

function forkOf({ fork }: Pick<FitOptions, 'fork'>): object {
  return fork === undefined ? {} : defined(optionsOf(fork, FORK, 'fork'));
}

function cellDifference(given: { cell?: string | Cell }, config: { cell?: unknown; equations?: unknown }) {
  if (given.cell === undefined || config.cell === undefined) return null;
  const { cell, equations } = cellConfig(given.cell, '');
  if (cell === config.cell && JSON.stringify(equations) === JSON.stringify(config.equations)) return null;
  const own = cell === config.cell ? `${cell} with other equations` : cell;
  return `cell ${own} (it has ${shown(config.cell)})`;
}

function without(values: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}

function shown(value: unknown): string {
  if (value === undefined) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Errors: OPTION for data that is not the checkpoint's, with what differs. @param stored null in a checkpoint of 0.1 */
export function requireSameData(stored: Checkpoint['data'], data: Readonly<Record<string, PartFingerprint>>): void {
  if (stored === null) return;
  const names = [...new Set([...Object.keys(stored), ...Object.keys(data)])];
  const other = names.filter((name) => stored[name]?.hash !== data[name]?.hash);
  if (other.length === 0) return;
  const counted = (part: PartFingerprint | undefined): string => (part?.count ?? 0).toLocaleString('en');
  const differences = other.map((name) => {
    const [was, is] = [counted(stored[name]), counted(data[name])];
    return was === is ? `${name} ${is} of other content` : `${name} ${is} (it has ${was})`;
  });
  throw new UnrolledError(
    'OPTION',
    `expected the data of the checkpoint, received other data: ${differences.join(', ')}`,
    'resume with the same data, read in the same way; to learn from more data, train from scratch',
  );
}
