// A checkpoint that `train --resume` goes on from: its settings and how its data was read hold, so that the same data is read again
// in the same way, and cut at the same places.
import { UnrolledError } from '../errors.js';
import type { Task } from '../models/tasks.js';
import type { Reading } from '../sources/reading.js';
import type { Context } from './command.js';
import { readBytes } from './files.js';

export interface Resumed {
  bytes: Uint8Array;
  reading: Reading | null;
  /** By the names of the library's options. */
  settings: Readonly<Record<string, unknown>>;
}

/** null without --resume. Errors: NOT_FOUND; FORMAT for what is no checkpoint of this task. */
export async function openResume({ io }: Context, path: string | undefined, task: Task): Promise<Resumed | null> {
  if (path === undefined) return null;
  const { checkpointSettings } = await import('../models/checkpoint.js');
  const { readingFrom } = await import('../sources/index.js');
  const bytes = await readBytes(io.cwd, path);
  const stored = checkpointSettings(bytes, path);
  if (stored.task !== task) {
    throw new UnrolledError(
      'FORMAT',
      `expected a checkpoint of train ${task} in ${path}, received one of train ${stored.task}`,
      `resume with: unrolled train ${stored.task} … --resume ${path}`,
    );
  }
  return { bytes, reading: readingFrom(stored.reading, path), settings: stored.options };
}

/** What was given, else what the checkpoint has, else nothing. */
export function settingOf<T>(given: T | undefined, resumed: Resumed | null, name: string): T | undefined {
  return given ?? (resumed?.settings[name] as T | undefined);
}

/** The seed of what is drawn before the training: that of the checkpoint, where nothing is said. */
export function seedOf(given: number | undefined, resumed: Resumed | null): number {
  const seed = given ?? resumed?.settings.seed;
  return typeof seed === 'number' ? seed : 0;
}
