// The suite leaves nothing out: every call of the contract and every instruction, pairs too, has a case.
import { expect, it } from 'vitest';
import type { Backend, ScanPlan } from '../../src/backend/contract.js';
import { fusePairs } from '../../src/backend/compiled/fuse.js';
import { INSTRUCTION_SIZE, type Program } from '../../src/backend/isa.js';
import { OP, PAIR } from '../../src/backend/numbers.js';
import { ReferenceBackend } from '../../src/backend/reference/reference.js';
import type { Device } from '../../src/tensor/device.js';
import { runCase } from './case.js';
import { cases, threadCases } from './cases.js';

type Call = Exclude<keyof Backend, keyof Device | 'threads' | 'features' | 'inputBeforeLoop' | 'close'>;

/** Mapped, so that a new call of the contract does not compile without a line here. */
const CALLS: { readonly [K in Call]: true } = {
  gemm: true,
  gemmInt8: true,
  gemmInParts: true,
  sumInParts: true,
  scatterInParts: true,
  map: true,
  reduce: true,
  softmax: true,
  crossEntropy: true,
  crossEntropyGrad: true,
  gather: true,
  scatterAdd: true,
  copy: true,
  scan: true,
  sample: true,
  repeat: true,
};

it('calls everything and runs every instruction', async () => {
  const called = new Set<string>();
  const opcodes = new Set<number>();
  const notice = ({ code }: Program): void => {
    for (const all of [code, fusePairs(code)]) {
      for (let i = 0; i < all.length; i += INSTRUCTION_SIZE) opcodes.add(all[i]);
    }
  };
  const watched = new Proxy(new ReferenceBackend(), {
    get(backend, name) {
      const value: unknown = Reflect.get(backend, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        called.add(String(name));
        if (name === 'map') notice(args[0] as Program);
        if (name === 'scan') {
          for (const stage of (args[0] as ScanPlan).stages) if (stage.kind === 'program') notice(stage.program);
        }
        return Reflect.apply(value, backend, args);
      };
    },
  });
  for (const test of [...cases, ...threadCases]) if (test.error === undefined) await runCase(watched, test);
  expect(Object.keys(CALLS).filter((call) => !called.has(call))).toEqual([]);
  const known = Object.entries({ ...OP, ...PAIR });
  expect(known.filter(([, number]) => !opcodes.has(number)).map(([name]) => name)).toEqual([]);
});
