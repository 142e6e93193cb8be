import { program } from './program.js';

program()
  .catch((error) => ({ error: String(error.stack ?? error) }))
  .then((result) => postMessage(result));
