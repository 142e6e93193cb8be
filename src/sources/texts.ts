// Texts alone, to be answered: one answer a row, empty rows among them, in every format.
import { UnrolledError } from '../errors.js';
import { textColumn } from '../records/labelledTexts.js';
import { columnIndex, listColumns } from '../records/table.js';
import type { SourceContext } from './context.js';
import { unpackedParts } from './archive.js';
import { type Part, readData } from './data.js';
import { isPlain, saySwap } from './labelled.js';
import { columnOf, PLAIN_READING, type Reading, Report, requireFormat, type Rows } from './reading.js';
import {
  isTableFormat,
  orOwnWay,
  partTable,
  partText,
  type TableReader,
  tableReading,
  type TableValues,
} from './tables.js';

export interface TextRow {
  text: string;
  line: number;
  file: string;
}

export interface TextsOptions extends TableValues {
  /** Of the text, or of what is to be translated. */
  column?: string;
}

/** Rows that tell whether lines are rows of a table. */
const PROBE = 50;

/**
 * The lines of plain text, or a column of a table. With `stored`, the column that the model was trained on; labels and targets may be
 * missing. Files called .txt and standard input are lines, unless they are a table as the training data was, or one of three
 * rows or more.
 *
 * Errors: those of reading, NOT_FOUND where the column is not there or cannot be told.
 */
export async function readTexts(
  context: SourceContext,
  args: readonly string[],
  options: TextsOptions,
  stored: Reading | null = null,
): Promise<Rows<TextRow>> {
  requireFormat(options.format, ['csv', 'tsv', 'jsonl', 'json', 'lines'], 'texts');
  const data = await readData(context, args, 'any');
  const report = new Report();
  const reader: TextsReader = {
    data,
    options,
    stored,
    trained: stored !== null,
    report,
    keepEmpty: true,
    read: null,
    named: [options.column],
  };
  // A known data set has a part that is meant for this.
  const rows = (await unpackedParts(data.test.length > 0 ? data.test : data.parts, 'table')).flatMap((part) =>
    textRows(part, reader),
  );
  const empty = rows.filter(({ text }) => text.trim() === '').length;
  if (empty > 0) report.note(null, `${empty} row${empty === 1 ? ' is' : 's are'} empty; each still gets an answer`);
  const reading = stored ?? reader.read ?? { kind: 'text', format: 'lines', columns: {}, ...PLAIN_READING };
  const { columns, format } = reader.read ?? reading;
  return {
    name: data.name,
    rows,
    validation: null,
    test: null,
    reading,
    report: report.result({ columns, format, rows: rows.length }),
  };
}

interface TextsReader extends TableReader {
  options: TextsOptions;
  read: Reading | null;
}

function textRows(part: Part, reader: TextsReader): TextRow[] {
  const { options, stored, data, report } = reader;
  const { text, encoding } = partText(part, reader);
  const role = stored?.kind === 'pairs' ? 'source' : 'text';
  const trained = stored !== null && isTableFormat(stored.format) ? stored : null;
  const wantedIn = (before: Reading | null): string | undefined =>
    options.column ?? columnOf(before, role) ?? data.columns?.text;
  if (isLines(part, text, wantedIn(trained), trained, options)) {
    if (trained !== null) report.note(part.name, 'each line is one text (--format csv, tsv or jsonl reads a table)');
    reader.read ??= { kind: 'text', format: 'lines', columns: { [role]: null }, ...PLAIN_READING, encoding };
    const lines = text.split(/\r\n|\n|\r/);
    const written = lines.at(-1) === '' ? lines.slice(0, -1) : lines;
    if (written.length === 0) {
      throw new UnrolledError(
        'EMPTY',
        `expected rows in ${part.name}, received none`,
        'give a file with one text per line',
      );
    }
    return written.map((line, i) => ({ text: line, line: i + 1, file: part.name }));
  }
  const { before, table, found } = orOwnWay(trained, data, (before) => {
    const wanted = wantedIn(before);
    const needed = before !== null && wanted !== undefined ? [wanted] : [];
    const table = partTable(part, text, needed, { ...reader, stored: before });
    const found = wanted === undefined ? textColumn(table) : columnIndex(table, wanted, before !== null);
    return { before, table, found };
  });
  if (found < 0) {
    throw new UnrolledError(
      'NOT_FOUND',
      `expected a text column in ${part.name}, received ${listColumns(table.columns)}`,
      'name the text column',
    );
  }
  const name = table.columns[found];
  saySwap(report, part, before, { [role]: name });
  if (before === null) report.note(part.name, `text column ${name}`);
  reader.read ??= { ...PLAIN_READING, kind: 'text', ...tableReading(table, encoding), columns: { [role]: name } };
  return table.rows.map(({ values, line }) => ({ text: values[found], line, file: part.name }));
}

function isLines(
  part: Part,
  text: string,
  wanted: string | undefined,
  before: Reading | null,
  options: TextsOptions,
): boolean {
  if (options.format !== undefined) return options.format === 'lines';
  if (part.label !== undefined) return true;
  if (options.column !== undefined || options.separator !== undefined || options.header !== undefined) return false;
  const byName = isPlain(part);
  if (!byName && part.name !== 'standard input') return false;
  if (before === null) return byName || wanted === undefined;
  return !looksLikeTable(text, wanted, before);
}

/** Whether text is a table as the training data was, or some table of its kind. */
function looksLikeTable(text: string, wanted: string | undefined, before: Reading): boolean {
  const start = text.trimStart().slice(0, 2 ** 16);
  if (before.separator === null || /^\[\s*\{/.test(start) || /^\{\s*"/.test(start)) return /^[[{]/.test(start);
  const lines = start.split(/\r\n|\n|\r/, PROBE).filter((line) => line.trim() !== '');
  const widths = lines.map((line) => line.split(before.separator ?? ',').length);
  const [first] = lines;
  if (before.header && first !== undefined) {
    const names = first.split(before.separator).map((name) =>
      name
        .trim()
        .replace(/^"(.*)"$/, '$1')
        .toLowerCase(),
    );
    if (wanted !== undefined && names.includes(wanted.toLowerCase())) return true;
  }
  const [width] = widths;
  const isEven = widths.every((one) => one === width) && width > 1;
  return isEven && (lines.length > 2 || (before.header === false && width === before.width));
}
