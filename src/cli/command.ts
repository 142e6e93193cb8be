// What a command is: its name, arguments and options as data, and a function from their values to a result.
import type { Io } from './io.js';
import type { GlobalOptions, OptionSpecs, OptionValues } from './options.js';

export interface Context {
  io: Io;
  globals: GlobalOptions;
  /** Aborted by SIGINT and SIGTERM. */
  signal: AbortSignal;
  /** What was typed after `unrolled`, for commands that say how to go on. */
  argv: readonly string[];
  /** When the command began, on the clock of `performance.now`. */
  began: number;
}

/** Exactly one of both is printed: the object with --json, else the text. */
export interface CommandResult {
  json: Record<string, unknown>;
  /** Without a line break at the end; empty where all was printed on the way. */
  text: string;
  /** The exit status; 0 unless something that was asked for does not hold. */
  status?: number;
}

export interface CommandSpec<O extends OptionSpecs = OptionSpecs> {
  /** With its parent: `train lm`. */
  name: string;
  summary: string;
  /** As commander writes them: `<model>`, `[data...]`. */
  arguments: readonly { name: string; description: string }[];
  options: O;
  /** Lines for the end of --help. */
  examples: readonly string[];
  /** Signals end the process at once, as they do where nobody listens: for what computes without a pause and leaves nothing half done. */
  endsAtOnce?: boolean;
  /** Errors are thrown; what is to be printed is returned. */
  run(context: Context, args: readonly string[], options: OptionValues<O>): Promise<CommandResult>;
}

/** A command with the types of its options forgotten, for the list of all; `run` gets what the specs parsed. */
export type AnyCommand = Omit<CommandSpec, 'run'> & {
  run(context: Context, args: readonly string[], options: Readonly<Record<string, unknown>>): Promise<CommandResult>;
};

export function defineCommand<const O extends OptionSpecs>(spec: CommandSpec<O>): AnyCommand {
  return { ...spec, run: (context, args, options) => spec.run(context, args, options as OptionValues<O>) };
}
