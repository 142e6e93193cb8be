// Each way in which the backend on a graphics processor drives a scan, whatever the sizes are: by a dispatch for each phase; by
// workgroups that meet, where they do; and by what does their work where they do not come together (they do not wait here at all).
import { expect, it } from 'vitest';
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
const { UNROLLED_WEBGPU_MEETING: own } = process.env;
const software = own === undefined ? {} : { tried: [Number(own)], patience: 50_000_000 };

await conformance('webgpu, a dispatch a phase', () => createWebGpuBackend({ driver: 'dispatched' }), options);

let meeting: WebGpuBackend | undefined;
// Where no two workgroups run at once these leave, too.
await conformance(
  'webgpu, workgroups that meet',
  async () => (meeting = await createWebGpuBackend({ driver: 'meeting', ...software })),
  options,
);
it.runIf(meeting !== undefined && (own !== undefined || meeting.residentWorkgroups > 0))('all of them met', () => {
  expect(meeting?.residentWorkgroups).toBeGreaterThan(1);
  expect(meeting?.hasAbandoned).toBe(false);
});

await conformance(
  'webgpu, workgroups that do not come together',
  () => createWebGpuBackend({ driver: 'meeting', patience: 0 }),
  options,
);
