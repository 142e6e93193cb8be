// What of an experiment can be set from outside: names with their values in the full and in the short version.
import { UnrolledError } from '../errors.js';
import { didYouMean } from '../nearest.js';
import type { Message } from './messages.js';

/** A number that can be set. */
export interface NumberSetting {
  /** What it is. */
  what: Message;
  /** Its value in the full version, and in the short one. */
  full: number;
  /** In the short version; as in the full one. */
  quick?: number;
  /** The smallest value allowed; 1. */
  least?: number;
  /** The largest; none. */
  most?: number;
  /** Whether it must be a whole number; yes. */
  whole?: boolean;
}

/** A word that can be set. */
export interface WordSetting {
  /** What it is. */
  what: Message;
  /** Its value where nothing is said. */
  full: string;
  /** All that it can be. */
  choices: readonly string[];
}

/** By the names under which they are set. */
export type Settings = Readonly<Record<string, NumberSetting | WordSetting>>;
/** Their values. */
export type SettingValues = Readonly<Record<string, number | string>>;

/**
 * Reads `hidden=64,cell=lstm`.
 * Errors: OPTION for a name that the experiment does not have (with those that it has), and for a value out of range.
 */
export function readSettings(experiment: { name: string; settings?: Settings }, text: string): SettingValues {
  const { name: of, settings = {} } = experiment;
  const names = Object.keys(settings);
  const values: Record<string, number | string> = {};
  for (const part of text.split(',').filter((piece) => piece.trim() !== '')) {
    const [name, value = ''] = part.split('=').map((piece) => piece.trim());
    const setting = names.includes(name) ? settings[name] : undefined;
    if (!setting) {
      const help = names.length === 0 ? `${of} has nothing to set` : `${didYouMean(name, names)}${described(settings)}`;
      throw new UnrolledError('OPTION', `expected a setting of ${of}, received "${name}"`, help);
    }
    values[name] = readValue(name, value, setting);
  }
  return values;
}

function readValue(name: string, value: string, setting: NumberSetting | WordSetting): number | string {
  if ('choices' in setting) {
    if (setting.choices.includes(value)) return value;
    const all = setting.choices.join(', ');
    throw new UnrolledError('OPTION', `expected one of ${all} for ${name}, received "${value}"`, 'choose one of them');
  }
  const { least = 1, most = Infinity, whole = true } = setting;
  const number = value === '' ? NaN : Number(value);
  if (number >= least && number <= most && (!whole || Number.isInteger(number))) return number;
  const range = most === Infinity ? `of ${least} or more` : `from ${least} to ${most}`;
  throw new UnrolledError(
    'OPTION',
    `expected a ${whole ? 'whole ' : ''}number ${range} for ${name}, received "${value}"`,
    `for example ${name}=${setting.full}`,
  );
}

/** `hidden=256 (from 1 to 1024), cell=gru (rnn, gru, lstm)` */
export function described(settings: Settings): string {
  const parts = Object.entries(settings).map(([name, setting]) => {
    if ('choices' in setting) return `${name}=${setting.full} (${setting.choices.join(', ')})`;
    const { least = 1, most, full } = setting;
    return `${name}=${full} (${most === undefined ? `${least} or more` : `${least} to ${most}`})`;
  });
  return `it can set ${parts.join(', ')}`;
}

/** The values of a run: what was set, else those of its version. */
export function settingValues(settings: Settings, given: SettingValues, quick: boolean): SettingValues {
  return Object.fromEntries(
    Object.entries(settings).map(([name, setting]) => {
      const standard = 'choices' in setting || !quick ? setting.full : (setting.quick ?? setting.full);
      return [name, given[name] ?? standard];
    }),
  );
}
