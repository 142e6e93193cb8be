// Reading where numbers must be waited for, before code that asks for them at once.
import { UnsupportedError } from '../errors.js';
import { currentDevice, type Device, type HostArray } from './device.js';
import type { Tensor } from './tensor.js';

/**
 * Reads tensors, so that `data()`, `item()` and `toArray()` of each answer at once until an operation changes it. Nothing happens on
 * backends that answer at once (native, wasm, reference). Errors: those of `read()`.
 */
export async function readAll(tensors: Iterable<Tensor>): Promise<void> {
  for (const t of tensors) if (!t.device.answersAtOnce) await t.read();
}

/**
 * What asks for the numbers of tensors on its way: each tensor that it yields comes back as its elements. What it yields must outlive its
 * scopes; what waits ends no scope of its caller's.
 */
export type Reading<R> = Generator<Tensor, R, HostArray>;

/** Runs what reads where the backend answers at once. */
export function atOnce<R>(reading: Reading<R>): R {
  let next = reading.next();
  while (next.done !== true) {
    let values: HostArray;
    try {
      values = next.value.data();
    } catch (error) {
      next = reading.throw(error);
      continue;
    }
    next = reading.next(values);
  }
  return next.value;
}

/** Runs what reads, and waits for each tensor whose backend does not answer at once. */
export async function inTurn<R>(reading: Reading<R>): Promise<R> {
  let next = reading.next();
  while (next.done !== true) {
    const t = next.value;
    let values: HostArray;
    try {
      values = t.device.answersAtOnce ? t.data() : await t.read();
    } catch (error) {
      next = reading.throw(error);
      continue;
    }
    next = reading.next(values);
  }
  return next.value;
}

/** Runs what reads: at once where the device answers so, else as a promise. */
export function runReading<R>({ answersAtOnce }: Device, reading: Reading<R>): R | Promise<R> {
  return answersAtOnce ? atOnce(reading) : inTurn(reading);
}

/** What reads, with each piece of it between two tensors run inside of `around`. */
export function* inside<R>(around: <T>(run: () => T) => T, reading: Reading<R>): Reading<R> {
  let next = around(() => reading.next());
  while (next.done !== true) {
    let values: HostArray;
    try {
      values = yield next.value;
    } catch (error) {
      next = around(() => reading.throw(error));
      continue;
    }
    next = around(() => reading.next(values));
  }
  return next.value;
}

/** What is known without a tensor, for whoever reads. */
export function* alreadyRead<R>(value: R): Reading<R> {
  yield* [];
  return value;
}

/** Reads one tensor and gives its memory back. */
export function* readAndDispose(t: Tensor): Reading<HostArray> {
  try {
    return yield t;
  } finally {
    t.dispose();
  }
}

/**
 * Errors: UNSUPPORTED where the numbers of the chosen backend must be waited for.
 * @param what asks at once: `evaluate`  @param instead what waits: `await model.evaluateAsync(data)`
 */
export function requireAnswers(what: string, instead: string): void {
  const { answersAtOnce, name } = currentDevice();
  if (answersAtOnce) return;
  throw new UnsupportedError(
    `expected a backend that answers at once for ${what}, received ${name}, whose numbers must be waited for`,
    `write \`${instead}\`, which works on every backend`,
  );
}
