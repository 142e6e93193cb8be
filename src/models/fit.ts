// Training any model: from data and options to a trained one, from a checkpoint where one is given. What a minibatch is and what
// is measured, the task says (task.ts); when to step, validate and stop, train/ does.
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { requireNumber } from '../range.js';
import {
  type Bytes,
  bytesOf,
  expectChoice,
  expectFlag,
  expectFunction,
  expectObject,
  type Names,
  optionsOf,
} from '../expect.js';
import { ensureBackend } from '../backend/choose.js';
import { OPTIMIZERS } from '../optim/optimizers.js';
import { SCHEDULES } from '../optim/schedules.js';
import { type BetweenSteps, type StepProgress, train, type TrainingState } from '../train/trainer.js';
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
  asked: (O & FitOptions) | undefined,
): Promise<M> {
  const began = performance.now();
  const given: O & FitOptions = optionsOf(asked, definition.options as Names<O & FitOptions>, 'fit');
  checkFitOptions(given);
  await ensureBackend();
  const { resume, checkpoint } = given;
  const from = resume === undefined ? null : openCheckpoint(definition, resume);
  const { chosen, facts } = from === null ? chooseSettings(definition, data, given) : NOTHING_CHOSEN;
  const options = {
    ...{ restoreBest: true, ...definition.defaults, ...chosen },
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
  given.onStart?.({ settings: model.settings, chosen, facts });
  const { epochs, minutes, maxSteps } = options;
  // What was chosen and fitted before the first step took of the time, too; half of it is left for the training at least.
  const spent = (performance.now() - began) / 60_000;
  const left = minutes && Math.max(minutes / 2, minutes - spent);
  const bytesAt = ({ position, optimizer, best }: TrainingState<unknown>): Uint8Array => {
    const content = {
      ...{ ...position, options: storable(options), data: lesson.data },
      ...{ sampler: lesson.sampler.state(), calls: model.calls.calls },
    };
    const tensors = checkpointTensors(model.network, optimizer, lesson.carried?.state() ?? null, best);
    return model.toBytes({ tensors, checkpoint: content });
  };
  const onStep = given.onStep && steppedBy(given.onStep, model, options, bytesAt);
  const onValidation = options.onValidation as ((event: object, model: M) => void | Promise<void>) | undefined;
  try {
    model.training = await train(
      {
        network: model.network,
        epochs: () => lesson.epochs(),
        stepsPerEpoch: lesson.stepsPerEpoch,
        next: () => lesson.next(),
        evaluate: () => lesson.evaluate(),
        criterion: lesson.criterion && ((metrics) => lesson.criterion?.(metrics) ?? metrics.loss),
        onValidation: (event) => onValidation?.(event, model),
        checkpoint: (state) => checkpoint?.save(bytesAt(state)),
      },
      {
        ...options,
        minutes: left,
        epochs: epochs ?? (minutes === undefined && maxSteps === undefined ? definition.epochs : undefined),
        ...(from === null ? {} : { from: from.checkpoint }),
        checkpointSeconds: checkpoint?.everySeconds,
        onStep,
      },
    );
    if (model.training.reason !== 'aborted') lesson.finish?.();
  } finally {
    lesson.end?.();
  }
  return model;
}

/** `onStep` of a trainer, from that of `fit`: another learning rate also stands in later checkpoints. */
function steppedBy(
  onStep: NonNullable<FitOptions['onStep']>,
  model: object,
  options: ResolvedFit,
  bytesAt: (state: TrainingState<unknown>) => Uint8Array,
): (event: StepProgress, between: BetweenSteps<unknown>) => void | Promise<void> {
  return (event, between) =>
    onStep(event, {
      model,
      get learningRate() {
        return between.learningRate;
      },
      set learningRate(rate) {
        requireNumber('a learning rate', rate, { min: 0 }, '0.001 suits Adam, 1 suits SGD with clipping');
        between.learningRate = rate;
        options.learningRate = rate;
      },
      checkpoint: () => bytesAt(between.state()),
    });
}

const NOTHING_CHOSEN = { chosen: {}, facts: '' };

/** Those that the call leaves open. Minutes alone are a limit; where it says how many epochs or steps, it alone says how long. */
function chooseSettings<M extends Trainable, D, O extends object>(
  definition: TaskDefinition<M, D, O>,
  data: D,
  given: O & FitOptions,
): { chosen: Partial<O & FitOptions>; facts: string } {
  if (definition.choose === undefined) return NOTHING_CHOSEN;
  const { settings, facts } = definition.choose(data, given);
  const isLong = given.epochs !== undefined || given.maxSteps !== undefined;
  const said: Record<string, unknown> = defined({ ...given });
  const open = Object.entries(defined({ ...settings })).filter(
    ([name]) => !Object.hasOwn(said, name) && !(isLong && LENGTHS.includes(name)),
  );
  return { chosen: Object.fromEntries(open) as Partial<O & FitOptions>, facts };
}

/** How long a training goes on. */
const LENGTHS = ['epochs', 'minutes', 'maxSteps', 'patience'];

/** Errors: OPTION, RANGE for what JavaScript may give. */
function checkFitOptions({
  optimizer,
  schedule,
  batchSize,
  seed,
  checkpoint,
  restoreBest,
  onStart,
  onProgress,
  onStep,
  onValidation,
  reading,
  resume,
  fork,
}: FitOptions): void {
  if (fork !== undefined && resume === undefined) {
    throw new UnrolledError('OPTION', 'expected a checkpoint to fork from, received none', 'give one as resume');
  }
  if (fork?.schedule !== undefined) expectChoice(fork.schedule, 'a schedule', Object.keys(SCHEDULES));
  if (optimizer !== undefined) expectChoice(optimizer, 'an optimizer', Object.keys(OPTIMIZERS));
  if (schedule !== undefined) expectChoice(schedule, 'a schedule', Object.keys(SCHEDULES));
  if (batchSize !== undefined) requireNumber('batchSize', batchSize, { min: 1, whole: true }, '32 is usual');
  if (seed !== undefined) requireNumber('a seed', seed, { whole: true }, 'use 0, 1, 2 …');
  if (restoreBest !== undefined) expectFlag(restoreBest, 'restoreBest');
  if (onStart !== undefined) expectFunction(onStart, 'onStart', 'it is called before the first step');
  if (onProgress !== undefined) expectFunction(onProgress, 'onProgress', 'it is called after every step');
  if (onStep !== undefined) expectFunction(onStep, 'onStep', 'it is called after every step');
  if (onValidation !== undefined) expectFunction(onValidation, 'onValidation', 'it is called after every measurement');
  if (reading !== undefined) expectObject(reading, 'reading', 'leave it out where no file held the data');
  if (checkpoint === undefined) return;
  expectObject(checkpoint, 'checkpoint', 'as in { everySeconds: 60, save: (bytes) => … }');
  requireNumber('everySeconds of a checkpoint', checkpoint.everySeconds, { min: 0 }, '60 saves every minute');
  expectFunction(checkpoint.save, 'save of a checkpoint', 'it gets the bytes, for a file');
}

/** Errors: FORMAT for what is no checkpoint of this task. */
function openCheckpoint<M extends Trainable, D, O extends object>(
  definition: TaskDefinition<M, D, O>,
  source: Bytes,
): { model: M; checkpoint: Checkpoint } {
  const name = 'the checkpoint';
  const file = openModelFile(bytesOf(source, name), name);
  if (file.kind !== definition.task) {
    throw new UnrolledError(
      'FORMAT',
      `expected a checkpoint of ${definition.noun}, received one of the task ${brief(file.kind)}`,
      'resume with the command or the class that started the training',
    );
  }
  return { model: definition.open(file, name), checkpoint: readCheckpoint(file, name) };
}
