// What is known of a data set: plain data. The sets themselves stand in datasetList.ts.

/** What a set is for, as a person is told. */
export const DATASET_KINDS = {
  text: 'text, for language models',
  labelled: 'texts with labels, for classifiers',
  tagged: 'sentences with tags, for taggers',
  series: 'time series, for forecasting',
  pairs: 'pairs of sentences, for translation',
  vectors: 'pretrained word vectors',
  images: 'images and their labels',
} as const;

export type DatasetKind = keyof typeof DATASET_KINDS;

export interface DatasetFile {
  name: string;
  /** Size and checksum of the unpacked file. */
  bytes: number;
  sha256: string;
  /** What it is meant for; a set without `validation` is split by the caller. */
  part: 'train' | 'validation' | 'test';
  /** Every line of this file is a text with this label. */
  label?: string;
  /** A download, fixed to one version. */
  url?: string;
}

export interface Dataset {
  /** As it is named on the command line. */
  name: string;
  title: string;
  /** One line: what is in it. */
  what: string;
  licence: string;
  kind: DatasetKind;
  /** Of a table of labelled texts, by name or number from 1. */
  columns?: { text: string; label: string };
  /** As `TextDecoder` calls it; default UTF-8. */
  encoding?: 'windows-1252';
  /** Words are separated by blanks already: `whitespace` is its word tokenizer. */
  tokenized?: boolean;
  files: readonly DatasetFile[];
  /** An npm package that has the files, and where in it. */
  package?: { name: string; folder: string };
  /** Their folder below a data folder; each file as it is or with `.gz`. */
  folder?: string;
}
