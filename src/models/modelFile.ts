// One .safetensors file for a model: tensors, and as metadata its kind, configuration, text settings and vocabulary.
import { UnrolledError } from '../errors.js';
import { decodeSafetensors, encodeSafetensors, type SafetensorsTensor } from '../formats/safetensors.js';
import type { Module } from '../nn/module.js';
import type { TextSettings } from '../text/corpus.js';
import { TOKENIZER_KINDS } from '../text/tokenizer.js';
import { Vocabulary } from '../text/vocabulary.js';
import type { Reading } from './options.js';

/** How a model's text is read: what its file stores beside the weights. */
export interface ModelText {
  settings: TextSettings;
  vocabulary: Vocabulary;
}

/** A tensor with its name in a file. */
export type NamedTensor = SafetensorsTensor & { name: string };

/** What a file has beside the model: that of a checkpoint. */
export interface FileExtra {
  tensors?: NamedTensor[];
  checkpoint?: unknown;
}

export interface ModelFile {
  /** The task: a name of the table of tasks (tasks.ts). */
  kind: string;
  config: unknown;
  /** How texts become tokens: one for a language model, two for a translator, none for a forecaster. */
  texts: readonly ModelText[];
  /** How the training data was read; null where nothing is said. */
  reading: Reading | null;
  /** What resuming a training needs; undefined in a finished model. */
  checkpoint?: unknown;
  tensors: Map<string, SafetensorsTensor>;
}

const FORMAT = 'unrolled-1';

export function encodeModelFile(file: Omit<ModelFile, 'tensors'> & { tensors: NamedTensor[] }): Uint8Array {
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
    ...(file.reading === null ? {} : { reading: JSON.stringify(file.reading) }),
    ...(file.checkpoint === undefined ? {} : { checkpoint: JSON.stringify(file.checkpoint) }),
  });
}

/** Errors: FORMAT for a damaged file, and for one of another program. */
export function openModelFile(bytes: Uint8Array, name: string): ModelFile {
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  const { kind } = metadata;
  if (metadata.format !== FORMAT || kind === undefined) {
    throw new UnrolledError(
      'FORMAT',
      `expected a model of this program in ${name}, received a safetensors file of ${metadata.format ?? 'another program'}`,
      'name a file that `unrolled train` wrote',
    );
  }
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
    reading: metadata.reading === undefined ? null : readingOf(part('reading'), name),
    checkpoint: metadata.checkpoint === undefined ? undefined : part('checkpoint'),
    tensors,
  };
}

function readingOf(value: unknown, name: string): Reading {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Reading;
  throw new UnrolledError('FORMAT', `expected an object "reading" in ${name}`, 'the file is damaged');
}

/** The first has no number. */
function numbered(key: string, i: number): string {
  return i === 0 ? key : `${key}${i + 1}`;
}

/** The text settings and vocabulary with that number. Errors: FORMAT. */
export function textAt(texts: readonly ModelText[], i: number, name: string): ModelText {
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
export function weightsOf(network: Module): NamedTensor[] {
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
