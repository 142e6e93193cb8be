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
import { type Ranks, ranks, telling } from '../parallel/communicator.js';
import { sharding } from '../parallel/shardingParts.js';
import { readAll } from '../tensor/readAll.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkTrainerSettings } from '../train/settings.js';
import { type BetweenSteps, type StepProgress, train, type TrainingState } from '../train/trainer.js';
import { openingFile } from '../weights/budget.js';
import { type Checkpoint, checkpointTensors, readCheckpoint, restoreState } from './checkpoint.js';
import { defined } from './defined.js';
import { openModelFile } from './modelFile.js';
import type { RecurrentState } from '../nn/recurrent.js';
import { cutState, gatherState, joinState } from './shardedState.js';
import type { FitOptions, InitialModel, ResolvedFit } from './options.js';
import { forkedConfig, requireSameData, resumedOptions, storable } from './resume.js';
import type { Lesson, TaskDefinition, Trainable } from './task.js';

/**
 * Errors: those of the task's `prepare`; FORMAT and OPTION for a checkpoint that does not fit; NON_FINITE; of several ranks OPTION where
 * they differ, and RANK where another ended.
 */
export function fitModel<M extends Trainable, D, O extends object>(
  definition: TaskDefinition<M, D, O>,
  data: D,
  asked: (O & FitOptions) | undefined,
): Promise<M> {
  const all = ranks();
  return telling(all, () => fitOnRanks(definition, data, asked, all));
}

async function fitOnRanks<M extends Trainable, D, O extends object>(
  definition: TaskDefinition<M, D, O>,
  data: D,
  asked: (O & FitOptions) | undefined,
  all: Ranks,
): Promise<M> {
  const began = performance.now();
  const given: O & FitOptions = forRank(optionsOf(asked, definition.options as Names<O & FitOptions>, 'fit'), all);
  checkFitOptions(given);
  const backend = await ensureBackend();
  // The clock of the first: what is chosen by the minutes is the same on all.
  if (all.size > 1) given.minutes = (await all.broadcast(given.minutes)) ?? undefined;
  const { resume, fork, checkpoint } = given;
  const from = resume === undefined ? null : openCheckpoint(definition, resume, fork);
  const { chosen, facts } = from === null ? chooseSettings(definition, data, given) : NOTHING_CHOSEN;
  const initial = given.initial === undefined ? null : openInitial(definition, given.initial, given);
  const asSaid = from === null ? given : resumedOptions(from.checkpoint, given, from.model.config, definition.defaults);
  const options = {
    ...{ restoreBest: true, ...definition.defaults, ...chosen },
    ...defined(asSaid),
    ...(initial === null ? {} : sizesOf(initial.config)),
  } as O & ResolvedFit;
  for (const [name, value] of Object.entries(chosen)) {
    const own = (asSaid as Record<string, unknown>)[name];
    if (isBag(value) && isBag(own)) Object.assign(options, { [name]: { ...value, ...defined(own) } });
  }
  const together = options.shards === undefined && all.size === 1 ? null : sharding(backend);
  if (together !== null) options.shards = together.shardsFor(options, all, from !== null);
  const begin = (): { model: M; lesson: Lesson } => {
    const prepared = definition.prepare(data, options);
    const model = from?.model ?? initial ?? prepared.create();
    return { model, lesson: prepared.lesson(model) };
  };
  const { model, lesson } = from === null ? begin() : withStored(begin);
  if (from !== null) {
    const { checkpoint: stored } = from;
    requireSameData(stored.data, lesson.data);
    openingFile(CHECKPOINT, () => {
      lesson.sampler.restore(stored.sampler);
    });
    model.calls.calls = stored.calls;
    const state =
      lesson.carried === undefined ? null : restoreState(stored.state, lesson.carried.of, options.batchSize);
    if (state !== null && options.shards === undefined) lesson.carried?.restore(state);
    else if (state !== null) lesson.carried?.restoreShards(cutState(all, state, options.shards ?? 1));
  }
  await together?.requireAlike(all, {
    ...together.alikeBackend(backend),
    ...Object.fromEntries(Object.entries(lesson.data).map(([name, part]) => [`data for ${name}`, part])),
    ...storable(options),
    step: from?.checkpoint.counters.step ?? 0,
    model: model.config,
  });
  const state = (): Tensor[] => [...model.network.namedState()].map(({ tensor }) => tensor);
  await together?.copyFromFirst(all, state());
  model.reading = given.reading ?? model.reading;
  model.settings = storable(options);
  model.isUnfinished = false;
  given.onStart?.({ settings: model.settings, chosen, facts });
  const { epochs, minutes, maxSteps } = options;
  // What was chosen and fitted before the first step took of the time, too; half of it is left for the training at least.
  const spent = (performance.now() - began) / 60_000;
  const left = minutes && (await all.broadcast(Math.max(minutes / 2, minutes - spent)));
  const bytesAt = (
    { position, optimizer, best }: TrainingState<unknown>,
    carried: RecurrentState | null,
  ): Uint8Array => {
    const content = {
      ...{ ...position, options: storable(options), data: lesson.data },
      ...{ sampler: lesson.sampler.state(), calls: model.calls.calls },
    };
    const tensors = checkpointTensors(model.network, optimizer, carried, best);
    return model.toBytes({ tensors, checkpoint: content });
  };
  const onStep =
    given.onStep &&
    steppedBy(given.onStep, model, options, (state) => {
      const { carried } = lesson;
      if (all.size === 1)
        return bytesAt(
          state,
          options.shards === undefined ? (carried?.state() ?? null) : joinState(carried?.ofShards()),
        );
      throw new UnrolledError(
        'UNSUPPORTED',
        `expected one process for checkpoint() between steps, received one of ${all.size} ranks`,
        'give fit a checkpoint: { everySeconds, save }, which all ranks put together',
      );
    });
  const onValidation = options.onValidation as ((event: object, model: M) => void | Promise<void>) | undefined;
  try {
    model.training = await train(
      {
        network: model.network,
        epochs: () => lesson.epochs(),
        stepsPerEpoch: lesson.stepsPerEpoch,
        next: () => lesson.next(),
        readNext: lesson.readNext,
        nextShards: (shards) => lesson.nextShards(shards),
        calls: [model.calls],
        evaluate: () => lesson.evaluate(),
        criterion: lesson.criterion && ((metrics) => lesson.criterion?.(metrics) ?? metrics.loss),
        onValidation: (event) => onValidation?.(event, model),
        async checkpoint(state) {
          const { carried } = lesson;
          const states =
            options.shards === undefined || carried === undefined
              ? (carried?.state() ?? null)
              : await gatherState(all, carried.ofShards());
          await readAll((states ?? []).flatMap((layer) => Object.values(layer)));
          if (all.rank === 0) await checkpoint?.save(bytesAt(state, states));
        },
      },
      {
        ...options,
        ranks: all,
        minutes: left,
        epochs: epochs ?? (minutes === undefined && maxSteps === undefined ? definition.epochs : undefined),
        ...(from === null ? {} : { from: from.checkpoint }),
        checkpointSeconds: checkpoint?.everySeconds,
        onStep,
      },
    );
    if (model.training.reason !== 'aborted') await lesson.finish?.();
    await together?.copyFromFirst(all, state());
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

/** What is said and written, rank 0 says and writes. */
function forRank<O extends FitOptions>(given: O, { rank }: Ranks): O {
  if (rank === 0) return { ...given };
  return { ...given, onStart: undefined, onProgress: undefined, onStep: undefined, onValidation: undefined };
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
    ([name, value]) =>
      !(isLong && LENGTHS.includes(name)) && (!Object.hasOwn(said, name) || (isBag(value) && isBag(said[name]))),
  );
  // Of a bag of settings what was not given: one that is has no say on the others.
  const chosen = open
    .map(([name, value]) => [name, isBag(value) ? without(value, said[name]) : value] as const)
    .filter(([, value]) => !isBag(value) || Object.keys(value).length > 0);
  return { chosen: Object.fromEntries(chosen) as Partial<O & FitOptions>, facts };
}

const isBag = (value: unknown): value is object => typeof value === 'object' && value !== null;

function without(bag: object, given: unknown): object {
  const said = isBag(given) ? defined(given) : {};
  return Object.fromEntries(Object.entries(bag).filter(([name]) => !Object.hasOwn(said, name)));
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

/** For messages: it is given as bytes. */
const CHECKPOINT = 'the checkpoint';
/** What a bad setting is refused by; other errors are of the data. */
const OF_SETTINGS = ['RANGE'];

/** What the settings of a checkpoint lead to: what is wrong with them is the file's fault. Errors: FORMAT, and those of the data. */
function withStored<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof UnrolledError) || !OF_SETTINGS.includes(error.code)) throw error;
    return openingFile(CHECKPOINT, () => {
      throw error;
    });
  }
}

/** What a configuration says that options of `fit` say, too; the cell and the seed go with the weights. */
function sizesOf(config: object): object {
  return Object.fromEntries(Object.entries(config).filter(([name]) => !['cell', 'equations', 'seed'].includes(name)));
}

/** A copy of a model that a training begins with. Errors: OPTION where it is of another task, or settings differ. */
function openInitial<M extends Trainable, D, O extends object>(
  definition: TaskDefinition<M, D, O>,
  initial: InitialModel,
  given: O & FitOptions,
): M {
  if (initial.task !== definition.task) {
    const message = `expected ${definition.noun} to begin with, received one of the task ${brief(String(initial.task))}`;
    throw new UnrolledError('OPTION', message, 'give a model of the class whose fit is called');
  }
  if (definition.task !== 'lm') {
    const message = `expected a language model to begin with, received ${definition.noun}`;
    throw new UnrolledError('UNSUPPORTED', message, 'resume a checkpoint, or load weights into a network of your own');
  }
  if (given.resume !== undefined) {
    const message = 'expected a model to begin with or a checkpoint to resume from, received both';
    throw new UnrolledError('OPTION', message, 'a checkpoint has its own weights');
  }
  const said: Record<string, unknown> = defined({ ...given });
  const other = Object.entries({ cell: '', ...sizesOf(initial.config) }).filter(
    ([name, value]) => Object.hasOwn(said, name) && JSON.stringify(said[name]) !== JSON.stringify(value),
  );
  if (other.length > 0) {
    const names = other.map(([name, value]) => `${name} ${brief(String(said[name]))} (it has ${brief(String(value))})`);
    throw new UnrolledError(
      'OPTION',
      `expected the network of the model to begin with, received ${names.join(', ')}`,
      'leave them out, or train from scratch',
    );
  }
  const name = 'the model to begin with';
  const model = definition.open(openModelFile(initial.toBytes(), name), name);
  model.isUnfinished = false;
  return model;
}

/** Errors: FORMAT for what is no checkpoint of this task. */
function openCheckpoint<M extends Trainable, D, O extends object>(
  definition: TaskDefinition<M, D, O>,
  source: Bytes,
  fork: FitOptions['fork'] = {},
): { model: M; checkpoint: Checkpoint } {
  const file = openModelFile(bytesOf(source, CHECKPOINT), CHECKPOINT);
  if (file.kind !== definition.task) {
    throw new UnrolledError(
      'FORMAT',
      `expected a checkpoint of ${definition.noun}, received one of the task ${brief(file.kind)}`,
      'resume with the command or the class that started the training',
    );
  }
  const checkpoint = readCheckpoint(file, CHECKPOINT);
  openingFile(CHECKPOINT, () => {
    const settings = { ...definition.defaults, ...storable(checkpoint.options) } as unknown as ResolvedFit;
    checkFitOptions(settings);
    checkTrainerSettings(settings);
  });
  const config = forkedConfig(file.config, fork);
  return { model: definition.open({ ...file, config }, CHECKPOINT), checkpoint };
}
