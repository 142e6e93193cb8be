// The backend on a graphics processor, where there is one: the package webgpu, or the file that UNROLLED_WEBGPU names. A software device
// does (docs/gpu.md says how).
import { createWebGpuBackend } from '../../src/backend/webgpu/webgpu.js';
import { nodePlatform } from '../../src/platform/node/node.js';
import { setPlatform } from '../../src/platform/platform.js';
import { every } from '../every.js';
import { partCases, partThreadCases } from './cases/parts.js';
import { conformance } from './suite.js';

setPlatform(nodePlatform);

await conformance('webgpu', () => createWebGpuBackend(), {
  every: every(1),
  skip: [{ reason: 'no shards there', tests: [...partCases, ...partThreadCases].map(({ name }) => name) }],
  coarser: { reason: "WGSL's division may be off by 2.5 units in the last place", tests: /int8/i, compare: 'norm' },
});
