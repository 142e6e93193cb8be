// One run: a network in training, or one that was opened, with its text. It tells the page what happens, and answers between steps.
import {
  type Cell,
  cellFromData,
  LanguageModel,
  type RunningTraining,
  type StepProgress,
  UnrolledError,
  useBackend,
} from 'unrolled';
import { baselines, type Corpus } from 'unrolled/text';
import type { CellData } from 'unrolled';
import type { PokeAsked, Post, ProgressPoint, RunFacts, TextSource, UnitRef } from '../messages.js';
import { fileNameOf } from '../same.js';
import type { RunSettings } from '../settings.js';
import { Gate } from './gate.js';
import type * as Laboratory from './lab.js';
import { lookAt } from './look.js';
import { readText, type ReadText, VALIDATION } from './texts.js';
import { unitOver } from './unit.js';

/** What a page needs only where somebody experiments. */
const laboratory = (): Promise<typeof Laboratory> => import('./lab.js');

/** Milliseconds between two messages about progress. */
const TELL = 100;
/** Milliseconds of training between two samples, at first and at most: they come often while much changes. */
const SAMPLE_EVERY = { first: 600, most: 6000, growth: 1.3 };
/** Of the time, what measuring may have. */
const MEASURE_SHARE = 0.12;
const MEASURED_TOKENS = 10_000;
const SAMPLE_LENGTH = 220;
/** n-grams are counted on so many tokens at most, the last ones: it takes a second. */
const COUNTED_TOKENS = 400_000;
const ORDERS = [3, 5];
/** Steps before n-grams are counted: something is to be seen first. */
const COUNT_AFTER = 20;

export class Run {
  readonly id: number;
  readonly gate = new Gate(true);
  readonly #post: Post;
  readonly #signal = { aborted: false };
  #model: LanguageModel | null = null;
  #corpus: Corpus | null = null;
  #text: Pick<ReadText, 'name' | 'content'> | null = null;
  #training: RunningTraining | null = null;
  #learningRate: number | null = null;
  #temperature = 0.8;
  #step = 0;
  #points: ProgressPoint[] = [];
  #told = 0;
  #sampleDue = { at: 0, every: SAMPLE_EVERY.first };
  #measureDue = 0;
  #counted = false;
  #orders: Int32Array[] | null = null;
  #wantsUnit = 0;

  constructor(id: number, post: Post) {
    this.id = id;
    this.#post = post;
  }

  end(): void {
    this.#signal.aborted = true;
    this.gate.end();
  }

  /** The model and its text, as they are between two steps. Errors: STATE before the first step. */
  get current(): { model: LanguageModel; corpus: Corpus; step: number; training: RunningTraining | null } {
    const model = this.#model;
    const corpus = this.#corpus;
    if (model === null || corpus === null) {
      throw new UnrolledError('STATE', 'expected a network, received none yet', 'wait for the first step');
    }
    return { model, corpus, step: this.#step, training: this.#training };
  }

  /** Trains until it is ended. Errors: those of the text, the cell and the training. */
  async train(given: {
    settings: RunSettings;
    cell: CellData | null;
    text: TextSource;
    playing: boolean;
    until: number;
  }): Promise<void> {
    const { settings, text, playing } = given;
    if (!playing) this.gate.pause();
    // A cell of an address is data, checked here; nothing of it is run as a program.
    const cell = given.cell === null ? settings.cell : cellFromData(given.cell);
    const backend = await startBackend();
    const read = await readText(text, settings);
    const { corpus, name, cutTo } = read;
    if (this.#signal.aborted) return;
    this.#corpus = corpus;
    this.#text = read;
    let first = true;
    await LanguageModel.fit(corpus, {
      ...fitOptions(settings),
      cell,
      signal: this.#signal,
      onStep: (event, training) => {
        if (!(training.model instanceof LanguageModel)) return undefined;
        this.#training = training;
        if (first) {
          this.#model = training.model;
          this.#tell('started', {
            facts: this.#facts(training.model, corpus, {
              backend,
              textName: name,
              cutTo,
              ownCell: given.cell !== null,
              opened: false,
            }),
          });
          first = false;
        }
        if (this.#learningRate !== null) training.learningRate = this.#learningRate;
        if (event.step === given.until) this.gate.pause();
        this.#afterStep(event);
        return this.#wait();
      },
    });
  }

  /** A model file in place of a training. Errors: FORMAT and the like. */
  async open({ bytes, name, text }: { bytes: Uint8Array; name: string; text: TextSource }): Promise<void> {
    const backend = await startBackend();
    const model = LanguageModel.fromBytes(bytes, name);
    const { tokens = 'char', collapseWhitespace = false } = model.text.settings;
    const kind = tokens === 'byte' || tokens === 'word' ? tokens : 'char';
    const read = await readText(text, { tokens: kind, collapseWhitespace } as RunSettings);
    if (this.#signal.aborted) return;
    this.#model = model;
    this.#corpus = read.corpus;
    this.#text = read;
    this.#step = model.training?.step ?? 0;
    this.#tell('started', {
      facts: this.#facts(model, read.corpus, {
        backend,
        textName: read.name,
        cutTo: read.cutTo,
        ownCell: false,
        opened: true,
      }),
    });
    this.#tell('playing', { playing: false });
    this.#sample();
  }

  setLearningRate(rate: number): void {
    this.#learningRate = rate;
  }

  setTemperature(temperature: number): void {
    if (temperature === this.#temperature) return;
    this.#temperature = temperature;
    if (this.#model !== null) this.#sample();
  }

  look(from: number, length: number, reorder: boolean): void {
    if (this.#model === null) return;
    const { model, corpus, step } = this.current;
    if (reorder) this.#orders = null;
    const { look, transfer } = lookAt(model, corpus.tokens, { from, length, step, orders: this.#orders });
    this.#orders = look.orders;
    this.#post({ type: 'look', run: this.id, look }, transfer);
  }

  async viewUnit(ref: UnitRef): Promise<void> {
    if (this.#model === null) return;
    const wanted = ++this.#wantsUnit;
    const isOver = (): boolean => this.#signal.aborted || wanted !== this.#wantsUnit;
    // While a training goes on, the pieces would be of different networks.
    const release = this.#training === null ? null : await this.gate.hold();
    try {
      const { model, corpus, step } = this.current;
      const unit = await unitOver(model, corpus.tokens, ref, step, isOver);
      if (unit !== null) this.#post({ type: 'unit', run: this.id, unit }, [unit.values.buffer]);
    } finally {
      release?.();
    }
  }

  /** @param source null for the equations of the network */
  async compile(source: string | null): Promise<void> {
    const model = this.#model;
    if (source === null && model === null) return;
    const { inputSize = 32, hiddenSize = 96 } = model?.network.recurrent ?? {};
    const cell = source ?? (model?.network.recurrent.cell as Cell);
    const { compileCell } = await laboratory();
    this.#tell('compiled', { compiled: await compileCell(cell, { inputSize, hiddenSize, batchSize: 32 }) });
  }

  async poke(asked: PokeAsked): Promise<void> {
    if (this.#model === null) return;
    const { pokeAt } = await laboratory();
    const { model, corpus, step } = this.current;
    this.#tell('poked', { poke: pokeAt(model, corpus.tokens, asked, step) });
  }

  async river(at: number): Promise<void> {
    if (this.#model === null) return;
    const { riverAt } = await laboratory();
    const { model, corpus, step } = this.current;
    this.#tell('river', { river: riverAt(model, corpus.tokens, at, step) });
  }

  saveModel(): void {
    const { model, step } = this.current;
    const bytes = model.toBytes();
    this.#post({ type: 'saved', run: this.id, name: `${model.config.cell}-${step}.safetensors`, bytes }, [
      bytes.buffer as ArrayBuffer,
    ]);
  }

  saveText(): void {
    if (this.#text === null) return;
    const { name, content } = this.#text;
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content.slice();
    this.#post({ type: 'saved', run: this.id, name: fileNameOf(name), bytes }, [bytes.buffer as ArrayBuffer]);
  }

  #afterStep(event: StepProgress): void {
    const { step, loss } = event;
    this.#step = step;
    this.#points.push({ step, loss });
    const now = performance.now();
    if (now - this.#told >= TELL || step === 1 || !this.gate.playing) {
      this.#told = now;
      this.#tellProgress(event);
    }
    if (now >= this.#sampleDue.at) {
      this.#sample();
      const { every } = this.#sampleDue;
      this.#sampleDue = {
        at: performance.now() + every,
        every: Math.min(SAMPLE_EVERY.most, every * SAMPLE_EVERY.growth),
      };
    }
    if (now >= this.#measureDue || !this.gate.playing) this.#measure();
    if (!this.#counted && step >= COUNT_AFTER) this.#count();
  }

  async #wait(): Promise<void> {
    const waiting = this.gate.pass();
    if (waiting === undefined) return;
    this.#tell('playing', { playing: this.gate.playing });
    await waiting;
  }

  #tellProgress(event: StepProgress): void {
    const points = this.#points;
    this.#points = [];
    this.#tell('progress', { progress: { ...event, points } });
  }

  #sample(): void {
    const { model, step } = this.current;
    const words = model.text.settings.tokens === 'word';
    const text = model.generate({ length: words ? 45 : SAMPLE_LENGTH, temperature: this.#temperature, seed: 1 });
    this.#tell('sample', { step, text, temperature: this.#temperature });
  }

  #measure(): void {
    const { model, corpus, step } = this.current;
    if (corpus.validation.length < 2) return;
    const began = performance.now();
    // Whole where the training waits, so that the figure is the one of the command line.
    const maxTokens = this.gate.playing ? MEASURED_TOKENS : Infinity;
    const { loss, perplexity, standardError = null } = model.evaluate(corpus.validation, { maxTokens });
    const now = performance.now();
    this.#measureDue = now + (now - began) / MEASURE_SHARE;
    this.#tell('measured', { measured: { step, loss, perplexity, standardError } });
  }

  #count(): void {
    this.#counted = true;
    const { corpus } = this.current;
    const { train, validation, vocabulary } = corpus;
    if (validation.length < 2) return;
    const counted = train.subarray(Math.max(0, train.length - COUNTED_TOKENS));
    const { uniform, unigram, ngrams } = baselines(counted, validation, vocabulary.size, ORDERS, 100_000);
    const rows = [{ order: 0, ...uniform }, { order: 1, ...unigram }, ...ngrams];
    this.#tell('baselines', { rows: rows.map(({ order, loss, perplexity }) => ({ order, loss, perplexity })) });
  }

  #facts(
    model: LanguageModel,
    corpus: Corpus,
    more: Pick<RunFacts, 'textName' | 'cutTo' | 'ownCell' | 'opened'> & {
      backend: Awaited<ReturnType<typeof useBackend>>;
    },
  ): RunFacts {
    const { backend, ...rest } = more;
    const { recurrent } = model.network;
    return {
      ...rest,
      ...{ backend: backend.name, threads: backend.threads },
      missing: backend.features.filter((feature) => feature.startsWith('no ')),
      trainTokens: corpus.train.length,
      validationTokens: corpus.validation.length,
      vocabularySize: model.vocabularySize,
      parameters: model.parameterCount(),
      cell: recurrent.cell.name,
      states: [...recurrent.cell.states],
      numLayers: recurrent.numLayers,
      hiddenSize: recurrent.hiddenSize,
    };
  }

  #tell<M extends { type: string }>(type: M['type'], rest: object): void {
    this.#post({ type, run: this.id, ...rest } as unknown as Parameters<Post>[0]);
  }
}

let backend: ReturnType<typeof useBackend> | null = null;

/** The best that the page allows; once. Errors: NO_BACKEND, IO. */
async function startBackend(): ReturnType<typeof useBackend> {
  backend ??= useBackend();
  try {
    return await backend;
  } catch (error) {
    backend = null;
    throw error;
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
