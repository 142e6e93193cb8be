// All that the page knows, as signals, and what changes it. Panels read signals and call these functions; nothing else talks to the
// worker.
import { batch, computed, signal } from '@preact/signals';
import type { CellData } from 'unrolled';
import type {
  BaselineRow,
  Compiled,
  Poke,
  River,
  FromWorker,
  Look,
  Measured,
  Progress,
  ProgressPoint,
  RunFacts,
  TextSource,
  ToWorker,
  UnitView,
} from './messages.js';
import { defaultsOf, RUN_FIELDS, type RunSettings, VIEW_FIELDS, type ViewSettings } from './settings.js';

export interface Sample {
  step: number;
  text: string;
}

export interface Failure {
  code: string;
  message: string;
  help: string;
}

/** What came of the run that is shown. */
export interface RunState {
  id: number;
  phase: 'starting' | 'ready' | 'failed';
  playing: boolean;
  facts: RunFacts | null;
  progress: Progress | null;
  history: readonly ProgressPoint[];
  measured: readonly Measured[];
  baselines: readonly BaselineRow[];
  samples: readonly Sample[];
  failure: Failure | null;
}

/** What is kept of a run. */
export interface KeptRun {
  id: number;
  /** How it differs: its cell, sizes and seed. */
  label: string;
  settings: RunSettings;
  text: TextSource;
  history: readonly ProgressPoint[];
  measured: readonly Measured[];
}

/** Points of the curve, at most. */
const MOST_POINTS = 1200;
const MOST_SAMPLES = 40;

const emptyRun = (id: number, playing: boolean): RunState => ({
  ...{ id, phase: 'starting', playing, facts: null, progress: null, history: [], measured: [], baselines: [] },
  ...{ samples: [], failure: null },
});

export const settings = signal<RunSettings>(defaultsOf(RUN_FIELDS));
export const view = signal<ViewSettings>(defaultsOf(VIEW_FIELDS));
/** What is read: a text that the page carries, or one of the user's own. */
export const text = signal<TextSource>({ kind: 'known', name: 'book' });
/** A cell that is no name of the library: its equations. */
export const cellData = signal<CellData | null>(null);
/** Steps in a second at most; null for as many as there are. */
export const pace = signal<number | null>(null);
export const run = signal<RunState>(emptyRun(0, true));
export const look = signal<Look | null>(null);
export const compiled = signal<Compiled | null>(null);
export const poked = signal<Poke | null>(null);
export const river = signal<River | null>(null);
export const unit = signal<UnitView | null>(null);
/** What the page has to say beside the run: what an address held that was no good, and the like. */
export const notices = signal<readonly string[]>([]);
/** Curves of runs before, to compare with. */
export const kept = signal<readonly KeptRun[]>([]);
/** How many tokens the strip shows; the strip says it, as it is as wide as the page. */
export const stripLength = signal(64);

// Parts of the run that change seldom: what reads these is not drawn anew at every step.
export const facts = computed(() => run.value.facts);
export const samples = computed(() => run.value.samples);
export const failure = computed(() => run.value.failure);

let worker: { postMessage(message: ToWorker, transfer?: Transferable[]): void } | null = null;
const listeners: ((message: FromWorker) => void)[] = [];

/** Hears every message of the run that is shown, after the state was changed by it. */
export function onMessage(listener: (message: FromWorker) => void): void {
  listeners.push(listener);
}

/** A message to the worker, for the run that is shown. */
export function send(message: ToWorkerForRun, transfer: Transferable[] = []): void {
  worker?.postMessage({ ...message, run: run.value.id } as ToWorker, transfer);
}
export type ToWorkerForRun = ToWorker extends infer M ? (M extends ToWorker ? Omit<M, 'run'> : never) : never;

const MOST_KEPT = 4;

/** Keeps the curve of the run that is shown, beside those of the next ones. */
export function keepCurve(): void {
  const { id, facts, history, measured } = run.value;
  if (facts === null || history.length === 0) return;
  const { hiddenSize, numLayers, seed, learningRate } = settings.value;
  const layers = numLayers > 1 ? ` × ${numLayers}` : '';
  const label = `${facts.cell} ${hiddenSize}${layers}, ${learningRate}, #${seed}`;
  const own = { id, label, settings: settings.value, text: text.value, history, measured };
  kept.value = [...kept.value.filter((other) => other.id !== id), own].slice(-MOST_KEPT);
}

/** Connects the page with its worker. */
export function connect(made: Worker): void {
  worker = made;
  made.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
    receive(data);
  });
  made.addEventListener('error', (event) => {
    const message = event.message || 'expected the worker to start, it did not';
    receive({ type: 'failed', run: run.value.id, code: 'INTERNAL', message, help: 'reload the page' });
  });
}

/**
 * Trains a new network with the settings as they are.
 * @param until the step after which it waits, as a link wants it; 0 for none
 */
export function restart(playing = run.value.playing || run.value.facts?.opened === true, until = 0): void {
  batch(() => {
    run.value = emptyRun(run.value.id + 1, playing);
    look.value = null;
    unit.value = null;
    poked.value = null;
    river.value = null;
  });
  send({ type: 'start', settings: settings.value, cell: cellData.value, text: text.value, playing, until });
  send({ type: 'temperature', temperature: view.value.temperature });
  if (pace.value !== null) send({ type: 'pace', stepsPerSecond: pace.value });
}

/** Shows a model file in place of a training. */
export function openModel(name: string, bytes: Uint8Array): void {
  batch(() => {
    run.value = emptyRun(run.value.id + 1, false);
    look.value = null;
    unit.value = null;
    poked.value = null;
    river.value = null;
  });
  send({ type: 'open', name, bytes, text: text.value }, [bytes.buffer]);
}

export function play(): void {
  run.value = { ...run.value, playing: true };
  send({ type: 'play' });
}

export function pause(): void {
  run.value = { ...run.value, playing: false };
  send({ type: 'pause' });
}

export function step(): void {
  run.value = { ...run.value, playing: false };
  send({ type: 'step' });
}

export function setPace(stepsPerSecond: number | null): void {
  pace.value = stepsPerSecond;
  send({ type: 'pace', stepsPerSecond });
}

/** Other settings. The learning rate holds from the next step on; all others begin a new run. */
export function change(changed: Partial<RunSettings>): void {
  settings.value = { ...settings.value, ...changed };
  const names = Object.keys(changed);
  if (names.length === 1 && changed.learningRate !== undefined) {
    send({ type: 'learningRate', learningRate: changed.learningRate });
  } else restart();
}

/** Another text; the strip goes back to its beginning. */
export function changeText(source: TextSource, changed: Partial<RunSettings> = {}): void {
  batch(() => {
    text.value = source;
    settings.value = { ...settings.value, ...changed };
    view.value = { ...view.value, cursor: 0 };
  });
  restart(true);
}

/** Another cell: by name, or by its equations. */
export function changeCell(cell: string, data: CellData | null = null): void {
  cellData.value = data;
  change({ cell });
}

export function changeView(changed: Partial<ViewSettings>): void {
  view.value = { ...view.value, ...changed };
  if (changed.temperature !== undefined) send({ type: 'temperature', temperature: changed.temperature });
}

export function notice(message: string): void {
  notices.value = [...notices.value, message].slice(-4);
}

function receive(message: FromWorker): void {
  if (message.run !== run.value.id) return;
  apply(message);
  for (const listener of listeners) listener(message);
}

function apply(message: FromWorker): void {
  const now = run.value;
  switch (message.type) {
    case 'started':
      run.value = { ...now, phase: 'ready', facts: message.facts };
      return;
    case 'progress': {
      const { progress } = message;
      run.value = { ...now, progress, history: thinned([...now.history, ...progress.points]) };
      return;
    }
    case 'playing':
      if (now.playing !== message.playing) run.value = { ...now, playing: message.playing };
      return;
    case 'measured':
      run.value = { ...now, measured: thinned([...now.measured, message.measured]) };
      return;
    case 'baselines':
      run.value = { ...now, baselines: message.rows };
      return;
    case 'sample': {
      const sample = { step: message.step, text: message.text };
      run.value = { ...now, samples: [...now.samples, sample].slice(-MOST_SAMPLES) };
      return;
    }
    case 'look':
      look.value = message.look;
      return;
    case 'unit':
      unit.value = message.unit;
      return;
    case 'compiled':
      compiled.value = message.compiled;
      return;
    case 'poked':
      poked.value = message.poke;
      return;
    case 'river':
      river.value = message.river;
      return;
    case 'saved':
      return;
    case 'failed': {
      const { code, message: text, help } = message;
      run.value = {
        ...now,
        phase: now.facts === null ? 'failed' : now.phase,
        playing: false,
        failure: { code, message: text, help },
      };
      return;
    }
    default:
      message satisfies never;
  }
}

/** Every second one where there are too many: an hour of training takes no more memory than a minute. */
function thinned<P>(points: readonly P[]): readonly P[] {
  return points.length <= MOST_POINTS ? points : points.filter((_, i) => i % 2 === 0 || i === points.length - 1);
}
