// A training that can go back. It runs in legs: each begins at the first step or at a network that was kept, and is left for another
// step of the past, or for another line. A leg that goes on without another setting is the same training, to the bit.
import { type Cell, LanguageModel, type RunningTraining, type StepProgress, UnrolledError } from 'unrolled';
import type { Corpus } from 'unrolled/text';
import type { LineSettings, Machine, SettingChange } from '../messages.js';
import type { RunSettings } from '../settings.js';
import { Gate } from './gate.js';
import { type Line, Lines } from './lines.js';
import { VALIDATION } from './texts.js';

/** Who hears of a training. */
export interface Listener {
  /** After each step. `passed`: on the way to another one, `reached`: there. */
  onStep(event: StepProgress, how: 'trained' | 'passed' | 'reached'): void;
  /** Before it waits. */
  onWait(playing: boolean): void;
  /** When lines or kept networks are others. */
  onMachine(machine: Machine): void;
  onError(error: unknown): void;
}

interface Way {
  /** null for the first step. */
  from: { bytes: Uint8Array; step: number } | null;
  /** The step after which it waits; 0 for none. */
  until: number;
  /** Whether only its end is of interest. */
  silent: boolean;
}

interface Leg {
  signal: { aborted: boolean };
  done: Promise<void>;
}

export interface TrainerOptions {
  settings: RunSettings;
  cell: string | Cell;
  corpus: Corpus;
  /** What was changed on the way, as a link has it; empty for nothing. */
  changes: readonly SettingChange[];
  playing: boolean;
  /** The step after which it waits; 0 for none. */
  until: number;
  /** Weights to begin with; null for those of the seed. */
  initial: LanguageModel | null;
}

export class Trainer {
  gate: Gate;
  /** As it is between two steps; null before the first one. */
  model: LanguageModel | null = null;
  training: RunningTraining | null = null;
  event: StepProgress | null = null;
  readonly #options: TrainerOptions;
  readonly #listener: Listener;
  readonly #lines: Lines;
  #line: Line;
  #leg: Leg | null = null;
  #pace: number | null = null;
  /** Travels that were asked for: the last one counts. */
  #asked = 0;
  #ended = false;
  /** Changes of a link that are still to come; whoever changes something himself leaves its way. */
  #ahead: SettingChange[];

  constructor(run: number, options: TrainerOptions, listener: Listener) {
    const { settings, changes, playing } = options;
    const { learningRate, dropout, clipNorm } = settings;
    this.#options = options;
    this.#listener = listener;
    this.#ahead = [...changes];
    this.#lines = new Lines(run, { learningRate, dropout, clipNorm });
    this.#line = this.#lines.first;
    this.gate = new Gate(playing);
    this.model = options.initial;
  }

  /** Trains until it is ended, or left for another leg. */
  begin(): Promise<void> {
    if (this.model !== null) this.#tell();
    return this.#start({ from: null, until: this.#nextStop(), silent: false });
  }

  /** Where the way of a link waits next: at the beginning of another line, or at its end. */
  #nextStop(): number {
    return this.#ahead.find(({ line }) => line !== null)?.from ?? this.#options.until;
  }

  /** Another line of a link begins where the training stands. */
  async #turn({ learningRate, line }: SettingChange): Promise<void> {
    const { settings, until, playing } = this.#options;
    const { dropout, clipNorm } = line ?? settings;
    const ahead = this.#ahead;
    await this.#fork({ learningRate, dropout, clipNorm });
    if (this.#ahead !== ahead || this.#ended) return;
    const stop = this.#nextStop();
    if (stop > (this.event?.step ?? 0)) await this.#travel(this.#line.id, stop);
    else if (until === 0 && playing) this.gate.play();
  }

  end(): void {
    this.#ended = true;
    this.#leave();
    this.#lines.end();
  }

  setPace(stepsPerSecond: number | null): void {
    this.#pace = stepsPerSecond;
    this.gate.setPace(stepsPerSecond);
  }

  /** From the next step on; of a past step another line begins there. */
  async setLearningRate(learningRate: number): Promise<void> {
    this.#ahead = [];
    const step = this.event?.step ?? 0;
    if (step < this.#line.last) {
      const { dropout, clipNorm } = this.#line;
      await this.fork({ learningRate, dropout, clipNorm }, false);
      return;
    }
    if (this.training !== null) this.training.learningRate = learningRate;
    this.#lines.setRate(this.#line, step, learningRate);
    this.#tell();
  }

  /** Another line from where it stands, with its own settings. @param playing whether it goes on at once */
  fork(settings: LineSettings, playing: boolean): Promise<void> {
    this.#ahead = [];
    return this.#fork(settings, playing);
  }

  async #fork(settings: LineSettings, playing = false): Promise<void> {
    const { event } = this;
    if (event === null) return;
    const { step } = event;
    const parent = this.#lines.lineAt(this.#line, step);
    if (this.training !== null && parent.kept.every((one) => one.step !== step)) {
      const { training } = this;
      this.#lines.keep(parent, event, () => training.checkpoint());
    }
    await this.#travel(this.#lines.fork(parent, step, settings).id, step, playing);
  }

  /** Goes to a step of a line, from 1 on, and waits there. */
  travel(id: number, step: number): Promise<void> {
    this.#ahead = [];
    return this.#travel(id, step);
  }

  async #travel(id: number, step: number, playing = false): Promise<void> {
    const asked = ++this.#asked;
    const line = this.#lines.lineAt(this.#lines.line(id), step);
    await this.#leave();
    if (asked !== this.#asked || this.#ended) return;
    this.#line = line;
    const nearest = this.#lines.nearest(line, step);
    const bytes = (await nearest?.read()) ?? null;
    if (nearest !== null && bytes === null) {
      // Storage may be cleared by the browser: the way from an earlier one is longer, and leads to the same.
      this.#lines.lose(nearest.step);
      await this.#travel(id, step, playing);
      return;
    }
    if (asked !== this.#asked || this.#ended) return;
    if (nearest === null || nearest.step < step) {
      this.gate = new Gate(true);
      const begun = nearest === null ? null : { bytes: bytes as Uint8Array, step: nearest.step };
      void this.#start({ from: begun, until: step, silent: true });
      return;
    }
    this.gate = this.#pacedGate(playing);
    this.model = LanguageModel.fromBytes(bytes as Uint8Array);
    this.training = null;
    this.event = nearest.progress;
    this.#tell();
    this.#listener.onStep(nearest.progress, 'reached');
    void this.#start({ from: { bytes: bytes as Uint8Array, step }, until: 0, silent: false });
  }

  /** The networks that are kept of the line, one after the other: what is shown of all of them. */
  async *kept(): AsyncGenerator<{ step: number; model: LanguageModel }> {
    for (const step of this.#machine().kept) {
      const found = this.#lines.nearest(this.#line, step);
      const bytes = found?.step === step ? await found.read() : null;
      if (bytes !== null) yield { step, model: LanguageModel.fromBytes(bytes) };
    }
  }

  #pacedGate(playing: boolean): Gate {
    const gate = new Gate(playing);
    gate.setPace(this.#pace);
    return gate;
  }

  /** @returns when nothing trains any more */
  #leave(): Promise<void> {
    const leg = this.#leg;
    if (leg !== null) leg.signal.aborted = true;
    this.gate.end();
    return leg?.done ?? Promise.resolve();
  }

  #start(way: Way): Promise<void> {
    const signal = { aborted: this.#ended };
    const done = this.#run(way, signal).catch((error: unknown) => {
      this.#listener.onError(error);
      if (error instanceof UnrolledError && error.code === 'NON_FINITE') this.#recover(signal);
    });
    this.#leg = { signal, done };
    return done;
  }

  /** Where numbers burst the network is the last one that was good, and waits: another learning rate goes on from there. */
  #recover(signal: Leg['signal']): void {
    const { event } = this;
    if (event === null || signal.aborted) return;
    this.travel(this.#line.id, event.step).catch((error: unknown) => this.#listener.onError(error));
  }

  async #run(way: Way, signal: Leg['signal']): Promise<void> {
    const { corpus, cell, settings, initial } = this.#options;
    const { from, until } = way;
    const line = this.#line;
    // A network that is there already is shown before it learns on.
    if (until === 0 && (from !== null || initial !== null)) await this.#pass(this.gate);
    if (signal.aborted) return;
    const learningRate = this.#lines.rateAt(line, from?.step ?? 0);
    const { clipNorm, dropout } = line;
    const fresh = { ...fitOptions({ ...settings, learningRate }), cell };
    const beginning =
      from !== null
        ? { resume: from.bytes, fork: { learningRate, clipNorm, dropout }, epochs: Infinity }
        : initial === null
          ? fresh
          : { ...learningOf(fresh), initial };
    await LanguageModel.fit(corpus, {
      ...beginning,
      signal,
      onStep: (event, training) => {
        if (signal.aborted || !(training.model instanceof LanguageModel)) return undefined;
        this.#afterStep(event, training, training.model, way);
        return this.#pass(this.gate);
      },
    });
  }

  #afterStep(event: StepProgress, training: RunningTraining, model: LanguageModel, { until, silent }: Way): void {
    const { step } = event;
    const line = this.#line;
    this.model = model;
    this.training = training;
    this.event = event;
    line.last = Math.max(line.last, step);
    const rate = line.rates.find(({ from }) => from === step);
    if (rate !== undefined) training.learningRate = rate.learningRate;
    const change = this.#ahead[0]?.from === step ? this.#ahead.shift() : undefined;
    if (change?.line === null) {
      training.learningRate = change.learningRate;
      this.#lines.setRate(line, step, change.learningRate);
    }
    const keeps = this.#lines.wants(line, step);
    if (keeps) this.#lines.keep(line, event, () => training.checkpoint());
    if (step === until) {
      this.gate.setPace(this.#pace);
      this.gate.pause();
    }
    if (keeps || step === until || change !== undefined) this.#tell();
    this.#listener.onStep(event, !silent || step > until ? 'trained' : step < until ? 'passed' : 'reached');
    if (change !== undefined && change.line !== null)
      this.#turn(change).catch((error: unknown) => this.#listener.onError(error));
  }

  #pass(gate: Gate): Promise<void> | undefined {
    const waiting = gate.pass();
    if (waiting !== undefined) this.#listener.onWait(gate.playing);
    return waiting;
  }

  #machine(): Machine {
    return { line: this.#line.id, ...this.#lines.facts(this.#line) };
  }

  #tell(): void {
    this.#listener.onMachine(this.#machine());
  }
}

/** Every setting is said, so that nothing is chosen from the data: the command that the page prints says the same. */
export function fitOptions(settings: RunSettings) {
  const { hiddenSize, numLayers, embeddingSize, dropout, batchSize, numSteps, optimizer } = settings;
  const { learningRate, clipNorm, seed, collapseWhitespace, tokens } = settings;
  return {
    ...{ hiddenSize, numLayers, embeddingSize, dropout, batchSize, numSteps, optimizer, learningRate, clipNorm, seed },
    ...{ tokens, collapseWhitespace, validation: VALIDATION, tied: false, schedule: 'constant', restoreBest: false },
    // It goes on until somebody stops it.
    ...{ epochs: Infinity },
  };
}

/** Of all settings those that are not of the network. */
function learningOf({ batchSize, numSteps, optimizer, learningRate, clipNorm, seed }: ReturnType<typeof fitOptions>) {
  return {
    ...{ batchSize, numSteps, optimizer, learningRate, clipNorm, seed },
    ...{ schedule: 'constant', restoreBest: false, epochs: Infinity },
  };
}
