// What a reader asks for while it runs: memory, files, processes, the network. Loaded before the library, so that it finds nothing else.
import childProcess from 'node:child_process';
import dns from 'node:dns';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

const { readFileSync, writeFileSync } = fs;

/** Bytes that arrays of an input may ask for at once before it ends: so much is memory that nobody has. */
const FATAL = 2 ** 30;

let asked = 0;
let reached = null;
let isWatching = false;

/** Counts the bytes of each array by its constructor; `buffer`s that are there already cost nothing. */
function counted(own) {
  const width = own.BYTES_PER_ELEMENT ?? 1;
  return new Proxy(own, {
    construct(target, args, newTarget) {
      const [first] = args;
      const length =
        typeof first === 'number' ? first : ArrayBuffer.isView(first) || Array.isArray(first) ? first.length : 0;
      if (isWatching && length > 0) {
        asked += length * width;
        if (asked > FATAL) throw new RangeError(`an array of ${length * width} bytes`);
      }
      return Reflect.construct(target, args, newTarget);
    },
  });
}

for (const name of [
  ...[
    'ArrayBuffer',
    'Uint8Array',
    'Uint8ClampedArray',
    'Int8Array',
    'Uint16Array',
    'Int16Array',
    'Uint32Array',
    'Int32Array',
  ],
  ...['Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'],
]) {
  const own = globalThis[name];
  globalThis[name] = counted(own);
  own.prototype.constructor = globalThis[name]; // What `slice` and the like make is counted too.
}

/** Remembers a call that leaves the file. */
function guard(holder, label, names) {
  for (const name of names) {
    const own = holder[name];
    if (typeof own !== 'function') continue;
    holder[name] = function (...args) {
      if (isWatching) reached ??= `${label}.${name}(${String(args[0]).slice(0, 80)})`;
      return Reflect.apply(own, this, args);
    };
  }
}

const FILES = [
  ...[
    'open',
    'openSync',
    'readFile',
    'readFileSync',
    'writeFile',
    'writeFileSync',
    'appendFile',
    'appendFileSync',
    'createReadStream',
  ],
  ...[
    'createWriteStream',
    'mkdir',
    'mkdirSync',
    'stat',
    'statSync',
    'lstatSync',
    'readdir',
    'readdirSync',
    'rm',
    'rmSync',
    'unlink',
  ],
  ...[
    'unlinkSync',
    'rename',
    'renameSync',
    'symlinkSync',
    'access',
    'accessSync',
    'existsSync',
    'copyFile',
    'copyFileSync',
  ],
];
guard(fs, 'fs', FILES);
guard(fs.promises, 'fs.promises', FILES);
guard(childProcess, 'child_process', ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork']);
guard(net, 'net', ['connect', 'createConnection']);
guard(net.Socket.prototype, 'net.Socket', ['connect']);
guard(dns, 'dns', ['lookup', 'resolve']);
guard(globalThis, 'globalThis', ['fetch', 'eval', 'Function']);
syncBuiltinESMExports();

/** Names on the prototypes that everything inherits from. */
const shared = () =>
  [Object.prototype, Array.prototype, Function.prototype, String.prototype].reduce(
    (sum, one) => sum + Object.getOwnPropertyNames(one).length,
    0,
  );
const names = shared();

/** Resident bytes now and at most; 0 where the system does not tell. */
function resident() {
  try {
    const status = readFileSync('/proc/self/status', 'latin1');
    const of = (key) => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) * 1024;
    return { now: of('VmRSS'), most: of('VmHWM') };
  } catch {
    return { now: 0, most: 0 };
  }
}

let before = 0;

/** From here on everything is counted. */
export function watch() {
  try {
    writeFileSync('/proc/self/clear_refs', '5'); // The highest number starts again.
  } catch {
    // Not Linux: only arrays are counted.
  }
  before = resident().now;
  asked = 0;
  reached = null;
  isWatching = true;
}

/** What came since: bytes that arrays asked for, bytes that the process grew by, the first call out of the file, or null. */
export function unwatch() {
  isWatching = false;
  const grown = Math.max(0, resident().most - before);
  return { asked, grown, reached: shared() === names ? reached : 'a prototype was changed' };
}
