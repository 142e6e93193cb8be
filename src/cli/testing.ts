// A world for tests: what a command writes is gathered, signals are sent by hand.
import { EventEmitter } from 'node:events';
import type { AnyCommand } from './command.js';
import type { Io } from './io.js';
import { run } from './main.js';

export { inFolder } from '../sources/testing.js';

export interface TestIo extends Io {
  out(): string;
  err(): string;
  signals: EventEmitter;
  exits: number[];
  clock: number;
}

export function testIo(over: Partial<Io> = {}): TestIo {
  let out = '';
  let err = '';
  const exits: number[] = [];
  const io: TestIo = {
    stdin: (async function* () {})(),
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    env: {},
    cwd: process.cwd(),
    exit: (status) => exits.push(status),
    now: () => io.clock,
    ...over,
    signals: new EventEmitter(),
    exits,
    clock: 0,
    out: () => out,
    err: () => err,
  };
  return io;
}

/** Runs a command line to its end. */
export async function runTest(argv: string[], over: Partial<Io> = {}, commands?: readonly AnyCommand[]) {
  const io = testIo(over);
  const status = await run(argv, io, commands);
  return { status, out: io.out(), err: io.err(), io };
}
