// One series: numbers in the order of time.
import { UnrolledError } from '../errors.js';
import { type SeriesColumn, readSeries, type SeriesTable } from '../records/series.js';
import type { SourceContext } from './context.js';
import { unpackedParts } from './archive.js';
import { readData } from './data.js';
import {
  columnOf,
  type Columns,
  type DataReport,
  PLAIN_READING,
  type Reading,
  Report,
  requireFormat,
} from './reading.js';
import { isTableFormat, partTable, partText, tableReading, type TableValues } from './tables.js';

export interface SeriesValues extends TableValues {
  target?: string;
  /** With commas between them. */
  inputs?: string;
  /** `none`: there is none. */
  time?: string;
  missing?: 'error' | 'interpolate';
  dates?: 'day-first' | 'month-first';
  decimal?: '.' | ',';
  /** Rows at the end without a target are the future, and left out. */
  future?: boolean;
}

/** A column of a series: `name` is what a model calls it, `column` what the file does. */
export type NamedColumn = SeriesColumn & { column: string };

export interface OneSeries {
  name: string;
  series: Omit<SeriesTable, 'target' | 'inputs'> & { target: NamedColumn; inputs: NamedColumn[] };
  reading: Reading;
  report: DataReport;
}

/**
 * @param stored how the training data of a model was read: target, inputs and time are its columns, by name, strictly
 * Errors: those of reading; USAGE for several files; OPTION for other inputs than the model has.
 */
export async function readOneSeries(
  context: SourceContext,
  args: readonly string[],
  options: SeriesValues,
  stored: Reading | null = null,
): Promise<OneSeries> {
  requireFormat(options.format, ['csv', 'tsv', 'jsonl', 'json'], 'a series');
  const data = await readData(context, args, 'series');
  if (data.parts.length !== 1) {
    throw new UnrolledError('USAGE', `expected one file with a series, received ${data.parts.length}`, 'name one file');
  }
  const [part] = await unpackedParts(data.parts, 'table');
  const report = new Report();
  const before = stored !== null && isTableFormat(stored.format) ? stored : null;
  const reader = {
    data,
    options,
    stored: before,
    trained: stored !== null,
    report,
    named: [options.target, options.time, ...(options.inputs?.split(',') ?? [])],
  };
  const { text, encoding } = partText(part, reader);
  const columns = wantedColumns(options, stored);
  const named = [columns.target, ...(columns.inputs ?? []), columns.time];
  const wanted = named.filter((name) => typeof name === 'string');
  const table = partTable(part, text, before === null ? [] : wanted, reader);
  const missing = options.missing ?? stored?.missing ?? 'error';
  const series = readSeries(table, {
    ...columns,
    missing,
    dates: options.dates ?? stored?.dates ?? undefined,
    decimal: options.decimal ?? undefined,
    future: options.future,
    byName: before !== null,
  });
  for (const note of series.notes) report.note(part.name, note);
  const read: Columns = {
    target: series.target.name,
    inputs: series.inputs.map(({ name }) => name),
    time: series.time?.name ?? null,
  };
  sayColumns(part.name, read, stored, report);
  report.skip('absentRows', missing === 'interpolate' ? 0 : series.absent);
  report.skip('rowsAhead', series.ahead);
  const trained = stored?.columns.inputs;
  const asNamed = (column: SeriesColumn, name: string): NamedColumn => ({ ...column, name, column: column.name });
  return {
    name: data.name,
    series: {
      ...series,
      target: asNamed(series.target, columnOf(stored, 'target') ?? series.target.name),
      inputs: series.inputs.map((column, i) => asNamed(column, Array.isArray(trained) ? trained[i] : column.name)),
    },
    reading: stored ?? {
      ...PLAIN_READING,
      kind: 'series',
      ...tableReading(table, encoding),
      columns: read,
      decimal: series.decimal,
      dates: series.dates,
      missing,
    },
    report: report.result({ columns: read, format: table.format, rows: series.target.values.length }),
  };
}

/** What was asked for, else what the model was trained on. Errors: OPTION. */
function wantedColumns(options: SeriesValues, stored: Reading | null) {
  const trained = Array.isArray(stored?.columns.inputs) ? stored.columns.inputs : undefined;
  const given = options.inputs
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (stored !== null && given !== undefined && given.length !== (trained?.length ?? 0)) {
    throw new UnrolledError(
      'OPTION',
      `expected the ${trained?.length ?? 0} inputs that the model was trained on, received ${given.length}`,
      trained && trained.length > 0 ? `in this order: ${trained.join(', ')}` : 'leave --inputs out',
    );
  }
  const before = stored === null ? undefined : (columnOf(stored, 'time') ?? null);
  const time = options.time === 'none' ? null : (options.time ?? before);
  return { target: options.target ?? columnOf(stored, 'target'), inputs: given ?? trained, time };
}

function sayColumns(file: string, read: Columns, stored: Reading | null, report: Report): void {
  const inputs = Array.isArray(read.inputs) ? read.inputs : [];
  if (stored === null) {
    const others = inputs.length > 0 ? `, input columns ${inputs.join(', ')}` : '';
    const time = read.time === null ? 'no time column' : `time column ${String(read.time)}`;
    report.note(file, `target column ${String(read.target)}${others}, ${time}`);
    return;
  }
  const trained = stored.columns;
  const before = Array.isArray(trained.inputs) ? trained.inputs : [];
  if (trained.target !== read.target) {
    report.note(file, `target column is ${String(read.target)}; the model was trained on ${String(trained.target)}`);
  }
  inputs.forEach((name, i) => {
    if (before[i] !== name) report.note(file, `input column is ${name}; the model was trained on ${before[i]}`);
  });
}
