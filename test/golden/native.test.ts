import { describe, it } from 'vitest';
import { createNativeBackend } from '../../src/backend/compiled/native.js';
import type { Backend } from '../../src/backend/contract.js';
import { UnrolledError } from '../../src/errors.js';
import '../../src/node.js';
import { goldenSuite } from './golden.js';

let native: Backend | null = null;
let reason = '';
try {
  native = createNativeBackend();
} catch (error) {
  if (!(error instanceof UnrolledError)) throw error;
  reason = error.message;
}

if (native === null)
  describe.skip(`native equals PyTorch (skipped: ${reason})`, () => it('needs the addon', () => undefined));
else {
  const backend = native;
  goldenSuite('native', () => backend);
}
