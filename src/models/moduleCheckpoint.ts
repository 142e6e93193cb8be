// A checkpoint of a module that `fit` trains: read, checked, and what draws put back where it stood.
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { type Bytes, bytesOf } from '../expect.js';
import { getPlatform } from '../platform/platform.js';
import { restoreDefaultRng } from '../tensor/generator.js';
import type { PhiloxState } from '../tensor/philox.js';
import type { Validation } from '../train/trainer.js';
import type { GivenState } from '../weights/labels.js';
import { type Checkpoint, readCheckpoint } from './checkpoint.js';
import { type ModelFile, openModelFile, storedWeights } from './modelFile.js';

/** What is measured after an epoch. */
export interface EpochMetrics {
  /** What early stopping looks at. */
  loss: number;
  epoch: number;
  trainLoss: number;
  validationLoss: number | null;
}

/** Where an unfinished epoch and what draws stand: plain data. */
export interface OwnState {
  /** Losses of this epoch times their tokens, and the tokens. */
  sum: number;
  tokens: number;
  /** Minibatches of a pass; null while it is not known. */
  count: number | null;
  /** Calls of each counter of random calls, in the order of the modules. */
  random: { seed: number; calls: number }[];
  generator: PhiloxState;
}

/** A checkpoint, read. */
export interface OpenedCheckpoint {
  name: string;
  checkpoint: Checkpoint & { validation: Validation<EpochMetrics>[] };
  own: OwnState;
  weights: GivenState;
}

/** The checkpoint to go on from: that of `resume`, or of a file that is there. Errors: FORMAT, IO. */
export async function openCheckpoint({
  checkpoint,
  resume,
}: {
  checkpoint?: unknown;
  resume?: Bytes;
}): Promise<OpenedCheckpoint | null> {
  const isFile = resume === undefined && typeof checkpoint === 'string';
  const bytes = isFile
    ? await readIfThere(checkpoint)
    : resume === undefined
      ? null
      : bytesOf(resume, 'the checkpoint');
  if (bytes === null) return null;
  const name = isFile ? checkpoint : 'the checkpoint';
  const file = openModelFile(bytes, name);
  if (file.kind !== 'module') {
    throw new UnrolledError(
      'FORMAT',
      `expected a checkpoint of fit(module, …) in ${name}, received one of the task ${brief(file.kind)}`,
      'name another file for the checkpoint',
    );
  }
  return {
    name,
    checkpoint: withEpochs(readCheckpoint(file, name), name),
    own: ownStateOf(file, name),
    weights: storedWeights(file, name),
  };
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await getPlatform().readFile(path);
  } catch (error) {
    if (error instanceof UnrolledError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

/** Errors: FORMAT where what was measured is not what `fit` measures. */
function withEpochs(checkpoint: Checkpoint, name: string): OpenedCheckpoint['checkpoint'] {
  const validation = checkpoint.validation as Partial<Validation<EpochMetrics>>[];
  const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
  const isWhole = validation.every(
    ({ loss, epoch, trainLoss, validationLoss, seconds }) =>
      [loss, epoch, trainLoss, seconds].every(isNumber) && (validationLoss === null || isNumber(validationLoss)),
  );
  if (isWhole) return checkpoint as OpenedCheckpoint['checkpoint'];
  throw damaged('losses of epochs', name);
}

/** Errors: FORMAT. */
function ownStateOf({ checkpoint }: ModelFile, name: string): OwnState {
  const own = (checkpoint as { own?: Partial<OwnState> }).own ?? {};
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  const { sum, tokens, count, random, generator } = own;
  const isWhole =
    Number.isFinite(sum) &&
    isCount(tokens) &&
    (count === null || isCount(count)) &&
    Array.isArray(random) &&
    random.every((item) => Number.isSafeInteger(item?.seed) && isCount(item?.calls)) &&
    Number.isSafeInteger(generator?.seed) &&
    isCount(generator?.stream) &&
    isCount(generator?.drawn);
  if (isWhole) return own as OwnState;
  throw damaged('counters of a training', name);
}

function damaged(expected: string, name: string): UnrolledError {
  const message = `expected ${expected} in ${name}, received something else`;
  return new UnrolledError('FORMAT', message, 'the checkpoint is damaged: train from scratch');
}

/** Errors: OPTION where other modules draw, or with other seeds. */
export function restoreRandom(
  draws: readonly { readonly seed: number; calls: number }[],
  own: OwnState,
  name: string,
): void {
  const seeds = (list: readonly { seed: number }[]): string => list.map(({ seed }) => seed).join(', ');
  if (seeds(draws) !== seeds(own.random)) {
    throw new UnrolledError(
      'OPTION',
      `expected the seed of the checkpoint ${name} (${seeds(own.random)}), received ${seeds(draws)}`,
      'call manualSeed as the training did that wrote it, before the module is made',
    );
  }
  draws.forEach((counter, i) => (counter.calls = own.random[i].calls));
  restoreDefaultRng(own.generator);
}
