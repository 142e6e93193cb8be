// The known data sets as this machine has them: folders of --data-dir and UNROLLED_DATA, packages of npm.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Dataset, DATASET_KINDS, type DatasetFile, type DatasetKind } from '../data/dataset.js';
import { DATASETS } from '../data/datasetList.js';
import { datasetBytes, type DatasetPlatform, datasetSources, findDataset, locateDataset } from '../data/datasets.js';
import { UnrolledError } from '../errors.js';
import type { SourceContext } from './context.js';
import { unpack } from './unpack.js';

/** Beside a checkout, where those who work on the project have their data. */
const BESIDE = fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** A data set as `unrolled data` lists it. */
export interface KnownDataset {
  name: string;
  title: string;
  what: string;
  licence: string;
  kind: DatasetKind;
  /** Unpacked. */
  bytes: number;
  present: boolean;
  /** Where it is; where it is not here, from where it can be taken. */
  source: string;
  sources: string[];
}

export interface KnownFile extends Pick<DatasetFile, 'name' | 'label'> {
  /** Unpacked. */
  bytes: Uint8Array;
}

/** The files of a data set by what they are meant for. */
export type KnownFiles = Record<DatasetFile['part'], KnownFile[]> &
  Pick<Dataset, 'columns' | 'encoding'> & { tokenized: boolean };

export class KnownData {
  readonly #platform: DatasetPlatform;

  constructor({ cwd, env, dataDir }: Pick<SourceContext, 'cwd' | 'env' | 'dataDir'>) {
    const fromEnvironment = (env.UNROLLED_DATA ?? '').split(delimiter);
    const named = [dataDir ?? '', ...fromEnvironment].filter((dir) => dir !== '').map((dir) => resolve(cwd, dir));
    const dataDirs = [...named, BESIDE];
    // Packages beside this one first, then those of where the command runs.
    const roots = [import.meta.url, pathToFileURL(join(cwd, 'package.json')).href];
    this.#platform = {
      exists: existsSync,
      dataDirs,
      resolvePackageFile(name, file) {
        for (const root of roots) {
          const folder = packageFolder(root, name);
          if (folder !== null && existsSync(join(folder, file))) return join(folder, file);
        }
        return null;
      },
    };
  }

  names(): string[] {
    return DATASETS.map(({ name }) => name);
  }

  list(): KnownDataset[] {
    return DATASETS.map((dataset) => {
      const { name, title, what, licence, kind } = dataset;
      const located = locateDataset(dataset, this.#platform);
      const sources = datasetSources(dataset);
      const source = located?.source ?? sources.join(', or ');
      const [bytes, present] = [datasetBytes(dataset), located !== null];
      return { name, title, what, licence, kind, bytes, present, source, sources };
    });
  }

  /** The paths of a data set's files; none where the name is none, or they are not here. */
  files(name: string): string[] {
    const dataset = findDataset(name.toLowerCase());
    return (dataset && locateDataset(dataset, this.#platform)?.files.map(({ path }) => path)) ?? [];
  }

  /**
   * A data set, or null where the name is none.
   * Errors: USAGE where it is another kind than is wanted, NOT_FOUND where it is not here, FORMAT where a checksum differs.
   */
  async read(name: string, wanted: DatasetKind | 'any' = 'any'): Promise<KnownFiles | null> {
    const dataset = findDataset(name.toLowerCase());
    if (dataset === null) return null;
    // A surname a line is text as well.
    const asText =
      dataset.kind === 'text' || (dataset.encoding === undefined && dataset.files.every(({ label }) => label));
    if (wanted !== 'any' && wanted !== dataset.kind && !(wanted === 'text' && asText)) {
      throw new UnrolledError(
        'USAGE',
        `expected ${DATASET_KINDS[wanted]}, received the data set ${dataset.name}, which is ${DATASET_KINDS[dataset.kind]}`,
        'unrolled data lists the data sets with their kinds; to read one of its files all the same, name it by its path',
      );
    }
    const located = locateDataset(dataset, this.#platform);
    if (located === null) {
      throw new UnrolledError(
        'NOT_FOUND',
        `expected the files of the data set ${dataset.name} on this machine, received none`,
        howToGet(dataset),
      );
    }
    const files = await Promise.all(
      located.files.map(async ({ file, path }) => {
        const bytes = await unpack(await readFile(path), path);
        const sum = createHash('sha256').update(bytes).digest('hex');
        if (sum !== file.sha256) {
          throw new UnrolledError(
            'FORMAT',
            `expected ${path} with the checksum ${file.sha256}, received ${sum}`,
            'the file was changed or is damaged: download it again, or name it by its path to read it as it is',
          );
        }
        return { name: file.name, part: file.part, label: file.label, bytes };
      }),
    );
    const partOf = (wanted: DatasetFile['part']): KnownFiles['train'] => files.filter(({ part }) => part === wanted);
    return {
      train: partOf('train'),
      validation: partOf('validation'),
      test: partOf('test'),
      tokenized: dataset.tokenized ?? false,
      columns: dataset.columns,
      encoding: dataset.encoding,
    };
  }
}

/** The folder of an installed package, seen from a file; packages often do not export their package.json. */
function packageFolder(from: string, name: string): string | null {
  const paths = createRequire(from).resolve.paths(name) ?? [];
  const found = paths.map((path) => join(path, name)).find((folder) => existsSync(join(folder, 'package.json')));
  return found ?? null;
}

/** What brings a data set to this machine. */
function howToGet(dataset: Dataset): string {
  if (dataset.package !== undefined) return `npm install ${dataset.package.name}, where the command runs`;
  const url = dataset.files.every((file) => file.url) ? dataset.files.map(({ url }) => url).join(' and ') : undefined;
  const folder = dataset.folder ?? dataset.name;
  const from = url === undefined ? `put its files into a folder ${folder}` : `download ${url} into a folder ${folder}`;
  return `${from}, and name the folder above it with --data-dir or UNROLLED_DATA`;
}
