// `npm run studio`: installs and builds what is missing, then serves the studio. Arguments after `--` go to `unrolled studio`.
import { join } from 'node:path';
import { root, runNode, setup } from './setup.mjs';

await setup();
await runNode([join(root, 'bin', 'unrolled.js'), 'studio', ...process.argv.slice(2)]);
