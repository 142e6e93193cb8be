// What exercises ask of the library's layers: how many parameters one has, and how wide its output is.
import { type Cell, Recurrent, type RecurrentOptions, useBackend } from 'unrolled';

/** All weights and biases of a layer. */
export async function parametersOf(cell: Cell, options: RecurrentOptions): Promise<number> {
  await useBackend();
  return new Recurrent(cell, options).parameters().reduce((count, { size }) => count + size, 0);
}

/** The number of steps after which half of something is left that is multiplied by `factor` at each, with its fraction. */
export function halfLife(factor: number): number {
  let [left, steps] = [1, 0];
  while (left * factor > 0.5) {
    left *= factor;
    steps++;
  }
  return steps + Math.log(0.5 / left) / Math.log(factor);
}
