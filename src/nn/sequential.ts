// Sequential: parts one after the other.
import { asTensor, type TensorLike } from '../tensor/asTensor.js';
import { refuseOtherCopy } from '../copy.js';
import { expectFunction, refuse } from '../expect.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';

/** What Sequential takes: a module from tensor to tensor, or a function such as `relu`. */
export type SequentialPart = (Module & { forward(x: Tensor): Tensor }) | ((x: Tensor) => Tensor);

/**
 * One part after the other. Parameters are named by the part's place, functions counted: `0.weight`, `2.weight`.
 *
 *     const net = new Sequential(new Linear(28, 64), relu, new Linear(64, 10));
 */
export class Sequential extends Module {
  readonly #steps: ((x: Tensor) => Tensor)[];
  /** In their order. @internal */
  readonly steps: readonly SequentialPart[];

  constructor(...parts: SequentialPart[]) {
    super();
    this.steps = parts;
    this.#steps = parts.map((part, i) => {
      if (part instanceof Module) {
        this.addPart(String(i), part);
        return (x) => part.forward(x);
      }
      if (typeof part === 'function') {
        expectFunction(part, `the part at index ${i}`, `make it: new ${part.name}(…)`);
        return part;
      }
      refuseOtherCopy(part, 'module');
      return refuse(
        `a module or a function at index ${i}`,
        part,
        'give parts as arguments: new Sequential(a, b), not as an array',
      );
    });
  }

  /** The input of the first part to the output of the last. */
  forward(x: TensorLike): Tensor {
    return this.#steps.reduce((y, step) => step(y), asTensor(x, 'the input'));
  }
}
