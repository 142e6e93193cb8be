#!/usr/bin/env node
// The command line is a package of its own, so that the library stays light; this finds it beside the library or where one works.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The address of the command line, or null where it is not installed. */
function findCommandLine() {
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      return pathToFileURL(createRequire(from).resolve('@unrolled/cli')).href;
    } catch {
      // Not beside this one.
    }
  }
  return null;
}

const found = findCommandLine();
if (found !== null) {
  const { processIo, run } = await import(found);
  process.exitCode = await run(process.argv.slice(2), processIo());
} else {
  const message = 'expected the command line, the package @unrolled/cli, beside this library, received none';
  const help = 'npm install @unrolled/cli';
  console.error(`error[NOT_FOUND]: ${message}\nhelp: ${help}`);
  if (process.argv.includes('--json')) console.log(JSON.stringify({ error: { code: 'NOT_FOUND', message, help } }));
  process.exitCode = 2;
}
