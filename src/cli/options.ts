// Options with types: each is its flags, a description and a parser that checks the range; commands get typed values.
import { UnrolledError } from '../errors.js';
import { didYouMean } from '../nearest.js';

export interface OptionSpec<T> {
  /** As commander writes them: `--hidden <N>`. */
  flags: string;
  description: string;
  /** Absent for a flag without a value. Errors: OPTION. */
  parse?: (text: string) => T;
  default: T;
  /** How the default reads in --help where that is not the value itself. */
  defaultText?: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec<unknown>>>;

export type OptionValues<O extends OptionSpecs> = { [K in keyof O]: O[K] extends OptionSpec<infer T> ? T : never };

/** The `--name` of some flags. */
export function longName(flags: string): string {
  return /--[a-z-]+/.exec(flags)?.[0] ?? flags;
}

function refuse(flags: string, expected: string, received: string, help: string): UnrolledError {
  return new UnrolledError('OPTION', `expected ${expected} for ${longName(flags)}, received "${received}"`, help);
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

interface Range {
  min?: number;
  max?: number;
  /** The limit itself is not allowed. */
  above?: number;
  below?: number;
}

function describe({ min, max, above, below }: Range): string {
  const low = min !== undefined ? `of ${min} or more` : above !== undefined ? `above ${above}` : '';
  const high = max !== undefined ? `at most ${max}` : below !== undefined ? `below ${below}` : '';
  return [low, high].filter(Boolean).join(' and ');
}

function parseNumber(flags: string, text: string, range: Range, whole: boolean): number {
  const value = NUMBER.test(text.trim()) ? Number(text) : NaN;
  const { min = -Infinity, max = Infinity, above = -Infinity, below = Infinity } = range;
  const fits = Number.isFinite(value) && value >= min && value <= max && value > above && value < below;
  if (!fits || (whole && !Number.isSafeInteger(value))) {
    const kind = whole ? 'a whole number' : 'a number';
    throw refuse(
      flags,
      `${kind} ${describe(range)}`.trim(),
      text,
      `for example ${longName(flags)} ${exampleOf(range, whole)}`,
    );
  }
  return value;
}

function exampleOf({ min, max, above, below }: Range, whole: boolean): number {
  const low = min ?? above ?? 0;
  const high = max ?? below;
  if (whole) return Math.max(low, 1);
  return high === undefined || (low < 1 && high > 1) ? Math.max(low, 1) : (low + high) / 2;
}

/** A whole number. */
export function integer(flags: string, description: string, range: Range = { min: 1 }): OptionSpec<number | undefined> {
  return { flags, description, parse: (text) => parseNumber(flags, text, range, true), default: undefined };
}

/** Any number in a range. */
export function decimal(flags: string, description: string, range: Range = {}): OptionSpec<number | undefined> {
  return { flags, description, parse: (text) => parseNumber(flags, text, range, false), default: undefined };
}

/** A part of the whole: from 0, below 1. */
export function fraction(flags: string, description: string): OptionSpec<number | undefined> {
  return decimal(flags, description, { min: 0, below: 1 });
}

/** Seconds: `90`, `90s`, `5m`, `1.5h`. */
export function duration(flags: string, description: string): OptionSpec<number | undefined> {
  return {
    flags,
    description,
    default: undefined,
    parse(text) {
      const match = /^(\d+\.?\d*|\.\d+)\s*(s|m|min|h)?$/i.exec(text.trim());
      const seconds = match
        ? Number(match[1]) * { s: 1, m: 60, h: 3600 }[(match[2] ?? 's')[0].toLowerCase() as 's']
        : NaN;
      if (!(seconds > 0 && seconds < 1e9)) {
        throw refuse(flags, 'a time above 0', text, `for example ${longName(flags)} 90s, 5m or 1.5h`);
      }
      return seconds;
    },
  };
}

/** One of some names. */
export function choice<const N extends string>(
  flags: string,
  description: string,
  names: readonly N[],
): OptionSpec<N | undefined> {
  return {
    flags,
    description: `${description}: ${names.join(', ')}`,
    default: undefined,
    parse(text) {
      const found = names.find((name) => name === text.toLowerCase());
      if (found === undefined) {
        throw refuse(flags, `one of ${names.join(', ')}`, text, `${didYouMean(text, names)}choose one of them`);
      }
      return found;
    },
  };
}

export function string(flags: string, description: string): OptionSpec<string | undefined> {
  return { flags, description, parse: (text) => text, default: undefined };
}

/** A file's or folder's name: not empty. */
export function path(flags: string, description: string): OptionSpec<string | undefined> {
  return {
    flags,
    description,
    default: undefined,
    parse(text) {
      if (text === '') throw refuse(flags, 'a path', text, 'name a file');
      return text;
    },
  };
}

export function flag(flags: string, description: string): OptionSpec<boolean> {
  return { flags, description, default: false };
}

/** The same option with a default, which --help shows. */
export function withDefault<T, D extends T>(
  spec: OptionSpec<T>,
  value: D,
  defaultText?: string,
): OptionSpec<Exclude<T, undefined>> {
  const { parse, ...rest } = spec;
  return {
    ...rest,
    ...(parse && { parse: (text: string) => parse(text) as Exclude<T, undefined> }),
    default: value as Exclude<T, undefined>,
    defaultText,
  };
}

/** What every command takes. */
export const GLOBAL_OPTIONS = {
  json: flag('--json', 'one JSON object on standard output; progress goes to standard error'),
  seed: integer('--seed <N>', 'random seed', { min: 0, max: 2 ** 32 - 1 }),
  backend: withDefault(
    choice('--backend <name>', 'compute backend', ['auto', 'native', 'wasm', 'reference', 'webgpu']),
    'auto' as const,
  ),
  threads: integer('--threads <N>', 'number of threads', { min: 1, max: 1024 }),
  dataDir: path('--data-dir <folder>', 'folder to search for known data sets, before UNROLLED_DATA'),
  quiet: flag('--quiet', 'show no progress'),
  debug: flag('--debug', 'show the stack trace of an error'),
} as const;

export type GlobalOptions = OptionValues<typeof GLOBAL_OPTIONS>;
