// A place to read from, for tests: a folder that goes away, and what standard input holds.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceContext } from './context.js';

/** A context without known data sets. @param stdin what `-` holds, in pieces */
export function testSources(
  over: Partial<Omit<SourceContext, 'stdin'>> & { stdin?: Iterable<Uint8Array | string> },
): SourceContext {
  const { stdin = [], ...rest } = over;
  return {
    cwd: process.cwd(),
    env: {},
    ...rest,
    stdin: (async function* () {
      yield* stdin;
    })(),
  };
}

/** A folder that goes away after `use`. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'unrolled-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
