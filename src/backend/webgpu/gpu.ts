// Opening a graphics processor: where WebGPU comes from on this machine, its adapter, and a device with the largest buffers there are.
import { UnsupportedError } from '../../errors.js';
import { getPlatform } from '../../platform/platform.js';

/** Bits of what buffers are for, as the standard has them: Node has no global for them. */
export const USAGE = { MAP_READ: 0x1, COPY_SRC: 0x4, COPY_DST: 0x8, STORAGE: 0x80 } as const;
export const MAP_READ_MODE = 0x1;
export const COMPUTE_STAGE = 0x4;

/** An open device, and what is known of it. */
export interface Gpu {
  device: GPUDevice;
  /** For people: the adapter, and the largest buffer. */
  features: readonly string[];
}

/** Memory that even the smallest adapter binds. */
const LEAST_BINDING = 128 * 2 ** 20;

/** Errors: UNSUPPORTED where there is no WebGPU, no adapter, or no device. */
export async function openGpu(): Promise<Gpu> {
  const platform = getPlatform();
  const found =
    platform.openWebGpu === undefined
      ? { reason: 'this machine has no WebGPU', help: 'use another backend' }
      : await platform.openWebGpu();
  if ('reason' in found) throw new UnsupportedError(`expected WebGPU, found none: ${found.reason}`, found.help);
  const adapter = await found.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) {
    throw new UnsupportedError(
      'expected a WebGPU adapter, found none',
      'install a driver with Vulkan, Metal or Direct3D 12; in a browser, see chrome://gpu',
    );
  }
  const { limits } = adapter;
  const most = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({
      requiredLimits: {
        maxStorageBufferBindingSize: Math.max(LEAST_BINDING, most),
        maxBufferSize: Math.max(2 * LEAST_BINDING, limits.maxBufferSize),
      },
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UnsupportedError(`expected a WebGPU device, the adapter gave none: ${reason}`);
  }
  return { device, features: [nameOf(adapter.info), `buffers of ${Math.floor(most / 2 ** 20)} MiB`] };
}

function nameOf({ vendor, architecture, device, description }: GPUAdapterInfo): string {
  const name =
    description === '' ? [vendor, architecture, device].filter((part) => part !== '').join(' ') : description;
  return name === '' ? 'an adapter without a name' : name;
}
