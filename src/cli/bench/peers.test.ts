import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inFolder, testIo } from '../testing.js';
import { findPeers } from './peers.js';

/** A peer whose "Python" is Node and whose script is JavaScript. */
async function withScript<T>(
  script: string,
  use: (read: (names: readonly string[]) => number | null) => T,
): Promise<T> {
  return inFolder(async (folder) => {
    mkdirSync(join(folder, 'peers'));
    writeFileSync(join(folder, 'peers', 'torch_bench.py'), script);
    writeFileSync(join(folder, 'package.json'), '{}');
    // Node takes no file that ends in .py by itself, so a shell stands before it.
    const python = join(folder, 'python.sh');
    writeFileSync(python, `#!/bin/sh\nexec "${process.execPath}" --input-type=commonjs -e "$(cat "$1")" -- "$@"\n`, {
      mode: 0o755,
    });
    const env = { UNROLLED_TORCH_PYTHON: python, UNROLLED_PEERS: join(folder, 'peers') };
    const [peer] = findPeers(testIo({ env, cwd: folder }), 'native', 2, 1);
    return use((names) => peer.read(names));
  });
}

const ROWS = `console.log('warming up'); for (const [name, value] of [['cell/a/eager', 3], ['cell/a/compile', 5], ['cell/b', 9]])
  console.log(JSON.stringify({ peer: 'torch', name, value }));`;

it('takes the best of the named rows, and none where the peer has none', async () => {
  await withScript(ROWS, (read) => {
    expect(read(['cell/a/eager', 'cell/a/compile'])).toBe(5);
    expect(read(['cell/c'])).toBeNull();
  });
});

it('counts rows of a script that failed after them', async () => {
  await withScript(`${ROWS} process.exit(1);`, (read) => expect(read(['cell/b'])).toBe(9));
});

it('says that a peer could not run, and why', async () => {
  await withScript("console.error('no module torch'); process.exit(1);", (read) => {
    expect(() => read(['cell/a'])).toThrow(/figures of a peer .* status 1: no module torch/);
  });
});

it('says that the scripts are missing', () => {
  const env = { UNROLLED_TORCH_PYTHON: 'python3', UNROLLED_PEERS: 'nowhere' };
  expect(() => findPeers(testIo({ env }), 'native', 2, 1)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  expect(findPeers(testIo({ env }), 'reference', 1, 1)).toEqual([]);
  expect(findPeers(testIo({ env: {} }), 'native', 2, 1)).toEqual([]);
});
