// `npm run bench`: sets up what is missing, then measures speed; arguments go to `unrolled bench`.
import { join } from 'node:path';
import { root, runNode, setup } from './setup.mjs';

await setup();
await runNode([join(root, 'bin', 'unrolled.js'), 'bench', ...process.argv.slice(2)]);
