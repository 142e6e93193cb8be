// What a report draws of a training: entries spread evenly over all steps, however long it takes.

/** Entries that a history has at most, and half as many at least once it was full. */
const MOST = 800;

export interface HistoryEntry {
  /** Steps so far: 1 after the first. */
  step: number;
}

export class TrainingHistory<E extends HistoryEntry> {
  readonly #most: number;
  #entries: E[];
  /** Every n-th step is kept, from the first on; n doubles when there are too many. */
  #stride: number;

  /** @param entries of a training that goes on */
  constructor(entries: readonly E[] = [], most = MOST) {
    this.#most = most;
    this.#entries = [...entries];
    this.#stride = entries.length > 1 ? entries[1].step - entries[0].step : 1;
  }

  get entries(): readonly E[] {
    return this.#entries;
  }

  /** Whether an entry of this step is kept: the others need not be made. */
  wants(step: number): boolean {
    return (step - 1) % this.#stride === 0;
  }

  add(entry: E): void {
    if (!this.wants(entry.step)) return;
    this.#entries.push(entry);
    if (this.#entries.length <= this.#most) return;
    this.#stride *= 2;
    this.#entries = this.#entries.filter(({ step }) => this.wants(step));
  }
}
