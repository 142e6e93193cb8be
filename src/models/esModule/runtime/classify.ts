// What the module of a classifier runs; what a text is cut into, the n-grams and the mixture are the library's own functions.
// Letters: D outputs of the stack, K classes, V slots of n-grams.
import { expectText } from '../../../expect.js';
import { encodeWith, piecesOf, type TextSettings } from '../../../text/corpus.js';
import { Vocabulary } from '../../../text/vocabulary.js';
import { classified, headAndTail } from '../../classifier/answers.js';
import { type Mixture, mixed, probabilitiesOf } from '../../classifier/mixture.js';
import { type NgramLinearConfig, ngramLogits, type NgramWeights } from '../../classifier/ngramFeatures.js';
import type { Classified } from '../../classifier/options.js';
import type { OnePooling } from '../../classifier/poolings.js';
import { joined, linear, type ModuleLinear, type ModuleMatrix, rowOf, type Stack } from '../layers.js';

export * from '../layers.js';

/** What `NgramLinear.writeModule` writes: numbers of the slots that training saw alone. */
export interface ModuleNgrams {
  config: NgramLinearConfig;
  /** Which slots these are, rising. */
  seen: Int32Array;
  inverseFrequency: Float32Array;
  /** Class by class. */
  weight: Float32Array;
  bias: Float32Array;
}

/** What `ClassifierNetwork.writeModule` writes. */
export interface ModuleClassifier {
  embedding: ModuleMatrix;
  rnn: Stack;
  poolings: readonly OnePooling[];
  decoder: ModuleLinear;
  linear: ModuleNgrams | null;
  mixture: Mixture;
}

/** What is no weight. */
export interface ClassifierAbout {
  labels: readonly string[];
  settings: TextSettings;
  vocabulary: unknown;
  maxLength?: number;
}

/** What a module of a classifier exports. */
export function model(network: ModuleClassifier, { labels, settings, vocabulary, maxLength }: ClassifierAbout) {
  const words = Vocabulary.fromJSON(vocabulary);
  const ngrams = network.linear === null ? null : { config: network.linear.config, weights: spread(network.linear) };
  return {
    labels,
    /** The label of a text, as `model.predict([text])` has it. Errors: OPTION. */
    classify(text: string): Classified {
      expectText(text, 'a text', 'give one string: classify(text)');
      const tokens = headAndTail(encodeWith(text, settings, words), maxLength);
      const own = networkLogits(network, tokens);
      const logits =
        ngrams === null
          ? own
          : mixed(network.mixture, own, ngramLogits([piecesOf(text, settings)], ngrams.config, ngrams.weights));
      return classified(labels, probabilitiesOf(logits, labels.length));
    },
  };
}

/** Of the recurrent part: [K], of two classes [1]. */
function networkLogits({ embedding, rnn, poolings, decoder }: ModuleClassifier, tokens: Int32Array): Float32Array {
  const { outputs, state } = rnn.read(Array.from(tokens, (token) => rowOf(embedding, token)));
  const size = decoder.cols / poolings.length;
  const pooled = poolings.map((pooling) => {
    switch (pooling) {
      case 'last':
        return rnn.last(state);
      case 'mean':
        return meanOf(outputs, size);
      case 'max':
        return largestOf(outputs, size);
      default:
        return pooling satisfies never;
    }
  });
  return linear(decoder, joined(pooled));
}

/** [D]; zero of no steps. */
function meanOf(outputs: readonly Float32Array[], size: number): Float32Array {
  const sums = new Float64Array(size);
  for (const output of outputs) for (let i = 0; i < size; i++) sums[i] += output[i];
  return Float32Array.from(sums, (sum) => sum / Math.max(1, outputs.length));
}

/** [D]; zero of no steps. */
function largestOf([first, ...others]: readonly (Float32Array | undefined)[], size: number): Float32Array {
  const most = first?.slice() ?? new Float32Array(size);
  for (const output of others) for (let i = 0; i < size; i++) most[i] = Math.max(most[i], output?.[i] ?? 0);
  return most;
}

/** Over all slots. */
function spread({ config, seen, inverseFrequency, weight, bias }: ModuleNgrams): NgramWeights {
  const { size } = config;
  const all = { inverseFrequency: new Float32Array(size), weight: new Float32Array(bias.length * size), bias };
  seen.forEach((slot, i) => {
    all.inverseFrequency[slot] = inverseFrequency[i];
    for (let k = 0; k < bias.length; k++) all.weight[k * size + slot] = weight[k * seen.length + i];
  });
  return all;
}
