// One .safetensors file for a model: tensors, and as metadata its kind, configuration, text settings and vocabulary.
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { shownValue } from '../expect.js';
import { jsonFault } from '../formats/jsonKeys.js';
import { decodeSafetensors, encodeSafetensors, type SafetensorsTensor } from '../formats/safetensors.js';
import type { Module } from '../nn/module.js';
import type { TextSettings } from '../text/corpus.js';
import { kindInFile, TOKENIZER_KINDS } from '../text/tokenizer.js';
import { Vocabulary } from '../text/vocabulary.js';
import { openingFile, withBudget } from '../weights/budget.js';
import {
  decodeLabels,
  encodeLabels,
  type FileLabel,
  formatOf,
  FORMATS,
  givenParameters,
  type Labels,
  loadStored,
  storedTensors,
  weightTensors,
} from '../weights/files.js';
import type { GivenState, StateDict } from '../weights/labels.js';
import type { Reading } from './options.js';

/** Of lists and objects within each other in a part of a file; what a model stores is less than ten deep. */
const MAX_DEPTH = 64;

/** How a model's text is read: what its file stores beside the weights. */
export interface ModelText {
  /** How a text is cleaned and cut into tokens. */
  settings: TextSettings;
  /** Tokens and their indices. */
  vocabulary: Vocabulary;
}

/** A tensor for a file; weights have a label. */
export type ModelTensor = SafetensorsTensor & {
  /** As the network names it: `decoder.weight`. */
  name: string;
  /** Which axes and columns mean what; what is no weight has none. */
  label?: FileLabel;
};

/** What a file has beside the model: that of a checkpoint. */
export interface FileExtra {
  /** Beside the weights: moments of the optimizer, best weights so far. */
  tensors?: ModelTensor[];
  /** Plain data that resuming needs. */
  checkpoint?: unknown;
}

export interface ModelFile {
  /** The task: a name of the table of tasks (tasks.ts). */
  kind: string;
  config: unknown;
  /** How texts become tokens: one for a language model, two for a translator, none for a forecaster. */
  texts: readonly ModelText[];
  /** How the training data was read; null if the file does not say. */
  reading: Reading | null;
  /** What resuming a training needs; undefined in a finished model. */
  checkpoint?: unknown;
  tensors: Map<string, SafetensorsTensor>;
  /** Which columns are which gate, and the like; undefined in a file of 0.1, which does not say. */
  labels: Labels | undefined;
}

/** Its weights have no labels. */
const [OLDEST] = FORMATS;

export function encodeModelFile(file: Omit<ModelFile, 'tensors' | 'labels'> & { tensors: ModelTensor[] }): Uint8Array {
  return encodeSafetensors(file.tensors, {
    format: formatOf(file.tensors),
    kind: file.kind,
    config: canonicalJson(file.config),
    ...Object.fromEntries(
      file.texts.flatMap(({ settings, vocabulary }, i) => [
        [numbered('text', i), JSON.stringify(withoutDefaults(settings))],
        [numbered('vocabulary', i), JSON.stringify(vocabulary)],
      ]),
    ),
    ...(file.tensors.some(({ label }) => label !== undefined) ? { weights: encodeLabels(file.tensors) } : {}),
    ...(file.reading === null ? {} : { reading: canonicalJson(file.reading) }),
    ...(file.checkpoint === undefined ? {} : { checkpoint: JSON.stringify(file.checkpoint) }),
  });
}

/** JSON with sorted keys: equal values give equal text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, own: unknown) => {
    if (typeof own !== 'object' || own === null || Array.isArray(own)) return own;
    return Object.fromEntries(Object.entries(own).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Errors: FORMAT for a damaged file, for one of another program, and for weights that are not finite. */
export function openModelFile(bytes: Uint8Array, name: string): ModelFile {
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  const { kind } = metadata;
  if (!FORMATS.some((format) => format === metadata.format) || kind === undefined) {
    throw new UnrolledError(
      'FORMAT',
      `expected an Unrolled model in ${name}, received a safetensors file of ${brief(metadata.format ?? 'another program')}`,
      'name a file that `unrolled train` wrote',
    );
  }
  requireFinite(tensors, name);
  const part = (key: string): unknown => {
    if (jsonFault(metadata[key] ?? '', MAX_DEPTH)?.kind === 'deep') throw damagedPart(key, name);
    try {
      return JSON.parse(metadata[key]);
    } catch (cause) {
      throw damagedPart(key, name, cause);
    }
  };
  const texts: ModelText[] = [];
  for (let i = 0; metadata[numbered('text', i)] !== undefined; i++) {
    const settings = checkSettings(part(numbered('text', i)), name, metadata.format === OLDEST);
    const vocabulary = part(numbered('vocabulary', i));
    texts.push({ settings, vocabulary: openingFile(name, () => Vocabulary.fromJSON(vocabulary)) });
  }
  return {
    kind,
    config: part('config'),
    texts,
    reading: metadata.reading === undefined ? null : readingOf(part('reading'), name),
    checkpoint: metadata.checkpoint === undefined ? undefined : part('checkpoint'),
    tensors,
    labels: metadata.format === OLDEST ? undefined : decodeLabels(metadata.weights ?? '{}', name),
  };
}

function damagedPart(key: string, name: string, cause?: unknown): UnrolledError {
  return new UnrolledError(
    'FORMAT',
    `expected JSON as "${key}" in ${name}, nested at most ${MAX_DEPTH} deep, received something else`,
    'the file is damaged',
    { cause },
  );
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
      'the training that wrote it diverged, or the file is damaged: train again with a lower learning rate',
    );
  }
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

function checkSettings(value: unknown, name: string, isOld: boolean): TextSettings {
  const settings = (value ?? {}) as Record<string, unknown>;
  const tokens = kindInFile(settings.tokens, isOld);
  if (tokens === undefined) {
    throw new UnrolledError(
      'FORMAT',
      `expected a tokenizer of ${TOKENIZER_KINDS.join(', ')} in ${name}, received ${shownValue(settings.tokens)}`,
      'the file is damaged',
    );
  }
  return withoutDefaults({ ...settings, tokens });
}

const CLEANINGS = ['lowercase', 'lettersOnly', 'collapseWhitespace'] as const;

/** Settings as they stand in a file, whoever gave them: what is off is not there, so that a model read and written is the same. */
function withoutDefaults(
  settings: { [K in keyof TextSettings]: unknown } & Pick<TextSettings, 'tokens'>,
): TextSettings {
  const { tokens, lineSeparator } = settings;
  return {
    tokens,
    ...Object.fromEntries(CLEANINGS.filter((name) => settings[name] === true).map((name) => [name, true])),
    ...(typeof lineSeparator === 'string' ? { lineSeparator } : {}),
    ...(settings.layout === false ? { layout: false } : {}),
  };
}

/** A network's weights as tensors of a file, with their labels. */
export function weightsOf(network: Module): ModelTensor[] {
  return storedTensors(network);
}

/** Kept weights as tensors of a file, their names behind a prefix that ends in a colon. */
export function prefixedWeights(prefix: string, state: StateDict): ModelTensor[] {
  return storedTensors({ stateDict: () => state }).map((tensor) => ({ ...tensor, name: prefix + tensor.name }));
}

/** What `prefixedWeights` put into a file; null where there is none. Errors: FORMAT. */
export function readPrefixed(prefix: string, { tensors, labels }: ModelFile, name: string): GivenState | null {
  const own = [...tensors].filter(([key]) => key.startsWith(prefix));
  if (own.length === 0) return null;
  const bare = (key: string): string => key.slice(prefix.length);
  const ownLabels = new Map([...(labels ?? [])].map(([key, label]) => [bare(key), label]));
  return givenParameters(new Map(own.map(([key, tensor]) => [bare(key), tensor])), ownLabels, name);
}

/**
 * Makes a model with a network and puts a file's weights into it. The network may have no more parameters than the file, so that
 * nothing large is made for a small file. @param name of the file, for messages. Errors: FORMAT.
 */
export function withWeights<M extends { network: Module }>(file: ModelFile, name: string, create: () => M): M {
  const weights = weightTensors(file.tensors);
  const total = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
  const model = withBudget(total, name, create);
  loadStored(model.network, weights, file.labels, name);
  return model;
}

/** The weights of a file, without what belongs to a checkpoint. Errors: FORMAT. */
export function storedWeights(file: ModelFile, name: string): GivenState {
  return givenParameters(weightTensors(file.tensors), file.labels, name);
}
