// The report of `unrolled inspect`: what a model is, and what it does while it reads a text; plain data in, one page out.
import type { Inspection } from '../../inspect/inspectModel.js';
import { levelVariables } from '../colourScale.js';
import { eigenvaluePlot } from '../charts/eigenvaluePlot.js';
import { formulaHtml } from '../pages/formula.js';
import { htmlPage, htmlPairs, htmlTable, type Section } from '../pages/htmlPage.js';
import { escapeXml, formatNumber } from '../svg.js';
import { traceSections } from './traceSections.js';

export interface InspectReport {
  title: string;
  /** One line below the title. */
  subtitle: string;
  /** What stands large at the top. */
  figures: readonly { name: string; value: string }[];
  /** The configuration as it stands in the file. */
  config: readonly (readonly [string, string])[];
  /** The cell's equations in LaTeX. */
  formula?: string;
  /** The cell's diagram, an SVG as it is. */
  diagram?: string;
  /** What the answer to an input came from, for models that have one. */
  sections?: readonly Section[];
  /** Null for a model without a network. */
  inspection: Inspection | null;
}

const STYLE = `<style>
.row { display: flex; flex-wrap: wrap; gap: 0.6rem 0.55rem; }
.row svg.plot { margin: 0.6rem 0; }
.formula { overflow-x: auto; padding: 0.4rem 0; font-size: 1.12rem; }
.formula math { margin: 0; width: fit-content; }
/* What browsers leave out of MathML: the sides of columns, bold letters. */
.formula mtd { padding: 0.14em 0; text-align: left; }
.formula mtd:first-child { padding-right: 0.3em; text-align: right; }
.formula mi[mathvariant='bold'] { font-weight: bold; text-transform: none; }
.diagram { overflow-x: auto; margin: 1rem 0; }
.diagram svg { max-width: 100%; height: auto; }
</style>`;

/** The whole page. Text from the model and from data is escaped; only the diagram is taken as it is. */
export function inspectReport(report: InspectReport): string {
  const { inspection, figures, formula, diagram } = report;
  const list = figures.map(({ name, value }) => `<div><dt>${escapeXml(name)}</dt><dd>${escapeXml(value)}</dd></div>`);
  const sections: Section[] = [
    {
      html: `${STYLE}\n<p class="muted">${escapeXml(report.subtitle)}</p>\n<dl class="figures">\n${list.join('\n')}\n</dl>`,
    },
  ];
  if (formula !== undefined || diagram !== undefined) {
    const parts = [
      ...(formula === undefined ? [] : [`<div class="formula">${formulaHtml(formula)}</div>`]),
      ...(diagram === undefined ? [] : [`<div class="diagram">${diagram}</div>`]),
    ];
    sections.push({ heading: 'The cell', html: parts.join('\n') });
  }
  sections.push(...(report.sections ?? []));
  if (inspection?.text) sections.push(...traceSections(inspection.text));
  if (inspection) sections.push(spectra(inspection), parameters(inspection));
  sections.push({ heading: 'Configuration', html: htmlPairs(report.config) });
  return htmlPage({ title: report.title, sections, style: levelVariables('.page') });
}

function spectra({ spectra: matrices }: Inspection): Section {
  const heading = 'Spectra of the recurrent matrices';
  if (matrices.length === 0) return { heading, html: '<p>The cell multiplies its states by no square matrix.</p>' };
  const farthest = Math.max(...matrices.map(({ radius }) => radius));
  const plots = matrices.flatMap(({ name, eigenvalues }) =>
    eigenvalues === null ? [] : [eigenvaluePlot({ title: name, eigenvalues, reach: farthest })],
  );
  const table = htmlTable(
    [{ heading: 'matrix' }, { heading: 'size', number: true }, { heading: 'spectral radius', number: true }],
    matrices.map(({ name, size, radius }) => [name, `${size} × ${size}`, radius.toFixed(3)]),
  );
  const note =
    'The eigenvalues of what each gate makes of the state. Beyond the unit circle (orange) a matrix alone would make states and gradients grow from step to step; gates and squashing hold them.';
  return { heading, html: `<p class="muted">${note}</p>\n${table}\n<div class="row">${plots.join('\n')}</div>` };
}

function parameters({ parameters: rows }: Inspection): Section {
  const signed = (v: number): string => formatNumber(v).replace('-', '−');
  return {
    heading: 'Parameters',
    html: htmlTable(
      [
        { heading: 'name' },
        { heading: 'shape', number: true },
        { heading: 'mean', number: true },
        { heading: 'std', number: true },
      ],
      rows.map(({ name, shape, mean, std }) => [name, shape.join(' × '), signed(mean), signed(std)]),
    ),
  };
}
