// What `inspect` says as text: tables of everything that is small.
import type { Inspection } from '../inspect/inspectModel.js';
import { formatNumber, table } from './output.js';

/** For people: tables of everything that is small. */
export function inspectTables(
  file: string,
  configRows: [string, string][],
  inspection: Inspection | null,
  report: string | undefined,
): string {
  const parts = [table([{ heading: 'configuration' }, { heading: file }], configRows)];
  const number = (heading: string) => ({ heading, number: true });
  if (inspection !== null) {
    const { parameters, spectra, text } = inspection;
    parts.push(
      table(
        [{ heading: 'parameter' }, number('shape'), number('mean'), number('std')],
        parameters.map(({ name, shape, mean, std }) => [
          name,
          shape.join(' × '),
          formatNumber(mean),
          formatNumber(std),
        ]),
      ),
    );
    if (spectra.length > 0) {
      const rows = spectra.map(({ name, size, radius }) => [name, `${size} × ${size}`, radius.toFixed(3)]);
      parts.push(table([{ heading: 'recurrent matrix' }, number('size'), number('spectral radius')], rows));
    }
    if (text !== null) parts.push(...textTables(text));
  }
  if (report !== undefined) parts.push(`report  ${report}`);
  return parts.join('\n\n');
}

/** Told apart where there are two; forward is what is usual. */
const backward = (direction: 'forward' | 'backward'): string => (direction === 'backward' ? ' backward' : '');

function textTables({ saturation, neurons, gradientFlow }: NonNullable<Inspection['text']>): string[] {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const parts: string[] = [];
  if (saturation.length > 0) {
    const rows = saturation.map(({ layer, direction, name, kind, left, right }) => [
      `layer ${layer}${backward(direction)} ${name}`,
      kind,
      percent(left),
      percent(right),
    ]);
    parts.push(
      table(
        [
          { heading: 'saturated' },
          { heading: 'activation' },
          { heading: 'left', number: true },
          { heading: 'right', number: true },
        ],
        rows,
      ),
    );
  }
  const best = neurons.properties.flatMap(({ property, best: [first] }) =>
    first === undefined ? [] : [{ ...first, property }],
  );
  if (best.length > 0) {
    const rows = best.map(({ property, layer, direction, state, neuron, correlation, auc }) => [
      property,
      `layer ${layer}${backward(direction)} ${state}[${neuron}]`,
      correlation.toFixed(2),
      auc === null ? '' : auc.toFixed(2),
    ]);
    parts.push(
      table(
        [
          { heading: 'property' },
          { heading: 'neuron' },
          { heading: 'correlation', number: true },
          { heading: 'AUC', number: true },
        ],
        rows,
      ),
    );
  }
  if (gradientFlow !== null) {
    // A short text has no step so far back: its first one stands there.
    const lags = [...new Set([0, 10, 50].map((lag) => Math.min(lag, gradientFlow.steps - 1)))];
    const rows = gradientFlow.last.flatMap(({ layer, states }) =>
      Object.entries(states).map(([state, norms]) => [
        `layer ${layer} ${state}`,
        ...lags.map((lag) => formatNumber(norms[norms.length - 1 - lag])),
      ]),
    );
    const columns = lags.map((lag) => ({
      heading: lag === 0 ? 'at the last step' : `${lag} ${lag === 1 ? 'step' : 'steps'} before`,
      number: true,
    }));
    parts.push(table([{ heading: 'gradient of the last loss' }, ...columns], rows));
  }
  return parts;
}
