// When the next step may be taken: playing, paused, one at a time, or so many in a second.

export class Gate {
  #playing: boolean;
  /** Steps that may be taken while it is paused. */
  #single = 0;
  #stepsPerSecond: number | null = null;
  #last = 0;
  #wake: (() => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;
  #holds = 0;
  /** Who waits until no step is under way. */
  #holders: (() => void)[] = [];
  #waiting = false;

  constructor(playing: boolean) {
    this.#playing = playing;
  }

  get playing(): boolean {
    return this.#playing;
  }

  play(): void {
    this.#playing = true;
    this.#open();
  }

  pause(): void {
    this.#playing = false;
    this.#open();
  }

  stepOnce(): void {
    this.#playing = false;
    this.#single++;
    this.#open();
  }

  setPace(stepsPerSecond: number | null): void {
    this.#stepsPerSecond = stepsPerSecond;
    this.#open();
  }

  /** Lets a training that waits go on to where it sees that it was aborted. */
  end(): void {
    this.#ended = true;
    this.#standing();
    this.#open();
  }

  /** Holds the training between two steps, for what reads the network in several pieces. @returns what lets it go on */
  async hold(): Promise<() => void> {
    this.#holds++;
    if (!this.#waiting && !this.#ended) await new Promise<void>((resolve) => this.#holders.push(resolve));
    return () => {
      this.#holds--;
      this.#open();
    };
  }

  /** Before the next step. Undefined where it may be taken at once. */
  pass(): Promise<void> | undefined {
    if (this.#ended) return undefined;
    const wait = this.#wait();
    this.#waiting = wait > 0;
    if (wait === 0) {
      this.#last = performance.now();
      if (!this.#playing) this.#single--;
      return undefined;
    }
    this.#standing();
    return new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (wait < Infinity) this.#timer = setTimeout(() => this.#open(), wait);
    }).then(() => this.pass());
  }

  /** Milliseconds until the next step; Infinity while paused. */
  #wait(): number {
    if (this.#holds > 0) return Infinity;
    if (!this.#playing) return this.#single > 0 ? 0 : Infinity;
    if (this.#stepsPerSecond === null) return 0;
    return Math.max(0, Math.ceil(this.#last + 1000 / this.#stepsPerSecond - performance.now()));
  }

  #standing(): void {
    for (const holder of this.#holders.splice(0)) holder();
  }

  #open(): void {
    clearTimeout(this.#timer);
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
