// The gradients of a scan's parameters by parts of the rows (autograd/parts.ts): all steps go back once for all rows, then each part has
// its own products and sums.
import '../../backend/compiled/calls/parts.js';
import type { PartsRule } from '../../autograd/parts.js';
import { runBack, parameterGradient } from './gradients.js';
import type { ScanSaved } from './scan.js';

/** For scans over a full grid of cells whose parameters all have gradients that are sums over rows that are kept. */
export const scanInParts: PartsRule = ({ op, saved }, parts) => {
  if (!op.startsWith('scan ')) return null;
  const { setting, kept } = saved as ScanSaved;
  const { derived, steps, groups, parameters } = setting;
  const isApart = steps.ragged !== null || derived.cell.vectors.length > 0 || groups.some(({ group }) => group.perHead);
  if (isApart || steps.N !== parts.rows) return null;
  return (gradients, needed, groupsOfParts) => {
    const { dx, buffers, dStates } = runBack(setting, kept, gradients, needed);
    const ofParameters = Object.keys(parameters).map((name, i) =>
      needed[1 + i]
        ? groupsOfParts.map((group) => parameterGradient(setting, buffers, name, { steps: steps.T, ...group }))
        : null,
    );
    return [dx, ...ofParameters, ...dStates];
  };
};
