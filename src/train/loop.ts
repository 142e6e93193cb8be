// The training loop: when to step, validate, checkpoint, report and stop. What a step is, the caller says.
import { requireNumber } from '../range.js';

/** Why a training ended: epochs or time were up, it was aborted by a signal, or validation stopped improving. */
export type StopReason = 'done' | 'aborted' | 'early';

/** How far a training came. */
export interface LoopCounters {
  /** Optimizer steps so far. */
  step: number;
  /** Tokens (rows where there are none) trained on so far. */
  tokens: number;
  /** Seconds spent in steps; a resumed run goes on counting. */
  seconds: number;
  /** Seconds in all, with validation; a resumed run goes on counting. */
  elapsed: number;
}

export interface LoopOptions {
  counters: LoopCounters;
  /** The time budget in seconds of `counters.elapsed`. */
  maxSeconds?: number;
  /** Share done by other measures than time (epochs, steps); 1 ends the loop. */
  progress: () => number;
  /**
   * One step; returns how many tokens it took, or null where there was none: a pass had ended. `progress` is the share of the whole
   * training that is done. Where ranks agree in the step itself, it hands on what `clocks` says.
   */
  step: (progress: number, clocks: SharedClock) => number | null | Promise<number | null>;
  /** How many validations should have been made by now; one more follows at the end. */
  validationsDue: (progress: number) => number;
  /** true ends training early. */
  validate: () => boolean | Promise<boolean>;
  checkpointSeconds?: number;
  checkpoint?: () => void | Promise<void>;
  /** After each step; the loop waits for a promise that it returns. */
  onTick?: (progress: number) => void | Promise<void>;
  signal?: AbortSignalLike;
  /** Where several ranks train: what each of them says. */
  agree?: (own: readonly number[]) => Promise<readonly ArrayLike<number>[]>;
}

/** What depends on the clock and on signals, told within a step: all ranks go by the clock of the first, and end where one is to end. */
export interface SharedClock {
  tell(): readonly number[];
  /** @param all by rank */
  hear(all: readonly ArrayLike<number>[]): void;
}

const now = (): number => performance.now() / 1000;

/** What is asked of an AbortSignal: the type of the platform is not there for every program. */
export interface AbortSignalLike {
  /** Whether what it was given to should end. */
  readonly aborted: boolean;
}

/** Lets timers, signals and the page have their turn. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** How long the loop may keep the thread, in seconds. */
const TURN = 0.05;

/** Of the time so far, what validation may have had where time is limited: one that is due waits. */
const VALIDATION_SHARE = 0.15;

/** Runs until the budget is spent, `progress` reaches 1, `validate` says so, or `signal` aborts. */
export async function runLoop(options: LoopOptions): Promise<StopReason> {
  const { counters, maxSeconds = Infinity, signal } = options;
  // The last validation is within the budget: it will take as long as the one before.
  let validation = 0;
  const share = (): number => Math.min(1, Math.max(options.progress(), (counters.elapsed + validation) / maxSeconds));
  const isAborted = (): boolean => signal?.aborted === true;
  const isSaveDue = (): boolean =>
    options.checkpointSeconds !== undefined && now() - saved >= options.checkpointSeconds;
  const isAlone = options.agree === undefined;
  let begin = now();
  /** When this rank last told its clock, and the seconds of the last step after that, which the next step tells. */
  let told = 0;
  let untold = 0;
  const validate = async (): Promise<boolean> => {
    counters.seconds += untold;
    counters.elapsed += untold;
    untold = 0;
    const began = now();
    const stop = await options.validate();
    validation = now() - began;
    counters.elapsed += validation;
    await agree();
    return stop;
  };
  const mayValidate = (): boolean =>
    maxSeconds === Infinity || counters.elapsed - counters.seconds <= VALIDATION_SHARE * counters.elapsed;
  let saved = now();
  /** What the ranks agreed on last. */
  const agreed = { save: false, aborted: false };
  const said = (more: number): number[] => {
    const { seconds, elapsed } = counters;
    return [seconds + more, elapsed + more, validation, Number(isSaveDue()), Number(isAborted())];
  };
  const heard = (all: readonly ArrayLike<number>[]): void => {
    [counters.seconds, counters.elapsed, validation, agreed.save] = [all[0][0], all[0][1], all[0][2], all[0][3] > 0];
    agreed.aborted = all.some((clock) => clock[4] > 0);
  };
  const agree = async (): Promise<void> => {
    if (options.agree !== undefined) heard(await options.agree(said(0)));
  };
  const clocks: SharedClock = {
    tell() {
      told = now();
      return said(untold + told - begin);
    },
    hear: (all) => !isAlone && heard(all),
  };
  await agree();
  let validated = options.validationsDue(share());
  let turn = now();
  while (share() < 1) {
    if (isAlone ? isAborted() : agreed.aborted) {
      await options.checkpoint?.();
      return 'aborted';
    }
    begin = now();
    const step = options.step(share(), clocks);
    const tokens = step instanceof Promise ? await step : step;
    if (tokens !== null) {
      counters.step++;
      counters.tokens += tokens;
      if (isAlone) {
        const seconds = now() - begin;
        counters.seconds += seconds;
        counters.elapsed += seconds;
      } else untold = now() - told;
      const waiting = options.onTick?.(share());
      if (waiting !== undefined) await waiting;
    }
    const due = options.validationsDue(share());
    if (due > validated && share() < 1 && mayValidate()) {
      validated = due;
      if (await validate()) return 'early';
    }
    if (isAlone ? isSaveDue() : agreed.save) {
      await options.checkpoint?.();
      saved = now();
      agreed.save = false;
    }
    if (now() - turn >= TURN) {
      await breathe();
      turn = now();
    }
  }
  await validate();
  return 'done';
}

/** What early stopping has seen so far: plain data. */
export interface StoppingState {
  /** The lowest value so far; null before the first validation (JSON has no Infinity). */
  best: number | null;
  /** Validations since then. */
  waited: number;
}

/** Counts validations without improvement. */
export class EarlyStopping {
  best: number;
  waited: number;
  readonly patience: number;

  /**
   * @param patience how many validations without a lower value end the training
   * @param from where an interrupted training stood
   * Errors: RANGE for a patience below 1.
   */
  constructor(patience: number, from: StoppingState | null = null) {
    requireNumber('a patience', patience, { min: 1, whole: true }, 'give a number of validations without improvement');
    this.patience = patience;
    this.best = from?.best ?? Infinity;
    this.waited = from?.waited ?? 0;
  }

  state(): StoppingState {
    return { best: Number.isFinite(this.best) ? this.best : null, waited: this.waited };
  }

  /** Whether the validations without improvement are as many as it waits for. */
  get isSpent(): boolean {
    return this.waited >= this.patience;
  }

  /** Whether this value is the best so far, and whether to stop. */
  update(value: number): { improved: boolean; stop: boolean } {
    const improved = value < this.best;
    if (improved) this.best = value;
    this.waited = improved ? 0 : this.waited + 1;
    return { improved, stop: this.isSpent };
  }
}
