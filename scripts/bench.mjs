// `npm run bench`: sets up what is missing, then measures speed; arguments go to `unrolled bench`. Without --report the report is
// bench-report.html, with bench-report.json beside it; a bench of all tasks has the plots of cost and memory as well.
import { join } from 'node:path';
import { root, runNode, setup } from './setup.mjs';

const given = process.argv.slice(2);
const has = (name) => given.some((argument) => argument === name || argument.startsWith(`${name}=`));
const more = [
  ...(has('--report') || has('--help') ? [] : ['--report', 'bench-report.html']),
  ...(has('--only') || has('--scaling') || has('--help') ? [] : ['--scaling']),
];
await setup();
await runNode([join(root, 'bin', 'unrolled.js'), 'bench', ...given, ...more]);
