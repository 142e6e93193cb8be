// Trains any network: the loss of a minibatch goes down, step by step, with clipping, a schedule, validation, early stopping,
// checkpoints. What a minibatch is and what its loss, the task says. A resumed run equals one that was not interrupted, bit for
// bit (where it ends by epochs, not by the clock).
import { backward } from '../autograd/tape.js';
import type { Module, StateDict } from '../nn/module.js';
import { clipGradNorm, clipGradNormLate, clipGradValue, gradNorm } from '../optim/clip.js';
import { loadMoments, type StoredMoments } from '../optim/moments.js';
import { Optimizer } from '../optim/optimizer.js';
import { optimizerByName, type OptimizerName } from '../optim/optimizers.js';
import { type Schedule, scheduleByName } from '../optim/schedules.js';
import type { RandomCalls } from '../nn/random.js';
import { type Ranks, ranks } from '../parallel/communicator.js';
import type { CutMinibatch } from '../parallel/cut.js';
import { sharding } from '../parallel/shardingParts.js';
import type { ShardedGradients } from '../parallel/shards.js';
import { getPlatform } from '../platform/platform.js';
import { inside, inTurn, readAll, type Reading } from '../tensor/readAll.js';
import { scope, ScopeInPieces } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import type { GivenState } from '../weights/labels.js';
import { nonFiniteError, requireFiniteParameters } from './finite.js';
import { TrainingHistory } from './history.js';
import { LateFigures } from './late.js';
import {
  type AbortSignalLike,
  EarlyStopping,
  type LoopCounters,
  type LoopOptions,
  runLoop,
  type SharedClock,
  type StoppingState,
  type StopReason,
} from './loop.js';
import { checkTrainerSettings, type TrainerSettings } from './settings.js';

export type { TrainerSettings };

/** The share of a new loss in the running one. */
const SMOOTHING = 0.02;

/** What is trained. `M`: how well it does on other data. */
export interface TrainingTask<M extends { loss: number }> {
  network: Module;
  /** Passes over the training part so far, with fractions. */
  epochs(): number;
  /** Minibatches in a pass, or about as many, so that a schedule knows the length of the training before the first step. */
  stepsPerEpoch?: number;
  /**
   * The mean loss of the next minibatch, and how many tokens are in it; null where a pass ended without one. Tensors made here go when
   * the step is done, but for those that are kept.
   */
  next(): { loss: Tensor; tokens: number } | null;
  /** The same for a loss that reads on its way; null where it does not. */
  readNext?: (() => Reading<{ loss: Tensor; tokens: number } | null>) | null;
  /** The next minibatch, cut for `shards` of the options; null where a pass ended without one. */
  nextShards?(shards: number): CutMinibatch | null;
  /** What the network draws masks with, beside what its modules say. */
  calls?: readonly RandomCalls[];
  /** Hears the loss of each minibatch. */
  onLoss?(loss: number, tokens: number): void;
  /** How many validations should have been made by now; `validations` of the settings says it otherwise. */
  validationsDue?(): number;
  /** On the validation part, in evaluation mode; null where there is none. It waits where the backend's numbers must be waited for. */
  evaluate(): M | null | Promise<M | null>;
  /** What the best weights have least of; the loss where nothing is said. */
  criterion?(metrics: M): number;
  /** After `evaluate`. */
  onValidation?(event: Validation<M>): void | Promise<void>;
  /** Writes down where the training stands, beside what is the task's own. */
  checkpoint?(state: TrainingState<M>): void | Promise<void>;
}

/** A measurement of the validation part, and when it was made. */
export type Validation<M> = M & {
  /** Optimizer steps before it. */
  step: number;
  /** Tokens (rows where there are none) trained on before it. */
  trainedTokens: number;
  /** Spent in steps before it. */
  seconds: number;
};

/** Where a training stood after a step. */
export interface HistoryPoint {
  /** Optimizer steps so far. */
  step: number;
  /** Tokens (rows where there are none) trained on so far. */
  tokens: number;
  /** Spent in steps so far. */
  seconds: number;
  /** Smoothed over the last steps. */
  loss: number;
  /** Of this step. */
  learningRate: number;
  /** The L2 norm over all parameters, before clipping. */
  gradientNorm: number;
}

/** How far a training came: plain data. */
export interface TrainingPosition<M> {
  counters: LoopCounters;
  /** Smoothed; NaN before the first step. */
  loss: number;
  history: HistoryPoint[];
  validation: Validation<M>[];
  /** What early stopping has seen; null where nothing stops early. */
  stopping: StoppingState | null;
}

/** Where a training stands, with the weights and moments that belong to it. */
export interface TrainingState<M> {
  position: TrainingPosition<M>;
  optimizer: Optimizer;
  /** The weights of the best validation so far; null where they are not kept. */
  best: StateDict | null;
}

/** Where an interrupted training stood. */
export interface TrainingStart<M> extends TrainingPosition<M> {
  moments: StoredMoments;
  best: GivenState | null;
}

export interface TrainerOptions<M> extends Omit<TrainerSettings, 'optimizer' | 'schedule'> {
  /** By its name, or one of some parameters of the network, whose learning rate is `learningRate`. */
  optimizer: OptimizerName | Optimizer;
  schedule: string | Schedule;
  /** Writes a checkpoint at the end too, with the last weights, not the best. */
  checkpointAtEnd?: boolean;
  from?: TrainingStart<M>;
  checkpointSeconds?: number;
  /** Cuts each minibatch into so many shards, whose gradients are summed in a fixed order. Where several ranks train, there are some. */
  shards?: number;
  /** The processes that train together; those that this process is one of. */
  ranks?: Ranks;
  signal?: AbortSignalLike;
  onProgress?: (event: StepProgress) => void;
  /** After `onProgress`; the training waits for a promise that it returns. */
  onStep?: (event: StepProgress, between: BetweenSteps<M>) => void | Promise<void>;
}

/** A training between two steps. */
export interface BetweenSteps<M> {
  /** At its highest, from the next step on. */
  learningRate: number;
  /** Where it stands. Errors: NON_FINITE. */
  state(): TrainingState<M>;
}

/** What `onProgress` is told after a step. */
export interface StepProgress extends HistoryPoint {
  /** Passes over the training part, with fractions. */
  epoch: number;
  /** Over the whole training so far. */
  tokensPerSecond: number;
  /** 0 to 1 */
  progress: number;
  /** Estimated. */
  secondsLeft: number;
}

/** How a training went. */
export interface TrainingResult<M> extends LoopCounters {
  /** Why it ended. */
  reason: StopReason;
  /** Passes over the training part, with fractions. */
  epochs: number;
  /** Over the whole training. */
  tokensPerSecond: number;
  /** Spent in sums of gradients over ranks since this process began; 0 where there is one. */
  secondsInSums: number;
  /** Smoothed at the end. */
  loss: number;
  /** Thinned out, oldest first. */
  history: HistoryPoint[];
  /** What was measured on the way. */
  validation: Validation<M>[];
  /**
   * Of the weights that the network has in the end, which are the best where they are kept; null without a validation part, and where
   * training was aborted.
   */
  final: Validation<M> | null;
  /** Of `final`, what the best weights have least of; null where that is. */
  score: number | null;
}

/** Trains to the end; the network is in evaluation mode then. Errors: NON_FINITE, OPTION, RANGE. */
export async function train<M extends { loss: number }>(
  task: TrainingTask<M>,
  options: TrainerOptions<M>,
): Promise<TrainingResult<M>> {
  checkTrainerSettings(options);
  const { network } = task;
  // Made once: what a step leaves behind makes V8 grow its young generation.
  const parameters = network.parameters();
  const optimizer =
    options.optimizer instanceof Optimizer
      ? options.optimizer
      : optimizerByName(options.optimizer, parameters, options.learningRate);
  const trained = new Set(optimizer.parameters);
  const untrained = parameters.filter((t) => !trained.has(t));
  const counters = { step: 0, tokens: 0, seconds: 0, elapsed: 0 };
  const validation: Validation<M>[] = [];
  let history = new TrainingHistory<HistoryPoint>();
  let smoothed = NaN;
  if (options.from !== undefined) {
    const { from } = options;
    loadMoments(optimizer, network, from.moments, from.counters.step);
    Object.assign(counters, from.counters);
    smoothed = from.loss;
    history = new TrainingHistory(from.history);
    validation.push(...from.validation);
  }
  const { minutes, maxSteps = Infinity, patience, restoreBest = false } = options;
  const maxEpochs = options.epochs ?? (minutes === undefined && options.maxSteps === undefined ? 10 : Infinity);
  const schedule = typeof options.schedule === 'function' ? options.schedule : scheduleByName(options.schedule);
  const stopping =
    patience === undefined && !restoreBest
      ? null
      : new EarlyStopping(patience ?? Number.MAX_SAFE_INTEGER, options.from?.stopping);
  const keepsBest = restoreBest || (patience !== undefined && options.restoreBest !== false);
  let best = options.from?.best ? ownState(network, options.from.best) : null;
  let gradientNorm = 0;
  const between = { learningRate: options.learningRate, state: () => state() };
  const { ranks: all = ranks(), shards = 0 } = options;
  const calls = [...new Set([...(task.calls ?? []), ...network.randomCalls()])];
  const sharded =
    shards === 0 ? null : new (sharding(parameters[0].device).ShardedGradients)(parameters, calls, shards, all);
  const criterion = (metrics: M): number => task.criterion?.(metrics) ?? metrics.loss;
  /** For a backend whose numbers must be waited for. */
  const late = parameters.every((t) => t.device.answersAtOnce) ? null : new LateFigures(parameters[0].device);

  const step = (progress: number, clocks: SharedClock): number | null | Promise<number | null> => {
    const planned = Math.min(maxSteps, maxEpochs * (task.stepsPerEpoch ?? Infinity));
    const totalSteps = totalStepsOf(counters.step, progress, planned);
    const at = { step: counters.step, epoch: task.epochs(), progress, totalSteps };
    const rate = schedule(at);
    optimizer.learningRate = between.learningRate * rate;
    if (sharded !== null) return stepShards(sharded, clocks, rate);
    return late === null ? stepWhole() : stepLate(late);
  };

  const hear = (loss: number, tokens: number, step = counters.step): void => {
    smoothed = Number.isNaN(smoothed) ? loss : smoothed + Math.max(SMOOTHING, 1 / (step + 1)) * (loss - smoothed);
    task.onLoss?.(loss, tokens);
  };

  /** From the gradients of a minibatch. @param loss for messages */
  const learn = (loss: Tensor | null): void => {
    const { clipNorm, clipValue = 0 } = options;
    if (clipValue > 0) clipGradValue(parameters, clipValue);
    gradientNorm = clipNorm > 0 ? clipGradNorm(parameters, clipNorm) : gradNorm(parameters);
    if (!Number.isFinite(gradientNorm)) {
      throw nonFiniteError(loss, gradientsOf(network.namedParameters()), counters.step);
    }
    update();
  };

  const update = (): void => {
    optimizer.step();
    optimizer.zeroGrad();
    for (const t of untrained) {
      t.grad?.dispose();
      t.grad = null;
    }
  };

  const check = (loss: Tensor, value: number): void => {
    if (!Number.isFinite(value)) throw nonFiniteError(loss, network.namedParameters(), counters.step);
  };

  const stepWhole = (): number | null =>
    scope(() => {
      const minibatch = task.next();
      if (minibatch === null) return null;
      const { loss, tokens } = minibatch;
      const value = loss.item();
      check(loss, value);
      hear(value, tokens);
      backward(loss);
      learn(loss);
      return tokens;
    });

  /** Nothing waits in a step: loss and norm are read every few of them. */
  const stepLate = async (figures: LateFigures): Promise<number | null> => {
    const { clipNorm, clipValue = 0 } = options;
    let isFull = false;
    const step = new ScopeInPieces();
    const around = <T>(run: () => T): T => step.run(run);
    try {
      const minibatch = task.readNext ? await inTurn(inside(around, task.readNext())) : around(() => task.next());
      if (minibatch === null) return null;
      const { loss, tokens } = minibatch;
      around(() => {
        backward(loss);
        if (clipValue > 0) clipGradValue(parameters, clipValue);
        const norm = clipGradNormLate(parameters, clipNorm > 0 ? clipNorm : Infinity);
        isFull = figures.add(counters.step, tokens, loss, norm);
        update();
      });
      if (isFull) await hearLate();
      return tokens;
    } finally {
      step.close();
    }
  };

  /** Hears of the steps whose figures were not read yet. Errors: NON_FINITE. */
  const hearLate = async (): Promise<void> => {
    for (const { step, tokens, loss, norm } of (await late?.take()) ?? []) {
      if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
        await readAll(parameters);
        throw nonFiniteError(null, network.namedParameters(), step);
      }
      hear(loss, tokens, step);
      gradientNorm = norm;
    }
  };

  /** Makes all that a validation or a checkpoint asks for answer at once. */
  const settle = async (): Promise<void> => {
    if (late === null) return;
    await hearLate();
    await readAll([...network.namedState()].map(({ tensor }) => tensor));
    await readAll(optimizer.moments.flat());
  };

  const stepShards = async (gradients: ShardedGradients, clocks: SharedClock, rate: number): Promise<number | null> => {
    const minibatch = task.nextShards?.(shards) ?? null;
    if (minibatch === null) return null;
    const { loss, tokens } = await gradients.backward({
      ...minibatch,
      check,
      tell: () => [between.learningRate, ...clocks.tell()],
      // What was changed on the way was changed on the first.
      hear(all) {
        [between.learningRate] = all[0];
        optimizer.learningRate = between.learningRate * rate;
        clocks.hear(all.map((one) => one.subarray(1)));
      },
    });
    hear(loss, tokens);
    scope(() => learn(null));
    return tokens;
  };

  const onTick = (progress: number): void | Promise<void> => {
    const { step: steps, tokens, seconds } = counters;
    const { learningRate } = optimizer;
    const point = { step: steps, tokens, seconds, loss: smoothed, learningRate, gradientNorm };
    if (history.wants(steps)) history.add(point);
    const secondsLeft = progress > 0 ? (seconds / progress) * (1 - progress) : Infinity;
    const event = { ...point, epoch: task.epochs(), tokensPerSecond: tokens / seconds, progress, secondsLeft };
    options.onProgress?.(event);
    return options.onStep?.(event, between);
  };

  const measure = async (): Promise<Validation<M> | null> => {
    network.eval();
    const evaluation = task.evaluate();
    const metrics = evaluation instanceof Promise ? await evaluation : evaluation;
    const { step: steps, tokens: trainedTokens, seconds } = counters;
    return metrics && { ...metrics, step: steps, trainedTokens, seconds };
  };

  const validate = async (): Promise<boolean> => {
    // Where a training that had ended goes on.
    if (validation.at(-1)?.step === counters.step) return stopping?.isSpent ?? false;
    await settle();
    const event = await measure();
    let stop = false;
    if (event !== null) {
      validation.push(event);
      const verdict = stopping?.update(criterion(event));
      if (verdict?.improved === true && keepsBest) best = network.stateDict();
      stop = verdict?.stop ?? false;
      await task.onValidation?.(event);
    }
    network.train();
    return stop;
  };

  const state = (): TrainingState<M> => {
    // In place of the last one, which was good.
    requireFiniteParameters(network.namedParameters(), counters.step);
    const position = { counters: { ...counters }, loss: smoothed, history: [...history.entries], validation };
    return { position: { ...position, stopping: stopping?.state() ?? null }, optimizer, best };
  };
  const checkpoint = async (): Promise<void> => {
    await settle();
    await task.checkpoint?.(state());
  };

  network.train();
  const loop: LoopOptions = {
    counters,
    maxSeconds: minutes === undefined ? undefined : minutes * 60,
    progress: () => Math.max(task.epochs() / maxEpochs, counters.step / maxSteps),
    step,
    validationsDue: (progress) => task.validationsDue?.() ?? Math.floor(progress / (1 / options.validations)),
    validate,
    checkpointSeconds: options.checkpointSeconds,
    checkpoint: task.checkpoint === undefined ? undefined : checkpoint,
    onTick,
    signal: options.signal,
    agree: all.size === 1 ? undefined : (own) => all.allGather([...own]),
  };
  // A training that had stopped early stays stopped.
  const reason = stopping?.isSpent === true ? 'early' : await holdingYoungGeneration(() => runLoop(loop));
  if (options.checkpointAtEnd === true && reason !== 'aborted') await checkpoint();
  await settle();
  const last = validation.at(-1) ?? null;
  const isLast = best === null || (last !== null && stopping?.best === criterion(last));
  if (best !== null) network.loadStateDict(best);
  // The last step is followed by no loss that would show it.
  requireFiniteParameters(network.namedParameters(), counters.step);
  network.eval();
  const final = reason === 'aborted' ? null : isLast ? last : await measure();
  late?.dispose();
  const tokensPerSecond = counters.tokens / counters.seconds;
  const entries = [...history.entries];
  const score = final === null ? null : criterion(final);
  const { secondsInSums = 0 } = sharded ?? {};
  const figures = { tokensPerSecond, secondsInSums, loss: smoothed, history: entries, validation, final, score };
  return { reason, epochs: task.epochs(), ...counters, ...figures };
}

async function holdingYoungGeneration<T>(run: () => Promise<T>): Promise<T> {
  const letGrow = getPlatform().holdYoungGeneration?.();
  return run().finally(letGrow);
}

/** Weights of a file as this network has them; its own stay. */
function ownState(network: Module, given: GivenState): StateDict {
  const now = network.stateDict();
  network.loadStateDict(given);
  const state = network.stateDict();
  network.loadStateDict(now);
  return state;
}

/** By what is done; before the first step by the minibatches that are planned. */
function totalStepsOf(step: number, progress: number, planned: number): number | undefined {
  if (step > 0 && progress > 0) return Math.round(step / progress);
  return Number.isFinite(planned) ? Math.ceil(planned) : undefined;
}

function* gradientsOf(parameters: Iterable<[string, Tensor]>): Generator<[string, Tensor]> {
  for (const [name, t] of parameters) if (t.grad !== null) yield [`${name} (its gradient)`, t.grad];
}
