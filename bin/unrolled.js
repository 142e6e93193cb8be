#!/usr/bin/env node
// Starts the command line, which `npm run build` puts into dist/.
import { existsSync } from 'node:fs';

const main = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(main)) {
  const { processIo, run } = await import(main.href);
  process.exitCode = await run(process.argv.slice(2), processIo());
} else {
  const message = 'expected a built dist/ beside bin/, received none';
  const help = 'npm run build';
  console.error(`error[NOT_FOUND]: ${message}\nhelp: ${help}`);
  if (process.argv.includes('--json')) console.log(JSON.stringify({ error: { code: 'NOT_FOUND', message, help } }));
  process.exitCode = 2;
}
