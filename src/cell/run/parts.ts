// The gradients of a scan's parameters by parts of the rows (autograd/parts.ts): all steps go back once for all rows, then each part has
// its own products and sums.
import '../../backend/compiled/calls/parts.js';
import type { PartsRule } from '../../autograd/partsRules.js';
import { runBack, parameterGradient } from './gradients.js';
import type { ScanSaved } from './scan.js';

/** For scans over a full grid of cells whose parameters all have gradients that are sums over rows that are kept. */
export const scanInParts: PartsRule = ({ op, inputs, saved }, parts, isCommon) => {
  if (!op.startsWith('scan ')) return null;
  const { setting, kept } = saved as ScanSaved;
  const { derived, steps, groups, parameters } = setting;
  const isApart = steps.ragged !== null || derived.cell.vectors.length > 0 || groups.some(({ group }) => group.perHead);
  const names = Object.keys(parameters);
  const ofRows = [inputs[0], ...inputs.slice(1 + names.length)];
  if (isApart || steps.N !== parts.rows || ofRows.some(isCommon)) return null;
  return (gradients, needed, groupsFor) => {
    if (gradients.every((g) => g === null)) return [];
    const { dx, buffers, dStates } = runBack(setting, kept, gradients, needed);
    const ofParameters = names.map((name, i) =>
      needed[1 + i]
        ? groupsFor(inputs[1 + i]).map((group) =>
            parameterGradient(setting, buffers, name, { steps: steps.T, ...group }),
          )
        : null,
    );
    return [dx, ...ofParameters, ...dStates];
  };
};
