import { createWasmBackend } from '../../src/backend/compiled/wasm.js';
import '../../src/node.js';
import { goldenSuite } from './golden.js';

const wasm = createWasmBackend();
goldenSuite('wasm', () => wasm);
