// The calls of cross entropy, for what learns classes or tokens.
import type { Backend, CrossEntropySpec, Ref } from '../../contract.js';
import * as KERNEL from '../../numbers/kernel.js';
import type { Arguments } from '../arguments.js';
import { addCalls } from '../compiled.js';
import { checkInside } from '../../extent.js';

type CrossEntropyCalls = Pick<Backend, 'crossEntropy' | 'crossEntropyGrad'>;

declare module '../compiled.js' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface CompiledBackend extends CrossEntropyCalls {}
}

addCalls<keyof CrossEntropyCalls>({
  crossEntropy(spec, logits, targets, loss, logSumExp) {
    checkInside(loss, 0, spec.rows);
    checkInside(logSumExp, 0, spec.rows);
    callCrossEntropy(this.tools.args, KERNEL.CROSS_ENTROPY, spec, logits, targets, [loss, logSumExp]);
  },

  crossEntropyGrad(spec, logits, targets, logSumExp, dLoss, dLossStride, dLogits) {
    checkInside(logSumExp, 0, spec.rows);
    checkInside(dLoss, 0, dLossStride === 0 ? Math.min(1, spec.rows) : spec.rows);
    checkInside(dLogits, 0, spec.rows * spec.cols);
    callCrossEntropy(this.tools.args, KERNEL.CROSS_ENTROPY_GRAD, spec, logits, targets, [
      logSumExp,
      dLoss,
      dLossStride,
      dLogits,
    ]);
  },
});

function callCrossEntropy(
  args: Arguments,
  kernel: number,
  spec: CrossEntropySpec,
  logits: Ref,
  targets: Ref,
  rest: (Ref | number)[],
): void {
  if (spec.rows === 0) return;
  args.begin();
  const from = args.span(logits, spec.rows * spec.cols);
  const targetsAt = args.span(targets, spec.rows, 'int32');
  const values = rest.map((value) => (typeof value === 'number' ? value : args.at(value)));
  args.put(spec.rows);
  args.put(spec.cols);
  args.put(spec.ignoreIndex);
  args.put(from);
  args.put(targetsAt);
  for (const value of values) args.put(value);
  args.invoke(kernel);
}
