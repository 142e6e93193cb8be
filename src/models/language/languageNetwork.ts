// The network of a language model: tokens → (embedding) → recurrent stack → linear decoder → logits. Letters: T steps, N batch,
// V vocabulary, E embedding size.
import { add, concat, dropout, gatherRows, matmul, mul, reshape, slice, transpose } from '../../autograd/ops.js';
import { int8Product } from '../../autograd/int8.js';
import { isRecording, noGrad } from '../../autograd/tape.js';
import { UnrolledError } from '../../errors.js';
import { constantInit, normalInit } from '../../nn/initializers.js';
import { Dropout, Embedding, Linear } from '../../nn/layers.js';
import { Module, parameter } from '../../nn/module.js';
import type { RandomCalls } from '../../nn/random.js';
import { BATCH, TIME } from '../../nn/onnx/names.js';
import type { NetworkWriter } from '../../nn/onnx/writer.js';
import type { ForwardOptions, Recurrent, RecurrentResult, RecurrentState } from '../../nn/recurrent.js';
import { requireNumber } from '../../range.js';
import { fromData, full } from '../../tensor/create.js';
import { Philox } from '../../tensor/philox.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { ModuleWriter } from '../esModule/moduleWriter.js';
import { recurrentStack, type StackConfig } from '../recurrentStack.js';
import type { Candidates } from './sampledSoftmax.js';

/** Sizes of the network: plain data, stored in the model file. */
export interface LanguageNetworkConfig extends StackConfig {
  /** 0: tokens go to the recurrent layer as one-hot vectors (in fact as rows of its weight). */
  embeddingSize: number;
  /**
   * The decoder's weight is the table of the embedding (Press and Wolf 2017; Inan et al. 2017), behind a matrix where the two sizes
   * differ; false where missing.
   */
  tied?: boolean;
  /** The share of the tokens of the vocabulary whose vector is zero in a minibatch (Gal and Ghahramani 2016); 0 where missing. */
  embeddingDropout?: number;
}

/** What `LanguageNetwork.forward` may be asked for. */
interface LanguageForwardOptions extends Pick<ForwardOptions, 'trace'> {
  /** Logits [T, N, C] of these words alone, corrected, in place of all; needs tied vectors. */
  candidates?: Candidates;
}

interface LanguageOutput {
  logits: Tensor;
  state: RecurrentState;
  trace: RecurrentResult['trace'];
}

export class LanguageNetwork extends Module {
  readonly #vocabularySize: number;
  readonly #embedding: Embedding | null;
  readonly #embeddingDropout: number;
  readonly #scale: number;
  readonly #rnn: Recurrent;
  readonly #dropout: Dropout;
  readonly #decoder: Decoder;
  readonly #calls: RandomCalls;

  /** Errors: OPTION, RANGE. */
  constructor(config: LanguageNetworkConfig, vocabularySize: number, rng: Philox, calls: RandomCalls) {
    super();
    const { embeddingSize, dropout, tied = false, embeddingDropout = 0 } = config;
    requireEmbedding(config);
    requireNumber('embeddingDropout', embeddingDropout, { min: 0, below: 1 }, '0.1 drops a tenth');
    this.#vocabularySize = vocabularySize;
    this.#embeddingDropout = embeddingDropout;
    this.#calls = calls;
    const ofTokens = embeddingSize === 0;
    // Weights of an output are small. Small vectors as input learn slowly: tied ones are read √E times as large.
    this.#scale = tied ? Math.sqrt(embeddingSize) : 1;
    const init = tied ? { init: normalInit(1 / Math.sqrt(embeddingSize)) } : {};
    this.#embedding = ofTokens
      ? null
      : this.addPart('embedding', new Embedding(vocabularySize, embeddingSize, { rng, ...init }));
    const inputSize = ofTokens ? vocabularySize : embeddingSize;
    this.#rnn = this.addPart('rnn', recurrentStack(config, { inputSize, ofTokens, rng, calls }));
    this.#dropout = this.addPart('dropout', new Dropout(dropout, calls));
    const { outputSize } = this.#rnn;
    this.#decoder = this.addPart(
      'decoder',
      tied && this.#embedding !== null
        ? new TiedDecoder(this.#embedding, outputSize, rng)
        : new Linear(outputSize, vocabularySize, { rng }),
    );
  }

  /** The recurrent stack, for looking inside. */
  get recurrent(): Recurrent {
    return this.#rnn;
  }

  /**
   * @param tokens int32 [T, N]. Returns logits [T, N, V], the state after the last step, and for each layer and direction the
   * values named in `trace` [T, N, H]. Errors: OPTION for a name that the cell has not.
   */
  forward(tokens: Tensor, state: RecurrentState | null, options: LanguageForwardOptions = {}): LanguageOutput {
    return this.fromVectors(this.#embedded(tokens), state, options);
  }

  /** Whether logits of some words alone cost less: where the vectors of the words are the decoder's weight. */
  get hasTiedVectors(): boolean {
    return this.#decoder instanceof TiedDecoder;
  }

  /** What the recurrent stack reads for tokens [T, N], outside the tape: vectors [T, N, E], without an embedding one-hot ones [T, N, V]. */
  vectorsOf(tokens: Tensor): Tensor {
    if (this.#embedding !== null) return noGrad(() => this.#embedded(tokens));
    const V = this.#vocabularySize;
    const all = new Float32Array(tokens.size * V);
    tokens.data().forEach((token, i) => (all[i * V + token] = 1));
    return fromData(all, [...tokens.shape, V], { device: tokens.device });
  }

  /** The same as `forward`, from such vectors. */
  fromVectors(x: Tensor, state: RecurrentState | null, options: LanguageForwardOptions = {}): LanguageOutput {
    const { candidates, ...others } = options;
    const { output, state: next, trace } = this.#rnn.forward(x, { ...others, state });
    const dropped = this.#dropout.forward(output);
    const decoder = this.#decoder;
    const logits =
      candidates !== undefined && decoder instanceof TiedDecoder
        ? decoder.forwardTo(candidates, dropped)
        : decoder.forward(dropped);
    return { logits, state: next, trace };
  }

  /** Vectors [T, N, E]; the tokens themselves without an embedding. */
  #embedded(tokens: Tensor): Tensor {
    if (this.#embedding === null) return tokens;
    const vectors = this.#embedding.forward(tokens);
    const x = this.#scale === 1 ? vectors : mul(vectors, this.#scale);
    if (!this.training || this.#embeddingDropout === 0) return x;
    const [, N] = tokens.shape;
    const whole = full([this.#vocabularySize, 1], 1, { device: x.device });
    const masks = this.#calls.nextOfRows(N, (from, to, key) =>
      gatherRows(dropout(whole, this.#embeddingDropout, key), to - from === N ? tokens : slice(tokens, 1, from, to)),
    );
    return mul(x, masks.length === 1 ? masks[0] : concat(masks, 1));
  }

  /** `tokens` [T, N] to `logits` [T, N, V]. Errors: OPTION, UNSUPPORTED. */
  writeOnnx(writer: NetworkWriter): void {
    const { embedding, projection, decoder } = this.#plainLayers();
    const free = writer.step ? [BATCH] : [TIME, BATCH];
    const tokens = writer.input('tokens', 'int64', free);
    const lengths = writer.lengths();
    const name = embedding === null ? tokens : writer.embedding(embedding, tokens, 'embedding.');
    const x = { name, tokens: embedding === null };
    const { output } = writer.recurrent(this.#rnn, x, { path: 'rnn.', lengths, exposed: true });
    const y = projection === null ? output : writer.linear(projection, output, 'projection.');
    writer.output('logits', writer.linear(decoder, y, 'decoder.'), [...free, this.#vocabularySize]);
  }

  /** What the module of a language model reads by (esModule/runtime/lm.ts). */
  writeModule(writer: ModuleWriter): string {
    const embedding = this.#embedding === null ? null : writer.table('embedding', this.#embedding.weight);
    const decoder = this.#decoder;
    const [projection, last] =
      decoder instanceof Linear
        ? [null, writer.linear(decoder, 'decoder.')]
        : [
            decoder.projection,
            writer.tied(embedding ?? writer.table('embedding', decoder.vectors), decoder.bias, 'decoder.'),
          ];
    return writer.object({
      embedding: embedding ?? 'null',
      scale: String(this.#scale),
      rnn: writer.recurrent(this.#rnn, this.#embedding === null, 'rnn.'),
      projection: projection === null ? 'null' : writer.linear(projection, 'decoder.projection.'),
      decoder: last,
    });
  }

  /** The same function in layers that every toolkit has: what is tied here is there twice. */
  plain(): Module {
    return this.#decoder instanceof Linear ? this : new PlainNetwork({ ...this.#plainLayers(), rnn: this.#rnn });
  }

  #plainLayers(): PlainLayers {
    const decoder = this.#decoder;
    if (decoder instanceof Linear) return { embedding: this.#embedding, projection: null, decoder };
    const { vectors, projection, bias } = decoder;
    const [V, E] = vectors.shape;
    const [rng, init] = [new Philox(0), constantInit(0)];
    const embedding = new Embedding(V, E, { rng, init });
    embedding.weight.set(noGrad(() => mul(vectors, this.#scale)).data());
    const untied = new Linear(E, V, { rng, init });
    untied.weight.set(noGrad(() => transpose(vectors)).data());
    untied.bias?.set(bias.data());
    return { embedding, projection, decoder: untied };
  }
}

interface PlainLayers {
  embedding: Embedding | null;
  projection: Linear | null;
  decoder: Linear;
}

class PlainNetwork extends Module {
  constructor({ embedding, rnn, projection, decoder }: PlainLayers & { rnn: Recurrent }) {
    super();
    if (embedding !== null) this.addPart('embedding', embedding);
    this.addPart('rnn', rnn);
    if (projection !== null) this.addPart('projection', projection);
    this.addPart('decoder', decoder);
  }
}

type Decoder = Linear | TiedDecoder;

/** From the output of the recurrent stack to logits by the vectors of the tokens: x [.., H] (W [H, E]) Eᵀ + b. */
class TiedDecoder extends Module {
  readonly vectors: Tensor;
  readonly projection: Linear | null;
  readonly bias: Tensor;

  constructor({ weight }: Embedding, inputSize: number, rng: Philox) {
    super();
    const [V, E] = weight.shape;
    this.vectors = weight;
    this.projection = inputSize === E ? null : new Linear(inputSize, E, { rng, bias: false });
    this.bias = parameter([V], constantInit(0), rng, 'bias of the decoder');
  }

  forward(input: Tensor): Tensor {
    const x = this.projection?.forward(input) ?? input;
    const { int8 } = this.vectors;
    const held = int8 !== null && !isRecording([x]);
    return add(held ? int8Product(x, int8) : matmul(x, transpose(this.vectors)), this.bias);
  }

  /** The corrected logits of the candidates. */
  forwardTo({ words, corrections }: Candidates, input: Tensor): Tensor {
    const x = this.projection?.forward(input) ?? input;
    const { device } = x;
    const index = fromData(words, [words.length], { dtype: 'int32', device });
    const bias = reshape(gatherRows(reshape(this.bias, [-1, 1]), index), [-1]);
    const shift = add(bias, fromData(corrections, [words.length], { device }));
    return add(matmul(x, transpose(gatherRows(this.vectors, index))), shift);
  }
}

/** Errors: OPTION for what needs vectors of tokens where tokens have none. */
function requireEmbedding({ embeddingSize, tied = false, embeddingDropout = 0 }: LanguageNetworkConfig): void {
  if (embeddingSize > 0 || (!tied && embeddingDropout === 0)) return;
  throw new UnrolledError(
    'OPTION',
    `expected an embedding for ${tied ? 'tied' : 'embeddingDropout'}, received embeddingSize 0`,
    'leave it out, or give an embeddingSize',
  );
}
