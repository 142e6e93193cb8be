// `npm test`: installs and builds what is missing, then runs all tests. Arguments after `--` go to vitest.
import { join } from 'node:path';
import { root, runNode, setup } from './setup.mjs';

await setup();
await runNode([
  join(root, 'node_modules', 'vitest', 'vitest.mjs'),
  'run',
  '--root',
  root,
  '--reporter=default',
  `--reporter=${join(root, 'scripts', 'count-reporter.mjs')}`,
  ...process.argv.slice(2),
]);
