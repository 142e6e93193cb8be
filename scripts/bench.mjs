// `npm run bench`: sets up what is missing, then measures training speed; arguments go to bench/train.mjs.
import { join } from 'node:path';
import { root, runNode, setup } from './setup.mjs';

await setup();
await runNode([join(root, 'bench', 'train.mjs'), ...process.argv.slice(2)]);
