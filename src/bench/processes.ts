// Figures of whole processes: how long they take to start, how much memory they hold. Each is a fresh process of this program.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { UnrolledError } from '../errors.js';

export interface ProcessContext {
  backend: string;
  threads: number;
  /** How long a training runs whose memory is read. */
  seconds: number;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BIN = join(ROOT, 'bin', 'unrolled.js');
/** Built: a process of its own cannot run TypeScript. */
const built = (name: string): string => join(ROOT, 'dist', 'bench', name);
const CHILD = built('child.js');

/** A start is read so often, and the fastest counts. */
const STARTS = 5;

/** Runs Node on a file to its end. Errors: IO where it fails. */
function node(args: readonly string[]): { stdout: string; seconds: number } {
  const start = performance.now();
  const { stdout, stderr, status, error } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const seconds = (performance.now() - start) / 1000;
  if (error !== undefined || status !== 0) {
    const said = stderr.trim().split('\n');
    const line = said.find((text) => /^\w*error\b/i.test(text)) ?? said.at(-1) ?? '';
    const why = error?.message ?? `status ${status}: ${line}`;
    throw new UnrolledError(
      'IO',
      `expected a process of the bench to end well, received ${why}`,
      'run `npm run build`',
    );
  }
  return { stdout, seconds };
}

/** `unrolled --help`, from its start to its end. */
export function helpSeconds(): number {
  return Math.min(...Array.from({ length: STARTS }, () => node([BIN, '--help']).seconds));
}

/** `unrolled train lm` on a file of a megabyte with the default model, from its start to the end of the first step. */
export function firstStepSeconds({ backend, threads }: ProcessContext): number {
  const folder = mkdtempSync(join(tmpdir(), 'unrolled-bench-'));
  try {
    const text = join(folder, 'text.txt');
    writeFileSync(text, 'It was the best of times, it was the worst of times.\n'.repeat(20_000));
    const preload = ['--import', pathToFileURL(built('endAtFirstStep.js')).href];
    const args = [...preload, BIN, 'train', 'lm', text, '--backend', backend, '--threads', String(threads), '--quiet'];
    return Math.min(...Array.from({ length: STARTS }, () => node(args).seconds));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The most MiB that a process held which did nothing but this task, for as long as a reading takes. */
export function peakMemory({ backend, threads, seconds }: ProcessContext, task: string): number {
  const { stdout } = node([CHILD, 'memory', task, backend, String(threads), String(seconds)]);
  return (JSON.parse(stdout) as { peakMiB: number }).peakMiB;
}

/** Resident memory of a training of small steps. */
export interface Growth {
  mode: GrowthMode;
  steps: number[];
  residentMiB: number[];
}

/** `train`: LanguageModel.train. `learner`: a loop of plain tensors without scope(), where collection does the work. */
export type GrowthMode = 'train' | 'learner';

export function memoryGrowth({ backend, threads }: ProcessContext, mode: GrowthMode, steps: number): Growth {
  const { stdout } = node([CHILD, 'growth', mode, backend, String(threads), String(steps)]);
  return JSON.parse(stdout) as Growth;
}
