// Tensors as `console.log` of Node, Deno and Bun shows them: aligned, as many digits as tell the elements apart, the middle of large
// ones left out. The rules are PyTorch's. A browser's console shows objects in its own way.
import type { HostArray } from './device.js';
import { type Shape, stridesOf } from './shape.js';
import { kindOf, readable, SHOWN_DIGITS, Tensor } from './tensor.js';

/** More elements than this are shortened, to so many at each end of an axis. */
const WHOLE = 1000;
const EDGE = 3;
const LINE_WIDTH = 80;

/** Has the console show tensors so: they are asked by these names. */
export function showTensorsInConsole(): void {
  for (const name of [Symbol.for('nodejs.util.inspect.custom'), Symbol.for('Deno.customInspect')]) {
    const value = function (this: Tensor, depth: unknown): string {
      return inspectTensor(this, typeof depth === 'number' && depth < 0);
    };
    Object.defineProperty(Tensor.prototype, name, { value, configurable: true });
  }
}

/** Type, shape and the elements, aligned; of more than 1000 only the ends of each axis. @param short without the elements' layout */
function inspectTensor(t: Tensor, short: boolean): string {
  const data = short ? null : readable(t, t.size);
  if (data === null) return t.toString();
  const elements = formatElements(data, t.shape);
  return `Tensor(${kindOf(t)})${elements.includes('\n') ? '\n' : ' '}${elements}`;
}

/** The elements in brackets, one line for each row (several for a long one), a blank line between matrices. */
function formatElements(data: HostArray, shape: Shape): string {
  const shortened = data.length > WHOLE || shape.some((n) => n > WHOLE);
  const places = shape.map((n) => shownPlaces(n, shortened));
  const strides = stridesOf(shape);
  const offsets = places.reduce<number[]>(
    (all, axis, i) =>
      all.flatMap((offset) => axis.flatMap((place) => (place === null ? [] : [offset + place * strides[i]]))),
    [0],
  );
  const show = formatOf(offsets.map((offset) => data[offset]));
  const width = Math.max(0, ...offsets.map((offset) => show(data[offset]).length));
  const nest = (axis: number, offset: number): string => {
    if (axis === shape.length) return show(data[offset]).padStart(width);
    const parts = places[axis].map((place) => (place === null ? '…' : nest(axis + 1, offset + place * strides[axis])));
    const indent = ' '.repeat(axis + 1);
    if (axis < shape.length - 1) return `[${parts.join(`,${'\n'.repeat(shape.length - 1 - axis)}${indent}`)}]`;
    const fitting = Math.max(1, Math.floor((LINE_WIDTH - axis - 1) / (width + 2)));
    const perLine = parts.includes('…') ? parts.length : fitting;
    const lines: string[] = [];
    for (let i = 0; i < parts.length; i += perLine) lines.push(parts.slice(i, i + perLine).join(', '));
    return `[${lines.join(`,\n${indent}`)}]`;
  };
  return nest(0, 0);
}

/** The places of an axis that are shown; null for those left out. */
function shownPlaces(size: number, shortened: boolean): (number | null)[] {
  const all = Array.from({ length: size }, (_, i) => i);
  return shortened && size > 2 * EDGE ? [...all.slice(0, EDGE), null, ...all.slice(-EDGE)] : all;
}

/** How all of these numbers are written: whole, with digits after the point, or with exponents where their sizes differ much. */
function formatOf(values: readonly number[]): (value: number) => string {
  const sizes = values.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs);
  const [least, most] = sizes.reduce(([low, high], size) => [Math.min(low, size), Math.max(high, size)], [Infinity, 0]);
  const whole = sizes.every(Number.isInteger);
  const exponents = most >= 1e8 || (!whole && (most / least > 1000 || least < 1e-4));
  return (value) => {
    if (!Number.isFinite(value)) return String(value);
    if (exponents) return value.toExponential(SHOWN_DIGITS);
    return whole ? String(value) : value.toFixed(SHOWN_DIGITS);
  };
}
