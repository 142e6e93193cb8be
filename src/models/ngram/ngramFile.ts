// The counts of n-grams as tensors of a model's file.
import { UnrolledError } from '../../errors.js';
import type { SafetensorsTensor } from '../../formats/safetensors.js';
import type { NgramModel } from '../../text/ngram.js';
import type { NgramCountsData } from '../../text/ngramCounts.js';
import type { ModelFile, ModelTensor } from '../modelFile.js';

const NAMES = ['token', 'count', 'children'] as const;

/** @param prefix of their names; with a colon they are none of a network's weights */
export function ngramTensors(ngrams: NgramModel, prefix = ''): ModelTensor[] {
  const counts = ngrams.toData();
  return NAMES.map((name) => ({
    name: prefix + name,
    shape: [counts[name].length],
    dtype: 'I32' as const,
    data: Int32Array.from(counts[name]),
  }));
}

/** What `ngramTensors` wrote. Errors: FORMAT where they are not there. */
export function ngramArrays(
  { tensors }: Pick<ModelFile, 'tensors'>,
  name: string,
  prefix = '',
): Pick<NgramCountsData, (typeof NAMES)[number]> {
  const array = (key: string): Int32Array => {
    const data: SafetensorsTensor['data'] | undefined = tensors.get(key)?.data;
    if (data instanceof Int32Array) return data;
    throw new UnrolledError('FORMAT', `expected int32 counts "${key}" in ${name}, found none`, 'the file is damaged');
  };
  return { token: array(`${prefix}token`), count: array(`${prefix}count`), children: array(`${prefix}children`) };
}
