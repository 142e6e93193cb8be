// Choosing a backend at once, where all of them and the kernels are at hand, as on Node. A page has `useBackend` alone.
import { UnrolledError } from '../errors.js';
import { optionsOf } from '../expect.js';
import {
  BACKEND_OPTIONS,
  type BackendName,
  type BackendOptions,
  candidates,
  declineFloat64,
  note,
  nothingRuns,
  type Refusal,
  take,
} from './choose.js';
import { createNativeBackend } from './compiled/native.js';
import { createWasmBackendSync } from './compiled/wasmSync.js';
import type { Backend } from './contract.js';
import { ReferenceBackend } from './reference/reference.js';

const MAKERS: Record<BackendName, (options: BackendOptions) => Backend> = {
  native({ threads, precision }) {
    declineFloat64('native', precision);
    return createNativeBackend({ threads });
  },
  wasm({ threads, precision }) {
    declineFloat64('wasm', precision);
    return createWasmBackendSync({ threads });
  },
  reference: (options) => new ReferenceBackend(options),
  webgpu() {
    const help = "write await useBackend('webgpu') before the first tensor";
    throw new UnrolledError('STATE', 'expected a backend that opens at once, received webgpu', help);
  },
};

/** `useBackend` at once. Errors: also STATE where kernels must be waited for. */
export function useBackendSync(name: BackendName | 'auto' | Backend = 'auto', given: BackendOptions = {}): Backend {
  const options = optionsOf(given, BACKEND_OPTIONS, 'useBackend');
  if (typeof name === 'object' && name !== null) return take(name);
  const refusals: Refusal[] = [];
  for (const candidate of candidates(name, options)) {
    try {
      return take(MAKERS[candidate](options), refusals);
    } catch (error) {
      note(error, candidate, name, refusals);
    }
  }
  throw nothingRuns(refusals);
}
