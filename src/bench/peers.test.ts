import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findPeers, type Peer, type PeerName } from './peers.js';

/** What the peers' scripts are made of here: JavaScript, run by a "Python" that is Node. */
interface Scripts {
  torch?: string;
  jax?: string;
  onnx?: string;
  js?: string;
}

interface Found {
  peer(name: PeerName): Peer;
  names: PeerName[];
  notes: string[];
  folder: string;
}

function withScripts(scripts: Scripts, wanted: readonly PeerName[], use: (found: Found) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'unrolled-'));
  try {
    mkdirSync(join(folder, 'peers'));
    const files = { torch: 'torch_bench.py', jax: 'jax_bench.py', onnx: 'onnx_lstm.py', js: 'js_bench.mjs' };
    for (const [key, file] of Object.entries(files)) {
      const script = scripts[key as keyof Scripts];
      if (script !== undefined) writeFileSync(join(folder, 'peers', file), script);
    }
    writeFileSync(join(folder, 'package.json'), '{}');
    // Node takes no file that ends in .py by itself, so a shell stands before it.
    const python = join(folder, 'python.sh');
    writeFileSync(
      python,
      `#!/bin/sh\nscript="$1"; shift; exec "${process.execPath}" --input-type=commonjs -e "$(cat "$script")" -- "$@"\n`,
      { mode: 0o755 },
    );
    const env = {
      UNROLLED_TORCH_PYTHON: python,
      UNROLLED_PEERS: join(folder, 'peers'),
      ...(scripts.js === undefined ? {} : { UNROLLED_JS_PEERS: folder }),
    };
    const notes: string[] = [];
    const peers = findPeers({
      env,
      cwd: folder,
      seconds: 1,
      wanted: new Set(wanted),
      note: (line) => notes.push(line),
    });
    const peer = (name: PeerName): Peer => {
      const found = peers.list.find((p) => p.name === name);
      if (found === undefined) throw new Error(`no peer ${name}`);
      return found;
    };
    try {
      use({ peer, names: peers.list.map(({ name }) => name), notes, folder });
    } finally {
      peers.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const FIRST = { threads: 2, round: 0 };

const ROWS = `console.log('warming up'); for (const [name, value] of [['cell/a/eager', 3], ['cell/a/compile', 5], ['cell/b', 9]])
  console.log(JSON.stringify({ peer: 'torch 2', name, value, args: process.argv.slice(1) }));`;

it('gives the rows as they are, asked for by what their names have in common', () => {
  withScripts({ torch: ROWS }, ['PyTorch', 'NumPy'], ({ peer, names, notes }) => {
    expect(names).toEqual(['PyTorch', 'NumPy']);
    const rows = peer('PyTorch').read(['cell/a/eager', 'cell/a/compile'], { threads: 1, round: 0 });
    expect(rows.map(({ name, value }) => [name, value])).toEqual([
      ['cell/a/eager', 3],
      ['cell/a/compile', 5],
      ['cell/b', 9],
    ]);
    expect(rows[0]).toMatchObject({ args: ['--threads', '1', '--seconds', '1', '--only', 'cell/a/'] });
    expect(notes).toEqual([]);
  });
});

it('counts rows of a script that failed after them, and says why a row has no value', () => {
  const script = `${ROWS} console.log(JSON.stringify({ name: 'cell/c', error: 'no compiler' })); process.exit(1);`;
  withScripts({ torch: script }, ['PyTorch'], ({ peer, notes }) => {
    expect(peer('PyTorch').read(['cell/b'], FIRST).at(-2)).toMatchObject({ name: 'cell/b', value: 9 });
    expect(notes).toEqual(['cell/c of a peer left out: no compiler']);
  });
});

it('fails where a peer that was named cannot run, and says why', () => {
  withScripts({ torch: "console.error('no module torch'); process.exit(1);" }, ['PyTorch'], ({ peer }) => {
    expect(() => peer('PyTorch').read(['cell/a'], FIRST)).toThrow(/figures of a peer .* status 1: no module torch/);
  });
});

it('leaves out what nobody said is installed, with one line', () => {
  withScripts({ jax: "console.error('no module jax'); process.exit(1);" }, ['JAX'], ({ peer, notes }) => {
    expect(peer('JAX').read(['cell/a/jit'], FIRST)).toEqual([]);
    expect(peer('JAX').read(['cell/b/jit'], { threads: 2, round: 1 })).toEqual([]);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/^JAX left out: .*no module jax/);
  });
});

it('runs JAX once a round for all cells, and again in the next', () => {
  const count = "const fs = require('fs'); fs.appendFileSync('runs', '.');";
  const rows = `for (const name of ['a', 'b']) console.log(JSON.stringify({ peer: 'jax 1', name: 'cell/' + name + '/jit', value: 7 }));`;
  withScripts({ jax: count + rows }, ['JAX'], ({ peer, folder }) => {
    const runs = (): number => readFileSync(join(folder, 'runs'), 'utf8').length;
    expect(peer('JAX').read(['cell/a/jit'], FIRST)).toHaveLength(2);
    peer('JAX').read(['cell/b/jit'], FIRST);
    expect(runs()).toBe(1);
    peer('JAX').read(['cell/a/jit'], { threads: 2, round: 1 });
    expect(runs()).toBe(2);
  });
});

/** Says what it was asked for, and has a row of each JavaScript peer. */
const JS = `import fs from 'node:fs';
const model = process.env.ONNX_LSTM;
for (const peer of ['tfjs 4.22.0 wasm', 'tfjs 4.22.0 cpu', 'brain.js 2', 'onnxruntime-node 1.22'])
  console.log(JSON.stringify({ peer, name: 'generate/lstm-h8-l2', value: 4, asked: process.argv[2] ?? '', model: model && fs.readFileSync(model, 'utf8') }));`;
const ONNX = "require('fs').writeFileSync(process.argv[4], process.argv.slice(1, 4).join(' '));";

it('takes of the JavaScript peers the row of the one that is asked', () => {
  withScripts({ js: JS, onnx: ONNX }, ['TensorFlow.js wasm', 'ONNX Runtime'], ({ peer, notes }) => {
    const tfjs = peer('TensorFlow.js wasm').read(['generate/lstm-h8-l2'], FIRST);
    expect(tfjs).toHaveLength(1);
    expect(tfjs[0]).toMatchObject({ peer: 'tfjs 4.22.0 wasm', asked: 'generate/lstm-h8-l2' });
    const [onnx, ...more] = peer('ONNX Runtime').read(['generate/lstm-h8-l2'], FIRST);
    // The model was written for these sizes, and no task of another peer has that name.
    expect(onnx).toMatchObject({ peer: 'onnxruntime-node 1.22', model: '8 2 65', asked: 'onnxruntime alone' });
    expect([more, notes]).toEqual([[], []]);
  });
});

it('leaves ONNX Runtime out where its model cannot be written', () => {
  const failing = "console.error('no module onnxscript'); process.exit(1);";
  withScripts({ js: JS, onnx: failing }, ['ONNX Runtime'], ({ peer, notes }) => {
    expect(peer('ONNX Runtime').read(['generate/lstm-h8-l2'], FIRST)).toEqual([]);
    expect(notes).toEqual([expect.stringMatching(/^ONNX Runtime left out: .*no module onnxscript/)]);
  });
});

it('says that the scripts are missing, and which peers nobody named', () => {
  const notes: string[] = [];
  const find = (env: Record<string, string>, ...wanted: PeerName[]) =>
    findPeers({ env, cwd: '.', seconds: 1, wanted: new Set(wanted), note: (line) => notes.push(line) }).list;
  const env = { UNROLLED_TORCH_PYTHON: 'python3', UNROLLED_PEERS: 'nowhere' };
  expect(() => find(env, 'PyTorch')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  expect(find(env)).toEqual([]);
  expect(notes).toEqual([]);
  expect(find({}, 'PyTorch', 'ONNX Runtime')).toEqual([]);
  expect(notes).toEqual([
    expect.stringMatching(/^PyTorch left out: UNROLLED_TORCH_PYTHON/),
    expect.stringMatching(/^ONNX Runtime left out: /),
  ]);
});
