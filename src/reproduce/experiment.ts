// What an experiment is: text, and a function that computes, draws, and checks what it computed.
import type { Cell } from '../cell/cell.js';
import type { CellDefinition } from '../cell/define/definition.js';
import type { Curves } from '../drawing/curves.js';
import type { PlotOptions } from '../drawing/figure.js';
import type { AbortSignalLike } from '../train/loop.js';
import type { Exercise } from './exercise.js';
import type { Expectation, Got } from './expectation.js';
import type { Message, Messages, Values } from './messages.js';
import type { Settings } from './setting.js';
import type { Word } from './words.js';

/** A message in the language of a page. */
export type Translate<K extends string> = (key: K | Word, values?: Values) => string;

/** Options of Observable Plot, whose marks may be `curves` too. */
export type FigureOptions = Omit<PlotOptions, 'marks'> & {
  /** It is not drawn anew for a narrow screen, but scrolls there: for letters side by side, which would run into each other. */
  scrolls?: boolean;
  /** Drawn in this order, the later over the earlier. */
  marks: readonly (NonNullable<PlotOptions['marks']>[number] | Curves)[];
};

/** A table of a report. */
export interface TableOptions {
  /** Headings; numbers are set flush right. */
  columns: readonly { heading: string; number?: boolean }[];
  /** Cells, row by row. */
  rows: readonly (readonly (string | number)[])[];
  /** The row to stress. */
  strong?: (row: number) => boolean;
}

/** A letter of the books beside the name that it has in the code. */
export interface Notation {
  /** As formulas write it, in LaTeX: `\\mathbf H_t`. */
  book: string;
  /** As the code calls it: `h`. */
  code: string;
  /** By the letters N, T, D, H, V, L. */
  shape?: string;
  /** What it is. */
  meaning: Message;
}

/** What an experiment is given. What it says appears in the report in the order of the calls. */
export interface Experimenting<K extends string> {
  /** The short version, of seconds. */
  readonly quick: boolean;
  /** What everything random is to be drawn with. */
  readonly seed: number;
  /** Aborted by whoever runs it, as a page may; `progress` looks at it too. A signal of the system ends the command itself. */
  readonly signal: AbortSignalLike;
  /** A number that can be set from outside, by its name in `settings`. Errors: OPTION where there is none. */
  number(name: string): number;
  /** A word that can be set from outside. Errors: OPTION. */
  word(name: string): string;
  /** Begins a section. */
  heading(key: K | Word, values?: Values): void;
  /** A paragraph, or several: Markdown, with LaTeX between dollars. */
  say(key: K | Word, values?: Values): void;
  /** A formula in a line of its own. */
  formula(latex: string): void;
  /** A plot under a caption, which says what to see. It is drawn once for each language. */
  plot(caption: K | Word, draw: (t: Translate<K>) => FigureOptions, values?: Values): void;
  /** A picture that is SVG already, as a cell's diagram is. */
  svg(caption: K | Word, svg: string, values?: Values): void;
  /** The picture that the lesson begins with, before its idea: SVG. */
  picture(caption: K | Word, svg: string, values?: Values): void;
  /**
   * A cell as its equations in TypeScript, as formulas and as a diagram, side by side.
   * @returns the cell that `defineCell` makes of them. Errors: CELL, as of `defineCell`.
   */
  cell<const S extends string>(caption: K | Word, definition: CellDefinition<S>, values?: Values): Cell;
  /** A table, once for each language. */
  table(draw: (t: Translate<K>) => TableOptions): void;
  /** Lines as they are: shapes, a sample of text, under a line that says what they are. */
  lines(label: K | Word, text: string, values?: Values): void;
  /** An assertion on what was computed in this run; it stands folded where it is made, beside what it proves. @returns whether it holds */
  check(what: K | Word, expected: Expectation, got: Got, values?: Values): boolean;
  /**
   * A sentence on what came out, which stands only where it is true. In the full run it must be true, and is a check as well; the
   * short version may be too short to show it, and leaves it out. @returns whether it is true
   */
  finding(what: K | Word, expected: Expectation, got: Got, values?: Values): boolean;
  /** @param done from 0 to 1. Errors: INTERRUPTED. */
  progress(done: number, text?: string): void;
  /** The text of a known data set. Errors: NOT_FOUND. */
  data(name: string): Promise<string>;
  /** Its files as they are, unpacked: those to train on, to validate, to test. Errors: NOT_FOUND. */
  files(name: string): Promise<{ name: string; bytes: Uint8Array }[]>;
}

/** What every lesson says. */
export interface LessonText {
  /** Its name for people. */
  title: Message;
  /** What it answers, in a sentence or two. */
  question?: Message;
  /** What it is about, in a paragraph or two. */
  idea: Message;
}

/** What `experiment` takes. */
export interface ExperimentDefinition<M extends Messages> {
  /** As it is named on the command line, and its file. */
  name: string;
  /** Where it was published, and where to read about it: `Dive into Deep Learning, 9.1`; where editions differ, in each language. */
  source: string | Message;
  /** Names of the experiments to have read before. */
  needs?: readonly string[];
  /** `question` is what the lesson answers; `idea` is what it is about, in a paragraph or two. */
  text: M & LessonText;
  /** The letters of its formulas: a table under the first of them. */
  notations?: readonly Notation[];
  /** What a reader does afterwards. */
  exercises?: readonly Exercise[];
  /** What can be set from outside: `reproduce NAME --set hidden=64`. */
  settings?: Settings;
  /** The known data sets that it reads. */
  datasets?: readonly string[];
  /** The files that make it up, by their paths from its chapter's folder; default its own. */
  code?: readonly string[];
  /** About how long it takes alone on two cores, where that is a minute or more. */
  minutes?: number;
  /** Computes, says, draws and checks. What it throws ends the experiment, and stands in its report. */
  run(context: Experimenting<Extract<keyof M, string>>): void | Promise<void>;
}

/** An experiment with the keys of its messages forgotten, for lists. */
export interface Experiment {
  /** As on the command line. */
  name: string;
  /** Where it was published. */
  source: string | Message;
  /** Names of the experiments to have read before. */
  needs?: readonly string[];
  /** All that it says, in each language. */
  text: Messages & LessonText;
  /** The letters of its formulas. */
  notations?: readonly Notation[];
  /** What a reader does afterwards. */
  exercises?: readonly Exercise[];
  /** What can be set from outside. */
  settings?: Settings;
  /** The known data sets that it reads. */
  datasets: readonly string[];
  /** Its files, by their paths from its chapter’s folder. */
  code: readonly string[];
  /** About how long it takes alone on two cores; 0 for less than a minute. */
  minutes: number;
  /** Runs it: see `ExperimentDefinition`. */
  run(context: Experimenting<string>): void | Promise<void>;
}

/** A chapter of the textbook. */
export interface Chapter {
  /** Where its experiments are, in experiments/. */
  folder: string;
  /** For the index of a report. */
  title: Message;
  /** Runs only where this name, or that of an experiment, is given: what takes long and is no part of the course. */
  group?: string;
  /** Lessons of the studio by their names, and which experiments each is about. */
  lessons?: Readonly<Record<string, readonly string[]>>;
  /** What the comments of its programs say in Chinese, by what they say in English. */
  comments?: Readonly<Record<string, string>>;
  /** In the order of their sections. */
  experiments: readonly Experiment[];
}

/** Makes an experiment: a module’s default export, which `unrolled reproduce` runs and draws. */
export function experiment<const M extends Messages>(definition: ExperimentDefinition<M>): Experiment {
  const { name, datasets = [], code = [`${name}.ts`], minutes = 0 } = definition;
  return { ...definition, datasets, code, minutes, run: (context) => definition.run(context) };
}
