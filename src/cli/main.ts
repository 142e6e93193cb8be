// The command line: from arguments to an exit status. Everything it touches comes in as `io`.
import { readFileSync } from 'node:fs';
import { buildProgram, Printed } from './program.js';
import { COMMANDS, GROUPS } from './commands/all.js';
import type { AnyCommand } from './command.js';
import { exitStatus, printError, toUnrolledError } from './errors.js';
import type { Io } from './io.js';
import { watchSignals } from './signals.js';
import { jsonLine, RESTORE_TERMINAL, shielded, writeExact } from './terminal.js';

export { processIo } from './io.js';

/**
 * Runs one command to its end.
 * @param argv what was typed after `unrolled`
 * @returns the exit status: 0 done, 1 failed, 2 bad usage or input, 130 interrupted
 */
export async function run(
  argv: readonly string[],
  world: Io,
  commands: readonly AnyCommand[] = COMMANDS,
): Promise<number> {
  const began = performance.now();
  const io = shielded(world);
  // Read before parsing, since an error of parsing must already know how to show itself.
  const end = argv.indexOf('--');
  const before = end < 0 ? argv : argv.slice(0, end);
  const json = before.includes('--json');
  const debug = before.includes('--debug');
  const interrupt = watchSignals(io.signals, (status) => {
    if (io.stderr.isTTY) writeExact(io.stderr, RESTORE_TERMINAL);
    io.exit(status);
  });
  let status = 0;
  try {
    const program = buildProgram({
      io,
      version: packageVersion(),
      commands,
      groups: GROUPS,
      async start(command, args, options, globals) {
        if (command.endsAtOnce) interrupt.dispose();
        let own = io;
        const { joinRanks, refuseRanks, wantsRanks } = await import('./ranks.js');
        if (!('ranks' in options)) refuseRanks(command.name, io.env);
        else if (wantsRanks(options)) own = await joinRanks(io, args, options);
        const result = await command.run({ io: own, globals, signal: interrupt.signal, argv, began }, args, options);
        status = result.status ?? 0;
        if (globals.json) own.stdout.write(`${jsonLine(result.json)}\n`);
        else if (result.text !== '') own.stdout.write(`${result.text}\n`);
      },
    });
    if (argv.length === 0) {
      program.outputHelp();
      return 0;
    }
    // commander's own help takes one name; a command of a group has two.
    const isHelpOfGroup = argv[0] === 'help' && argv.length > 2;
    await program.parseAsync(isHelpOfGroup ? [...argv.slice(1), '--help'] : argv, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof Printed) return 0;
    const { RankDone, rankFails } = await import('./ranks.js');
    if (error instanceof RankDone) return 0;
    const known = toUnrolledError(error);
    const printed = rankFails(known);
    if (printed !== null) printError(printed, io, { json, debug });
    return exitStatus(known);
  } finally {
    interrupt.dispose();
  }
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
