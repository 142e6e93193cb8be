import { program } from './program.js';

program('auto').then(
  (result) => postMessage(result),
  (error) => postMessage({ error: String(error.stack ?? error) }),
);
