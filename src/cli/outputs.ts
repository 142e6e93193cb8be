// Where a command writes: never over what it reads, checked before anything is written, or trained.
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { isDataFile } from '../data/extract.js';
import { UnrolledError } from '../errors.js';
import type { Context } from './command.js';
import { sourcesOf } from './sources.js';

/** A file by what it is, not by what it is called: links of both kinds, `..` and other spellings are seen through. */
interface Identity {
  /** The file's number, or where it would be. */
  key: string;
  /** Its real path. */
  path: string;
  exists: boolean;
  isFolder: boolean;
}

/**
 * Refuses outputs that are among the inputs, or would be among them next time; that are one file; or that are folders.
 * @param outputs paths by the option that names them, such as `--out`
 * @param inputs DATA arguments and other files that are read; `-` and what is not there are passed over
 * Errors: OPTION; IO for a folder.
 */
export async function refuseOverwriting(
  { io, globals }: Pick<Context, 'io' | 'globals'>,
  outputs: Readonly<Record<string, string | undefined>>,
  inputs: readonly (string | undefined)[],
): Promise<void> {
  const read = new Map<string, string>();
  const folders: { path: string; shown: string }[] = [];
  for (const input of inputs) {
    if (input === undefined || input === '-' || input === '') continue;
    const own = await identityOf(resolve(io.cwd, input));
    if (own.isFolder) folders.push({ path: own.path, shown: input });
    else if (own.exists) read.set(own.key, input);
    else for (const path of await filesOfKnownSet()) read.set((await identityOf(path)).key, `${input} (${path})`);

    async function filesOfKnownSet(): Promise<string[]> {
      const { KnownData } = await import('../sources/knownData.js');
      return new KnownData(sourcesOf({ io, globals })).files(input ?? '');
    }
  }
  const written = new Map<string, string>();
  for (const [option, output] of Object.entries(outputs)) {
    if (output === undefined) continue;
    const own = await identityOf(resolve(io.cwd, output));
    const help = `choose another path with ${option}`;
    if (own.isFolder)
      throw new UnrolledError('IO', `expected a file for ${option}, received the folder ${output}`, help);
    const fail = (expected: string, received: string): never => {
      throw new UnrolledError('OPTION', `expected ${expected} for ${option}, received ${received}`, help);
    };
    const source = read.get(own.key);
    if (source !== undefined)
      fail(
        'a file that is not an input',
        source === output ? `${output}, an input` : `${output}, which is the input ${source}`,
      );
    const folder = folders.find(({ path }) => own.path.startsWith(path + sep));
    // Not there yet, it would be read the next time.
    if (folder !== undefined && isDataFile(output)) {
      fail('a file that is not an input', `${output}, which is text in the data folder ${folder.shown}`);
    }
    const other = written.get(own.key);
    if (other !== undefined) fail(`another file than ${other}`, `${output} for both`);
    written.set(own.key, option);
  }
}

async function identityOf(path: string): Promise<Identity> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  const real = await realOf(path);
  // Some file systems number no files.
  const key = found !== null && found.ino !== 0n ? `${found.dev}:${found.ino}` : real;
  return { key, path: real, exists: found !== null, isFolder: found?.isDirectory() ?? false };
}

/** The real path; of what does not exist yet, that of the nearest folder that does, and the rest. */
async function realOf(path: string): Promise<string> {
  const real = await realpath(path).catch(() => null);
  const parent = dirname(path);
  return real ?? (parent === path ? path : join(await realOf(parent), basename(path)));
}
