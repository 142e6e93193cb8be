// Pairs of sentences: columns of a table, or the pronouncing dictionary.
import { type Pair, readPairs } from '../records/pairs.js';
import { holdsPronunciations, readPronunciations } from '../records/pronunciations.js';
import type { SourceContext } from './context.js';
import { unpackedParts } from './archive.js';
import { type Part, readData } from './data.js';
import { saySwap } from './labelled.js';
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

export interface PairRow extends Pair {
  file: string;
}

export interface PairOptions extends TableValues {
  source?: string;
  target?: string;
}

/**
 * Pairs of a table's columns; of a .zip the largest table in it; of the pronouncing dictionary.
 * @param stored how the training data of a model was read: columns by name, strictly
 * Errors: those of reading.
 */
export async function readSentencePairs(
  context: SourceContext,
  args: readonly string[],
  options: PairOptions,
  stored: Reading | null = null,
): Promise<Rows<PairRow>> {
  requireFormat(options.format, ['csv', 'tsv', 'jsonl', 'json'], 'pairs');
  const data = await readData(context, args, 'pairs');
  const reader: PairReader = {
    data,
    options,
    stored,
    trained: stored !== null,
    report: new Report(),
    read: null,
    named: [options.source, options.target],
  };
  const readPart = (part: Part): PairRow[] => pairsOf(part, reader);
  const rows = (await unpackedParts(data.parts, 'table')).flatMap(readPart);
  const [validation, test] = [data.validation, data.test].map((own) => (own.length > 0 ? own.flatMap(readPart) : null));
  const reading = stored ?? reader.read ?? { kind: 'pairs', format: 'tsv', columns: {}, ...PLAIN_READING };
  const { columns, format } = reader.read ?? reading;
  const count = rows.length + (validation?.length ?? 0) + (test?.length ?? 0);
  return {
    name: data.name,
    rows,
    validation,
    test,
    reading,
    report: reader.report.result({ columns, format, rows: count }),
  };
}

interface PairReader extends TableReader {
  options: PairOptions;
  /** Of the first part. */
  read: Reading | null;
}

function pairsOf(part: Part, reader: PairReader): PairRow[] {
  const { data, options, report } = reader;
  const { text, encoding } = partText(part, reader);
  const isDictionary = holdsPronunciations(text);
  const stored = reader.stored ?? reader.read;
  const trained = stored !== null && (isTableFormat(stored.format) || isDictionary) ? stored : null;
  const read = orOwnWay(trained, data, (before) => {
    const named = {
      source: options.source ?? columnOf(before, 'source'),
      target: options.target ?? columnOf(before, 'target'),
    };
    const wanted = before === null ? [] : Object.values(named).filter((name) => name !== undefined);
    const table = isDictionary
      ? readPronunciations(text, part.name)
      : partTable(part, text, wanted, { ...reader, stored: before, trained: reader.stored !== null });
    return { before, table, ...readPairs(table, { ...named, byName: before !== null }) };
  });
  const { before, table, pairs, source, target, leftOut } = read;
  const columns = { source, target };
  saySwap(report, part, before, columns);
  if (before === null) report.note(part.name, `source column ${source}, target column ${target}`);
  if (leftOut > 0) report.note(part.name, `skipped ${leftOut} row${leftOut === 1 ? '' : 's'} with only one side`);
  report.skip('oneSided', leftOut);
  reader.read ??= isDictionary
    ? { ...PLAIN_READING, kind: 'pairs', format: 'dictionary', columns, encoding }
    : { ...PLAIN_READING, kind: 'pairs', ...tableReading(table, encoding), columns };
  return pairs.map((pair) => ({ ...pair, file: part.name }));
}
