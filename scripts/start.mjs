// `npm start`: installs and builds what is missing, then trains a character model on Moby-Dick for about two minutes.
// Arguments after `--` go to `unrolled train lm`.
import { join } from 'node:path';
import { root, runNode, setup } from './setup.mjs';

await setup();
const given = process.argv.slice(2);
const has = (name) => given.some((argument) => argument === name || argument.startsWith(`${name}=`));
const defaults = [
  ...(has('--minutes') || has('--epochs') ? [] : ['--minutes', '2']),
  ...(has('--out') || has('--resume') ? [] : ['--out', join('runs', 'moby-dick.safetensors')]),
  // A line break of the printed book says nothing about the language; the yardsticks were measured so, too.
  '--collapse-whitespace',
  // Shorter steps and a higher rate than the library's defaults: what learns most of one book in two minutes.
  ...(has('--steps') || has('--resume') ? [] : ['--steps', '32']),
  ...(has('--lr') || has('--resume') ? [] : ['--lr', '0.008']),
  ...(has('--report') ? [] : ['--report', join('runs', 'moby-dick.html')]),
];
await runNode([join(root, 'bin', 'unrolled.js'), 'train', 'lm', 'moby-dick', ...defaults, ...given]);
