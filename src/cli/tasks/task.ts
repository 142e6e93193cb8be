// What the command line does with the models of a task: how its data is read, and how its answers are shown. table.ts has one for
// each task of the library.
import type { ModelOf, Task } from '../../models/tasks.js';
import type { Section } from '../../drawing/pages/htmlPage.js';
import type { DataReport, Reading } from '../../sources/reading.js';
import type { AnyCommand, Context } from '../command.js';
import type { RowOptions } from '../rowOptions.js';

/** A model file and the data that it is to read, as they were typed. */
export interface Call {
  context: Context;
  /** The model's file. */
  file: string;
  /** DATA */
  args: readonly string[];
  options: RowOptions;
  /** How the model's training data was read; null where its file does not say. */
  reading: Reading | null;
}

export interface PredictCall extends Call {
  options: RowOptions & { steps?: number; beam?: number; lengthPenalty?: number };
}

/** What to look at while a model reads it. */
export interface InspectCall extends Omit<Call, 'args' | 'options'> {
  text?: string;
  /** The file of a series. */
  series?: string;
}

/** The metrics of a model on some data. */
export interface Measured {
  /** Of the data. */
  name: string;
  report: DataReport;
  json: Record<string, unknown>;
  rows: [string, string][];
}

/** A model's answers, one for each row. */
export interface Answers {
  report: DataReport;
  predictions: object[];
  /** For people. */
  text: string;
}

/** What a model's answer to one input came from. */
export interface Insight {
  /** The input as `predict` takes it, to trace the recurrent part while it reads. */
  input: unknown;
  json: Record<string, unknown>;
  text: string;
  sections: Section[];
}

export interface TaskCommands<K extends Task> {
  /** null for what programs train. */
  train: AnyCommand | null;
  /** Options of `predict` and `evaluate` that are for this task, and refused for tasks that do not name them. */
  takes: readonly (keyof PredictCall['options'])[];
  /** Errors: those of reading, and of the model's `evaluate`. */
  evaluate(model: ModelOf[K], call: Call): Promise<Measured>;
  /** Errors: those of reading, and of the model's `predict`. */
  predict(model: ModelOf[K], call: PredictCall): Promise<Answers>;
  /** null where there is nothing to read. Errors: those of reading; OPTION for an input of another kind. */
  inspect(model: ModelOf[K], call: InspectCall): Promise<Insight | null>;
}
