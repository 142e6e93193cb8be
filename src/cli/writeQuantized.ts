// `unrolled convert model.safetensors small.safetensors --quantize int8`: a model of this library with its weights stored otherwise.
import { extname } from 'node:path';
import { UnrolledError } from '../errors.js';
import type { Quantized } from '../formats/quantize.js';
import type { CommandResult } from './command.js';
import { readBytes, writeWhole } from './files.js';
import { sourceOf } from './foreign.js';
import type { Io } from './io.js';
import { formatBytes } from './output.js';

/** Whether a model of this library has weights of int8 or half floats, which are to be written wide. */
export async function storedSmaller(io: Io, from: string, target: string | undefined, to: string): Promise<boolean> {
  if (target !== 'unrolled' && (target !== undefined || extname(to).toLowerCase() !== '.safetensors')) return false;
  const { openTensors } = await import('../formats/openTensors.js');
  const { source, open } = await sourceOf(io.cwd, from);
  try {
    const { metadata, entries } = await openTensors(source, { open });
    const isOurs = /^unrolled-/.test(metadata.format ?? '');
    return isOurs && [...entries.values()].some(({ dtype }) => ['I8', 'F16', 'BF16'].includes(dtype));
  } catch (error) {
    if (error instanceof UnrolledError) return false; // who reads it says what is wrong
    throw error;
  } finally {
    await source.close?.();
  }
}

/** A model of this library with its weights stored otherwise. Errors: those of `quantize` and `loadModel`. */
export async function writeQuantized(io: Io, from: string, to: string, dtype: Quantized): Promise<CommandResult> {
  const { quantize } = await import('../formats/quantize.js');
  const before = await readBytes(io.cwd, from);
  const bytes = quantize(before, dtype, from);
  await writeWhole(io.cwd, to, bytes);
  const [was, is] = [formatBytes(before.length), formatBytes(bytes.length)];
  const share = ((100 * bytes.length) / before.length).toFixed(0);
  const json = {
    from: { format: 'unrolled', bytes: before.length },
    to,
    format: 'unrolled',
    dtype,
    bytes: bytes.length,
  };
  const text = `${from}: a model of this library, ${was}\n\n${to}: its matrices in ${dtype}, ${is}, ${share} % of that`;
  return { json, text };
}
