// What the module of a tagger runs; how words are looked up and the best path are the library's own functions.
// Letters: T words, K tags.
import { expectTexts } from '../../../expect.js';
import { LinearChain } from '../../../nn/chain.js';
import { Vocabulary } from '../../../text/vocabulary.js';
import type { PredictedTags } from '../../tagger/options.js';
import { TaggerWords, type WordSettings } from '../../tagger/taggerWords.js';
import { joined, linear, type ModuleLinear, type ModuleMatrix, rowOf, type Stack } from '../layers.js';

export * from '../layers.js';

/** What `TaggerNetwork.writeModule` writes. */
export interface ModuleTagger {
  embedding: ModuleMatrix;
  characters: { embedding: ModuleMatrix; rnn: Stack } | null;
  /** Vectors of prefixes, suffixes and shapes. */
  features: ModuleMatrix | null;
  rnn: Stack;
  decoder: ModuleLinear;
  crf: { transition: Float32Array; start: Float32Array; end: Float32Array } | null;
}

/** What is no weight. */
export interface TaggerAbout {
  tags: readonly string[];
  settings: WordSettings;
  words: unknown;
  characters: unknown;
  /** null where the tagger has none. */
  features: unknown;
}

/** What a module of a tagger exports. */
export function model(network: ModuleTagger, { tags, settings, words, characters, features }: TaggerAbout) {
  const vocabularies = [words, characters].map((data) => Vocabulary.fromJSON(data));
  const reader = new TaggerWords(
    settings,
    vocabularies[0],
    vocabularies[1],
    features === null ? null : Vocabulary.fromJSON(features),
  );
  const chain = network.crf && new LinearChain(tags.length, network.crf.transition, network.crf);
  return {
    tags,
    /** A tag for each token of a sentence, as `model.predict([tokens])` has it. Errors: OPTION. */
    tag(tokens: readonly string[]): PredictedTags {
      expectTexts(tokens, 'the tokens of a sentence', "cut a text first: tag(text.split(' '))");
      if (tokens.length === 0) return { tags: [], probabilities: [] };
      const scores = scoresOf(network, reader, tokens);
      const K = tags.length;
      const path = chain?.best(scores).path ?? bestOfEach(scores, K);
      const probabilities = chain?.marginals(scores).states ?? probabilitiesOfEach(scores, K);
      return {
        tags: Array.from(path, (k) => tags[k]),
        probabilities: Array.from(path, (k, t) => probabilities[t * K + k]),
      };
    },
  };
}

/** [T · K] */
function scoresOf(network: ModuleTagger, reader: TaggerWords, tokens: readonly string[]): Float64Array {
  const encoded = reader.encode([tokens]);
  const { embedding, characters, features, rnn, decoder } = network;
  const forms = encoded.characters.map((spelled, form) => [
    ...(characters === null
      ? []
      : [characters.rnn.last(characters.rnn.read(rowsOf(characters.embedding, spelled)).state)]),
    ...(features === null ? [] : rowsOf(features, encoded.features[form])),
  ]);
  const [ofWords, ofForms] = [encoded.words[0], encoded.forms[0]];
  const xs = Array.from(ofWords, (word, t) => joined([rowOf(embedding, word), ...forms[ofForms[t]]]));
  const scores = rnn.read(xs).outputs.map((output) => linear(decoder, output));
  return Float64Array.from(joined(scores));
}

const rowsOf = (table: ModuleMatrix, rows: Int32Array): Float32Array[] => Array.from(rows, (row) => rowOf(table, row));

/** The first of the largest at each step. */
function bestOfEach(scores: Float64Array, K: number): Int32Array {
  return Int32Array.from({ length: scores.length / K }, (_, t) => {
    const own = scores.subarray(t * K, (t + 1) * K);
    return own.indexOf(own.reduce((most, score) => Math.max(most, score)));
  });
}

function probabilitiesOfEach(scores: Float64Array, K: number): Float64Array {
  const result = new Float64Array(scores.length);
  for (let at = 0; at < scores.length; at += K) {
    const own = scores.subarray(at, at + K);
    const most = own.reduce((a, b) => Math.max(a, b));
    const weights = own.map((score) => Math.exp(score - most));
    const sum = weights.reduce((a, b) => a + b);
    for (let k = 0; k < K; k++) result[at + k] = weights[k] / sum;
  }
  return result;
}
