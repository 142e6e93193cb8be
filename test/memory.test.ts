// Training is flat: after 200 and after 2,000 small steps (300 and 600 on the slow reference) a backend holds the same, and the process has hardly grown.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { backendOf, LanguageModel, tensor, useBackend, UnrolledError } from '../src/node.js';
import type { Storage } from '../src/tensor/device.js';

// What V8 has not collected yet, most of all of the reference's arrays, is no growth.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const TEXT = 'the quick brown fox jumps over the lazy dog. '.repeat(60);
/** A leak of one tensor of 64 numbers a step is 460 KiB in 1,800 steps; V8's own heap moves by more, so the count decides. */
const RSS_BOUND = 60 * 2 ** 20;

describe.each(['native', 'wasm', 'reference'] as const)('on %s', (name) => {
  it('nothing is left of a step', async ({ skip }) => {
    try {
      await useBackend(name);
    } catch (error) {
      if (!(error instanceof UnrolledError) || name !== 'native') throw error;
      console.log(`skipped on native: ${error.message}`);
      return skip();
    }
    const backend = backendOf(tensor([0]));
    let live = 0;
    let bytes = 0;
    const { allocate, release } = backend;
    const given = new Set<Storage>();
    // Counted from outside, the same for every backend.
    backend.allocate = (dtype, length) => {
      const storage = allocate.call(backend, dtype, length);
      given.add(storage);
      live++;
      bytes += length * 4;
      return storage;
    };
    backend.release = (storage) => {
      if (given.delete(storage)) {
        live--;
        bytes -= storage.length * 4;
      }
      release.call(backend, storage);
    };
    const arena = (): unknown =>
      'memory' in backend && typeof backend.memory === 'function' ? backend.memory() : null;
    // On the reference 300 steps too, from where what the other two left has been collected.
    const [early, late] = name === 'reference' ? [300, 600] : [200, 2000];
    const seen: unknown[] = [];
    const resident: number[] = [];
    const abort = new AbortController();
    await LanguageModel.fit(TEXT, {
      ...{ hiddenSize: 16, embeddingSize: 8, batchSize: 4, numSteps: 8, numLayers: 2, dropout: 0.1 },
      ...{ epochs: 1e9, validations: 1, signal: abort.signal },
      onProgress({ step }) {
        if (step === early || step === late) {
          seen.push({ live, bytes, arena: arena() });
          collect();
          resident.push(process.memoryUsage.rss());
        }
        if (step >= late) abort.abort();
      },
    });
    expect(seen).toHaveLength(2);
    expect(live).toBeGreaterThan(0);
    expect(seen[1]).toEqual(seen[0]);
    expect(resident[1] - resident[0]).toBeLessThan(RSS_BOUND);
    backend.allocate = allocate;
    backend.release = release;
    backend.close();
  });
});
