/**
 * The package on Node: everything of index.ts, with files, the native addon, and a backend chosen at the first tensor.
 * @module unrolled
 */
import { useBackendSync } from './backend/choose.js';
import { nodePlatform } from './platform/node/node.js';
import { setPlatform } from './platform/platform.js';
import { setDeviceFallback } from './tensor/device.js';

setPlatform(nodePlatform);
setDeviceFallback(() => useBackendSync());

export * from './index.js';
