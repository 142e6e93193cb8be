// One .safetensors file for a model: tensors, and as metadata its kind, configuration, text settings and vocabulary.
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { decodeSafetensors, encodeSafetensors, type SafetensorsTensor } from '../formats/safetensors.js';
import type { Module } from '../nn/module.js';
import type { TextSettings } from '../text/corpus.js';
import { TOKENIZER_KINDS } from '../text/tokenizer.js';
import { Vocabulary } from '../text/vocabulary.js';
import { openingFile, withBudget } from '../weights/budget.js';
import { decodeLabels, encodeLabels, type Labels, loadStored, storedTensors } from '../weights/files.js';
import type { ParameterLabel } from '../weights/labels.js';
import type { ModelText } from './language/textGenerator.js';

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
  /** Which columns are which gate, and the like; undefined in a file of 0.1, which does not say. */
  labels: Labels | undefined;
}

/** A tensor for a file; weights have a label. */
export type ModelTensor = SafetensorsTensor & { name: string; label?: ParameterLabel };

/** unrolled-1 is that of 0.1: its weights have no labels. */
const FORMAT = 'unrolled-2';
const FORMATS: readonly string[] = ['unrolled-1', FORMAT];

export function encodeModelFile(file: Omit<ModelFile, 'tensors' | 'labels'> & { tensors: ModelTensor[] }): Uint8Array {
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
    ...(file.tensors.some(({ label }) => label !== undefined) ? { weights: encodeLabels(file.tensors) } : {}),
    ...(file.checkpoint === undefined ? {} : { checkpoint: JSON.stringify(file.checkpoint) }),
  });
}

/** Errors: FORMAT for a damaged file, and for one of another program. */
export function openModelFile(bytes: Uint8Array, name: string): ModelFile {
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  const kind = MODEL_KINDS.find((name) => name === metadata.kind);
  if (!FORMATS.includes(metadata.format) || kind === undefined) {
    throw new UnrolledError(
      'FORMAT',
      `expected a model of this program in ${name}, received a safetensors file of ${brief(metadata.format ?? 'another program')}`,
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
    const vocabulary = part(numbered('vocabulary', i));
    texts.push({ settings, vocabulary: openingFile(name, () => Vocabulary.fromJSON(vocabulary)) });
  }
  return {
    kind,
    config: part('config'),
    texts,
    checkpoint: metadata.checkpoint === undefined ? undefined : part('checkpoint'),
    tensors,
    labels: metadata.format === FORMAT ? decodeLabels(metadata.weights ?? '{}', name) : undefined,
  };
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
      `expected a tokenizer of ${TOKENIZER_KINDS.join(', ')} in ${name}, received ${brief(String(settings.tokens))}`,
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

/** A network's weights as tensors of a file, with their labels. */
export function weightsOf(network: Module): ModelTensor[] {
  return storedTensors(network);
}

/**
 * Makes a model with a network and puts a file's weights into it. The network may have no more parameters than the file, so that
 * nothing large is made for a small file. @param name of the file, for messages. Errors: FORMAT.
 */
export function withWeights<M extends { network: Module }>(file: ModelFile, name: string, create: () => M): M {
  const weights = networkTensors(file);
  const total = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
  const model = withBudget(total, name, create);
  loadStored(model.network, weights, file.labels, name);
  return model;
}

/** Without what belongs to a checkpoint, which has a colon in its name. */
function networkTensors({ tensors }: ModelFile): ModelFile['tensors'] {
  return new Map([...tensors].filter(([name]) => !name.includes(':')));
}
