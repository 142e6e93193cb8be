// Reading where numbers must be waited for, before code that asks for them at once.
import type { Tensor } from './tensor.js';

/**
 * Reads tensors, so that `data()`, `item()` and `toArray()` of each answer at once until an operation changes it. Nothing happens on
 * backends that answer at once (native, wasm, reference). Errors: those of `read()`.
 */
export async function readAll(tensors: Iterable<Tensor>): Promise<void> {
  for (const t of tensors) if (!t.device.answersAtOnce) await t.read();
}

/** What asks for the numbers of tensors on its way: each tensor that it yields comes back as its elements. */
export type Reading<R> = Generator<Tensor, R, ArrayLike<number>>;

/** Runs what reads where the backend answers at once. */
export function atOnce<R>(reading: Reading<R>): R {
  let next = reading.next();
  while (next.done !== true) next = reading.next(next.value.data());
  return next.value;
}

/** Runs what reads, and waits for each tensor. */
export async function inTurn<R>(reading: Reading<R>): Promise<R> {
  let next = reading.next();
  while (next.done !== true) next = reading.next(await next.value.read());
  return next.value;
}
