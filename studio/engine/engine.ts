// What the worker does with each message: one handler for each, in a table that does not compile when one is missing.
import type { Post, ToWorker } from '../messages.js';
import { KeptNetworks } from './keptNetworks.js';
import { Run } from './run.js';
import { told } from './told.js';

type Handlers = { [K in ToWorker['type']]: (message: Extract<ToWorker, { type: K }>) => void | Promise<void> };

/** Holds one run at a time; a new one ends the one before. */
export class Engine {
  readonly #post: Post;
  readonly #kept = new KeptNetworks();
  #run: Run | null = null;

  constructor(post: Post) {
    this.#post = post;
  }

  readonly #handlers: Handlers = {
    start: (message) => this.#begin(message.run, (run) => run.train(message)),
    open: (message) => this.#begin(message.run, (run) => run.open(message)),
    play: () => this.#run?.play(),
    pause: () => this.#run?.pause(),
    step: () => this.#run?.step(),
    pace: ({ stepsPerSecond }) => this.#run?.setPace(stepsPerSecond),
    learningRate: ({ learningRate }) => this.#run?.setLearningRate(learningRate),
    temperature: ({ temperature }) => this.#run?.setTemperature(temperature),
    travel: ({ line, step }) => this.#run?.travel(line, step),
    fork: ({ settings, playing }) => this.#run?.fork(settings, playing),
    map: (message) => this.#run?.map(message),
    look: ({ from, length, reorder }) => this.#run?.look(from, length, reorder),
    unit: ({ unit }) => this.#run?.viewUnit(unit),
    search: ({ search }) => this.#run?.search(search),
    equations: () => this.#run?.equations(),
    compile: ({ source }) => this.#run?.compile(source),
    poke: ({ poke }) => this.#run?.poke(poke),
    river: ({ at }) => this.#run?.river(at),
    rivers: (message) => this.#run?.rivers(message),
    keep: ({ run }) => {
      if (this.#run !== null) this.#kept.keep(run, this.#run.current.model);
    },
    forget: ({ kept }) => {
      this.#kept.forget(kept);
    },
    compare: (asked) => this.#run?.compare(this.#kept, asked),
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
