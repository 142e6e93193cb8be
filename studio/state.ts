// All that the page knows, as signals, and what changes it. Panels read signals and call these functions; nothing else talks to the
// worker.
import { batch, computed, signal } from '@preact/signals';
import type { CellData } from 'unrolled';
import { begunWith, changesOf } from './changes.js';
import type {
  BaselineRow,
  Compared,
  Compiled,
  FromWorker,
  LineSettings,
  Look,
  Machine,
  Measured,
  Poke,
  Progress,
  ProgressPoint,
  Rival,
  River,
  RunFacts,
  SearchResult,
  SettingChange,
  StepMap,
  TextSource,
  ToWorker,
  UnitView,
} from './messages.js';
import { defaultsOf, RUN_FIELDS, type RunSettings, VIEW_FIELDS, type ViewSettings } from './settings.js';
import { isTable, isToy } from './texts.js';

export interface Sample {
  step: number;
  text: string;
}

export interface Failure {
  code: string;
  message: string;
  help: string;
}

/** What was seen of one line of a run. */
export interface Curve {
  history: readonly ProgressPoint[];
  measured: readonly Measured[];
}

/** What came of the run that is shown. */
export interface RunState extends Curve {
  id: number;
  /** The step that a link leads to; 0 where none does. */
  leadsTo: number;
  phase: 'starting' | 'ready' | 'failed';
  playing: boolean;
  facts: RunFacts | null;
  progress: Progress | null;
  /** null before the first network is kept. */
  machine: Machine | null;
  /** Of the lines that are not shown, by their numbers. */
  curves: Readonly<Record<number, Curve>>;
  baselines: readonly BaselineRow[];
  samples: readonly Sample[];
  failure: Failure | null;
}

/** What is kept of a run. */
export interface KeptRun extends Curve {
  id: number;
  /** How it differs: its cell, sizes and seed. */
  label: string;
  /** At which its network was kept. */
  step: number;
  samples: readonly Sample[];
  /** What trains it again; null for a model from a file. */
  again: {
    settings: RunSettings;
    cell: CellData | null;
    text: TextSource;
    changes: readonly SettingChange[];
  } | null;
}

/** Points of the curve, at most. */
const MOST_POINTS = 1200;
const MOST_SAMPLES = 40;

const emptyRun = (id: number, playing: boolean, leadsTo = 0): RunState => ({
  ...{ id, leadsTo, phase: 'starting', playing, facts: null, progress: null, history: [], measured: [], baselines: [] },
  ...{ samples: [], failure: null, machine: null, curves: {} },
});

export const settings = signal<RunSettings>(defaultsOf(RUN_FIELDS));
export const view = signal<ViewSettings>(defaultsOf(VIEW_FIELDS));
/** What is read: a text that the page carries, or one of the user's own. */
export const text = signal<TextSource>({ kind: 'known', name: 'book' });
/** A cell that is no name of the library: its equations. */
export const cellData = signal<CellData | null>(null);
export const run = signal<RunState>(emptyRun(0, true));
export const look = signal<Look | null>(null);
export const compiled = signal<Compiled | null>(null);
/** The cell of a link that was being edited when it was copied. */
export const draft = signal<CellData | null>(null);
/** The equations of the network as text; null before somebody asks. */
export const equations = signal<string | null>(null);
export const poked = signal<Poke | null>(null);
export const river = signal<River | null>(null);
/** Of an RNN, a GRU and an LSTM at the same loss; `rival` is the one that learns. */
export const rivals = signal<{ rivers: readonly River[]; rival: Rival | null; isOver: boolean } | null>(null);
export const searched = signal<SearchResult | null>(null);
export const unit = signal<UnitView | null>(null);
export const compared = signal<Compared | null>(null);
export const stepMap = signal<StepMap | null>(null);
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
/** Cells that are compared: RNN, GRU, LSTM. */
const RIVALS = 3;

/** Keeps the run that is shown, to be compared with the next ones: its curve, what it wrote, its network. */
export function keepCurve(): void {
  const { id, facts, history, measured, samples, progress, machine } = run.value;
  if (facts === null || progress === null) return;
  const { hiddenSize, numLayers, seed, learningRate } = settings.value;
  const layers = numLayers > 1 ? ` × ${numLayers}` : '';
  const label = `${facts.cell} ${hiddenSize}${layers}, ${learningRate}, #${seed}`;
  const changes = changesOf(machine);
  const begun = begunWith(settings.value, changes);
  const again = facts.opened !== null ? null : { settings: begun, cell: cellData.value, text: text.value, changes };
  const own = { id, label, step: progress.step, samples, history, measured, again };
  const all = [...kept.value.filter((other) => other.id !== id), own];
  send({ type: 'keep' });
  for (const old of all.slice(0, -MOST_KEPT)) send({ type: 'forget', kept: old.id });
  kept.value = all.slice(-MOST_KEPT);
}

export function forgetCurve(id: number): void {
  kept.value = kept.value.filter((one) => one.id !== id);
  send({ type: 'forget', kept: id });
}

/** Trains a run that was kept again, to the same network, and waits there. */
export function returnTo({ again, step }: KeptRun): void {
  if (again === null) return;
  batch(() => {
    text.value = again.text;
    cellData.value = again.cell;
    settings.value = again.settings;
  });
  restart(true, step, again.changes.slice(1));
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

/** A run without anything yet; what was shown of the one before goes. */
function newRun(playing: boolean, leadsTo = 0): void {
  batch(() => {
    run.value = emptyRun(run.value.id + 1, playing, leadsTo);
    for (const shown of [look, unit, poked, river, rivals, searched, stepMap, compared, equations]) shown.value = null;
  });
}

/**
 * Trains a new network with the settings as they are.
 * @param until the step after which it waits, as a link wants it; 0 for none
 * @param changes what was changed on the way there, as a link has it
 */
export function restart(
  playing = run.value.playing || (run.value.facts?.opened ?? null) !== null,
  until = 0,
  changes: readonly SettingChange[] = [],
): void {
  newRun(playing, Math.max(until, changes.findLast(({ line }) => line !== null)?.from ?? 0));
  send({ type: 'start', settings: settings.value, cell: cellData.value, text: text.value, playing, until, changes });
  send({ type: 'temperature', temperature: view.value.temperature });
  sendPace();
}

function sendPace(): void {
  const { pace } = view.value;
  send({ type: 'pace', stepsPerSecond: pace === 0 ? null : pace });
}

/** A model file whose tokens have to be asked for. */
export const asked = signal<{ name: string; size: number; guess: string; bytes: Uint8Array } | null>(null);
/** A model of another task that was dropped, beside the run. */
export const guest = signal<{ name: string; bytes: Uint8Array } | null>(null);
let opening: { name: string; bytes: Uint8Array; vocabulary: string[] | null } | null = null;

/** Shows a model file, which may be trained on. @param vocabulary what its tokens are, where the file does not say it */
export function openModel(name: string, bytes: Uint8Array, vocabulary: string[] | null = null): void {
  newRun(false);
  asked.value = null;
  opening = { name, bytes, vocabulary };
  const own = bytes.slice();
  send({ type: 'open', name, bytes: own, text: text.value, settings: settings.value, vocabulary }, [own.buffer]);
}

/** Shows the model of the file again, with another text or other settings. @returns whether one is shown */
function openAgain(): boolean {
  if (opening === null || (run.value.facts?.opened ?? null) === null) return false;
  openModel(opening.name, opening.bytes, opening.vocabulary);
  return true;
}

/** Goes to a step of a line, and waits there. */
export function travel(step: number, line = run.value.machine?.line ?? 0): void {
  run.value = { ...run.value, playing: false };
  send({ type: 'travel', line, step: Math.max(1, Math.round(step)) });
}

/** Begins another line where the training stands. @param playing whether it goes on at once */
export function fork(changed: LineSettings, playing = false): void {
  settings.value = { ...settings.value, ...changed };
  run.value = { ...run.value, playing };
  send({ type: 'fork', settings: changed, playing });
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

/** What a model from a file may be trained with: it keeps its own sizes. */
const LEARNING: readonly string[] = ['dropout', 'clipNorm', 'optimizer', 'batchSize', 'numSteps', 'seed'];

/**
 * Other settings. The learning rate holds from the next step on, dropout and clipping as well, by another line of the training; all
 * others begin a new run.
 */
export function change(changed: Partial<RunSettings>): void {
  settings.value = { ...settings.value, ...changed };
  const { learningRate, dropout, clipNorm } = settings.value;
  const names = Object.keys(changed);
  const { progress, playing } = run.value;
  if (names.length === 1 && changed.learningRate !== undefined) send({ type: 'learningRate', learningRate });
  else if (progress !== null && names.every((name) => name === 'dropout' || name === 'clipNorm'))
    fork({ learningRate, dropout, clipNorm }, playing);
  else if (!names.every((name) => LEARNING.includes(name)) || !openAgain()) restart();
}

/** Lines of a toy task or a table stand for themselves; those of a text end where the paper did. */
function readingOf(source: TextSource, before: TextSource): Partial<RunSettings> {
  const hasLines = ({ kind, name }: TextSource): boolean => (kind === 'known' ? isToy(name) : isTable(name));
  if (hasLines(source)) return { tokens: 'char', collapseWhitespace: false };
  return hasLines(before) ? { collapseWhitespace: true } : {};
}

/** Another text; the strip goes back to its beginning. A model from a file reads it, unless other settings come with it. */
export function changeText(source: TextSource, changed: Partial<RunSettings> = {}): void {
  batch(() => {
    settings.value = { ...settings.value, ...readingOf(source, text.value), ...changed };
    text.value = source;
    view.value = { ...view.value, cursor: 0, at: -1, mark: '', flowAt: -1, pokedAt: -1, sought: 'nothing' };
  });
  if (Object.keys(changed).length > 0 || !openAgain()) restart(true);
}

/** Another cell: by name, or by its equations. */
export function changeCell(cell: string, data: CellData | null = null): void {
  cellData.value = data;
  change({ cell });
}

export function changeView(changed: Partial<ViewSettings>): void {
  view.value = { ...view.value, ...changed };
  if (changed.temperature !== undefined) send({ type: 'temperature', temperature: changed.temperature });
  if (changed.pace !== undefined) sendPace();
}

export function notice(message: string): void {
  notices.value = [...notices.value.filter((other) => other !== message), message].slice(-4);
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
      // What is trained again after a way back is known already.
      const last = now.history.at(-1)?.step ?? 0;
      const points = progress.points.filter(({ step }) => step > last);
      run.value = {
        ...now,
        progress,
        history: points.length === 0 ? now.history : thinned([...now.history, ...points]),
      };
      return;
    }
    case 'playing':
      if (now.playing !== message.playing) run.value = { ...now, playing: message.playing };
      return;
    case 'measured':
      run.value = { ...now, measured: thinned(inOrder(now.measured, message.measured)) };
      return;
    case 'machine':
      run.value = onLine(now, message.machine);
      return;
    case 'asks': {
      const { name, size, guess } = message;
      if (opening !== null) asked.value = { name, size, guess, bytes: opening.bytes };
      return;
    }
    case 'map':
      stepMap.value = message.map;
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
    case 'compared':
      compared.value = message.compared;
      return;
    case 'compiled':
      compiled.value = message.compiled;
      return;
    case 'equations':
      equations.value = message.text;
      return;
    case 'poked':
      poked.value = message.poke;
      return;
    case 'searched':
      searched.value = message.result;
      return;
    case 'river':
      river.value = message.river;
      return;
    case 'rivers': {
      const { rivers, rival } = message;
      rivals.value = { rivers, rival, isOver: rivers.length === RIVALS };
      return;
    }
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

/** Among those before, in place of one of the same step. */
function inOrder(measured: readonly Measured[], one: Measured): readonly Measured[] {
  const others = measured.filter(({ step }) => step !== one.step);
  return [...others, one].sort((a, b) => a.step - b.step);
}

/** The run with the curve of the line that is shown; the settings of the page are that line's. */
function onLine(now: RunState, machine: Machine): RunState {
  const shown = machine.lines.find(({ id }) => id === machine.line);
  if (shown === undefined) return now;
  const { learningRate, dropout, clipNorm } = shown;
  const before = now.machine?.line ?? machine.line;
  const had = now.machine?.lines.find(({ id }) => id === machine.line);
  if (before !== machine.line || (had !== undefined && had.learningRate !== learningRate))
    settings.value = { ...settings.value, learningRate, dropout, clipNorm };
  if (before === machine.line) return { ...now, machine };
  const { history, measured } = now;
  const curves: Record<number, Curve> = { ...now.curves, [before]: { history, measured } };
  const parent = curves[shown.parent ?? before] ?? { history, measured };
  const until = <P extends { step: number }>(points: readonly P[]): P[] =>
    points.filter(({ step }) => step <= shown.from);
  const own = curves[machine.line] ?? { history: until(parent.history), measured: until(parent.measured) };
  const others = Object.entries(curves).filter(
    ([id]) => Number(id) !== machine.line && machine.lines.some((line) => line.id === Number(id)),
  );
  return { ...now, machine, ...own, curves: Object.fromEntries(others) };
}

/** Every second one where there are too many: an hour of training takes no more memory than a minute. */
function thinned<P extends { step: number; gradientNorm?: number }>(points: readonly P[]): readonly P[] {
  if (points.length <= MOST_POINTS) return points;
  return points.flatMap((point, i) => {
    if (i % 2 === 1 && i < points.length - 1) return [];
    // A gradient that explodes does so at one step.
    const { gradientNorm } = point;
    const next = points.at(i + 1)?.gradientNorm ?? 0;
    return [gradientNorm === undefined ? point : { ...point, gradientNorm: Math.max(gradientNorm, next) }];
  });
}
