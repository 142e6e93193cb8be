// One run: a network in training, or one that was opened, with its text. It tells the page what happens, and answers between steps.
import { type Cell, cellFromData, LanguageModel, type StepProgress, UnrolledError, useBackend } from 'unrolled';
import { baselines, type Corpus } from 'unrolled/text';
import type { CellData } from 'unrolled';
import type {
  LineSettings,
  PokeAsked,
  Post,
  ProgressPoint,
  River,
  RunFacts,
  SearchAsked,
  SettingChange,
  StepMap,
  TextSource,
  ToWorker,
  UnitRef,
} from '../messages.js';
import { fileNameOf } from '../same.js';
import { defaultsOf, RUN_FIELDS, type RunSettings } from '../settings.js';
import { told } from './told.js';
import type { KeptNetworks } from './keptNetworks.js';
import type * as Laboratory from './lab.js';
import { lookAt, QUICK, readable } from './look.js';
import { fitting, readText, type ReadText } from './texts.js';
import { Trainer, type TrainerOptions } from './trainer.js';
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

/** What the model and the corpus do not say. */
type FactsBeside = Pick<RunFacts, 'textName' | 'cutTo' | 'encoding' | 'ownCell' | 'opened' | 'leftOut'> & {
  backend: Awaited<ReturnType<typeof useBackend>>;
};

/** What is done to the gate before there is a training. */
interface Wanted {
  playing: boolean;
  stepsPerSecond: number | null;
}

export class Run {
  readonly id: number;
  readonly #post: Post;
  readonly #signal = { aborted: false };
  readonly #wanted: Wanted = { playing: true, stepsPerSecond: null };
  #trainer: Trainer | null = null;
  #corpus: Corpus | null = null;
  #settings: RunSettings = defaultsOf(RUN_FIELDS);
  #text: Pick<ReadText, 'name' | 'content'> | null = null;
  #temperature = 0.8;
  #points: ProgressPoint[] = [];
  #told = 0;
  #sampleDue = { at: 0, every: SAMPLE_EVERY.first };
  #measureDue = 0;
  #counted = false;
  #orders: Int32Array[] | null = null;
  #wantsUnit = 0;
  #wantsMap = 0;
  #wantsRivers = 0;
  #wantsSearch = 0;

  constructor(id: number, post: Post) {
    this.id = id;
    this.#post = post;
  }

  end(): void {
    this.#signal.aborted = true;
    this.#trainer?.end();
  }

  play(): void {
    this.#wanted.playing = true;
    this.#trainer?.gate.play();
  }

  pause(): void {
    this.#wanted.playing = false;
    this.#trainer?.gate.pause();
  }

  step(): void {
    this.#wanted.playing = false;
    this.#trainer?.gate.stepOnce();
  }

  setPace(stepsPerSecond: number | null): void {
    this.#wanted.stepsPerSecond = stepsPerSecond;
    this.#trainer?.setPace(stepsPerSecond);
  }

  /** The model and its text, as they are between two steps. Errors: STATE before the first step. */
  get current(): { model: LanguageModel; corpus: Corpus; step: number } {
    const model = this.#trainer?.model ?? null;
    const corpus = this.#corpus;
    if (model === null || corpus === null) {
      throw new UnrolledError('STATE', 'expected a network, received none yet', 'wait for the first step');
    }
    return { model, corpus, step: this.#trainer?.event?.step ?? 0 };
  }

  get #hasModel(): boolean {
    return this.#trainer !== null && this.#trainer.model !== null;
  }

  /** Whether no training goes on. */
  get #waits(): boolean {
    return this.#trainer?.gate.playing !== true;
  }

  /** Trains until it is ended. Errors: those of the text, the cell and the training. */
  async train(given: {
    settings: RunSettings;
    cell: CellData | null;
    text: TextSource;
    playing: boolean;
    until: number;
    changes: readonly SettingChange[];
  }): Promise<void> {
    const { settings, text, playing, until, changes } = given;
    this.#wanted.playing = playing;
    // A cell of an address is data, checked here; nothing of it is run as a program.
    const cell = given.cell === null ? settings.cell : cellFromData(given.cell);
    const backend = await startBackend();
    const read = await readText(text, settings);
    if (this.#signal.aborted) return;
    const facts = {
      backend,
      textName: read.name,
      cutTo: read.cutTo,
      encoding: read.encoding,
      ownCell: given.cell !== null,
      opened: null,
      leftOut: 0,
    };
    const fitted = { ...settings, ...fitting(read.corpus.train.length, settings) };
    await this.#begin(read, { settings: fitted, cell, corpus: read.corpus, changes, until, initial: null }, facts);
  }

  /** A model file in place of a new network; it may be trained further. Errors: FORMAT and the like. */
  async open(given: Extract<ToWorker, { type: 'open' }>): Promise<void> {
    const { bytes, name, text, settings, vocabulary } = given;
    this.#wanted.playing = false;
    const backend = await startBackend();
    const { openLanguageModel, readFor, sortedCharacters } = await import('./opening.js');
    const model = await openLanguageModel(bytes, name, vocabulary);
    if (!(model instanceof LanguageModel)) {
      const { corpus } = await readText(text, { ...settings, tokens: 'char' });
      const guess = sortedCharacters(Array.from(corpus.tokens, (token) => corpus.vocabulary.token(token)));
      this.#tell('asks', { name, size: model.size, guess });
      return;
    }
    const { leftOut, ...read } = await readFor(model, text, settings);
    if (this.#signal.aborted) return;
    const facts = {
      backend,
      textName: read.name,
      cutTo: read.cutTo,
      encoding: read.encoding,
      ownCell: false,
      opened: name,
      leftOut,
    };
    const { cell } = settings;
    await this.#begin(read, { settings, cell, corpus: read.corpus, changes: [], until: 0, initial: model }, facts);
  }

  async #begin(read: ReadText, options: Omit<TrainerOptions, 'playing'>, more: FactsBeside): Promise<void> {
    const { corpus } = read;
    let first = true;
    const begun = (): void => {
      if (!first) return;
      first = false;
      const { batchSize, numSteps } = options.settings;
      this.#tell('started', { facts: { ...this.#facts(this.current.model, corpus, more), batchSize, numSteps } });
      if (options.initial !== null) this.#sample();
    };
    const trainer = new Trainer(
      this.id,
      { ...options, playing: this.#wanted.playing },
      {
        onStep: (event, how) => {
          begun();
          this.#afterStep(event, how);
        },
        onWait: (playing) => {
          this.#tell('playing', { playing });
        },
        onMachine: (machine) => {
          begun();
          this.#tell('machine', { machine });
        },
        onError: (error) => {
          this.#tell('failed', told(error));
        },
      },
    );
    trainer.setPace(this.#wanted.stepsPerSecond);
    this.#corpus = corpus;
    this.#settings = options.settings;
    this.#text = read;
    this.#trainer = trainer;
    await trainer.begin();
  }

  setLearningRate(rate: number): Promise<void> | undefined {
    return this.#trainer?.setLearningRate(rate);
  }

  travel(line: number, step: number): Promise<void> | undefined {
    return this.#trainer?.travel(line, step);
  }

  fork(settings: LineSettings, playing: boolean): Promise<void> | undefined {
    return this.#trainer?.fork(settings, playing);
  }

  /** What all kept networks say of some tokens: one after the other, so that a training goes on in between. */
  async map(asked: Pick<StepMap, 'from' | 'unit'> & { length: number }): Promise<void> {
    if (!this.#hasModel) return;
    const wanted = ++this.#wantsMap;
    const isOver = (): boolean => this.#signal.aborted || wanted !== this.#wantsMap;
    const { mapSteps } = await import('./map.js');
    const { corpus } = this.current;
    const kept = this.#trainer?.kept();
    if (kept === undefined) return;
    for await (const map of mapSteps(kept, corpus.tokens, asked, isOver)) this.#tell('map', { map });
  }

  setTemperature(temperature: number): void {
    if (temperature === this.#temperature) return;
    this.#temperature = temperature;
    if (this.#hasModel) this.#sample();
  }

  look(from: number, length: number, reorder: boolean): void {
    if (!this.#hasModel) return;
    const { model, corpus, step } = this.current;
    if (reorder) this.#orders = null;
    const { look, transfer } = lookAt(model, corpus.tokens, { from, length, step, orders: this.#orders });
    this.#orders = look.orders;
    this.#post({ type: 'look', run: this.id, look }, transfer);
  }

  compare(kept: KeptNetworks, asked: { from: number; length: number }): void {
    if (!this.#hasModel) return;
    const { model, corpus } = this.current;
    this.#tell('compared', { compared: kept.compare(model, corpus.tokens, asked) });
  }

  async viewUnit(ref: UnitRef): Promise<void> {
    if (!this.#hasModel) return;
    const wanted = ++this.#wantsUnit;
    const isOver = (): boolean => this.#signal.aborted || wanted !== this.#wantsUnit;
    // While a training goes on, the pieces would be of different networks.
    const release = await this.#trainer?.gate.hold();
    try {
      const { model, corpus, step } = this.current;
      // Its beginning at once; the rest where nothing waits for it.
      const lengths = [QUICK, ...(this.#waits && corpus.tokens.length > QUICK ? [readable(model)] : [])];
      for (const most of lengths) {
        const isLate = (): boolean => isOver() || (most > QUICK && !this.#waits);
        const unit = await unitOver(model, corpus.tokens, { ref, step, most }, isLate);
        if (unit !== null) this.#post({ type: 'unit', run: this.id, unit }, [unit.values.buffer]);
      }
    } finally {
      release?.();
    }
  }

  async search(asked: SearchAsked): Promise<void> {
    if (!this.#hasModel) return;
    const wanted = ++this.#wantsSearch;
    const isOver = (): boolean => this.#signal.aborted || wanted !== this.#wantsSearch;
    const { searchText } = await import('./search.js');
    const release = await this.#trainer?.gate.hold();
    try {
      const { model, corpus } = this.current;
      const tokens = corpus.tokens;
      const isLate = (): boolean => isOver() || !this.#waits;
      const whole = this.#waits ? await searchText(model, tokens, { asked, most: readable(model) }, isLate) : null;
      // A training that goes on meanwhile does not wait for all of it.
      const result = whole ?? (isOver() ? null : await searchText(model, tokens, { asked, most: QUICK }, isOver));
      if (result !== null) this.#tell('searched', { result });
    } finally {
      release?.();
    }
  }

  /** @param source null for the equations of the network. Errors: FORMAT for data that is no cell. */
  async compile(source: string | CellData | null): Promise<void> {
    const model = this.#trainer?.model ?? null;
    if (source === null && model === null) return;
    const { inputSize = 32, hiddenSize = 96 } = model?.network.recurrent ?? {};
    const given = typeof source === 'object' && source !== null ? cellFromData(source) : source;
    const cell = given ?? (model?.network.recurrent.cell as Cell);
    const { compileCell } = await laboratory();
    this.#tell('compiled', { compiled: await compileCell(cell, { inputSize, hiddenSize, batchSize: 32 }) });
  }

  async equations(): Promise<void> {
    const { textOf } = await laboratory();
    this.#tell('equations', { text: textOf(this.current.model.network.recurrent.cell as Cell) });
  }

  async poke(asked: PokeAsked): Promise<void> {
    if (!this.#hasModel) return;
    const { pokeAt } = await laboratory();
    const { model, corpus, step } = this.current;
    this.#tell('poked', { poke: await pokeAt(model, corpus.tokens, asked, step) });
  }

  async river(at: number): Promise<void> {
    if (!this.#hasModel) return;
    const { riverAt } = await laboratory();
    const { model, corpus, step } = this.current;
    this.#tell('river', { river: riverAt(model, corpus.tokens, at, step) });
  }

  /** @param loss null where nobody wants it any more */
  async rivers(asked: { at: number; loss: number | null }): Promise<void> {
    const wanted = ++this.#wantsRivers;
    const { at, loss } = asked;
    if (!this.#hasModel || loss === null) return;
    const isOver = (): boolean => this.#signal.aborted || wanted !== this.#wantsRivers;
    const { rivers } = await import('./rivals.js');
    // The training of the page waits: its speed is that of one.
    const release = await this.#trainer?.gate.hold();
    const found: River[] = [];
    try {
      const { corpus } = this.current;
      for await (const news of rivers(corpus, this.#settings, { at, loss }, isOver)) {
        if (isOver()) continue;
        if ('river' in news) found.push(news.river);
        this.#tell('rivers', { rivers: found, rival: 'rival' in news ? news.rival : null });
      }
    } finally {
      release?.();
    }
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

  #afterStep(event: StepProgress, how: 'trained' | 'passed' | 'reached'): void {
    const { step, loss, gradientNorm } = event;
    const playing = this.#trainer?.gate.playing === true;
    this.#points.push({ step, loss, gradientNorm });
    const now = performance.now();
    if (now - this.#told >= TELL || step === 1 || !playing) {
      this.#told = now;
      this.#tellProgress(event);
    }
    if (how === 'passed') return;
    if (now >= this.#sampleDue.at || how === 'reached') {
      unlessBurst(() => this.#sample());
      const { every } = this.#sampleDue;
      this.#sampleDue = {
        at: performance.now() + every,
        every: Math.min(SAMPLE_EVERY.most, every * SAMPLE_EVERY.growth),
      };
    }
    if (now >= this.#measureDue || !playing) unlessBurst(() => this.#measure());
    if (!this.#counted && step >= COUNT_AFTER) this.#count();
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
    const maxTokens = this.#trainer?.gate.playing === true ? MEASURED_TOKENS : Infinity;
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

  #facts(model: LanguageModel, corpus: Corpus, more: FactsBeside): Omit<RunFacts, 'batchSize' | 'numSteps'> {
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

/** What is said of a network whose numbers burst waits for the training, which says that they did. */
function unlessBurst(say: () => void): void {
  try {
    say();
  } catch (error) {
    if (!(error instanceof UnrolledError) || (error.code !== 'RANGE' && error.code !== 'NON_FINITE')) throw error;
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
