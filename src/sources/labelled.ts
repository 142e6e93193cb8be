// Texts with labels: tables; a folder with a file of lines for each label, or with a folder of texts for each.
import { basename, dirname, extname, relative } from 'node:path';
import { type LabelledLine, labelledTexts } from '../records/labelledTexts.js';
import type { SourceContext } from './context.js';
import { unpackedParts } from './archive.js';
import { type Part, readData } from './data.js';
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

export interface LabelledRow extends LabelledLine {
  file: string;
}

export interface LabelledOptions extends TableValues {
  text?: string;
  label?: string;
}

/**
 * @param stored how the training data of a model was read: columns by name, strictly
 * Errors: those of reading; NOT_FOUND for a table without the columns of the training data.
 */
export async function readLabelled(
  context: SourceContext,
  args: readonly string[],
  options: LabelledOptions,
  stored: Reading | null = null,
): Promise<Rows<LabelledRow>> {
  requireFormat(options.format, ['csv', 'tsv', 'jsonl', 'json', 'lines'], 'texts with labels');
  const data = await readData(context, args, 'labelled');
  data.parts = await unpackedParts(data.parts, 'labelled');
  const reader: LabelledReader = {
    ...{ data, options, stored, trained: stored !== null, report: new Report() },
    named: [options.text, options.label],
    root: args.length === 1 ? args[0] : '',
  };
  const rows = readParts(data.parts, reader);
  const part = (parts: Part[]): LabelledRow[] | null => (parts.length > 0 ? readParts(parts, reader) : null);
  const [validation, test] = [part(data.validation), part(data.test)];
  const reading = reader.stored ?? {
    kind: 'labelled',
    format: 'lines',
    columns: { text: null, label: null },
    ...PLAIN_READING,
  };
  const { format, columns } = reader.read ?? reading;
  const report = reader.report.result({
    columns,
    format,
    rows: rows.length + (validation?.length ?? 0) + (test?.length ?? 0),
  });
  return { name: data.name, rows, validation, test, reading, report };
}

interface LabelledReader extends TableReader {
  options: LabelledOptions;
  /** The folder whose folders are labels. */
  root: string;
  /** What was read in fact. */
  read?: Pick<Reading, 'format' | 'columns'>;
}

/** The first part decides how those after it are read, unless a model does. */
function readParts(parts: Part[], reader: LabelledReader): LabelledRow[] {
  const { options, stored } = reader;
  const named = parts.every(({ label }) => label !== undefined);
  const plain = parts.every(isPlain) && (parts.length > 1 || options.format === 'lines' || isByFile(stored));
  if (named || (plain && !isTableFormat(options.format) && !isTableFormat(stored?.format))) {
    return parts.flatMap((part) => linesOf(part, reader));
  }
  return parts.flatMap((part) => tableRows(part, reader));
}

const isByFile = (reading: Reading | null): boolean => reading?.format === 'lines' || reading?.format === 'files';

/** Plain text by its name. */
export const isPlain = ({ name }: Part): boolean => /\.(txt|text|md)(\.gz)?$/i.test(name);

function tableRows(part: Part, reader: LabelledReader): LabelledRow[] {
  const { options, stored, report, data } = reader;
  const isTable = stored !== null && isTableFormat(stored.format);
  const { text, encoding } = partText(part, reader);
  const read = orOwnWay(isTable ? stored : null, data, (before) => {
    const wanted = {
      text: options.text ?? columnOf(before, 'text') ?? data.columns?.text,
      label: options.label ?? columnOf(before, 'label') ?? data.columns?.label,
    };
    const names = before === null ? [] : Object.values(wanted).filter((name) => name !== undefined);
    const table = partTable(part, text, names, { ...reader, stored: before });
    return { before, table, ...labelledTexts(table, { ...wanted, byName: before !== null }) };
  });
  const { before, table, rows, text: textName, label, leftOut } = read;
  const columns = { text: textName, label };
  saySwap(report, part, before, columns);
  if (before === null) report.note(part.name, `text column ${textName}, label column ${label}`);
  report.skip('withoutText', leftOut.text);
  report.skip('withoutLabel', leftOut.label);
  reader.stored ??= { ...PLAIN_READING, kind: 'labelled', ...tableReading(table, encoding), columns };
  reader.read ??= { format: table.format, columns };
  return rows.map((row) => ({ ...row, file: part.name }));
}

/** That a column is another one than in the training data, as it was asked for. */
export function saySwap(
  report: Report,
  part: Pick<Part, 'name'>,
  before: Reading | null,
  columns: Partial<Record<'text' | 'label' | 'source' | 'target', string>>,
): void {
  for (const [role, name] of Object.entries(columns)) {
    const trained = columnOf(before, role as keyof typeof columns);
    if (trained !== undefined && trained !== name) {
      report.note(part.name, `${role} column is ${name}; the model was trained on ${trained}`);
    }
  }
}

/** `folder/label/text.txt`: a text; `label.txt`: a text in each line. */
function linesOf(part: Part, reader: LabelledReader): LabelledRow[] {
  const { text, encoding } = partText(part, reader);
  const place = dirname(relative(reader.root, part.name)).split(/[\\/]/)[0];
  const isFile = part.label === undefined && place !== '.' && place !== '..';
  const format = isFile ? 'files' : 'lines';
  const columns = { text: null, label: null };
  const how = isFile
    ? 'each file is one text, labelled by its folder'
    : 'each line is one text, labelled by the name of its file';
  reader.report.note(null, how);
  reader.stored ??= { kind: 'labelled', format, columns, ...PLAIN_READING, encoding };
  reader.read ??= { format, columns };
  if (isFile) return [{ text, label: place, line: 1, file: part.name }];
  const bare = part.name.replace(/\.gz$/i, '');
  const label = part.label ?? basename(bare, extname(bare));
  const lines = text.split(/\r\n|\n|\r/);
  const written = lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  const rows = written.flatMap((line, i) =>
    line.trim() === '' ? [] : [{ text: line, label, line: i + 1, file: part.name }],
  );
  reader.report.skip('emptyLines', written.length - rows.length);
  return rows;
}
