// Calls as they were made, to be made again without whoever put them together: the steps of a generation.

/** A shader over the words of a call, ready to run. */
export interface Call {
  pipeline: GPUComputePipeline;
  workgroups: number;
}

/** One call: its words, and what ran over them. */
export interface RecordedCall {
  words: Uint32Array;
  /** Where among the words the first of its tickets stands, and how many it takes; null where it takes none. */
  tickets: { at: number; count: number } | null;
  dispatches: { calls: readonly Call[]; times: number }[];
}

/** Of a piece that runs several times. */
export class Recording {
  readonly calls: RecordedCall[] = [];
  /** false: something happened that cannot be made again. */
  isWhole = true;
  #tickets: RecordedCall['tickets'] = null;

  /** The call that is being put together takes tickets. */
  noteTickets(at: number, count: number): void {
    this.#tickets = { at, count };
  }

  /** Shaders run over the words of a call, for the first time or once more. */
  noteDispatch(words: Uint32Array, isFirst: boolean, calls: readonly Call[], times: number): void {
    if (isFirst) {
      this.calls.push({ words: words.slice(), tickets: this.#tickets, dispatches: [] });
      this.#tickets = null;
    }
    this.calls[this.calls.length - 1].dispatches.push({ calls, times });
  }

  spoil(): void {
    this.isWhole = false;
  }
}
