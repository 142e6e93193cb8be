// Readers of people's own files: from text with its file's name to rows. They know nothing of networks, and run in a browser.
export { columnIndex, readTable, type Table, type TableFormat, type TableOptions, type TableRow } from './table.js';
export { type LabelledLine, type LabelledTexts, labelledTexts, type NamedColumns } from './labelledTexts.js';
export { type Pair, type Pairs, readPairs } from './pairs.js';
export { holdsPronunciations, readPronunciations } from './pronunciations.js';
export { readSeries, type SeriesColumn, type SeriesOptions, type SeriesTable } from './series.js';
export { readTagged, type TaggedFormat, type TaggedOptions, type TaggedSentence, type TaggedText } from './tagged.js';
export type { NumberStyle } from './numbers.js';
export type { SeriesStep } from './steps.js';
export { type DateOrder, timesOf } from './times.js';
export { unzip, type ZipEntry, zipEntries } from '../formats/zip.js';
export { type IdxArray, readIdx } from './idx.js';
