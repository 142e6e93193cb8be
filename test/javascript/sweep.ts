// One right call, and all that programs without types may give in its place.
import * as unrolled from '../../src/node.js';

const { LSTM, UnrolledError } = unrolled;

/** A function that nothing is known of: what is called without types. */
export type Untyped = (...args: unknown[]) => unknown;

/** A right call: its arguments, made anew each time, and what is done with them. */
export interface Call {
  of: string;
  args: () => unknown[];
  run: Untyped;
}

export const calls: Call[] = [];
export const call = (of: string, run: unknown, args: () => unknown[]): void => {
  calls.push({ of, run: run as Untyped, args });
};
/** A method of what `make` makes. */
export const method = (of: string, make: () => unknown, name: string, args: () => unknown[]): void => {
  call(`${of}.${name}`, (...given: unknown[]) => (make() as Record<string, Untyped>)[name](...given), args);
};
export const made = (Class: unknown): Untyped => {
  const Made = Class as new (...args: unknown[]) => unknown;
  return (...args) => new Made(...args);
};

export const WRONG: readonly unknown[] = [
  ...[undefined, null, true, -1, 1.5, NaN, '', 'text', 'x'.repeat(5000)],
  ...[[], ['a'], [[1, 2], [3]], [null], [{}], {}, { nosuch: 1 }, () => undefined, LSTM, LSTMLike],
  ...[new Date(0), new Map(), new Set([1]), new ArrayBuffer(3), Float32Array.of(NaN)],
];
export function LSTMLike() {
  return undefined;
}

/** Where a function is right, another one is not told from it before it runs. */
export const wrongFor = (right: unknown): readonly unknown[] =>
  typeof right === 'function' ? WRONG.filter((wrong) => typeof wrong !== 'function') : WRONG;

/** Names that only objects have which the library made: what is within them is not a caller's to give. */
export const MADE = ['rows', 'children', 'features', 'counts'];

/** What is said of a call; null where it works. */
export async function complaint({ run }: Call, args: unknown[], mayHaveNaN: boolean): Promise<string | null> {
  try {
    const result = await run(...args);
    return !mayHaveNaN && hasNaN(result) ? 'gives NaN in silence' : null;
  } catch (error) {
    if (!(error instanceof UnrolledError)) return `throws ${String(error).slice(0, 200)}`;
    if (error.code === 'INTERNAL') return `throws INTERNAL: ${error.message}`;
    if (error.message.length > 600) return `says ${error.message.length} characters: ${error.message.slice(0, 80)}…`;
    if (/\[object|=>/.test(error.message)) return `says ${error.message}`;
    if (error.help === '' || error.message.includes('received function')) return `has no help: ${error.message}`;
    return null;
  }
}

export function hasNaN(value: unknown, depth = 0): boolean {
  if (typeof value === 'number') return Number.isNaN(value);
  if (depth > 4 || typeof value !== 'object' || value === null) return false;
  if (value instanceof unrolled.Tensor) return value.dtype === 'float32' && value.data().some((v) => Number.isNaN(v));
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array).some((v) => Number.isNaN(v));
  return Object.values(value).some((own) => hasNaN(own, depth + 1));
}

export const isOptions = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

export const shown = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? `${value.constructor?.name} ${JSON.stringify(value)}`
    : String(value).slice(0, 20);

/** All that is wrong with one call. */
export async function sweep(one: Call): Promise<string[]> {
  const found: string[] = [];
  const right = one.args();
  const base = await complaint(one, one.args(), true);
  if (base !== null) return [`${one.of}: the right call ${base}`];
  const mayHaveNaN = hasNaN(await one.run(...one.args()));
  const attempt = async (what: string, args: unknown[]): Promise<void> => {
    const said = await complaint(one, args, mayHaveNaN || hasNaN(args));
    if (said !== null) found.push(`${one.of}: ${what} ${said}`);
  };
  for (let i = 0; i < right.length; i++) {
    for (const wrong of wrongFor(right[i])) {
      const args = one.args();
      args[i] = wrong;
      await attempt(`${shown(wrong)} as argument ${i}`, args);
    }
    const options = right[i];
    if (!isOptions(options) || MADE.some((name) => name in options)) continue;
    for (const [name, value] of Object.entries(options)) {
      for (const wrong of wrongFor(value)) {
        const args = one.args();
        args[i] = { ...(args[i] as object), [name]: wrong };
        await attempt(`${name}: ${shown(wrong)}`, args);
      }
    }
  }
  await attempt('no arguments', []);
  return found;
}
