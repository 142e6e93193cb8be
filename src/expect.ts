// What JavaScript may pass in place of what a type asks for, told in the library's words: one check for each kind of value.
import { isBranded } from './copy.js';
import { cut, UnrolledError } from './errors.js';
import { didYouMean } from './nearest.js';

/** Characters of a value in a message, about. */
const LONGEST = 60;

/** Any value in a message, in about 60 characters: `"Call me…"`, `an array of 3`, `an object with hiddenSize`. */
export function shownValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(cut(value, LONGEST));
  if (isBranded(value, 'cell')) return `the cell ${cut(String((value as { name?: unknown }).name), LONGEST)}`;
  if (typeof value === 'function')
    return `the ${isClass(value) ? 'class' : 'function'} ${cut(value.name, LONGEST)}`.trim();
  if (typeof value === 'bigint') return `${cut(String(value), LONGEST)}n`;
  if (typeof value !== 'object' || value === null) return cut(String(value), LONGEST);
  if (isBranded(value, 'tensor')) return cut(String(value), LONGEST);
  const kind = cut(nameOfClass(value), LONGEST);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const { length, byteLength } = value as { length?: number; byteLength?: number };
    return `${a(kind === 'Array' ? 'array' : kind)} of ${length ?? byteLength}`;
  }
  if (kind !== 'Object') return a(kind);
  const keys = Object.keys(value);
  return keys.length === 0 ? 'an empty object' : cut(`an object with ${keys.slice(0, 9).join(', ')}`, LONGEST);
}

function isClass(value: unknown): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

function nameOfClass(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  const made = (prototype as { constructor?: { name?: unknown } } | null)?.constructor?.name;
  return typeof made === 'string' && made !== '' ? made : 'Object';
}

function a(noun: string): string {
  return `${/^[AEIOaeio]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** Errors: OPTION, always. @param expected `a text to train on` */
export function refuse(expected: string, received: unknown, help: string): never {
  throw new UnrolledError('OPTION', `expected ${expected}, received ${shownValue(received)}`, help);
}

/** The names that an options bag may have, each with true: one that is missing does not compile. */
export type Names<O> = Readonly<Record<keyof O, true>>;

/**
 * Options as they were given: null and undefined are absent, so that a default takes their place.
 * @param of whose options: `Linear`
 * Errors: OPTION for what is no object, and for a name that is not known, with the nearest one.
 */
export function optionsOf<O extends object>(given: O | null | undefined, names: Names<O>, of: string): O {
  if (given === undefined || given === null) return {} as O;
  const known = Object.keys(names);
  if (typeof given !== 'object' || Array.isArray(given) || ArrayBuffer.isView(given) || isBranded(given, 'tensor')) {
    refuse(
      `the options of ${of} as an object`,
      given,
      known.length === 0 ? 'leave them out' : `as in { ${known[0]}: … }`,
    );
  }
  let absent = false;
  for (const [name, value] of Object.entries(given)) {
    absent ||= value === undefined || value === null;
    if (Object.hasOwn(names, name)) continue;
    throw new UnrolledError(
      'OPTION',
      `expected options of ${of}, received "${cut(name, LONGEST)}"`,
      `${didYouMean(name, known)}It takes ${known.join(', ') || 'none'}`,
    );
  }
  if (!absent) return given;
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null)) as O;
}

/** Those of the options that have these names: for a part that takes some of them. */
export function pick<O extends object>(options: object, names: Names<O>): O {
  return Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(names, name))) as O;
}

/** Errors: OPTION. @param name what the user calls it: `the text` */
export function expectText(value: unknown, name: string, help = 'give a string'): asserts value is string {
  if (typeof value !== 'string') refuse(`${name} as a string`, value, help);
}

/** Errors: OPTION. */
export function expectFunction(value: unknown, name: string, help: string): void {
  if (typeof value !== 'function' || isClass(value)) refuse(`${name} as a function`, value, help);
}

/** Errors: OPTION. */
export function expectFlag(value: unknown, name: string): void {
  if (typeof value !== 'boolean') refuse(`${name} as true or false`, value, `set ${name} to true or false`);
}

/** Errors: OPTION for null and for what is no object, a list or bytes. */
export function expectObject(value: unknown, name: string, help: string): void {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
  if (!isObject) refuse(`${name} as an object`, value, help);
}

/** Errors: OPTION, with the nearest of the choices. */
export function expectChoice(value: unknown, name: string, choices: readonly string[]): void {
  if (typeof value === 'string' && choices.includes(value)) return;
  const near = typeof value === 'string' ? didYouMean(value, choices) : '';
  refuse(`${name} of ${choices.join(', ')}`, value, `${near}Choose one of them`);
}

/** Errors: OPTION for what is no array. @param items for messages: `texts` */
export function expectList(value: unknown, name: string, help: string): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) refuse(`${name} as an array`, value, help);
}

/** Errors: OPTION for what are no rows of data, with the place of the first that is none. @param check looks at one row */
export function expectRows(value: unknown, help: string, check: (row: Record<string, unknown>) => void): void {
  expectList(value, 'rows of data', help);
  value.forEach((row: unknown, i) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) refuse(`an object as row ${i + 1}`, row, help);
    check(row as Record<string, unknown>);
  });
}

/** Errors: OPTION for what is no array of strings, with the place of the first that is none. */
export function expectTexts(value: unknown, name: string, help: string): asserts value is readonly string[] {
  expectList(value, name, help);
  // Not findIndex, which is as slow again: lists of tokens are long.
  for (let i = 0; i < value.length; i++) {
    if (typeof value[i] !== 'string') refuse(`${name} as an array of strings`, value[i], `look at index ${i}: ${help}`);
  }
}

/** Errors: OPTION for what is no array or typed array; whoever reads the numbers looks at each. */
export function expectValues(value: unknown, name: string, help = 'give an array of numbers or a typed array'): void {
  const isTyped = ArrayBuffer.isView(value) && !(value instanceof DataView);
  if (!isTyped && !Array.isArray(value)) refuse(`${name} as numbers`, value, help);
}

/** Errors: OPTION for what is no array of numbers or typed array, RANGE for NaN. Infinities pass. */
export function expectNumbers(value: unknown, name: string, help = 'give an array of numbers or a typed array'): void {
  expectValues(value, name, help);
  const list = value as ArrayLike<unknown>;
  for (let i = 0; i < list.length; i++) {
    const item = list[i];
    if (typeof item !== 'number') refuse(`${name} as numbers`, item, `look at index ${i}: ${help}`);
    if (item !== item)
      throw new UnrolledError('RANGE', `expected ${name} as numbers, received NaN`, `look at index ${i}`);
  }
}

/** What holds bytes. */
export type Bytes = ArrayBufferLike | ArrayBufferView;

export function isBytes(value: unknown): value is Bytes {
  return ArrayBuffer.isView(value) || isBuffer(value);
}

/** Of whatever realm: a page's frame and Jest have an ArrayBuffer of their own. */
function isBuffer(value: unknown): value is ArrayBufferLike {
  const tag = Object.prototype.toString.call(value);
  return tag === '[object ArrayBuffer]' || tag === '[object SharedArrayBuffer]';
}

/** The same memory as bytes: of an ArrayBuffer, a Buffer, a DataView, a typed array. Errors: OPTION for anything else. */
export function bytesOf(value: Bytes, name: string, help = 'give a Uint8Array or an ArrayBuffer'): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (isBuffer(value)) return new Uint8Array(value);
  return refuse(`${name} as bytes`, value, help);
}
