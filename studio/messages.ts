// What page and worker say to each other: one union for each direction, closed on both sides. Everything in it can be copied by
// structured clone; large arrays are transferred.
import type { CellData, ExplainedStage, StepProgress } from 'unrolled';
import type { RunSettings } from './settings.js';

/** A text that the page hands over: by the name of one that it carries, or itself. */
export type TextSource =
  { kind: 'known'; name: string } | { kind: 'given'; name: string; content: string | Uint8Array };

/** Of a text that is no UTF-8. */
export type Encoding = 'gb18030' | 'utf-16le' | 'windows-1252';

/** Which value of the cell: `h`, `c`, a gate, by the name that the cell gives it. */
export interface UnitRef {
  /** From 0. */
  layer: number;
  value: string;
  /** From 0. */
  unit: number;
}

/** Every message names the run that it is meant for; the worker forgets those of runs that are over. */
export type ToWorker =
  /** Ends the run before, and trains a new network from its first step; `playing: false` waits after it, `until` after a later one. */
  | {
      type: 'start';
      run: number;
      settings: RunSettings;
      cell: CellData | null;
      text: TextSource;
      playing: boolean;
      until: number;
      /** What was changed on the way there, after the beginning; empty for nothing. */
      changes: readonly SettingChange[];
    }
  | { type: 'play'; run: number }
  | { type: 'pause'; run: number }
  | { type: 'step'; run: number }
  /** Steps in a second at most; null for as many as there are. */
  | { type: 'pace'; run: number; stepsPerSecond: number | null }
  | { type: 'learningRate'; run: number; learningRate: number }
  | { type: 'temperature'; run: number; temperature: number }
  /** Goes to a step of a line, and waits there. */
  | { type: 'travel'; run: number; line: number; step: number }
  /** Begins another line where the training stands; `playing` goes on at once. */
  | { type: 'fork'; run: number; settings: LineSettings; playing: boolean }
  /** Asks for what all networks that are kept say of some tokens of the text. */
  | { type: 'map'; run: number; from: number; length: number; unit: UnitRef | null }
  /** Asks for what the network does over some tokens of the text. */
  | { type: 'look'; run: number; from: number; length: number; reorder: boolean }
  /** Asks for one unit over the whole text. */
  | { type: 'unit'; run: number; unit: UnitRef }
  /** Asks which units follow a pattern, or are on in a marked part of the text. */
  | { type: 'search'; run: number; search: SearchAsked }
  /** Asks for what the equations of a cell say; null for those of the network. */
  | { type: 'compile'; run: number; source: string | CellData | null }
  /** Asks for the equations of the network as text. */
  | { type: 'equations'; run: number }
  /** Asks for what holding a value, or another token, does. */
  | { type: 'poke'; run: number; poke: PokeAsked }
  /** Asks how far back the gradient of a prediction reaches. */
  | { type: 'river'; run: number; at: number }
  /** Asks for the rivers of an RNN, a GRU and an LSTM at the same loss on the validation part; null ends that. */
  | { type: 'rivers'; run: number; at: number; loss: number | null }
  /** Keeps the network as it is, by the number of the run, to be compared with later ones; `forget` gives it back. */
  | { type: 'keep'; run: number }
  | { type: 'forget'; run: number; kept: number }
  /** Asks what the networks that are kept say of some tokens of the text. */
  | { type: 'compare'; run: number; from: number; length: number }
  /** Asks for the model as a file, or for the text that it learns. */
  | { type: 'save'; run: number; what: 'model' | 'text' }
  /** Opens a model file in place of a training; it reads the text. */
  | {
      type: 'open';
      run: number;
      name: string;
      bytes: Uint8Array;
      text: TextSource;
      settings: RunSettings;
      /** What its tokens are, of a file from elsewhere that does not say it; null where nobody was asked yet. */
      vocabulary: string[] | null;
    };

/** A learning rate, and the step after which it holds. */
export interface RateChange {
  from: number;
  learningRate: number;
}

/** A learning rate from a step on; `line` where another line begins there. */
export interface SettingChange extends RateChange {
  line: Omit<LineSettings, 'learningRate'> | null;
}

/** What one line of a training may have for itself. */
export interface LineSettings {
  learningRate: number;
  dropout: number;
  clipNorm: number;
}

/** A line: the training from the first step, or from one at which it parts from another line. */
export interface LineFacts extends LineSettings {
  id: number;
  parent: number | null;
  from: number;
  /** How far it was trained. */
  last: number;
  /** All learning rates from the first step on, in their order. */
  rates: RateChange[];
}

/** The lines of a run, and the steps of the one that is shown whose networks are kept. */
export interface Machine {
  line: number;
  lines: LineFacts[];
  kept: number[];
  bytes: number;
  /** Whether the browser refuses storage. */
  inMemoryOnly: boolean;
}

/** What each kept network says of the same tokens: a row for each. */
export interface StepMap {
  from: number;
  tokens: string[];
  /** null: how surprising each token was, in bits. */
  unit: UnitRef | null;
  kind: LookValue['kind'];
  rows: { step: number; values: Float32Array }[];
  /** Whether all kept networks are in it. */
  isWhole: boolean;
}

/** What is known of a run before its first step. */
export interface RunFacts {
  /** `wasm`, and how many threads. */
  backend: string;
  threads: number;
  /** What is missing here, such as threads in a page that is not isolated; empty where nothing is. */
  missing: string[];
  textName: string;
  /** What the text was cut to, where it was too long; null where it was not. */
  cutTo: number | null;
  encoding: Encoding | null;
  /** As a short text has room for them: those of the settings, or fewer. */
  batchSize: number;
  numSteps: number;
  trainTokens: number;
  validationTokens: number;
  vocabularySize: number;
  parameters: number;
  /** The cell's name, and its states. */
  cell: string;
  states: string[];
  numLayers: number;
  hiddenSize: number;
  /** Whether the cell came as equations, not by its name. */
  ownCell: boolean;
  /** The file that its weights came from; null where they were drawn. */
  opened: string | null;
  /** Characters of the text that an opened model does not know: they are left out. */
  leftOut: number;
}

export interface ProgressPoint {
  step: number;
  /** Smoothed, in nats a token. */
  loss: number;
  /** Before clipping; of several steps that are drawn as one the largest. */
  gradientNorm: number;
}

export interface Progress extends StepProgress {
  /** Since the message before. */
  points: ProgressPoint[];
}

/** How well the validation part is predicted: in nats a token. */
export interface Measured {
  step: number;
  loss: number;
  perplexity: number;
  /** Of a sample; null where all tokens were measured. */
  standardError: number | null;
}

export interface BaselineRow {
  /** 0 for the uniform distribution, 1 for the unigram. */
  order: number;
  loss: number;
  perplexity: number;
}

/** One value of the cell over the tokens of a look: [length, width]. */
export interface LookValue {
  layer: number;
  name: string;
  kind: 'gate' | 'tanh' | 'free';
  width: number;
  data: Float32Array;
}

/** The likeliest next tokens. */
export interface Guess {
  token: string;
  probability: number;
}

/** What the network did while it read tokens `from` … `from + tokens.length` of the text. */
export interface Look {
  step: number;
  from: number;
  /** Of the whole text. */
  totalTokens: number;
  tokens: string[];
  /** P of each token given those before it; NaN for the first of the text. */
  probabilities: Float32Array;
  /** After each token: the five likeliest next ones. */
  guesses: Guess[][];
  values: LookValue[];
  /** For each layer the units in an order in which neighbours do alike. */
  orders: Int32Array[];
}

/** What networks that were kept say of tokens that the one of the page reads. */
export interface Compared {
  from: number;
  /** Without those whose tokens are others. */
  networks: { id: number; probabilities: Float32Array; guesses: Guess[][] }[];
}

/** One unit over the text. */
export interface UnitView {
  ref: UnitRef;
  step: number;
  /** First token, and the values from there on; how many the text has. */
  from: number;
  totalTokens: number;
  values: Float32Array;
  tokens: string[];
  /** Where it is highest and lowest, the strongest first. */
  places: { at: number; value: number; before: string; token: string; after: string }[];
  /** What it follows, the closest first: Pearson's correlation. */
  follows: { property: string; correlation: number }[];
  /** The units of its layer and value that do most alike. */
  alike: { unit: number; correlation: number }[];
}

/** What is sought: a regular expression, or what the units do in a part of the text. */
export type SearchAsked = { pattern: string } | { mark: { from: number; to: number } };

export interface SearchResult {
  asked: SearchAsked;
  /** How often the pattern was found, in how many tokens. */
  matches: number;
  tokens: number;
  /** Those that follow it most: Pearson's correlation; of a mark over the tokens around it. */
  units: (UnitRef & { correlation: number })[];
  /** Where it stands; of a mark where else its units are on together, with their mean in deviations. */
  places: { at: number; score: number | null; before: string; token: string; after: string }[];
}

/** A cell from its equations, or why there is none and where. */
export type Compiled =
  | {
      kind: 'error';
      text: string;
      message: string;
      help: string;
      /** Null where it is the whole of it that cannot be compiled. */
      place: { line: number; column: number; length: number } | null;
    }
  | {
      kind: 'cell';
      text: string;
      data: CellData;
      latex: string;
      /** The same as MathML. */
      formula: string;
      /** SVG; empty where it has no room. */
      diagram: string;
      stages: Pick<ExplainedStage, 'when' | 'kind' | 'what' | 'flops' | 'bytes'>[];
      flops: number;
      bytes: number;
      parameters: number;
    };

/** Units of a value of the cell that are held at a number. */
export interface Hold {
  /** From 0. */
  layer: number;
  value: string;
  /** null for all. */
  units: number[] | null;
  to: number;
  /** Whether at all tokens from there on; else at one. */
  isLasting: boolean;
}

/** What is done at a token of the text: values are held, and the token may be another. */
export interface PokeAsked {
  at: number;
  holds: readonly Hold[];
  token: string | null;
  /** Effects are measured after each match of it; all over the text where it is empty. */
  pattern: string;
}

export interface Poke {
  asked: PokeAsked;
  step: number;
  token: string;
  /** Texts that go on, drawn with the same numbers. */
  without: string;
  with: string;
  /** Tokens whose probability changes most here, and how they change over many places. */
  rows: { token: string; without: number; with: number; effect: { mean: number; deviation: number } }[];
  divergence: number;
  places: number;
  /** Divergence over the places, by how many tokens later. */
  follow: { mean: number; deviation: number }[];
}

/** The gradient of a prediction by each token before it. */
export interface River {
  step: number;
  cell: string;
  /** On the validation part, of a network that was trained to a loss; null for the one of the page. */
  reached: number | null;
  /** Of the predictions of all windows. */
  loss: number;
  windows: number;
  /** The window before the cursor. */
  from: number;
  tokens: string[];
  norms: number[];
  /** Shares of the largest by distance, over the windows. */
  lags: { low: number; median: number; high: number }[];
  carried: { layer: number; state: string; factors: number[]; product: number }[];
}

/** How far a network came that is trained for comparison. */
export interface Rival {
  cell: string;
  step: number;
  /** On the validation part. */
  loss: number;
}

export type FromWorker =
  | { type: 'compiled'; run: number; compiled: Compiled }
  | { type: 'equations'; run: number; text: string }
  | { type: 'searched'; run: number; result: SearchResult }
  | { type: 'poked'; run: number; poke: Poke }
  | { type: 'river'; run: number; river: River }
  | { type: 'rivers'; run: number; rivers: River[]; rival: Rival | null }
  /** A model file that does not say what its tokens are: so many. `guess`: the characters of the text, in the order of their codes. */
  | { type: 'asks'; run: number; name: string; size: number; guess: string }
  | { type: 'started'; run: number; facts: RunFacts }
  | { type: 'machine'; run: number; machine: Machine }
  | { type: 'map'; run: number; map: StepMap }
  | { type: 'progress'; run: number; progress: Progress }
  | { type: 'playing'; run: number; playing: boolean }
  | { type: 'measured'; run: number; measured: Measured }
  | { type: 'baselines'; run: number; rows: BaselineRow[] }
  | { type: 'sample'; run: number; step: number; text: string; temperature: number }
  | { type: 'look'; run: number; look: Look }
  | { type: 'compared'; run: number; compared: Compared }
  | { type: 'unit'; run: number; unit: UnitView }
  | { type: 'saved'; run: number; name: string; bytes: Uint8Array }
  | { type: 'failed'; run: number; code: string; message: string; help: string };

/** How the worker says it; arrays in the list go over without a copy. */
export type Post = (message: FromWorker, transfer?: Transferable[]) => void;

/** What the worker that reads files from elsewhere is given. */
export interface ToImporter {
  bytes: Uint8Array;
  name: string;
  vocabulary: string[] | null;
}

/** A file of ours; how many tokens there are, where somebody has to say what they are; or why there is none. */
export type Imported =
  { bytes: Uint8Array } | { size: number } | { failed: { code: string; message: string; help: string } };
