// Runs an experiment: what it says becomes blocks of HTML in each language, what it checks becomes a list.
import { UnrolledError } from '../errors.js';
import { defineCell } from '../cell/defineCell.js';
import { altText } from '../drawing/altText.js';
import { toDiagram } from '../drawing/cells/diagram.js';
import { toLatex } from '../drawing/cells/latex.js';
import { figureInTwoWidths, figureThatScrolls } from '../drawing/figure.js';
import { codeHtml } from '../drawing/pages/code.js';
import { formulaHtml } from '../drawing/pages/formula.js';
import { htmlTable } from '../drawing/pages/htmlPage.js';
import { markdownHtml } from '../drawing/pages/markdown.js';
import { plainText } from '../drawing/pages/plainText.js';
import { escapeXml, formatNumber } from '../drawing/svg.js';
import type { AbortSignalLike } from '../train/loop.js';
import type { Experiment, Experimenting, Translate } from './experiment.js';
import { type Expectation, type Got, shown } from './expectation.js';
import { type CheckResult, foldedChecks, inlineHtml, notationsHtml, type Texts, translator } from './parts.js';
import type { Language, Messages, Values } from './messages.js';
import { settingValues, type SettingValues } from './setting.js';
import { ALT_WORDS, WORDS } from './words.js';

export type { CheckResult, Texts } from './parts.js';
export { translator } from './parts.js';

export interface ExperimentResult {
  experiment: Experiment;
  seconds: number;
  quick: boolean;
  seed: number;
  /** What was set from outside: checks are those of the settings of the books, and need not hold. */
  set: SettingValues;
  /** The picture before the idea, as HTML. */
  picture: Texts | null;
  /** HTML, in the order in which it was said; checks are folded. */
  blocks: Texts[];
  /** Before which block the code of the lesson stands: under its formulas, before what was run. */
  codeAt: number;
  /** The findings that hold, as HTML of one line: what the reader saw. */
  findings: Texts[];
  checks: CheckResult[];
  /** What ended it before its end. */
  error: UnrolledError | null;
}

export interface RunOptions {
  quick: boolean;
  seed: number;
  /** What was set from outside; default nothing. */
  set?: SettingValues;
  /** Those that are drawn; the texts of others are empty. */
  languages: readonly Language[];
  signal: AbortSignalLike;
  progress(done: number, text: string): void;
  data: Experimenting<string>['data'];
  files: Experimenting<string>['files'];
}

/** Never throws for what the experiment does, but INTERRUPTED. */
export async function runExperiment(experiment: Experiment, options: RunOptions): Promise<ExperimentResult> {
  const { quick, seed, set = {}, languages, signal } = options;
  const values = settingValues(experiment.settings ?? {}, set, quick);
  const setting = (name: string, kind: 'number' | 'string'): number | string => {
    const value = values[name];
    if (typeof value === kind) return value;
    throw new UnrolledError('OPTION', `expected a setting ${name} of ${experiment.name}, received none`, 'declare it');
  };
  const table: Messages = { ...WORDS, ...experiment.text };
  const blocks: Texts[] = [];
  const checks: CheckResult[] = [];
  const findings: Texts[] = [];
  let picture: Texts | null = null;
  let codeAt: number | null = null;
  let hasFormula = false;
  /** The last block is one of checks, which begin with this one. */
  let firstOfBlock: number | null = null;
  const inEach = (make: (t: Translate<string>, language: Language) => string): Texts => {
    const texts: Texts = { en: '', zh: '' };
    for (const language of languages) texts[language] = make(translator(experiment.name, table, language), language);
    return texts;
  };
  const add = (make: (t: Translate<string>) => string): void => {
    blocks.push(inEach(make));
    firstOfBlock = null;
  };
  const { notations = [] } = experiment;
  /** The letters are explained under the first formula. */
  const afterFormula = (): void => {
    if (!hasFormula && notations.length > 0) blocks.push(inEach((_, language) => notationsHtml(notations, language)));
    hasFormula = true;
  };
  const captioned = (html: string, caption: string): string =>
    `<figure>${html}<figcaption>${markdownHtml(caption)}</figcaption></figure>`;
  /** A drawing keeps its size, and scrolls where the screen is narrower: its text would be too small to read. */
  const scrolling = (svg: string): string => `<div class="scroll drawing" tabindex="0">${svg}</div>`;

  const context: Experimenting<string> = {
    quick,
    seed,
    signal,
    number: (name) => Number(setting(name, 'number')),
    word: (name) => String(setting(name, 'string')),
    data: options.data,
    files: options.files,
    heading(key, values) {
      if (hasFormula) codeAt ??= blocks.length;
      add((t) => `<h2>${escapeXml(t(key, values))}</h2>`);
    },
    say: (key, values) => add((t) => markdownHtml(t(key, values))),
    formula(latex) {
      add(() => formulaHtml(latex));
      afterFormula();
    },
    plot(caption, draw, values) {
      const html = inEach((t, language) => {
        const { scrolls = false, ...options } = draw(t);
        const said = t(caption, values);
        const label = altText(options, ALT_WORDS[language]) || plainText(said);
        return captioned((scrolls ? figureThatScrolls : figureInTwoWidths)(options, label), said);
      });
      blocks.push(html);
      firstOfBlock = null;
    },
    svg: (caption, svg, values) => add((t) => captioned(scrolling(svg), t(caption, values))),
    picture(caption, svg, values) {
      picture = inEach((t) => captioned(scrolling(svg), t(caption, values)));
    },
    cell(caption, definition, values) {
      const cell = defineCell(definition);
      const panels = [
        `<div>${codeHtml(dedented(String(definition.step)))}</div>`,
        `<div>${formulaHtml(toLatex(cell))}</div>`,
        scrolling(toDiagram(cell)),
      ];
      add((t) => captioned(`<div class="cell">${panels.join('\n')}</div>`, t(caption, values)));
      afterFormula();
      return cell;
    },
    table: (draw) =>
      add((t) => {
        const { columns, rows, strong } = draw(t);
        const text = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? formatNumber(cell) : cell)));
        return htmlTable(columns, text, strong);
      }),
    lines: (label, text, values) =>
      add((t) => `<p class="when">${escapeXml(t(label, values))}</p>\n<pre tabindex="0">${escapeXml(text)}</pre>`),
    check(what, expected: Expectation, got: Got, values?: Values) {
      const ok = expected.accepts(got);
      checks.push({ what: inEach((t) => t(what, values)), expected: expected.text, got: shown(got), ok });
      // Those that follow each other are one block.
      if (firstOfBlock === null) firstOfBlock = checks.length - 1;
      else blocks.pop();
      const own = checks.slice(firstOfBlock);
      blocks.push(inEach((_, language) => foldedChecks(own, language)));
      return ok;
    },
    finding(what, expected, got, values) {
      const ok = expected.accepts(got);
      if (ok) {
        add((t) => `<div class="finding">${markdownHtml(t(what, values))}</div>`);
        findings.push(inEach((t) => inlineHtml(t(what, values))));
      }
      if (!quick) context.check(what, expected, got, values);
      return ok;
    },
    progress(done, text = '') {
      if (signal.aborted) {
        throw new UnrolledError('INTERRUPTED', 'expected to finish, received an interrupt', 'start it again');
      }
      options.progress(done, text);
    },
  };

  const start = performance.now();
  let error: UnrolledError | null = null;
  try {
    await experiment.run(context);
  } catch (thrown) {
    if (thrown instanceof UnrolledError && thrown.code === 'INTERRUPTED') throw thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    error =
      thrown instanceof UnrolledError
        ? thrown
        : new UnrolledError('INTERNAL', message, 'run it alone with --debug', { cause: thrown });
  }
  const seconds = (performance.now() - start) / 1000;
  return { experiment, seconds, quick, seed, set, picture, blocks, codeAt: codeAt ?? 0, findings, checks, error };
}

/** Lines of a function as it is printed, without the indentation that they have in common, two spaces deep. */
function dedented(code: string): string {
  const lines = code.split('\n');
  const depths = lines.slice(1).map((line) => (line.trim() === '' ? Infinity : line.search(/\S/)));
  const least = Math.min(...depths);
  const unit = Math.min(...depths.filter((depth) => depth > least)) - least === 4 ? 2 : 1;
  return lines
    .map((line, i) =>
      i === 0 ? line : ' '.repeat(Number.isFinite(depths[i - 1]) ? (depths[i - 1] - least) / unit : 0) + line.trim(),
    )
    .join('\n');
}

/**
 * Whether it ended and all its checks hold; an experiment without a check shows nothing. Where settings were changed, checks are
 * those of other settings: it is enough that it ended.
 */
export function passed({ checks, error, set }: Pick<ExperimentResult, 'checks' | 'error' | 'set'>): boolean {
  if (Object.keys(set).length > 0) return error === null;
  return error === null && checks.length > 0 && checks.every(({ ok }) => ok);
}
