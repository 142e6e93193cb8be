// From the list of commands to a commander program, and from commander's complaints to errors of the contract.
import { Command, type CommanderError, Option } from 'commander';
import { UnrolledError } from '../errors.js';
import type { AnyCommand } from './command.js';
import type { Io } from './io.js';
import { didYouMean } from '../nearest.js';
import { GLOBAL_OPTIONS, type GlobalOptions, longName, type OptionSpecs, type OptionValues } from './options.js';

/** Thrown where help or the version was printed: nothing is left to do. */
export class Printed extends Error {}

export interface ProgramOptions {
  io: Io;
  version: string;
  commands: readonly AnyCommand[];
  /** What each group of commands (`train`) is. */
  groups: Readonly<Record<string, string>>;
  start(command: AnyCommand, args: string[], options: Record<string, unknown>, globals: GlobalOptions): Promise<void>;
}

export function buildProgram({ io, version, commands, groups, start }: ProgramOptions): Command {
  const program = new Command('unrolled')
    .description('Recurrent networks: train them, look inside them, ship them.')
    .version(version, '--version', 'show the version')
    .helpOption('--help', 'show usage, with an example')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: true })
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: () => undefined })
    .addHelpText('after', '\nExample:\n  $ unrolled train lm moby-dick --minutes 2');
  addOptions(program, GLOBAL_OPTIONS);

  const parents = new Map<string, Command>();
  for (const spec of commands) {
    const words = spec.name.split(' ');
    let parent = program;
    for (const word of words.slice(0, -1)) {
      parent = parents.get(word) ?? program.command(word).description(groups[word] ?? '');
      parents.set(word, parent);
    }
    const command = parent.command(words[words.length - 1]).description(spec.summary);
    for (const { name, description } of spec.arguments) command.argument(name, description);
    addOptions(command, spec.options);
    command.addHelpText('after', `\nExample:\n${spec.examples.map((line) => `  $ ${line}`).join('\n')}`);
    command.action(async () => {
      const globals = readOptions(program, GLOBAL_OPTIONS) as OptionValues<typeof GLOBAL_OPTIONS>;
      await start(spec, [...command.args], readOptions(command, spec.options), globals);
    });
  }
  for (const [name, parent] of parents) {
    const children = commands.filter((spec) => spec.name.startsWith(`${name} `));
    parent.addHelpText('after', `\nExample:\n${children.map((spec) => `  $ ${spec.examples[0]}`).join('\n')}`);
  }
  replaceErrors(program, commands);
  return program;
}

function addOptions(command: Command, specs: OptionSpecs): void {
  for (const { flags, description, parse, default: value, defaultText } of Object.values(specs)) {
    const option = new Option(flags, description);
    if (value !== undefined && value !== false) option.default(value, defaultText);
    else if (defaultText) option.description += ` (default: ${defaultText})`;
    if (parse) option.argParser(parse);
    command.addOption(option);
  }
}

/** The values under the names of the specs. */
function readOptions(command: Command, specs: OptionSpecs): Record<string, unknown> {
  const values = command.opts();
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, values[new Option(spec.flags).attributeName()] ?? spec.default]),
  );
}

function replaceErrors(command: Command, commands: readonly AnyCommand[]): void {
  command.exitOverride((error) => {
    throw usageError(error, command, commands);
  });
  for (const child of command.commands) replaceErrors(child, commands);
}

/** The command as it is typed: `unrolled train lm`. */
function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

function usageError(error: CommanderError, command: Command, commands: readonly AnyCommand[]): Error {
  const path = pathOf(command);
  const named = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  const help = `see ${path} --help`;
  switch (error.code) {
    case 'commander.helpDisplayed':
    case 'commander.version':
      return new Printed();
    case 'commander.help': {
      if (error.exitCode === 0) return new Printed();
      const names = command.commands.map((child) => child.name()).filter((name) => name !== 'help');
      return new UnrolledError('USAGE', `expected a command after ${path} (${names.join(', ')}), received none`, help);
    }
    case 'commander.unknownCommand': {
      const names = command.commands.map((child) => child.name());
      // `unrolled lm` may have meant `unrolled train lm`.
      const whole = commands.map(({ name }) => name).filter((name) => name.endsWith(` ${named}`));
      const guess =
        whole.length > 0 && !command.parent
          ? `did you mean ${whole.join(' or ')}? `
          : (languageModelOf(command) ?? didYouMean(named, names));
      return new UnrolledError('USAGE', `expected a command of ${path}, received "${named}"`, guess + help);
    }
    case 'commander.unknownOption': {
      const known = ['--help'];
      for (let at: Command | null = command; at; at = at.parent)
        known.push(...at.options.map((o) => longName(o.flags)));
      const guess = didYouMean(named, known);
      return new UnrolledError('USAGE', `expected an option of ${path}, received "${named}"`, guess + help);
    }
    case 'commander.optionMissingArgument':
      return new UnrolledError('USAGE', `expected a value after ${longName(named)}, received none`, help);
    case 'commander.missingArgument':
      return new UnrolledError('USAGE', `expected ${named.toUpperCase()} after ${path}, received nothing`, help);
    case 'commander.excessArguments':
      return new UnrolledError('USAGE', `expected fewer arguments: ${error.message.replace(/^error: /, '')}`, help);
    default:
      return new UnrolledError('USAGE', error.message.replace(/^error: /, ''), help, { cause: error });
  }
}

/** Of a few cells that are usual: the table of all would load the library for every command. */
const USUAL_CELLS = /^(lstm|gru|rnn)$/i;

/** What `train book.txt` and `train lstm book.txt` may have meant. */
function languageModelOf(command: Command): string | null {
  const [first, second] = command.args;
  const train = `did you mean: ${pathOf(command)} lm`;
  if (command.name() !== 'train' || first === undefined) return null;
  if (USUAL_CELLS.test(first)) return `${train} ${second ?? 'book.txt'} --cell ${first.toLowerCase()}? `;
  return /[./\\]/.test(first) ? `${train} ${first}? ` : null;
}
