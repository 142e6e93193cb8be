// The report of a training other than a language model's: what the network is worth beside simple baselines, how it learned, and
// what the task has to show. Plain data in, one HTML page out.
import type { HistoryPoint } from '../../train/trainer.js';
import { levelVariables } from '../colourScale.js';
import { type Column, htmlPage, htmlPairs, htmlTable, type Section } from '../pages/htmlPage.js';
import { escapeXml } from '../svg.js';
import { trainingSection } from './trainingCurves.js';

export interface TaskReport {
  title: string;
  /** Model, data and machine in a line. */
  line: string;
  /** The few that count most, large. */
  figures: readonly (readonly [name: string, value: string])[];
  /** Baselines and the network. */
  scores: { heading: string; columns: readonly Column[]; rows: readonly (readonly string[])[]; strong: number };
  history: readonly HistoryPoint[];
  validation: readonly { tokens: number; loss: number }[];
  /** Of the loss: `nats per row`. */
  unit: string;
  /** What the training reads: `tokens`, where nothing is said. */
  counted?: string;
  /** What the task shows: a confusion table, sentences, forecasts. */
  sections: readonly Section[];
  details: readonly (readonly [name: string, value: string])[];
  command: string;
}

/** Text from data is escaped, but that of `sections`, which are HTML already. */
export function taskReport(report: TaskReport): string {
  const { title, scores, history, validation, unit, counted } = report;
  const list = report.figures.map(
    ([name, value]) => `<div><dt>${escapeXml(name)}</dt><dd>${escapeXml(value)}</dd></div>`,
  );
  const again = `<p class="muted">The command, to do it again:</p>\n<pre tabindex="0">${escapeXml(report.command)}</pre>`;
  const sections: Section[] = [
    { html: `<p class="muted">${escapeXml(report.line)}</p>\n<dl class="figures">\n${list.join('\n')}\n</dl>` },
    { heading: scores.heading, html: htmlTable(scores.columns, scores.rows, (row) => row === scores.strong) },
    ...report.sections,
    trainingSection(history, validation, { unit, counted }),
    { heading: 'Details', html: `${htmlPairs(report.details)}\n${again}` },
  ];
  return htmlPage({ title, sections, style: levelVariables('.page') });
}
