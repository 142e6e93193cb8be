// Files of the command line: paths from where it was started, folders made on the way.
import { mkdir, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UnrolledError } from '../errors.js';
import { nodePlatform } from '../platform/node/node.js';

/** A file's bytes. Errors: NOT_FOUND with the nearest names beside it, IO. */
export async function readBytes(cwd: string, path: string): Promise<Uint8Array> {
  const full = resolve(cwd, path);
  try {
    return await nodePlatform.readFile(full);
  } catch (error) {
    if (!(error instanceof UnrolledError && error.code === 'NOT_FOUND')) throw error;
    const { nearbyNames } = await import('../sources/data.js');
    const near = await nearbyNames(full);
    const help = near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'check the path';
    throw new UnrolledError('NOT_FOUND', `expected the file ${path}, received no such file`, help, { cause: error });
  }
}

/** Writes a file whole or not at all. Errors: IO; what was there before stays. */
export async function writeWhole(cwd: string, path: string, content: Uint8Array | string): Promise<void> {
  const full = resolve(cwd, path);
  await mkdir(dirname(full), { recursive: true });
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  await nodePlatform.writeFileAtomic(full, bytes);
}

/** Takes a file away, where there is one. */
export async function removeFile(cwd: string, path: string): Promise<void> {
  await rm(resolve(cwd, path), { force: true });
}
