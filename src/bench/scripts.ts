// Running a peer's script: a process that prints one JSON object a line.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { UnrolledError } from '../errors.js';

/** One line of a script. */
export interface PeerRow {
  /** Who, with a version: `torch 2.15.0`. */
  peer?: string;
  name: string;
  value?: number;
  peakRssMiB?: number;
  /** Why there is no value. */
  error?: string;
}

export interface ScriptCall {
  command: string;
  args: readonly string[];
  cwd: string;
  /** Besides this process's own. */
  env?: Readonly<Record<string, string>>;
}

const HELP = 'check UNROLLED_TORCH_PYTHON, UNROLLED_JS_PEERS and UNROLLED_PEERS';

/** All rows that a script prints. Errors: IO where it cannot run, or fails without a row. */
export function runScript({ command, args, cwd, env }: ScriptCall): PeerRow[] {
  const { stdout, stderr, error, status } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (error) throw new UnrolledError('IO', `expected to run ${command}, received ${error.message}`, HELP);
  const rows = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as PeerRow);
  // A script may fail after its first rows, where another of its peers is missing: those count.
  if (rows.length === 0 && status !== 0) {
    const last = stderr.trim().split('\n').at(-1) ?? '';
    throw new UnrolledError(
      'IO',
      `expected figures of a peer from ${command}, received status ${status}: ${last}`,
      HELP,
    );
  }
  return rows;
}

/** Errors: NOT_FOUND. */
export function requireScript(path: string): void {
  if (existsSync(path)) return;
  throw new UnrolledError(
    'NOT_FOUND',
    `expected a peer's script, found no file ${path}`,
    'name its folder by UNROLLED_PEERS',
  );
}
