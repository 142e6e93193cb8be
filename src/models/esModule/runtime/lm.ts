// What the module of a language model runs: the build bundles this file into text (runtimeText.js), which `exportModule` puts before the
// weights and the steps of the cells.
import { drawIndex } from '../../../backend/drawIndex.js';
import type { SampleSpec } from '../../../backend/contract.js';
import { UnrolledError } from '../../../errors.js';
import { encodeWith, type TextSettings } from '../../../text/corpus.js';
import { createTokenizer } from '../../../text/createTokenizer.js';
import { alreadyRead } from '../../../tensor/readAll.js';
import { Vocabulary } from '../../../text/vocabulary.js';
import { type GenerateOptions, generatePieces, type Predictor } from '../../language/textGenerator.js';
import { linear, type ModuleInput, type ModuleLinear, type ModuleMatrix, rowOf, type Stack } from '../layers.js';

export * from '../layers.js';

/** What `LanguageNetwork.writeModule` writes. */
export interface ModuleLanguageModel {
  /** Vectors of the tokens; null where the network reads tokens. */
  embedding: ModuleMatrix | null;
  /** What they are multiplied by. */
  scale: number;
  rnn: Stack;
  projection: ModuleLinear | null;
  decoder: ModuleLinear;
}

/** What is no weight. */
export interface LanguageAbout {
  settings: TextSettings;
  vocabulary: unknown;
}

const copyOf = (states: readonly ArrayLike<number>[]): Float32Array[] =>
  states.map((state) => Float32Array.from(state));

/** A sequence that is being read, from where it stands. */
export class ModuleReading {
  readonly #network: ModuleLanguageModel;
  #state: Float32Array[];
  #logits: Float32Array | null = null;

  constructor(network: ModuleLanguageModel, from: readonly ArrayLike<number>[] | undefined) {
    const first = network.rnn.first();
    const fits =
      from === undefined || (from.length === first.length && from.every((s, i) => s.length === first[i].length));
    if (!fits) {
      const sizes = first.map(({ length }) => length).join(', ');
      throw new UnrolledError('STATE', `expected states of ${sizes} numbers`, 'give what `state` of this module gave');
    }
    this.#network = network;
    this.#state = copyOf(from ?? first);
  }

  /** Reads a token, an index of `tokens`. Returns the probabilities of the one after it [V]. Errors: RANGE. */
  next(token: number): Float64Array {
    const logits = this.read(token);
    const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
    const weights = Float64Array.from(logits, (logit) => Math.exp(logit - most));
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / sum);
  }

  /** The same without the probabilities: logits. */
  read(token: number): Float32Array {
    const { embedding, scale, rnn, projection, decoder } = this.#network;
    if (!Number.isInteger(token) || token < 0 || token >= decoder.rows) {
      throw new UnrolledError(
        'RANGE',
        `expected an index from 0 to ${decoder.rows - 1}, received ${String(token)}`,
        'encode(text) gives the indices of a text',
      );
    }
    const x: ModuleInput = embedding === null ? token : rowOf(embedding, token).map((value) => value * scale);
    const { outputs, state } = rnn.read([x], this.#state);
    this.#state = state;
    this.#logits = linear(decoder, projection === null ? outputs[0] : linear(projection, outputs[0]));
    return this.#logits;
  }

  /** The scores of the token that comes next [V], a copy; null before the first. */
  get logits(): Float32Array | null {
    return this.#logits === null ? null : this.#logits.slice();
  }

  /** Where the sequence stands, a copy: `start(state)` goes on from there. */
  get state(): Float32Array[] {
    return copyOf(this.#state);
  }
}

/** What a module of a language model exports. */
export function model(network: ModuleLanguageModel, { settings, vocabulary: data }: LanguageAbout) {
  const vocabulary = Vocabulary.fromJSON(data);
  const text = { settings, vocabulary };
  const start = (state?: readonly ArrayLike<number>[]): ModuleReading => new ModuleReading(network, state);

  /** Each token is read when the one after it is asked for. */
  function predictor(): Predictor {
    const reading = start();
    let token = 0;
    return {
      read(tokens) {
        for (const one of tokens.subarray(0, -1)) reading.read(one);
        token = tokens[tokens.length - 1];
      },
      draw: (numbers, spec: SampleSpec) =>
        alreadyRead(Int32Array.from(numbers, (number) => (token = drawIndex(reading.read(token), spec, number)))),
    };
  }

  const stream = (options?: GenerateOptions): Generator<string> => generatePieces(predictor(), text, options);
  return {
    tokens: vocabulary.decode(Int32Array.from({ length: vocabulary.size }, (_, i) => i)),
    encode: (given: string): Int32Array => encodeWith(given, settings, vocabulary),
    decode: (indices: ArrayLike<number>): string =>
      createTokenizer(settings.tokens ?? 'char').join(vocabulary.decode(indices)),
    start,
    stream,
    generate: (options?: GenerateOptions): string => [...stream(options)].join(''),
  };
}
