// The native backend, with one thread and with two; and the same bits whatever the number of threads.
import { describe, expect, it } from 'vitest';
import { createNativeBackend } from '../../src/backend/compiled/native.js';
import { nodePlatform } from '../../src/platform/node/node.js';
import { setPlatform } from '../../src/platform/platform.js';
import { runCase } from './case.js';
import { threadCases } from './cases.js';
import { conformance, orReason } from './suite.js';

setPlatform(nodePlatform);

await conformance('native, one thread', () => createNativeBackend({ threads: 1 }));
await conformance('native, two threads', () => createNativeBackend({ threads: 2 }));

// The same source, compiled for each instruction set that this machine has.
for (const isa of ['avx512vnni', 'avx512', 'avx2', 'sse2', 'neon']) {
  const best = await orReason(() => createNativeBackend({ threads: 1 }));
  if (typeof best === 'string' || best.features.includes(isa)) continue;
  await conformance(`native, ${isa}`, () => createNativeBackend({ threads: 2, isa }));
}

const single = await orReason(() => createNativeBackend({ threads: 1 }));
if (typeof single === 'string') it.skip(`the bits of native: ${single}`);
else {
  describe('native: the same bits for any number of threads', () => {
    const others = [2, 3].map((threads) => createNativeBackend({ threads }));
    for (const test of threadCases) {
      it(test.name, async () => {
        const expected = await runCase(single, test);
        for (const backend of others) {
          const actual = await runCase(backend, test);
          // Buffers, not numbers: -0 and 0 are not the same bits.
          actual.forEach((output, i) => {
            const same = Buffer.from(output.buffer).equals(Buffer.from(expected[i].buffer));
            expect(same, `${test.outputs[i]} with ${backend.threads} threads`).toBe(true);
          });
        }
      });
    }
  });
}
