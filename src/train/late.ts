// The figures of steps on a backend whose numbers must be waited for: they stay in its memory, and are read every few steps.
import { backendOf } from '../backend/registry.js';
import { empty } from '../tensor/create.js';
import type { Device } from '../tensor/device.js';
import { keep } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';

/** Steps whose figures are read together. */
const STEPS = 8;

/** What one step had. */
export interface StepFigures {
  step: number;
  tokens: number;
  loss: number;
  norm: number;
}

export class LateFigures {
  /** [STEPS, 2]: loss and norm. */
  readonly #figures: Tensor;
  #steps: { step: number; tokens: number }[] = [];
  #isFirst = true;

  constructor(device: Device) {
    this.#figures = keep(empty([STEPS, 2], { device }));
  }

  /** Keeps a step's loss and norm, tensors of one element. Returns whether it is time to read: those of the first step are told at once. */
  add(step: number, tokens: number, loss: Tensor, norm: Tensor): boolean {
    const { storage, offset } = this.#figures;
    [loss, norm].forEach((t, i) => {
      const to = { storage, offset: offset + 2 * this.#steps.length + i };
      backendOf(t).copy({ shape: [1], inStrides: [1], outStrides: [1] }, t, to);
    });
    const count = this.#steps.push({ step, tokens });
    return this.#isFirst || count === STEPS;
  }

  /** Those of the steps since the last call, oldest first. Errors: what was wrong with the data of these steps. */
  async take(): Promise<StepFigures[]> {
    const steps = this.#steps;
    if (steps.length === 0) return [];
    this.#steps = [];
    this.#isFirst = false;
    const figures = await this.#figures.read();
    return steps.map((one, i) => ({ ...one, loss: figures[2 * i], norm: figures[2 * i + 1] }));
  }

  dispose(): void {
    this.#figures.dispose();
  }
}
