// Results as JSON, packed, a file for each experiment: what the site makes its lessons from, without running them again.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Experiment } from '../../reproduce/experiment.js';
import type { ExperimentResult } from '../../reproduce/run.js';
import { writeWhole } from '../files.js';

/** A result as it is stored: the experiment itself by its name, the error as plain data. */
export interface StoredResult extends Omit<ExperimentResult, 'experiment' | 'error'> {
  name: string;
  /** What it said then; another one now means that the result is older than the text. */
  text: string;
  /** Which backend computed, for people. */
  backend: string;
  error: { code: string; message: string; help: string } | null;
}

/** Tells whether what an experiment says has changed: a hash of its messages in all languages. */
export function textHash({ text }: Pick<Experiment, 'text'>): string {
  return createHash('sha256').update(JSON.stringify(text)).digest('hex').slice(0, 16);
}

/** Where the result of an experiment is stored. */
export function resultPath(folder: string, name: string): string {
  return join(folder, `${name}.json.gz`);
}

/** Writes it packed: figures pack to a tenth. Errors: IO. */
export async function writeResult(
  cwd: string,
  folder: string,
  result: ExperimentResult,
  backend: string,
): Promise<void> {
  const { experiment, error, ...rest } = result;
  const stored: StoredResult = {
    name: experiment.name,
    text: textHash(experiment),
    backend,
    ...rest,
    error: error && { code: error.code, message: error.message, help: error.help },
  };
  await writeWhole(cwd, resultPath(folder, experiment.name), gzipSync(JSON.stringify(stored), { level: 9 }));
}
