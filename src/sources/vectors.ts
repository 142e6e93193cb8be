// Vectors of words: a file, or a known data set.
import { decodeText } from '../text/decode.js';
import { readVectors, type WordVectors } from '../text/vectors.js';
import type { SourceContext } from './context.js';
import { readData } from './data.js';

/** Errors: those of reading. */
export async function readWordVectors(context: SourceContext, file: string): Promise<WordVectors> {
  const { parts } = await readData(context, [file], 'vectors');
  return readVectors(decodeText(parts[0].bytes, parts[0].name), parts[0].name);
}
