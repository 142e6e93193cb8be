// From a tensor's device to the backend that computes on it.
import { UnsupportedError } from '../errors.js';
import { refuse } from '../expect.js';
import type { Device } from '../tensor/device.js';
import type { Backend } from './contract.js';

/** The backend behind a device or what lives on it. Errors: UNSUPPORTED for a device that only stores. */
export function backendOf(at: Device | { readonly device: Device }): Backend {
  if (typeof at !== 'object' || at === null) refuse('a tensor or a device', at, 'give what lives on a backend');
  const device = 'device' in at ? at.device : at;
  if (!isBackend(device)) throw new UnsupportedError(`expected a backend, received the device ${device.name}`);
  return device;
}

/** Whether a device computes, and does not only store. */
export function isBackend(device: Device): device is Backend {
  return 'gemm' in device && 'map' in device;
}
