// Finds where numbers stopped being finite: the first tensor in the order of computation, its layer and time step.
import { UnrolledError } from '../errors.js';
import { tapeOrder } from '../autograd/tape.js';
import { formatShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

function firstBad(t: Tensor): number {
  return t.dtype === 'int32' ? -1 : t.data().findIndex((value) => !Number.isFinite(value));
}

/** What is trained must be something that can be used. Errors: NON_FINITE, naming the first parameter that is not finite. */
export function requireFiniteParameters(named: Iterable<readonly [string, Tensor]>, step: number): void {
  for (const [name, t] of named) {
    const index = firstBad(t);
    if (index >= 0) throw notFinite(`parameter ${name} ${formatShape(t.shape)}, element ${index}`, step);
  }
}

function notFinite(where: string, step: number): UnrolledError {
  return new UnrolledError(
    'NON_FINITE',
    `expected finite numbers, received one that is not at training step ${step}: ${where}`,
    'lower the learning rate, clip the gradient norm, or start from the last checkpoint',
  );
}

/** A NON_FINITE error that names the first bad tensor: a parameter, or the result of an operation. @param loss null where its tape is gone */
export function nonFiniteError(
  loss: Tensor | null,
  named: Iterable<readonly [string, Tensor]>,
  step: number,
): UnrolledError {
  const make = (where: string): UnrolledError => notFinite(where, step);
  for (const [name, t] of named) {
    const index = firstBad(t);
    if (index >= 0) return make(`parameter ${name} ${formatShape(t.shape)}, element ${index}`);
  }
  let layer = -1;
  for (const node of loss === null ? [] : tapeOrder(loss)) {
    if (node.op.startsWith('scan ')) layer++;
    for (const output of node.outputs) {
      if (output.disposed) continue;
      const index = firstBad(output);
      if (index < 0) continue;
      const at = [node.op.startsWith('scan ') ? `layer ${layer}` : '', node.locate(output, index)].filter(
        (part) => part !== '',
      );
      return make(
        `result of ${node.op} ${formatShape(output.shape)}${at.length > 0 ? `, ${at.join(', ')}` : ''}, element ${index}`,
      );
    }
  }
  return make(loss === null ? 'the gradient norm' : 'the loss itself');
}
