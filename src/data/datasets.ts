// Finding a known data set on a machine, by what the caller can tell of it; nothing is read here.
import type { Dataset, DatasetFile } from './dataset.js';
import { DATASETS } from './datasetList.js';

/** What the platform can say about files. */
export interface DatasetPlatform {
  exists(path: string): boolean;
  /** The path of a file within an installed package, or null. */
  resolvePackageFile(packageName: string, file: string): string | null;
  /** Data folders, the first with a file wins. */
  dataDirs: readonly string[];
}

export interface LocatedDataset {
  dataset: Dataset;
  /** From where: `package NAME` or the folder. */
  source: string;
  /** In the data set's order; a path may end in `.gz`. */
  files: { file: DatasetFile; path: string }[];
}

/** The data set of that name, or null. */
export function findDataset(name: string): Dataset | null {
  return DATASETS.find((dataset) => dataset.name === name) ?? null;
}

/** Size of the unpacked files. */
export function datasetBytes(dataset: Dataset): number {
  return dataset.files.reduce((sum, file) => sum + file.bytes, 0);
}

/** From where the set can be taken, for people: `package …`, `folder …`, `download …`. */
export function datasetSources(dataset: Dataset): string[] {
  const sources: string[] = [];
  if (dataset.package) sources.push(`package ${dataset.package.name}`);
  if (dataset.folder) sources.push(`folder ${dataset.folder}`);
  const url = dataset.files.every((file) => file.url) ? dataset.files[0].url : undefined;
  if (url) sources.push(dataset.files.length === 1 ? `download ${url}` : `download ${new URL(url).host}`);
  return sources;
}

/** Where all files of a set lie on this machine: in its package, or in one of the data folders; else null. */
export function locateDataset(dataset: Dataset, platform: DatasetPlatform): LocatedDataset | null {
  const places: [source: string, pathOf: (file: string) => string | null][] = [];
  if (dataset.package) {
    const { name, folder } = dataset.package;
    places.push([`package ${name}`, (file) => platform.resolvePackageFile(name, join(folder, file))]);
  }
  for (const dir of dataset.folder ? platform.dataDirs : []) {
    const folder = join(dir, dataset.folder ?? '');
    places.push([folder, (file) => join(folder, file)]);
  }
  for (const [source, pathOf] of places) {
    const files: LocatedDataset['files'] = [];
    for (const file of dataset.files) {
      const candidates = [pathOf(file.name), pathOf(`${file.name}.gz`)];
      const path = candidates.find((candidate) => candidate !== null && platform.exists(candidate));
      if (path) files.push({ file, path });
    }
    if (files.length === dataset.files.length) return { dataset, source, files };
  }
  return null;
}

/** Slashes serve on every platform. */
function join(folder: string, name: string): string {
  return folder === '' || folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}
