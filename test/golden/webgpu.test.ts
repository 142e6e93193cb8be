// The backend on a graphics processor against PyTorch, where there is one. A software device compiles shaders for half a second a case:
// UNROLLED_WEBGPU_ALL=1 runs all of them, for a card.
import { it } from 'vitest';
import { createWebGpuBackend } from '../../src/backend/webgpu/webgpu.js';
import { nodePlatform } from '../../src/platform/node/node.js';
import { setPlatform } from '../../src/platform/platform.js';
import { orReason } from '../conformance/suite.js';
import { goldenSuite } from './golden.js';

setPlatform(nodePlatform);

const gpu = await orReason(createWebGpuBackend);
if (typeof gpu === 'string') it.skip(`golden numbers on webgpu: ${gpu}`);
else goldenSuite('webgpu', () => gpu, 1e-5, process.env.UNROLLED_WEBGPU_ALL === '1' ? 1 : 13);
