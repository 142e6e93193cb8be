// What is known of a data set: plain data. The sets themselves stand in dataset-list.ts.

export interface DatasetFile {
  name: string;
  /** Size and checksum of the unpacked file. */
  bytes: number;
  sha256: string;
  /** What it is meant for; a set without `validation` is split by the caller. */
  part: 'train' | 'validation' | 'test';
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
  kind: 'text';
  /** Words are separated by blanks already: `whitespace` is its word tokenizer. */
  tokenized?: boolean;
  files: readonly DatasetFile[];
  /** An npm package that has the files, and where in it. */
  package?: { name: string; folder: string };
  /** Their folder below a data folder; each file as it is or with `.gz`. */
  folder?: string;
}
