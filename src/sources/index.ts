// What a DATA argument is: rows from files, folders, archives, standard input and known data sets, and how they were read.
export type { SourceContext } from './context.js';
export { bytesOf, type InputData, nearbyNames, type Part, readData, textOf } from './data.js';
export {
  columnOf,
  type ColumnRole,
  type Columns,
  type DataReport,
  type Reading,
  readingFrom,
  type ReadingFormat,
  type ReadingKind,
  type Rows,
} from './reading.js';
export type { TableValues } from './tables.js';
export { type LabelledOptions, type LabelledRow, readLabelled } from './labelled.js';
export { readTexts, type TextRow, type TextsOptions } from './texts.js';
export { readSentences, readTokens, requireTags, type SentenceOptions, tagPlace } from './sentences.js';
export { type PairOptions, type PairRow, readSentencePairs } from './pairs.js';
export { type NamedColumn, type OneSeries, readOneSeries, type SeriesValues } from './series.js';
export { type ReadCorpus, readCorpus, readProse, type TextOptions } from './corpus.js';
export { VALIDATION } from './defaults.js';
export { readWordVectors } from './vectors.js';
export { KnownData, type KnownDataset } from './knownData.js';
