// IDX, the format of MNIST: a header with the sizes, then the numbers (yann.lecun.com/exdb/mnist).
import { UnrolledError } from '../errors.js';
import { type Bytes, bytesOf } from '../expect.js';

/** An array of bytes with its shape. */
export interface IdxArray {
  /** [N, H, W] for pictures, [N] for labels. */
  shape: number[];
  /** Row by row. */
  data: Uint8Array;
}

/** Bytes in an array, as MNIST has its pictures [N, H, W] and labels [N]. Errors: FORMAT. */
export function readIdx(source: Bytes, name = 'the file'): IdxArray {
  const bytes = bytesOf(source, name);
  const fail = (received: string): never => {
    throw new UnrolledError(
      'FORMAT',
      `expected an IDX file of bytes in ${name}, received ${received}`,
      'unpack it first, or download it again',
    );
  };
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0) fail('something else');
  if (bytes[2] !== 0x08) fail(`numbers of type ${bytes[2]}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = 4 + 4 * bytes[3];
  if (bytes.length < header) fail('a truncated header');
  const shape = Array.from({ length: bytes[3] }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((product, n) => product * n, 1);
  if (bytes.length !== header + size) fail(`${bytes.length - header} bytes for the shape [${shape.join(', ')}]`);
  return { shape, data: bytes.subarray(header) };
}
