// `unrolled studio`: serves the studio's page on this machine, and opens it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UnrolledError } from '../../errors.js';
import { defineCommand } from '../command.js';
import { flag, integer } from '../options.js';

export const studioCommand = defineCommand({
  name: 'studio',
  summary: 'open the studio: watch a network learn in a page, and look inside',
  arguments: [],
  options: {
    port: integer('--port <N>', 'port on 127.0.0.1 (default: one that is free)', { min: 0, max: 65535 }),
    open: { ...flag('--no-open', 'print the address, do not open a browser'), default: true },
  },
  examples: ['unrolled studio', 'unrolled studio --no-open --port 8080'],
  async run({ io, globals, signal }, _, { port = 0, open }) {
    const folder = fileURLToPath(new URL('../../studio', import.meta.url));
    if (!existsSync(join(folder, 'index.html'))) {
      throw new UnrolledError('NOT_FOUND', `expected the studio in ${folder}, received none`, 'npm run build');
    }
    const { serveFolder } = await import('../studio/server.js');
    const server = await serveFolder(folder, port);
    if (!globals.json) io.stdout.write(`${server.address}\n`);
    io.stderr.write('the studio is open until Ctrl-C\n');
    if (open) (await import('../studio/openBrowser.js')).openBrowser(server.address);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
    await server.close();
    return { json: { address: server.address }, text: '' };
  },
});
