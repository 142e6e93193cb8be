// One .safetensors file for a model: tensors, and as metadata its kind, configuration, text settings and vocabulary.
import { UnrolledError } from '../errors.js';
import { decodeSafetensors, encodeSafetensors, type SafetensorsTensor } from '../formats/safetensors.js';
import type { Module } from '../nn/module.js';
import type { TextSettings } from '../text/corpus.js';
import { TOKENIZER_KINDS } from '../text/tokenizer.js';
import { Vocabulary } from '../text/vocabulary.js';
import type { ModelText } from './textGenerator.js';

export const MODEL_KINDS = ['lm', 'ngram', 'classify', 'tag', 'forecast', 'translate', 'caption'] as const;
export type ModelKind = (typeof MODEL_KINDS)[number];

export interface ModelFile {
  kind: ModelKind;
  config: unknown;
  /** How texts become tokens: one for a language model, two for a translator, none for a forecaster. */
  texts: readonly ModelText[];
  /** What resuming a training needs; undefined in a finished model. */
  checkpoint?: unknown;
  tensors: Map<string, SafetensorsTensor>;
}

const FORMAT = 'unrolled-1';

export function encodeModelFile(
  file: Omit<ModelFile, 'tensors'> & { tensors: (SafetensorsTensor & { name: string })[] },
): Uint8Array {
  return encodeSafetensors(file.tensors, {
    format: FORMAT,
    kind: file.kind,
    config: JSON.stringify(file.config),
    ...Object.fromEntries(
      file.texts.flatMap(({ settings, vocabulary }, i) => [
        [numbered('text', i), JSON.stringify(settings)],
        [numbered('vocabulary', i), JSON.stringify(vocabulary)],
      ]),
    ),
    ...(file.checkpoint === undefined ? {} : { checkpoint: JSON.stringify(file.checkpoint) }),
  });
}

/** Errors: FORMAT for a damaged file, for one of another program, and for weights that are not finite. */
export function openModelFile(bytes: Uint8Array, name: string): ModelFile {
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  const kind = MODEL_KINDS.find((name) => name === metadata.kind);
  if (metadata.format !== FORMAT || kind === undefined) {
    throw new UnrolledError(
      'FORMAT',
      `expected a model of this program in ${name}, received a safetensors file of ${metadata.format ?? 'another program'}`,
      'name a file that `unrolled train` wrote',
    );
  }
  requireFinite(tensors, name);
  const part = (key: string): unknown => {
    try {
      return JSON.parse(metadata[key]);
    } catch (cause) {
      throw new UnrolledError(
        'FORMAT',
        `expected JSON as "${key}" in ${name}, received something else`,
        'the file is damaged',
        { cause },
      );
    }
  };
  const texts: ModelText[] = [];
  for (let i = 0; metadata[numbered('text', i)] !== undefined; i++) {
    const settings = checkSettings(part(numbered('text', i)), name);
    texts.push({ settings, vocabulary: Vocabulary.fromJSON(part(numbered('vocabulary', i))) });
  }
  return {
    kind,
    config: part('config'),
    texts,
    checkpoint: metadata.checkpoint === undefined ? undefined : part('checkpoint'),
    tensors,
  };
}

/** What such a model would answer is nothing, without a word. */
function requireFinite(tensors: ModelFile['tensors'], name: string): void {
  for (const [key, { data }] of tensors) {
    if (!(data instanceof Float32Array || data instanceof Float64Array)) continue;
    const place = data.findIndex((value) => !Number.isFinite(value));
    if (place < 0) continue;
    throw new UnrolledError(
      'FORMAT',
      `expected finite numbers in ${name}, received ${data[place]} in "${key}", element ${place}`,
      'the training that wrote it ran away, or the file is damaged: train again, with a lower learning rate',
    );
  }
}

/** The first has no number. */
function numbered(key: string, i: number): string {
  return i === 0 ? key : `${key}${i + 1}`;
}

/** The text settings and vocabulary with that number. Errors: FORMAT. */
export function textAt({ texts }: Pick<ModelFile, 'texts'>, i: number, name: string): ModelText {
  if (i < texts.length) return texts[i];
  throw new UnrolledError('FORMAT', `expected a vocabulary in ${name}, received none`, 'the file is damaged');
}

function checkSettings(value: unknown, name: string): TextSettings {
  const settings = (value ?? {}) as Record<string, unknown>;
  const tokens = TOKENIZER_KINDS.find((kind) => kind === settings.tokens);
  if (tokens === undefined) {
    throw new UnrolledError(
      'FORMAT',
      `expected a tokenizer of ${TOKENIZER_KINDS.join(', ')} in ${name}, received ${String(settings.tokens)}`,
      'the file is damaged',
    );
  }
  const { lineSeparator } = settings;
  return {
    tokens,
    lowercase: settings.lowercase === true,
    lettersOnly: settings.lettersOnly === true,
    collapseWhitespace: settings.collapseWhitespace === true,
    ...(typeof lineSeparator === 'string' ? { lineSeparator } : {}),
  };
}

/** A network's weights as tensors of a file. */
export function weightsOf(network: Module): (SafetensorsTensor & { name: string })[] {
  return Object.entries(network.stateDict()).map(([name, { shape, data }]) => ({
    name,
    shape,
    dtype: 'F32' as const,
    data: Float32Array.from(data),
  }));
}

/** Puts a file's weights into a network; what belongs to a checkpoint has a colon in its name. Errors: FORMAT. */
export function loadWeights(network: Module, { tensors }: Pick<ModelFile, 'tensors'>): void {
  const own = [...tensors].filter(([name]) => !name.includes(':'));
  network.loadStateDict(
    Object.fromEntries(own.map(([name, { shape, data }]) => [name, { shape, data: Array.from(data, Number) }])),
  );
}
