// The calls of rows, for what reads tokens: embeddings, and the input of a network.
import { UnrolledError } from '../../../errors.js';
import type { Backend, MatrixRef, Ref } from '../../contract.js';
import * as KERNEL from '../../numbers/kernel.js';
import type { Arguments } from '../arguments.js';
import { addCalls, demandSameType } from '../compiled.js';

type RowCalls = Pick<Backend, 'gather' | 'scatterAdd'>;

declare module '../compiled.js' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface CompiledBackend extends RowCalls {}
}

addCalls<keyof RowCalls>({
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
