// What the worker does with each message: one handler for each, in a table that does not compile when one is missing.
import { UnrolledError } from 'unrolled';
import type { Post, ToWorker } from '../messages.js';
import { Run } from './run.js';

type Handlers = { [K in ToWorker['type']]: (message: Extract<ToWorker, { type: K }>) => void | Promise<void> };

/** Holds one run at a time; a new one ends the one before. */
export class Engine {
  readonly #post: Post;
  #run: Run | null = null;

  constructor(post: Post) {
    this.#post = post;
  }

  readonly #handlers: Handlers = {
    start: (message) => this.#begin(message.run, (run) => run.train(message)),
    open: (message) => this.#begin(message.run, (run) => run.open(message)),
    play: () => this.#run?.gate.play(),
    pause: () => this.#run?.gate.pause(),
    step: () => this.#run?.gate.stepOnce(),
    pace: ({ stepsPerSecond }) => this.#run?.gate.setPace(stepsPerSecond),
    learningRate: ({ learningRate }) => this.#run?.setLearningRate(learningRate),
    temperature: ({ temperature }) => this.#run?.setTemperature(temperature),
    look: ({ from, length, reorder }) => this.#run?.look(from, length, reorder),
    unit: ({ unit }) => this.#run?.viewUnit(unit),
    compile: ({ source }) => this.#run?.compile(source),
    poke: ({ poke }) => this.#run?.poke(poke),
    river: ({ at }) => this.#run?.river(at),
    save: ({ what }) => (what === 'model' ? this.#run?.saveModel() : this.#run?.saveText()),
  };

  receive(message: ToWorker): void {
    const begins = message.type === 'start' || message.type === 'open';
    if (!begins && message.run !== this.#run?.id) return;
    void this.#answer(message);
  }

  async #answer(message: ToWorker): Promise<void> {
    try {
      await (this.#handlers[message.type] as (message: ToWorker) => void | Promise<void>)(message);
    } catch (error) {
      this.#post({ type: 'failed', run: message.run, ...told(error) });
    }
  }

  #begin(id: number, work: (run: Run) => Promise<void>): Promise<void> {
    this.#run?.end();
    const run = new Run(id, this.#post);
    this.#run = run;
    return work(run);
  }
}

/** An error as the page shows it. */
export function told(error: unknown): { code: string; message: string; help: string } {
  if (error instanceof UnrolledError) return { code: error.code, message: error.message, help: error.help ?? '' };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'INTERNAL', message, help: 'reload the page; if it comes again, report it with the address' };
}
