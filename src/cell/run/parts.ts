// The gradients of a scan's parameters by parts of the rows (autograd/parts.ts): all steps go back once for all rows, then each part has
// its own products and sums.
import { type PartsRule, rowsOfPart } from '../../autograd/parts.js';
import { eachPart } from '../../autograd/rowParts.js';
import type { Tensor } from '../../tensor/tensor.js';
import { D_GATES } from './buffer.js';
import { parameterGradient, runBack, type SummedRows } from './gradients.js';
import type { ScanSaved } from './scan.js';

/** For scans over a full grid of cells whose parameters all have gradients that are sums over rows that are kept. */
export const scanInParts: PartsRule = ({ op, saved }, parts) => {
  if (!op.startsWith('scan ')) return null;
  const { setting, kept } = saved as ScanSaved;
  const { derived, steps, groups, columns, parameters } = setting;
  const { T, N } = steps;
  const isApart = steps.ragged !== null || derived.cell.vectors.length > 0 || groups.some(({ group }) => group.perHead);
  if (isApart || N !== parts.rows) return null;
  return (gradients, needed) => {
    const { dx, buffers, dStates } = runBack(setting, kept, gradients, needed);
    const names = Object.keys(parameters);
    const byPart = eachPart(parts, (from, to) => {
      const of = (t: Tensor, width: number): Tensor => rowsOfPart(t, [T, N, width], from, to);
      const dG = of(buffers(D_GATES), columns.total);
      const own: SummedRows = { count: T * (to - from), dG, of };
      const made = names.map((name, i) => (needed[1 + i] ? parameterGradient(setting, buffers, name, own) : null));
      dG.dispose();
      return made;
    });
    const ofParameters = names.map((_, i) => byPart.flatMap((made) => made[i] ?? []));
    return [dx, ...ofParameters.map((own) => (own.length > 0 ? own : null)), ...dStates];
  };
};
