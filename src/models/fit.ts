// Training any model: from data and options to a trained one, from a checkpoint where one is given. What a minibatch is and what
// is measured, the task says (task.ts); when to step, validate and stop, train/ does.
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { ensureBackend } from '../backend/choose.js';
import { train } from '../train/trainer.js';
import { type Checkpoint, checkpointTensors, readCheckpoint, restoreState } from './checkpoint.js';
import { defined } from './defined.js';
import { openModelFile } from './modelFile.js';
import type { FitOptions, ResolvedFit } from './options.js';
import { requireSameData, resumedOptions, storable } from './resume.js';
import type { TaskDefinition, Trainable } from './task.js';

/** Errors: those of the task's `prepare`; FORMAT and OPTION for a checkpoint that does not fit; NON_FINITE. */
export async function fitModel<M extends Trainable, D, O extends object>(
  definition: TaskDefinition<M, D, O>,
  data: D,
  given: O & FitOptions,
): Promise<M> {
  await ensureBackend();
  const { resume, checkpoint } = given;
  const from = resume === undefined ? null : openCheckpoint(definition, resume);
  const options = {
    ...definition.defaults,
    ...defined(from === null ? given : resumedOptions(from.checkpoint, given, from.model.config, definition.defaults)),
  } as O & ResolvedFit;
  const prepared = definition.prepare(data, options);
  const model = from?.model ?? prepared.create();
  const lesson = prepared.lesson(model);
  if (from !== null) {
    const { checkpoint: stored } = from;
    requireSameData(stored.data, lesson.data);
    lesson.sampler.restore(stored.sampler);
    model.calls.calls = stored.calls;
    const state = lesson.carried === undefined ? null : restoreState(stored.state, lesson.carried.of);
    if (state !== null) lesson.carried?.restore(state);
  }
  model.reading = given.reading ?? model.reading;
  model.settings = storable(options);
  model.isUnfinished = false;
  const { epochs, minutes, maxSteps } = options;
  const onValidation = options.onValidation as ((event: object, model: M) => void | Promise<void>) | undefined;
  try {
    model.training = await train(
      {
        network: model.network,
        epochs: () => lesson.epochs(),
        stepsPerEpoch: lesson.stepsPerEpoch,
        next: () => lesson.next(),
        evaluate: () => lesson.evaluate(),
        onValidation: (event) => onValidation?.(event, model),
        async checkpoint({ position, optimizer, best }) {
          const content = {
            ...{ ...position, options: storable(options), data: lesson.data },
            ...{ sampler: lesson.sampler.state(), calls: model.calls.calls },
          };
          const tensors = checkpointTensors(model.network, optimizer, lesson.carried?.state() ?? null, best);
          await checkpoint?.save(model.toBytes({ tensors, checkpoint: content }));
        },
      },
      {
        ...options,
        epochs: epochs ?? (minutes === undefined && maxSteps === undefined ? definition.epochs : undefined),
        ...(from === null ? {} : { from: from.checkpoint }),
        checkpointSeconds: checkpoint?.everySeconds,
      },
    );
  } finally {
    lesson.end?.();
  }
  return model;
}

/** Errors: FORMAT for what is no checkpoint of this task. */
function openCheckpoint<M extends Trainable, D, O extends object>(
  definition: TaskDefinition<M, D, O>,
  bytes: Uint8Array,
): { model: M; checkpoint: Checkpoint } {
  const name = 'the checkpoint';
  const file = openModelFile(bytes, name);
  if (file.kind !== definition.task) {
    throw new UnrolledError(
      'FORMAT',
      `expected a checkpoint of ${definition.noun}, received one of the task ${brief(file.kind)}`,
      'resume with the command or the class that started the training',
    );
  }
  return { model: definition.open(file, name), checkpoint: readCheckpoint(file, name) };
}
