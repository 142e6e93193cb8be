// The calls of rows and classes, for what learns from indices: embeddings, tokens, cross entropy.
import { UnrolledError } from '../../../errors.js';
import type { Backend, CrossEntropySpec, MatrixRef, Ref } from '../../contract.js';
import * as KERNEL from '../../numbers/kernel.js';
import type { Arguments } from '../arguments.js';
import { addCalls, demandSameType } from '../compiled.js';
import { checkInside } from '../extent.js';

type RowCalls = Pick<Backend, 'crossEntropy' | 'crossEntropyGrad' | 'gather' | 'scatterAdd'>;

declare module '../compiled.js' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface CompiledBackend extends RowCalls {}
}

addCalls<keyof RowCalls>({
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

  gather(spec, table, indices, out) {
    demandSameType(table, out);
    callRows(this.tools.args, KERNEL.GATHER, spec, table, indices, out);
  },

  scatterAdd(spec, source, indices, table) {
    this.tools.args.own(source.storage);
    if (source.storage.dtype !== 'float32' || table.storage.dtype !== 'float32') {
      throw new UnrolledError('DTYPE', 'expected float32 rows to add, received int32', 'convert the tensor first');
    }
    callRows(this.tools.args, KERNEL.SCATTER_ADD, spec, source, indices, table);
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

function callRows(
  args: Arguments,
  kernel: number,
  spec: { rows: number; cols: number; tableRows: number },
  from: MatrixRef,
  indices: Ref,
  to: MatrixRef,
): void {
  if (spec.rows === 0) return;
  args.begin();
  const adds = kernel === KERNEL.SCATTER_ADD;
  const fromAt = args.matrix(from, adds ? spec.rows : spec.tableRows, spec.cols, 'any');
  const indicesAt = args.span(indices, spec.rows, 'int32');
  const toAt = args.matrix(to, adds ? spec.tableRows : spec.rows, spec.cols, 'any');
  args.put(spec.rows);
  args.put(spec.cols);
  args.put(spec.tableRows);
  args.put(fromAt);
  args.put(from.stride);
  args.put(indicesAt);
  args.put(toAt);
  args.put(to.stride);
  args.invoke(kernel);
}
