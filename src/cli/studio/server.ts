// Serves a folder of static files on 127.0.0.1, with the headers that let a page share memory with workers. Files that lie packed
// beside themselves are sent so.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { UnrolledError } from '../../errors.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
} as const;

const ENCODINGS = [
  { name: 'br', ending: '.br' },
  { name: 'gzip', ending: '.gz' },
] as const;

/** A server that runs. */
export interface StaticServer {
  /** `http://127.0.0.1:PORT/` */
  address: string;
  close(): Promise<void>;
}

/**
 * @param port 0 for any that is free
 * Errors: IO where the port is taken.
 */
export async function serveFolder(folder: string, port: number): Promise<StaticServer> {
  const server = createServer((request, response) => {
    answer(folder, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const received = error.code === 'EADDRINUSE' ? 'one that is taken' : error.message;
      const help = 'leave --port out for any that is free';
      reject(new UnrolledError('IO', `expected a free port, received ${port}: ${received}`, help, { cause: error }));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  const at = server.address();
  return {
    address: `http://127.0.0.1:${typeof at === 'object' && at !== null ? at.port : port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function answer(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const refuse = (status: number): void => {
    response.writeHead(status, HEADERS).end();
  };
  // A page of another name that points here must not read it.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) return refuse(421);
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405);
  const file = fileOf(folder, request.url ?? '/');
  if (file === null) return refuse(404);
  const accepted = String(request.headers['accept-encoding'] ?? '');
  const packed = ENCODINGS.find(({ name, ending }) => accepted.includes(name) && existsSync(file + ending));
  const sent = packed === undefined ? file : file + packed.ending;
  response.writeHead(200, {
    ...HEADERS,
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
    'Content-Length': statSync(sent).size,
    ...(packed === undefined ? {} : { 'Content-Encoding': packed.name, Vary: 'Accept-Encoding' }),
  });
  if (request.method === 'HEAD') response.end();
  else createReadStream(sent).pipe(response);
}

/** The file of an address, within the folder; null where there is none. */
function fileOf(folder: string, url: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(url.split(/[?#]/)[0]);
  } catch {
    return null;
  }
  if (path.includes('\0')) return null;
  const file = normalize(join(folder, path.endsWith('/') ? `${path}index.html` : path));
  if (!file.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return null;
  return existsSync(file) && statSync(file).isFile() ? file : null;
}
