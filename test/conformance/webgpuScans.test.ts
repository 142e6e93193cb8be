// Each way in which the backend on a graphics processor drives a scan, whatever the sizes are: by a dispatch for each phase; by a persistent
// dispatch, where workgroups can wait for each other; and by what does its work where they are not all there (they do not wait here at all).
import { expect, it, vi } from 'vitest';
import { createWebGpuBackend, type WebGpuBackend } from '../../src/backend/webgpu/webgpu.js';
import { nodePlatform } from '../../src/platform/node/node.js';
import { setPlatform } from '../../src/platform/platform.js';
import { every } from '../every.js';
import { conformance } from './suite.js';

setPlatform(nodePlatform);

const options = {
  // Scans without the large ones: a software device takes minutes for those.
  only: /^scan (?!.*(N=[3-9]\d|N=301|H=[2-9]\d\d|H=5000|2049))/,
  every: every(1),
  coarser: { reason: "WGSL's division may be off by 2.5 units in the last place", tests: /int8/i, compare: 'norm' },
} as const;

/** On a software device whose threads take turns (docs/gpu.md says how): so many workgroups, which wait for long. */
const { UNROLLED_WEBGPU_RESIDENT: own } = process.env;
const software = own === undefined ? {} : { tried: [Number(own)], spinLimit: 5_000_000 };

await conformance('webgpu, a dispatch a phase', () => createWebGpuBackend({ driver: 'dispatched' }), options);

let persistent: WebGpuBackend | undefined;
let scans = 0;
// Where no two workgroups run at once these are left, too.
await conformance(
  'webgpu, a persistent dispatch',
  async () => {
    persistent = await createWebGpuBackend({ driver: 'persistent', ...software });
    const run = persistent.scan.bind(persistent);
    vi.spyOn(persistent, 'scan').mockImplementation((plan, call) => {
      scans += call.steps > 0 && call.rows > 0 ? 1 : 0;
      run(plan, call);
    });
    return persistent;
  },
  options,
);
it.runIf(persistent !== undefined && (own !== undefined || persistent.residentWorkgroups > 0))(
  'they waited for each other',
  () => {
    const { residentWorkgroups = 0, abandonedScans = Infinity } = persistent ?? {};
    expect(residentWorkgroups).toBeGreaterThan(1);
    // The threads of a software device do not always come all at once.
    expect(abandonedScans).toBeLessThanOrEqual(own === undefined ? 0 : scans / 2);
  },
);

await conformance(
  'webgpu, a persistent dispatch whose workgroups are not all there',
  () => createWebGpuBackend({ driver: 'persistent', spinLimit: 0 }),
  options,
);
