// The windows that a forecaster is measured on: which they are, which of them read filled values, and the loss of one value.
import type { ForecasterConfig } from './options.js';

const EVALUATION_BATCH = 256;

/** The windows in from … to − 1, or every n-th of them. */
export interface Measured {
  from: number;
  to: number;
  every?: number;
}

/** The windows that are measured, in batches. */
export function* batchesOf(
  { from, to, every = 1 }: Measured,
  { window, horizon }: Pick<ForecasterConfig, 'window' | 'horizon'>,
): Generator<number[]> {
  const first = Math.max(from, window);
  const count = Math.max(0, Math.floor((to - horizon - first) / every) + 1);
  for (let done = 0; done < count; done += EVALUATION_BATCH) {
    yield Array.from({ length: Math.min(EVALUATION_BATCH, count - done) }, (_, n) => first + (done + n) * every);
  }
}

/** Whether a window before a place has a value that was filled in. */
export function filledWindows(filled: ArrayLike<number> | undefined, window: number): (place: number) => boolean {
  if (filled === undefined) return () => false;
  const before = new Int32Array(filled.length + 1);
  for (let i = 0; i < filled.length; i++) before[i + 1] = before[i] + (filled[i] === 0 ? 0 : 1);
  return (place) => before[place] > before[Math.max(0, place - window)];
}

/** Of one distance, as the losses of nn have it. */
export function lossOf(d: number, level: number | undefined, loss: ForecasterConfig['loss']): number {
  if (level !== undefined) return Math.max(level * d, (level - 1) * d);
  if (loss === 'mse') return d * d;
  if (loss === 'mae') return Math.abs(d);
  return Math.abs(d) <= 1 ? (d * d) / 2 : Math.abs(d) - 0.5;
}
