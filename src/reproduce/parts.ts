// Parts of a lesson's page as HTML: folded checks, the table of notations, exercises.
import { UnrolledError } from '../errors.js';
import { codeHtml } from '../drawing/pages/code.js';
import { formulaHtml } from '../drawing/pages/formula.js';
import { markdownHtml } from '../drawing/pages/markdown.js';
import { escapeXml } from '../drawing/svg.js';
import type { Exercise } from './exercise.js';
import type { Notation, Translate } from './experiment.js';
import { fill, type Language, type Messages } from './messages.js';
import { WORDS } from './words.js';

export type Texts = Record<Language, string>;

export interface CheckResult {
  what: Texts;
  expected: string;
  got: string;
  ok: boolean;
}

export function translator(name: string, table: Messages, language: Language): Translate<string> {
  return (key, values) => {
    const message = table[key];
    if (!message) {
      throw new UnrolledError('OPTION', `expected a message "${key}" of ${name}, received none`, 'add it to its text');
    }
    return fill(message, language, values);
  };
}

/** Markdown of one line, without its paragraph. */
export function inlineHtml(markdown: string): string {
  return markdownHtml(markdown)
    .trim()
    .replace(/^<p>|<\/p>$/g, '');
}

/** Short ones stay in one line; lists may break. */
function figureCell(text: string): string {
  return `<td${text.length < 28 ? ' class="short"' : ''}>${escapeXml(text)}</td>`;
}

export function checkTable(checks: readonly CheckResult[], language: Language): string {
  const t = translator('checks', WORDS, language);
  const rows = checks.map(
    ({ what, expected, got, ok }) =>
      `<tr${ok ? '' : ' class="bad"'}><td class="${ok ? 'ok' : 'bad'}">${ok ? '✓' : '✗'}</td><td>${inlineHtml(what[language])}</td>${figureCell(expected)}${figureCell(got)}</tr>`,
  );
  const heads = [t('verdict'), t('what'), t('expected'), t('got')].map((text, i) =>
    i === 0
      ? `<th scope="col"><span class="unseen">${escapeXml(text)}</span></th>`
      : `<th scope="col">${escapeXml(text)}</th>`,
  );
  return `<div class="scroll" tabindex="0"><table><thead><tr>${heads.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

/** Checks where they were made: a line that opens; those that fail are open. */
export function foldedChecks(checks: readonly CheckResult[], language: Language): string {
  const t = translator('checks', WORDS, language);
  const bad = checks.filter(({ ok }) => !ok).length;
  const count = checks.length;
  const says = bad > 0 ? t('checkedBad', { bad, count }) : count === 1 ? t('checkedOne') : t('checked', { count });
  const open = bad > 0 ? ' open' : '';
  return `<details class="checks"${open}><summary class="${bad > 0 ? 'bad' : 'ok'}">${bad > 0 ? '✗' : '✓'} ${escapeXml(says)}</summary>\n${checkTable(checks, language)}</details>`;
}

/** The letters of the books beside those of the code. */
export function notationsHtml(notations: readonly Notation[], language: Language): string {
  const t = translator('notations', WORDS, language);
  const hasShapes = notations.some(({ shape }) => shape !== undefined);
  const heads = [t('inBook'), t('inCode'), ...(hasShapes ? [t('shape')] : []), t('meaning')];
  const rows = notations.map(({ book, code, shape = '', meaning }) => {
    const cells = [
      formulaHtml(book, { inline: true }),
      `<code>${escapeXml(code)}</code>`,
      ...(hasShapes ? [`<span class="short">${escapeXml(shape)}</span>`] : []),
      inlineHtml(meaning[language]),
    ];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  const head = heads.map((text) => `<th scope="col">${escapeXml(text)}</th>`).join('');
  return `<div class="scroll notations" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table></div>`;
}

/** The questions, each with its hints and its answer folded, and the command that sets it up. */
export function exercisesHtml(exercises: readonly Exercise[], language: Language): string {
  const t = translator('exercises', WORDS, language);
  const folded = (label: string, markdown: string): string =>
    `<details><summary>${escapeXml(label)}</summary>\n${markdownHtml(markdown)}</details>`;
  return exercises
    .map(({ name, kind, question, hints, answer, start, solution }) =>
      [
        '<div class="exercise">',
        `<h3>${escapeXml(t(kind === 'predict' ? 'predictFirst' : 'write'))} · <code>${escapeXml(name)}</code></h3>`,
        markdownHtml(question[language]),
        ...(kind === 'code' ? [codeHtml(start.trimEnd())] : []),
        ...hints.map((hint, i) => folded(t('hint', { i: i + 1 }), hint[language])),
        `<details><summary>${escapeXml(t('answer'))}</summary>\n${codeHtml(solution.trimEnd())}\n${markdownHtml(answer[language])}</details>`,
        '</div>',
      ].join('\n'),
    )
    .join('\n');
}
