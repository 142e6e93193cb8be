// `npm run fuzz`: files with something wrong with them, through every reader. Each must open or be refused by an error of the library
// that names it, within 2 s and little memory (test/fuzz/property.mjs). Inputs that do otherwise are kept in a folder.
//   --reader NAME     only this one (may be repeated)     --seconds N  in all, shared by the readers
//   --inputs N        a reader; default 100,000           --seed N     other inputs; default 1
//   --out FOLDER      where failing inputs go             --replay FILE  reads one of them again
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, setup } from './setup.mjs';

const { values } = parseArgs({
  options: {
    reader: { type: 'string', multiple: true },
    seconds: { type: 'string' },
    inputs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: join(root, 'runs', 'fuzz') },
    replay: { type: 'string' },
  },
});
const wrong = ['seconds', 'inputs', 'seed'].find((name) => values[name] !== undefined && !(Number(values[name]) >= 0));
if (wrong !== undefined) stop(`expected a number as --${wrong}, received ${values[wrong]}`);
await setup();
const { READERS } = await import('../test/fuzz/readers.mjs');
const { fuzz, replay } = await import('../test/fuzz/run.mjs');
const all = Object.keys(READERS);

if (values.replay !== undefined) {
  const reader = values.reader?.[0] ?? basename(values.replay).split('-')[0];
  if (!all.includes(reader)) stop(`expected --reader as one of ${all.join(', ')}, received ${reader}`);
  const { outcome, detail } = await replay(reader, new Uint8Array(readFileSync(values.replay)));
  console.log(`${reader}: ${outcome}${detail ? `: ${detail}` : ''}`);
  process.exit(['model', 'refused'].includes(outcome) ? 0 : 1);
}

const readers = values.reader ?? all;
const unknown = readers.find((name) => !all.includes(name));
if (unknown !== undefined) stop(`expected --reader as one of ${all.join(', ')}, received ${unknown}`);
mkdirSync(values.out, { recursive: true });
const COLUMNS = ['inputs', 'models', 'refused', 'slow', 'raw', 'memory', 'other'];
const row = (name, cells) => console.log(`${name.padEnd(12)}${cells.map((cell) => String(cell).padStart(9)).join('')}`);
const end = Date.now() + 1000 * Number(values.seconds ?? Infinity);
const found = [];
row('reader', [...COLUMNS, 'seconds']);
for (const [i, reader] of readers.entries()) {
  const start = Date.now();
  const seconds = Math.max(0, (end - start) / 1000 / (readers.length - i));
  const result = await fuzz({ reader, seed: values.seed, inputs: Number(values.inputs), seconds, folder: values.out });
  row(reader, [...COLUMNS.map((name) => result[name]), ((Date.now() - start) / 1000).toFixed(1)]);
  for (const [kind, { count, files }] of result.kinds)
    found.push(`${reader}: ${count} × ${kind}\n    ${files.join('\n    ')}`);
}
if (found.length > 0) {
  console.log(
    `\n${found.join('\n')}\n\n${found.length} kinds of faults; npm run fuzz -- --replay FILE reads one again`,
  );
  process.exitCode = 1;
}

function stop(message) {
  console.error(`error[OPTION]: ${message}`);
  process.exit(2);
}
