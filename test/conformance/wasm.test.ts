// The WebAssembly backend, with relaxed SIMD where the engine has it, and without.
import { createWasmBackend } from '../../src/backend/compiled/wasm.js';
import { nodePlatform } from '../../src/platform/node/node.js';
import { setPlatform } from '../../src/platform/platform.js';
import { conformance } from './suite.js';

setPlatform(nodePlatform);

await conformance('wasm', () => createWasmBackend());
await conformance('wasm without relaxed SIMD', () => createWasmBackend({ relaxed: false }));
