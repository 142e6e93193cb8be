// Modules of one's own: what is assigned is found, named as in PyTorch, saved and loaded.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import '../autograd/methods.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { GRU } from '../cell/cells/index.js';
import { decodeSafetensors, encodeSafetensors } from '../formats/safetensors.js';
import { nodePlatform } from '../platform/node/node.js';
import { setPlatform } from '../platform/platform.js';
import { ones, randn, tensor, zeros } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { Philox } from '../tensor/philox.js';
import { scope } from '../tensor/scope.js';
import { constantInit } from './initializers.js';
import { Dropout, Embedding, Linear } from './layers.js';
import { Module, parameter } from './module.js';
import { Recurrent } from './recurrent.js';

setPlatform(nodePlatform);
beforeEach(() => setCurrentDevice(new ReferenceBackend()));

const names = (module: Module): string[] => [...module.namedParameters()].map(([name]) => name);
const error = (code: string) => expect.objectContaining({ code });

class Tagger extends Module {
  embed = new Embedding(5, 3, { rng: new Philox(1) });
  rnn = new Recurrent(GRU, { inputSize: 3, hiddenSize: 2, rng: new Philox(2) });
  layers = [new Linear(2, 2, { rng: new Philox(3) }), new Linear(2, 4, { bias: false, rng: new Philox(4) })];
  w = parameter(ones([4]));
}

describe('what is assigned', () => {
  it('is found, under paths', () => {
    expect(names(new Tagger())).toEqual([
      'w',
      'embed.weight',
      ...['rnn.0.weight_x', 'rnn.0.weight_h', 'rnn.0.bias'],
      ...['layers.0.weight', 'layers.0.bias', 'layers.1.weight'],
    ]);
  });

  it('may stand in arrays of arrays, Maps and plain objects; other values are none', () => {
    const mixed = new (class extends Module {
      heads = { tags: new Linear(1, 1, { bias: false }), none: null, sizes: [1, 2] };
      towers = new Map([['left', [new Linear(1, 1, { bias: false })]]]);
      leaf = tensor([1], { requiresGrad: true });
      constant = tensor([1]);
      text = 'a';
      date = new Date(0);
    })();
    expect(names(mixed)).toEqual(['leaf', 'heads.tags.weight', 'towers.left.0.weight']);
  });

  it('is no parameter where an operation computed it, and stays one where requiresGrad is turned off', () => {
    const net = new (class extends Module {
      w = parameter([2], constantInit(3));
      last = this.w.mul(2);
    })();
    net.w.requiresGrad = false;
    expect(names(net)).toEqual(['w']);
    expect([...net.w.data()]).toEqual([3, 3]);
    expect(() => parameter(net.last)).toThrow(error('OPTION'));
  });

  it('counts once in two places, and cycles end', () => {
    class Pair extends Module {
      a = new Linear(2, 2, { bias: false });
      b = this.a;
      owner: Module | null = null;
      tied = { weight: this.a.weight };
    }
    const pair = new Pair();
    pair.owner = new (class extends Module {
      child = pair;
      own = parameter(zeros([3]));
    })();
    expect(names(pair)).toEqual(['tied.weight', 'owner.own']);
    expect(pair.parameterCount()).toBe(7);
    expect([...pair.modules()]).toHaveLength(3);
    expect(pair.eval().owner?.training).toBe(false);
  });

  it('is what stands there now', () => {
    const net = new Tagger();
    net.layers.push(new Linear(4, 1));
    net.layers[0] = new Linear(2, 2, { bias: false });
    expect(names(net).slice(-4)).toEqual(['layers.0.weight', 'layers.1.weight', 'layers.2.weight', 'layers.2.bias']);
  });

  it('goes with what is registered, under its registered name; two of one name are refused', () => {
    class Own extends Module {
      readonly #hidden = this.addPart('hidden', new Linear(1, 1, { bias: false }));
      readonly out = this.addPart('decoder', new Linear(1, 1, { bias: false }));
      readonly last = new Linear(1, 1, { bias: false });
      get hidden(): Linear {
        return this.#hidden;
      }
    }
    expect(names(new Own())).toEqual(['hidden.weight', 'decoder.weight', 'last.weight']);
    const twice = new (class extends Module {
      head: Linear = this.addPart('head', new Linear(1, 1));
    })();
    twice.head = new Linear(1, 1);
    expect(() => twice.parameters()).toThrow(/two as head/);
  });

  it('outlives the scope in which it was made', () => {
    const w = scope(() => {
      parameter(ones([1]));
      return null;
    });
    expect(w).toBeNull();
    let kept = zeros([1]);
    scope(() => {
      kept = parameter(ones([1]));
      return null;
    });
    expect(kept.item()).toBe(1);
  });

  it('is switched by train and eval', () => {
    const net = new (class extends Module {
      drops = [new Dropout(0.5), new Dropout(0.5)];
    })();
    expect(net.eval().drops.map(({ training }) => training)).toEqual([false, false]);
    expect(net.train().drops.map(({ training }) => training)).toEqual([true, true]);
  });
});

describe('saving and loading', () => {
  it('gives the same weights, from a file and from bytes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'unrolled-module-'));
    try {
      const [a, b, c] = [new Tagger(), new Tagger(), new Tagger()];
      for (const t of a.parameters()) t.set(randn(t.shape, new Philox(9)).data());
      const path = join(folder, 'tagger.safetensors');
      await a.save(path);
      await expect(b.load(path)).resolves.toEqual({ missing: [], unexpected: [] });
      await c.load(await a.toBytes());
      expect(b.stateDict()).toEqual(a.stateDict());
      expect(c.stateDict()).toEqual(a.stateDict());
      await expect(b.load(join(folder, 'none'))).rejects.toThrow(error('NOT_FOUND'));
      await expect(new Linear(1, 1).load(path)).rejects.toThrow(/tagger.safetensors.*without weight, bias/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is not done by JSON, which says how it is', () => {
    expect(() => JSON.stringify({ net: new Tagger() })).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        help: expect.stringMatching(/net\.save\('net\.safetensors'\).*toBytes/),
      }),
    );
  });

  it('goes gate by gate, whatever the order of the columns in the file', async () => {
    const rnn = new Recurrent(GRU, { inputSize: 1, hiddenSize: 1, rng: new Philox(1) });
    const { tensors, metadata } = decodeSafetensors(await rnn.toBytes(), 'a');
    const labels = JSON.parse(metadata.weights) as Record<string, { blocks: unknown[] }>;
    labels['0.weight_x'].blocks.reverse();
    const turned = [...tensors].map(([name, t]) => ({
      name,
      ...t,
      data: name === '0.weight_x' ? (t.data as Float32Array).slice().reverse() : t.data,
    }));
    const again = new Recurrent(GRU, { inputSize: 1, hiddenSize: 1, rng: new Philox(2) });
    await again.load(encodeSafetensors(turned, { ...metadata, weights: JSON.stringify(labels) }));
    expect(again.stateDict()).toEqual(rnn.stateDict());
  });

  it('takes tensors, nested arrays, typed arrays, and says what it does not take', () => {
    const linear = new Linear(2, 2);
    linear.loadStateDict({
      weight: [
        [1, 2],
        [3, 4],
      ],
      bias: tensor([5, 6]),
    });
    expect(linear.weight.toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    linear.loadStateDict({ weight: Float32Array.of(4, 3, 2, 1), bias: [0, 0] });
    expect([...linear.weight.data()]).toEqual([4, 3, 2, 1]);
    expect([...(linear.bias?.data() ?? [])]).toEqual([0, 0]);
    const wrong: [unknown, RegExp][] = [
      [{ weight: [1, 2, 3, 4], bias: [0, 0] }, /weight of \[2, 2\], not \[4\]/],
      [{ weight: [[1, 2], [3]], bias: [0, 0] }, /rows of equal length in weight/],
      [{ weight: 'x', bias: [0, 0] }, /a tensor, an array or \{ shape, data \} as weight, received .*x/],
      [new Uint8Array(9), /parameters by their names, received a Uint8Array of 9/],
      [undefined, /received undefined/],
    ];
    for (const [state, message] of wrong) {
      expect(() => linear.loadStateDict(state as never)).toThrow(message);
    }
    expect([...linear.weight.data()]).toEqual([4, 3, 2, 1]);
  });

  it('takes what fits by name with strict: false; another shape is an error still', () => {
    const linear = new Linear(1, 1);
    const before = linear.bias?.item();
    expect(linear.loadStateDict({ weight: [[7]], other: [1] }, { strict: false })).toEqual({
      missing: ['bias'],
      unexpected: ['other'],
    });
    expect([linear.weight.item(), linear.bias?.item()]).toEqual([7, before]);
    expect(() => linear.loadStateDict({ weight: [[7]], other: [1] })).toThrow(/without bias, and with other besides/);
    expect(() => linear.loadStateDict({ weight: [[7, 8]] }, { strict: false })).toThrow(
      /weight of \[1, 1\], not \[1, 2\]/,
    );
  });

  it('leaves a parameter as it is where some of its gates are missing', () => {
    const rnn = new Recurrent(GRU, { inputSize: 1, hiddenSize: 1, rng: new Philox(1) });
    const state = rnn.stateDict();
    const { blocks } = state['0.bias'];
    const cut = { ...state['0.bias'], shape: [3], data: [1, 2, 3], blocks: blocks.slice(0, 3) };
    const before = rnn.stateDict();
    const { missing, unexpected } = rnn.loadStateDict({ ...state, '0.bias': cut }, { strict: false });
    expect([missing.length, unexpected.length]).toEqual([1, 0]);
    expect(rnn.stateDict()).toEqual(before);
  });
});
