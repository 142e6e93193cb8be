// The rows that a classifier learns from: what they must be, which labels they have, how they are cut into parts and tokens, and what is
// counted of them.
import { Fingerprint } from '../../data/fingerprint.js';
import { stratifiedSplit } from '../../data/split.js';
import { UnrolledError } from '../../errors.js';
import { expectRows, expectText } from '../../expect.js';
import { cleaned } from '../../text/clean.js';
import { type TextSettings, tokenizerOf } from '../../text/corpus.js';
import { isWordKind } from '../../text/tokenizer.js';
import { defined } from '../defined.js';
import type { ClassifierOptions, LabelledText, ResolvedClassifierOptions as Resolved } from './options.js';
import type { TextFacts } from './rules.js';

/** Rows that are looked at to choose settings. */
const SAMPLE = 1000;

/** Errors: OPTION for what are no rows of texts and labels. */
export function expectLabelled(rows: unknown): void {
  const as = "as in [{ text: 'a good film', label: 'good' }]";
  expectRows(rows, as, (row) => {
    expectText(row.text, 'the text of a row', as);
    expectText(row.label, 'the label of a row', `${as}; of a number String(label)`);
  });
}

export function settingsOf({ tokens, lowercase, lettersOnly, collapseWhitespace }: ClassifierOptions): TextSettings {
  const lineSeparator = tokens === 'char' ? '' : ' ';
  // A label says nothing of blanks.
  return defined({ tokens, lowercase, lettersOnly, collapseWhitespace, lineSeparator, layout: false });
}

export function* tokensOf(rows: readonly LabelledText[], settings: TextSettings): Generator<string> {
  const tokenizer = tokenizerOf(settings);
  for (const { text } of rows) yield* tokenizer.tokenize(cleaned(text, settings));
}

/** Errors: EMPTY, OPTION for one label only. */
export function labelsOf(rows: readonly LabelledText[]): string[] {
  if (rows.length === 0) throw new UnrolledError('EMPTY', 'expected rows to learn from, received none', 'give data');
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  if (labels.length >= 2) return labels;
  throw new UnrolledError(
    'OPTION',
    `expected two labels or more, received only "${labels[0]}"`,
    'a classifier needs two classes or more: check the label column',
  );
}

export function partsOf(rows: readonly LabelledText[], labels: string[], { validation, seed }: Resolved) {
  if (typeof validation !== 'number') return { training: rows, validation };
  const classOf = new Map(labels.map((label, k) => [label, k]));
  const { rest, drawn } = stratifiedSplit(
    rows.map(({ label }) => classOf.get(label) ?? 0),
    validation,
    seed,
  );
  return { training: Array.from(rest, (i) => rows[i]), validation: Array.from(drawn, (i) => rows[i]) };
}

export function fingerprint(rows: readonly LabelledText[]) {
  const print = new Fingerprint();
  for (const { text, label } of rows) print.text(text).text(label);
  return print.part(rows.length);
}

/** Texts that stand for all, evenly spaced. */
export function sampleOf(rows: readonly LabelledText[]): string[] {
  const step = Math.max(1, Math.floor(rows.length / SAMPLE));
  return rows.filter((_, i) => i % step === 0).map(({ text }) => text);
}

/** @param most tokens that a text was cut to, where it was */
export function shownFacts({ rows, tokensPerRow, labels, tokens }: TextFacts, most: number | undefined): string {
  const [many, mean] = [rows, Math.round(tokensPerRow)].map((n) => n.toLocaleString('en'));
  const cut = most === undefined ? '' : `, of which there is time for ${most} a row`;
  return `${many} rows of ${mean} ${isWordKind(tokens) ? 'words' : 'characters'}${cut}, ${labels} labels`;
}

/** What each class weighs, so that all weigh the same in sum; null where each row does. */
export function classWeightsOf(
  classes: Int32Array,
  count: number,
  { classWeights }: Pick<ClassifierOptions, 'classWeights'>,
): Float64Array | null {
  if (classWeights === undefined) return null;
  const rows = new Float64Array(count);
  for (const k of classes) rows[k]++;
  return rows.map((n) => classes.length / (count * Math.max(1, n)));
}
