// The lines of a run and what is kept of them: a line parts from another one at a step, with settings of its own from there on.
import type { StepProgress } from 'unrolled';
import type { LineFacts, LineSettings, RateChange } from '../messages.js';
import { CheckpointStore, MEMORY } from './store.js';

/** A network that is kept. */
interface Kept {
  step: number;
  key: string;
  size: number;
  /** What was said of the training after this step. */
  progress: StepProgress;
}

export interface Line extends LineSettings {
  id: number;
  parent: Line | null;
  /** The step at which it parts from its parent; 0 for the first line. */
  from: number;
  /** How far it was trained. */
  last: number;
  /** From the first step of the run on, those of its parent too. */
  rates: RateChange[];
  kept: Kept[];
}

/** Networks of a line, at most; between them a training is repeated, which gives the same. */
const MOST = 40;
/** Bytes of them in all, with those in storage. */
const MOST_BYTES = 400_000_000;
const MOST_LINES = 6;
const FIRST_EVERY = 10;
/** Of the time, what keeping may have; and milliseconds between two at least, as each is told. */
const SHARE = 0.03;
const APART = 200;

export class Lines {
  readonly #store = new CheckpointStore();
  readonly #lines: Line[] = [];
  readonly #prefix: string;
  #every = FIRST_EVERY;
  #due = 0;
  #count = 0;

  constructor(run: number, settings: LineSettings) {
    this.#prefix = String(run);
    const rates = [{ from: 0, learningRate: settings.learningRate }];
    this.#lines.push({ ...settings, id: 0, parent: null, from: 0, last: 0, rates, kept: [] });
  }

  get first(): Line {
    return this.#lines[0];
  }

  /** Errors: none; an unknown one is the first. */
  line(id: number): Line {
    return this.#lines.find((line) => line.id === id) ?? this.first;
  }

  /** The line that a step of another one is on: before the place where it parts, its parent's. */
  lineAt(line: Line, step: number): Line {
    return line.parent !== null && step < line.from ? this.lineAt(line.parent, step) : line;
  }

  /** Whether a network is to be kept after this step. */
  wants(line: Line, step: number): boolean {
    return step % this.#every === 0 && performance.now() >= this.#due && line.kept.every((one) => one.step !== step);
  }

  keep(line: Line, progress: StepProgress, make: () => Uint8Array): void {
    const began = performance.now();
    const bytes = make();
    const ended = performance.now();
    this.#due = ended + Math.max(APART, (ended - began) / SHARE);
    const { step } = progress;
    const key = `${this.#prefix}/${line.id}/${step}`;
    this.#store.put(key, bytes);
    line.kept = [...line.kept.filter((one) => one.step !== step), { step, key, size: bytes.length, progress }];
    line.kept.sort((a, b) => a.step - b.step);
    this.#thin(bytes.length);
  }

  /** The last network that is kept of a line up to a step; null where there is none. */
  nearest(
    line: Line,
    step: number,
  ): { step: number; progress: StepProgress; read: () => Promise<Uint8Array | null> } | null {
    const own = line.kept.findLast((one) => one.step <= step);
    if (own !== undefined) return { ...own, read: () => this.#store.get(own.key) };
    return line.parent === null ? null : this.nearest(line.parent, Math.min(step, line.from));
  }

  /** @returns the line that has other settings from a step on */
  fork(parent: Line, from: number, settings: LineSettings): Line {
    const rates = parent.rates.filter((rate) => rate.from < from);
    const line = { ...settings, id: ++this.#count, parent, from, last: from, rates, kept: [] };
    this.setRate(line, from, settings.learningRate);
    this.#lines.push(line);
    if (this.#lines.length > MOST_LINES) this.#forget(line);
    return line;
  }

  /** The learning rate of a line after a step. */
  rateAt(line: Line, step: number): number {
    return line.rates.findLast(({ from }) => from <= step)?.learningRate ?? line.learningRate;
  }

  setRate(line: Line, from: number, learningRate: number): void {
    line.rates = [...line.rates.filter((rate) => rate.from !== from), { from, learningRate }];
    line.learningRate = learningRate;
  }

  /** Networks that are lost, as storage that was cleared loses them. */
  lose(step: number): void {
    for (const line of this.#lines) line.kept = line.kept.filter((one) => one.step !== step);
  }

  /** What the page shows. */
  facts(line: Line): { lines: LineFacts[]; kept: number[]; bytes: number; inMemoryOnly: boolean } {
    const lines = this.#lines.map(({ id, parent, from, last, rates, learningRate, dropout, clipNorm }) => ({
      ...{ id, parent: parent?.id ?? null, from, last, rates, learningRate, dropout, clipNorm },
    }));
    const kept: number[] = [];
    for (
      let own: Line | null = line, until = Infinity;
      own !== null;
      until = Math.min(until, own.from), own = own.parent
    )
      kept.unshift(...own.kept.map(({ step }) => step).filter((step) => step <= until));
    const bytes = this.#lines.reduce((sum, one) => sum + one.kept.reduce((all, { size }) => all + size, 0), 0);
    return { lines, kept: [...new Set(kept)], bytes, inMemoryOnly: this.#store.isRefused };
  }

  /** Gives all of it back. */
  end(): void {
    for (const line of this.#lines) for (const { key } of line.kept) this.#store.delete(key);
  }

  /** Where there are too many, every second one goes: an hour of training has as many as a minute. */
  #thin(size: number): void {
    const room = Math.max(2, Math.min(MOST, Math.floor((this.#store.isRefused ? MEMORY : MOST_BYTES) / size)));
    const count = (): number => this.#lines.reduce((sum, { kept }) => sum + kept.length, 0);
    while (count() > room * (1 + 0.5 * (this.#lines.length - 1)) && this.#every < 1e9) {
      this.#every *= 2;
      for (const line of this.#lines) {
        const goes = line.kept.filter(({ step }) => step % this.#every !== 0 && !this.#isFork(line, step));
        for (const { key } of goes) this.#store.delete(key);
        line.kept = line.kept.filter((one) => !goes.includes(one));
      }
    }
  }

  /** Whether a line parts there: from that network it is trained anew. */
  #isFork(line: Line, step: number): boolean {
    return line.from === step || this.#lines.some(({ parent, from }) => parent === line && from === step);
  }

  /** The oldest line that no other one needs. */
  #forget(current: Line): void {
    const old = this.#lines.find(
      (line) => line !== current && line.parent !== null && this.#lines.every(({ parent }) => parent !== line),
    );
    if (old === undefined) return;
    for (const { key } of old.kept) this.#store.delete(key);
    this.#lines.splice(this.#lines.indexOf(old), 1);
  }
}
