// Starting an embedding from word vectors that were trained elsewhere.
import { UnrolledError } from '../errors.js';
import type { Embedding } from '../nn/layers.js';
import type { WordVectors } from '../text/vectors.js';
import type { Vocabulary } from '../text/vocabulary.js';

/**
 * Words that have a vector start from it, the unknown token from zero; the others keep what they were drawn as, times `scale`.
 * Errors: OPTION for vectors of another size.
 */
export function startFromVectors(
  { weight }: Embedding,
  vocabulary: Vocabulary,
  { size, vectors }: WordVectors,
  scale = 1,
): void {
  const [, embeddingSize] = weight.shape;
  if (size !== embeddingSize) {
    throw new UnrolledError(
      'OPTION',
      `expected vectors of size ${embeddingSize}, received ${size}`,
      'leave embeddingSize out, or give other vectors',
    );
  }
  const values = weight.data();
  for (let i = 0; i < vocabulary.size; i++) {
    const row = values.subarray(i * size, (i + 1) * size) as Float32Array;
    const known = vectors.get(vocabulary.token(i));
    if (known) row.set(known);
    else if (i === vocabulary.unknownIndex) row.fill(0);
    else row.forEach((value, j) => (row[j] = scale * value));
  }
  weight.set(values);
}
