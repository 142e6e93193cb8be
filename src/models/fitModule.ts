// fit for a module of one's own: the training loop of the models, over minibatches and a loss that the caller gives. A checkpoint is a
// file of the weights with all that decides the rest of the training.
import { noGrad } from '../autograd/tape.js';
import { crossEntropy } from '../autograd/ops.js';
import { refuseOtherCopy } from '../copy.js';
import { type Bytes, expectFunction, expectObject, type Names, optionsOf, refuse } from '../expect.js';
import type { DataLoaderOptions, Example, LoadedBatch } from '../data/dataLoader.js';
import { didYouMean } from '../nearest.js';
import { bceWithLogits, huber, mae, mse } from '../nn/losses.js';
import { Module } from '../nn/module.js';
import { defaultCalls } from '../nn/random.js';
import { Optimizer } from '../optim/optimizer.js';
import { optimizerByName, type OptimizerName } from '../optim/optimizers.js';
import type { Schedule, ScheduleName } from '../optim/schedules.js';
import { getPlatform } from '../platform/platform.js';
import { requireNumber } from '../range.js';
import { defaultRng } from '../tensor/generator.js';
import { type Ranks, ranks, telling } from '../parallel/communicator.js';
import { shardsOf } from '../parallel/shardOf.js';
import { sharding } from '../parallel/shardingParts.js';
import { ensureBackend } from '../backend/choose.js';
import { Fingerprint } from '../data/fingerprint.js';
import { currentDevice } from '../tensor/device.js';
import { readAndDispose, type Reading, runReading } from '../tensor/readAll.js';
import { keep, scope } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import type { AbortSignalLike, StopReason } from '../train/loop.js';
import { type AnyBatch, type BatchSource, Passes } from '../train/passes.js';
import { type StepProgress, train, type Validation } from '../train/trainer.js';
import { checkpointTensors } from './checkpoint.js';
import { defined } from './defined.js';
import { encodeModelFile, weightsOf } from './modelFile.js';
import { type EpochMetrics, openCheckpoint, type OwnState, restoreRandom } from './moduleCheckpoint.js';
import { resumedOptions, storable } from './resume.js';

/** Losses by name, of the output and the target of a minibatch. */
const LOSSES = {
  /** Of classes; the targets −100, with which a DataLoader pads, do not count. */
  crossEntropy: (output: Tensor, target: Tensor) => crossEntropy(output, target, { ignoreIndex: -100 }),
  mse: (output: Tensor, target: Tensor) => mse(output, target),
  mae: (output: Tensor, target: Tensor) => mae(output, target),
  huber: (output: Tensor, target: Tensor) => huber(output, target),
  bceWithLogits: (output: Tensor, target: Tensor) => bceWithLogits(output, target),
} as const;

/** A loss that `fit` knows by its name: of `module.forward(x, { lengths })` and `y` of a minibatch. */
export type LossName = keyof typeof LOSSES;

/** How `fit` trains a module. `B`: a minibatch, `M`: the module. */
export interface ModuleFitOptions<B, M extends Module = Module> {
  /**
   * The mean loss of a minibatch, a tensor with one element; or a loss by name, for minibatches `{ x, y, lengths }` and a module whose
   * `forward(x, { lengths })` gives the output.
   */
  loss: LossName | ((batch: B, module: M) => Tensor);
  /** A name, or an optimizer of parameters of the module, such as `new SGD(net, { lr: 0.1, momentum: 0.9 })`. Default adam. */
  optimizer?: OptimizerName | Optimizer;
  /** At its highest. Default: that of the optimizer. */
  learningRate?: number;
  /** A name, or a function: how the learning rate changes over the training. Default constant. */
  schedule?: ScheduleName | Schedule;
  /** Radius that the gradient norm is clipped to; 0, the default, for none. */
  clipNorm?: number;
  /** Cuts each gradient element. */
  clipValue?: number;
  /** Passes over the data; 10 where neither minutes nor steps are given. */
  epochs?: number;
  /** The time limit, in minutes spent in steps. Of several limits the one that is reached first ends the training. */
  minutes?: number;
  /** Steps of the optimizer at most: one for each minibatch. */
  maxSteps?: number;
  /** Measured after each epoch, without dropout and gradients: minibatches or examples as `data`. */
  validation?: BatchSource<B> | readonly Example[];
  /** Stops after so many epochs without a lower validation loss. */
  patience?: number;
  /** The module ends with the weights of the lowest validation loss. Default true where `patience` is given. */
  restoreBest?: boolean;
  /** Of minibatches of examples; 32. A DataLoader has its own. */
  batchSize?: number;
  /** What a list of numbers as `x` of an example is: as of a `DataLoader`. */
  inputs?: DataLoaderOptions['inputs'];
  /**
   * Cuts each minibatch into so many parts, whose gradients are summed in a fixed order: a power of two. With the same shards a training
   * has the same bits on any number of ranks up to it. Not cut where nothing is said, but for several ranks: 8. A part counts by its
   * rows, or by its targets where there is a class at each step.
   */
  shards?: number;
  /** Of the order of examples; 0. Weights and dropout are seeded by `manualSeed`. */
  seed?: number;
  /**
   * A file that the training is written to every minute and at its end: the same call goes on from it as the same run. Or where to
   * put the bytes.
   */
  checkpoint?: string | { everySeconds: number; save: (bytes: Uint8Array) => void | Promise<void> };
  /** The bytes of a checkpoint to go on from. */
  resume?: Bytes;
  /** Aborted, the training writes a checkpoint and ends. */
  signal?: AbortSignalLike;
  /** After every step. */
  onProgress?: (event: StepProgress) => void;
  /** After every epoch. */
  onEpoch?: (event: EpochResult) => void | Promise<void>;
}

/** What `onEpoch` is told. */
export interface EpochResult {
  /** From 1. The last one may be a part of one, where time or steps were up. */
  epoch: number;
  /** The mean over its minibatches, while it was trained. */
  loss: number;
  /** After it; null without `validation`. */
  validationLoss: number | null;
  /** Steps of the optimizer so far. */
  steps: number;
  /** Spent in steps so far. */
  seconds: number;
}

/** How a training by `fit` went. */
export interface FitHistory {
  /** The mean training loss of each epoch. */
  loss: number[];
  /** After each epoch; empty without `validation`. */
  validationLoss: number[];
  /** From 1: that of the lowest validation loss, or training loss where nothing is validated. */
  bestEpoch: number;
  /** Passes over the data, with fractions. */
  epochs: number;
  /** Steps of the optimizer. */
  steps: number;
  /** Spent in steps. */
  seconds: number;
  /** Why it ended: `done`, `early` by `patience`, `aborted` by `signal`. */
  reason: StopReason;
}

/** Seconds between two checkpoints in a file. */
const CHECKPOINT_EVERY = 60;

const DEFAULTS = { optimizer: 'adam', schedule: 'constant', clipNorm: 0, batchSize: 32, seed: 0 } as const;

type Resolved<B, M extends Module> = ModuleFitOptions<B, M> &
  Required<Pick<ModuleFitOptions<B, M>, keyof typeof DEFAULTS>>;

const NAMES: Names<ModuleFitOptions<unknown>> = {
  ...{ loss: true, optimizer: true, learningRate: true, schedule: true, clipNorm: true, clipValue: true },
  ...{ epochs: true, minutes: true, maxSteps: true, validation: true, patience: true, restoreBest: true },
  ...{
    batchSize: true,
    inputs: true,
    shards: true,
    seed: true,
    checkpoint: true,
    resume: true,
    signal: true,
    onProgress: true,
    onEpoch: true,
  },
};

/**
 * Trains a module of one's own: loss, gradients, clipping, optimizer, validation, early stopping, checkpoints. What a step makes is
 * given back at its end. The module is in evaluation mode afterwards.
 * @param data examples `{ x, y }`, of which a `DataLoader` makes minibatches, shuffled; or minibatches of whatever kind
 * Errors: OPTION for options and data that cannot be trained with; NON_FINITE where numbers explode; FORMAT and OPTION for a
 * checkpoint that is damaged or of other settings.
 *
 *     const history = await fit(net, examples, {
 *       loss: ({ x, y, lengths }) => crossEntropy(net.forward(x, { lengths }), y),
 *       epochs: 20,
 *     });
 */
export function fit<M extends Module, E extends Example>(
  module: M,
  data: readonly E[],
  options: ModuleFitOptions<LoadedBatch<E>, M>,
): Promise<FitHistory>;
export function fit<M extends Module, B>(
  module: M,
  data: BatchSource<B>,
  options: ModuleFitOptions<B, M>,
): Promise<FitHistory>;
export function fit<M extends Module, B>(
  module: M,
  data: BatchSource<B>,
  asked: ModuleFitOptions<B, M>,
): Promise<FitHistory> {
  const all = ranks();
  return telling(all, () => fitOnRanks(module, data, asked, all));
}

async function fitOnRanks<M extends Module, B>(
  module: M,
  data: BatchSource<B>,
  asked: ModuleFitOptions<B, M>,
  all: Ranks,
): Promise<FitHistory> {
  if (!(module instanceof Module)) {
    refuseOtherCopy(module, 'module');
    refuse('a module to train', module, 'fit(net, data, { loss }), where net is of a class that extends Module');
  }
  if (Array.isArray(asked)) {
    refuse(
      'examples { x, y } and options',
      asked,
      'zip the inputs and targets: fit(net, xs.map((x, i) => ({ x, y: ys[i] })), { loss })',
    );
  }
  const given = optionsOf<ModuleFitOptions<B, M>>(asked, NAMES, 'fit');
  checkOptions(given);
  const from = await openCheckpoint(given);
  const options = {
    ...DEFAULTS,
    ...defined(
      from === null ? given : resumedOptions({ options: from.checkpoint.options, data: {} }, given, {}, DEFAULTS),
    ),
  } as Resolved<B, M>;
  const together = options.shards === undefined && all.size === 1 ? null : sharding(currentDevice());
  if (together !== null) options.shards = together.shardsFor(options, all, from !== null);
  const { checkpoint, learningRate, validation, patience, restoreBest, batchSize, inputs, seed } = options;
  const passes = new Passes(data, 'data', { batchSize, inputs, seed, shuffle: true });
  const validationPasses =
    validation === undefined
      ? null
      : new Passes(validation as BatchSource<B>, 'validation', { batchSize, inputs, shuffle: false });
  const optimizer =
    options.optimizer instanceof Optimizer
      ? options.optimizer
      : optimizerByName(options.optimizer, module, learningRate);
  const lossOf = lossFunction(options.loss, module);
  const draws = [...new Set([...module.randomCalls(), defaultCalls()])];
  const own: Pick<OwnState, 'sum' | 'tokens'> = { sum: 0, tokens: 0 };
  if (from !== null) {
    module.loadStateDict(from.weights, { from: from.name });
    passes.restore({ ...from.checkpoint.sampler, count: from.own.count });
    restoreRandom(draws, from.own, from.name);
    Object.assign(own, { sum: from.own.sum, tokens: from.own.tokens });
  }

  if (together !== null && all.size > 1) {
    await together.requireAlike(all, {
      ...together.alikeBackend(await ensureBackend()),
      ...storable(options),
      ...{ 'seeds of modules': draws.map(({ seed: key }) => key), 'minibatches in an epoch': passes.count },
      'data for training': fingerprintOf(data),
      step: from?.checkpoint.counters.step ?? 0,
    });
    await together.copyFromFirst(
      all,
      [...module.namedState()].map(({ tensor }) => tensor),
    );
  }

  const result = await train<EpochMetrics>(
    {
      network: module,
      calls: draws,
      nextShards(shards) {
        const batch = passes.next();
        return batch === null ? null : shardsOf(batch, shards, lossOf, (part) => tokensOf(part as AnyBatch));
      },
      epochs: () => passes.epochs(),
      stepsPerEpoch: passes.count,
      next() {
        const batch = passes.next();
        return batch === null ? null : { loss: lossOf(batch), tokens: tokensOf(batch as AnyBatch) };
      },
      onLoss(loss, tokens) {
        own.sum += loss * tokens;
        own.tokens += tokens;
      },
      validationsDue: () => Math.floor(passes.epochs()),
      evaluate() {
        const trainLoss = own.sum / own.tokens;
        Object.assign(own, { sum: 0, tokens: 0 });
        const metrics = (validationLoss: number | null): EpochMetrics => ({
          ...{ loss: validationLoss ?? trainLoss, epoch: passes.current },
          ...{ trainLoss, validationLoss },
        });
        if (validationPasses === null) return metrics(null);
        const loss = runReading(currentDevice(), meanLoss(validationPasses, lossOf));
        return loss instanceof Promise ? loss.then(metrics) : metrics(loss);
      },
      onValidation: (event) => (all.rank === 0 ? options.onEpoch?.(epochResult(event)) : undefined),
      async checkpoint({ position, optimizer: trained, best }) {
        if (all.rank > 0) return;
        const { epoch, index, count } = passes.state();
        const state: OwnState = {
          ...own,
          count,
          random: draws.map(({ seed: key, calls }) => ({ seed: key, calls })),
          generator: defaultRng().state(),
        };
        const bytes = encodeModelFile({
          ...{ kind: 'module', config: {}, texts: [], reading: null },
          checkpoint: {
            ...{ ...position, options: storable(options), data: {}, calls: 0, own: state },
            sampler: { seed, epoch, index },
          },
          tensors: [...weightsOf(module), ...checkpointTensors(module, trained, null, best)],
        });
        if (typeof checkpoint === 'string') await getPlatform().writeFileAtomic(checkpoint, bytes);
        else await checkpoint?.save(bytes);
      },
    },
    {
      ...options,
      onProgress: all.rank === 0 ? options.onProgress : undefined,
      ranks: all,
      optimizer,
      learningRate: learningRate ?? optimizer.learningRate,
      validations: 1,
      restoreBest: restoreBest ?? patience !== undefined,
      checkpointAtEnd: checkpoint !== undefined,
      checkpointSeconds: typeof checkpoint === 'string' ? CHECKPOINT_EVERY : checkpoint?.everySeconds,
      ...(from === null ? {} : { from: from.checkpoint }),
    },
  );
  const losses = result.validation.map(({ loss }) => loss);
  return {
    loss: result.validation.map(({ trainLoss }) => trainLoss),
    validationLoss: result.validation.flatMap(({ validationLoss }) => validationLoss ?? []),
    bestEpoch: losses.indexOf(Math.min(...losses)) + 1,
    epochs: result.epochs,
    steps: result.step,
    seconds: result.seconds,
    reason: result.reason,
  };
}

/** What the examples are, by content; of other data nothing. */
function fingerprintOf(data: unknown): string | null {
  const first: unknown = Array.isArray(data) ? data[0] : undefined;
  if (typeof first !== 'object' || first === null || !('x' in first) || first.x instanceof Tensor) return null;
  const print = new Fingerprint();
  for (const { x, y } of data as Example[]) print.text(JSON.stringify([x, y]));
  return print.part((data as unknown[]).length).hash;
}

function epochResult({ epoch, trainLoss, validationLoss, step, seconds }: Validation<EpochMetrics>): EpochResult {
  return { epoch, loss: trainLoss, validationLoss, steps: step, seconds };
}

/** Errors: OPTION for a missing loss, what needs a validation part, and what is no function. */
function checkOptions<B, M extends Module>(options: ModuleFitOptions<B, M>): void {
  const { loss, schedule, validation, onProgress, onEpoch, checkpoint } = options;
  if (typeof loss === 'function') expectFunction(loss, 'the loss', 'as in ({ x, y }) => mse(net.forward(x), y)');
  else if (!Object.hasOwn(LOSSES, loss ?? '')) {
    const names = Object.keys(LOSSES);
    const near = typeof loss === 'string' ? didYouMean(loss, names) : '';
    const help = `${near}Give loss: ({ x, y }) => crossEntropy(net.forward(x), y)`;
    refuse(`a loss, a function or one of ${names.join(', ')}`, loss, help);
  }
  for (const name of ['patience', 'restoreBest'] as const) {
    if (options[name] === undefined || options[name] === false || validation !== undefined) continue;
    refuse(
      `a validation part for ${name}`,
      validation,
      `give validation: examples that are not trained on, or leave ${name} out`,
    );
  }
  if (typeof schedule === 'function') expectFunction(schedule, 'the schedule', 'as in cosineSchedule()');
  if (onProgress !== undefined) expectFunction(onProgress, 'onProgress', 'it is called after every step');
  if (onEpoch !== undefined) expectFunction(onEpoch, 'onEpoch', 'it is called after every epoch');
  if (checkpoint === undefined || typeof checkpoint === 'string') return;
  expectObject(checkpoint, 'checkpoint', 'a path, or { everySeconds: 60, save: (bytes) => … }');
  requireNumber('everySeconds of a checkpoint', checkpoint.everySeconds, { min: 0 }, '60 saves every minute');
  expectFunction(checkpoint.save, 'save of a checkpoint', 'it gets the bytes, for a file');
}

/** The loss of a minibatch. Errors: OPTION for one that is no tensor with a single element. */
function lossFunction<B, M extends Module>(loss: ModuleFitOptions<B, M>['loss'], module: M): (batch: B) => Tensor {
  const compute = typeof loss === 'function' ? (batch: B) => loss(batch, module) : byName(loss, module);
  return (batch) => {
    const value: unknown = compute(batch);
    if (value instanceof Tensor && value.size === 1) return value;
    return refuse(
      'a loss of one element',
      value,
      value instanceof Promise
        ? 'the function must not be asynchronous'
        : 'return the mean over the minibatch: a tensor',
    );
  };
}

type Forward = (x: Tensor, options: { lengths?: ArrayLike<number> }) => unknown;

function byName<B>(name: LossName, module: Module): (batch: B) => Tensor {
  const { forward } = module as { forward?: Forward };
  if (typeof forward !== 'function') {
    return refuse(`a module with forward(x) for the loss ${name}`, module, 'give loss as a function of the minibatch');
  }
  return (batch) => {
    const { x, y, lengths } = batch as AnyBatch;
    if (!(x instanceof Tensor && y instanceof Tensor)) {
      return refuse(
        `minibatches { x, y } of tensors for the loss ${name}`,
        batch,
        `examples are { x, y }: ${zipOf(batch)}. For minibatches of another kind give loss as a function of one`,
      );
    }
    const output = forward.call(module, x, lengths === undefined ? {} : { lengths });
    if (output instanceof Tensor) return LOSSES[name](output, y);
    return refuse(
      `a tensor from ${module.constructor.name}.forward for the loss ${name}`,
      output,
      'give loss as a function: ({ x, y }) => crossEntropy(net.forward(x).output, y)',
    );
  };
}

/** How examples as other libraries write them become `{ x, y }`. */
function zipOf(batch: unknown): string {
  if (Array.isArray(batch)) return 'pairs.map(([x, y]) => ({ x, y }))';
  if (typeof batch === 'object' && batch !== null && 'input' in batch)
    return 'rows.map(({ input, output }) => ({ x: input, y: output }))';
  return 'xs.map((x, i) => ({ x, y: ys[i] }))';
}

/** Without gradients; the module is in evaluation mode. */
function* meanLoss<B>(passes: Passes<B>, lossOf: (batch: B) => Tensor): Reading<number> {
  let sum = 0;
  let total = 0;
  for (;;) {
    const measured = scope(() => {
      const batch = passes.next();
      if (batch === null) return null;
      return { loss: keep(noGrad(() => lossOf(batch))), tokens: tokensOf(batch as AnyBatch) };
    });
    if (measured === null) return sum / total;
    const { loss, tokens } = measured;
    sum += (yield* readAndDispose(loss))[0] * tokens;
    total += tokens;
  }
}

/** How much a minibatch counts in a mean: its targets, padding left out; 1 where it has none. */
function tokensOf({ y, lengths }: AnyBatch): number {
  if (!(y instanceof Tensor)) return 1;
  if (lengths === undefined || y.rank < 2) return Math.max(y.size, 1);
  const steps = Array.from(lengths).reduce((sum, length) => sum + length, 0);
  const padded = y.size / (y.shape[0] * y.shape[1]);
  return y.dtype === 'int32' ? Math.max(steps, 1) : Math.max(steps * padded, 1);
}
