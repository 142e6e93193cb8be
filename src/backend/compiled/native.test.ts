// The native backend under the conformance suite, and the same bits whatever the number of threads. Skipped, saying why,
// where the addon could not be built.
import { afterAll, describe, expect, it } from 'vitest';
import { runCase } from '../../../test/conformance/case.js';
import { threadCases } from '../../../test/conformance/cases.js';
import { conformance, orReason } from '../../../test/conformance/suite.js';
import type { HostArray } from '../../tensor/device.js';
import { nodePlatform } from '../../platform/node/node.js';
import { setPlatform } from '../../platform/platform.js';
import { createNativeBackend } from './native.js';

setPlatform(nodePlatform);

await conformance('native', () => createNativeBackend({ threads: 1 }));
await conformance('native with 3 threads', () => createNativeBackend({ threads: 3 }));

/** Compared as bytes: quick, and −0 is not 0. */
const bits = (array: HostArray): Buffer => Buffer.from(array.buffer, array.byteOffset, array.byteLength);

const one = await orReason(() => createNativeBackend({ threads: 1 }));
if (typeof one !== 'string') {
  describe('native: the same bits whatever the number of threads', () => {
    const others = [2, 3, 5].map((threads) => createNativeBackend({ threads }));
    afterAll(() => {
      for (const backend of [one, ...others]) backend.close();
    });
    for (const test of threadCases) {
      it(test.name, async () => {
        const expected = await runCase(one, test);
        for (const backend of others) {
          const actual = await runCase(backend, test);
          expect(actual.map((array) => bits(array).equals(bits(expected[actual.indexOf(array)])))).not.toContain(false);
        }
      });
    }
  });

  it('a closed backend gives its memory back and says so', () => {
    const backend = createNativeBackend({ threads: 2 });
    const storage = backend.allocate('float32', 4);
    backend.write(storage, 0, [1, 2, 3, 4]);
    backend.close();
    backend.close();
    expect(() => backend.readSync(storage, 0, 4)).toThrow(expect.objectContaining({ code: 'STATE' }));
  });

  it('opens and closes many times over', () => {
    for (let i = 0; i < 50; i++) {
      const backend = createNativeBackend({ threads: 2 });
      const storage = backend.allocate('float32', 1000);
      backend.fill({ storage, offset: 0 }, 1000, i);
      expect(backend.readSync(storage, 999, 1)[0]).toBe(i);
      backend.close();
    }
  });
}

it('rejects a number of threads that makes no sense', () => {
  for (const threads of [0, 1.5, -1, NaN]) {
    expect(() => createNativeBackend({ threads })).toThrow(expect.objectContaining({ code: 'OPTION' }));
  }
});
