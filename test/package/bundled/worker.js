import { program } from './program.js';

postMessage(await program().catch((error) => ({ error: String(error.stack ?? error) })));
