// Each way in which the backend on a graphics processor drives a scan, whatever the sizes are: by a dispatch for each phase; by
// workgroups that meet, where they do; and by what does their work where they do not come together (they do not wait here at all).
import { createWebGpuBackend } from '../../src/backend/webgpu/webgpu.js';
import { nodePlatform } from '../../src/platform/node/node.js';
import { setPlatform } from '../../src/platform/platform.js';
import { conformance } from './suite.js';

setPlatform(nodePlatform);

const options = {
  // Scans without the large ones: a software device takes minutes for those.
  only: /^scan (?!.*(N=[3-9]\d|N=301|H=[2-9]\d\d|H=5000|2049))/,
  coarser: { reason: "WGSL's division may be off by 2.5 units in the last place", tests: /int8/i, compare: 'norm' },
} as const;

await conformance('webgpu, a dispatch a phase', () => createWebGpuBackend({ driver: 'dispatched' }), options);
// On software devices no two workgroups run at once, so that these leave too; on a card they meet.
await conformance('webgpu, workgroups that meet', () => createWebGpuBackend({ driver: 'meeting' }), options);
await conformance(
  'webgpu, workgroups that do not come together',
  () => createWebGpuBackend({ driver: 'meeting', patience: 0 }),
  options,
);
