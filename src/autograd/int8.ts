// The product with weights of int8, outside the tape.
import '../backend/compiled/calls/int8.js';
import { backendOf } from '../backend/registry.js';
import { empty } from '../tensor/create.js';
import type { Int8Numbers, Tensor } from '../tensor/tensor.js';

/** x [..., k] times weights of n rows of k: [..., n]. */
export function int8Product(x: Tensor, { words, scales }: Int8Numbers): Tensor {
  const [n, stride] = words.shape;
  const k = x.shape[x.rank - 1];
  const out = empty([...x.shape.slice(0, -1), n], { device: x.device });
  if (out.size === 0) return out;
  backendOf(x).gemmInt8(
    { m: out.size / n, n, k },
    { storage: x.storage, offset: x.offset, stride: k },
    {
      storage: words.storage,
      offset: words.offset,
      stride,
      scales: { storage: scales.storage, offset: scales.offset },
    },
    { storage: out.storage, offset: out.offset, stride: n },
  );
  return out;
}
