// The network of a classifier: tokens → embedding → recurrent stack → one vector for the whole sequence → logits.
// Beside it may stand a linear part over n-grams of the text, which is fitted apart; both are mixed by two numbers.
// Letters: T time, N batch, D output of the stack, K classes.
import { add, concat, div, max, reshape, sum } from '../../autograd/ops.js';
import { Dropout, Embedding, Linear } from '../../nn/layers.js';
import { UnrolledError } from '../../errors.js';
import { Module } from '../../nn/module.js';
import type { RandomCalls } from '../../nn/random.js';
import { BATCH, TIME } from '../../nn/onnx/names.js';
import type { NetworkWriter } from '../../nn/onnx/writer.js';
import type { Recurrent, RecurrentState } from '../../nn/recurrent.js';
import { fromData } from '../../tensor/create.js';
import type { Philox } from '../../tensor/philox.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { ModuleWriter } from '../esModule/moduleWriter.js';
import { AVERAGE, type Mixture } from './mixture.js';
import type { NgramLinearConfig } from './ngramFeatures.js';
import { NgramLinear } from './ngramLinear.js';
import { type OnePooling, type Pooling, poolingParts } from './poolings.js';
import { recurrentStack, type StackConfig } from '../recurrentStack.js';

export interface ClassifierNetworkConfig extends StackConfig {
  embeddingSize: number;
  bidirectional: boolean;
  pooling: Pooling;
  /** The linear part; none where it is left out. */
  linear?: NgramLinearConfig;
}

/** What stands for a step that is not there, where the largest is looked for. */
const LOWEST = -1e9;

export class ClassifierNetwork extends Module {
  readonly embedding: Embedding;
  /** What is fitted on n-grams of the texts; null where there is none. */
  readonly linear: NgramLinear | null;
  /** How much the network and the linear part count: [2]. */
  readonly #mixture: Tensor | null;
  readonly #poolings: readonly OnePooling[];
  readonly #rnn: Recurrent;
  readonly #dropout: Dropout;
  readonly #decoder: Linear;

  /** @param outputs K, or 1 for two classes */
  constructor(
    config: ClassifierNetworkConfig,
    vocabularySize: number,
    outputs: number,
    rng: Philox,
    calls: RandomCalls,
  ) {
    super();
    const { embeddingSize: inputSize, bidirectional, dropout } = config;
    this.embedding = this.addPart('embedding', new Embedding(vocabularySize, inputSize, { rng }));
    this.#rnn = this.addPart('rnn', recurrentStack(config, { inputSize, ofTokens: false, bidirectional, rng, calls }));
    this.#dropout = this.addPart('dropout', new Dropout(dropout, calls));
    this.#poolings = poolingParts(config.pooling);
    this.#decoder = this.addPart('decoder', new Linear(this.#poolings.length * this.#rnn.outputSize, outputs, { rng }));
    const { linear } = config;
    this.linear = linear === undefined ? null : this.addPart('linear', new NgramLinear(linear, outputs));
    this.#mixture =
      linear === undefined
        ? null
        : this.addBuffer('mixture', fromData([...AVERAGE], [2]), { axes: ['features'], blocks: [] });
  }

  /** How much the network and the linear part count; of a network alone [1, 0]. */
  get mixture(): Mixture {
    if (this.#mixture === null) return [1, 0];
    const [network, linear] = this.#mixture.data();
    return [network, linear];
  }

  set mixture(mixture: Mixture) {
    this.#mixture?.set([...mixture]);
  }

  get recurrent(): Recurrent {
    return this.#rnn;
  }

  /** Of the recurrent part alone. @param tokens int32 [T, N]  @param lengths [N], 0 allowed. Returns logits [N, K]. */
  forward(tokens: Tensor, lengths: Int32Array): Tensor {
    return this.fromVectors(this.embedding.forward(tokens), lengths);
  }

  /** The same from vectors of the tokens [T, N, E]. */
  fromVectors(vectors: Tensor, lengths: Int32Array): Tensor {
    const { output, state } = this.#rnn.forward(this.#dropout.forward(vectors), { lengths });
    const pooled = this.#poolings.map((pooling) => this.#pool(pooling, output, state, lengths));
    return this.#decoder.forward(this.#dropout.forward(pooled.length === 1 ? pooled[0] : concat(pooled, -1)));
  }

  /** `tokens` [T, N] and `lengths` [N] to `logits` [N, K]. Errors: OPTION, UNSUPPORTED. */
  writeOnnx(writer: NetworkWriter): void {
    writer.refuseStep('a classifier, which reads the whole text');
    if (this.linear !== null) {
      throw new UnrolledError(
        'OPTION',
        'expected a network of tokens, received a classifier with a linear part over n-grams, which reads the text itself',
        'train without it: --no-linear on the command line, linear: false in fit',
      );
    }
    const tokens = writer.input('tokens', 'int64', [TIME, BATCH]);
    const lengths = writer.input('lengths', 'int32', [BATCH]);
    const name = writer.embedding(this.embedding, tokens, 'embedding.');
    const call = { path: 'rnn.', lengths, exposed: false };
    const { output, states } = writer.recurrent(this.#rnn, { name, tokens: false }, call);
    const pooled = this.#poolings.map((pooling) => {
      switch (pooling) {
        case 'last':
          return writer.lastStates(this.#rnn, states);
        case 'mean':
          return writer.meanOfSteps(output, lengths);
        case 'max':
          return writer.maxOfSteps(output, lengths, LOWEST);
        default:
          return pooling satisfies never;
      }
    });
    const logits = writer.linear(this.#decoder, writer.graph.concat(pooled, -1), 'decoder.');
    writer.output('logits', logits, [BATCH, this.#decoder.outputSize]);
  }

  /** What the module of a classifier reads by (esModule/runtime/classify.ts). */
  writeModule(writer: ModuleWriter): string {
    return writer.object({
      embedding: writer.table('embedding', this.embedding.weight),
      rnn: writer.recurrent(this.#rnn, false, 'rnn.'),
      poolings: JSON.stringify(this.#poolings),
      decoder: writer.linear(this.#decoder, 'decoder.'),
      linear: this.linear === null ? 'null' : this.linear.writeModule(writer),
      mixture: JSON.stringify(this.mixture),
    });
  }

  /** [T, N, D] to [N, D]. The output beyond a length is zero. */
  #pool(pooling: OnePooling, output: Tensor, state: RecurrentState, lengths: Int32Array): Tensor {
    const [steps, count] = output.shape;
    switch (pooling) {
      case 'last': {
        const directions = this.#rnn.bidirectional ? 2 : 1;
        const last = state.slice(-directions).map((layer) => layer.h ?? Object.values(layer)[0]);
        return last.length === 1 ? last[0] : concat(last, -1);
      }
      case 'mean': {
        const present = fromData(
          Float32Array.from(lengths, (length) => Math.max(1, length)),
          [count, 1],
        );
        return div(sum(output, { axis: 0 }), present);
      }
      case 'max': {
        const floor = new Float32Array(steps * count);
        // An empty sequence has the zero of its first step.
        for (let t = 1; t < steps; t++)
          for (let n = 0; n < count; n++) if (t >= lengths[n]) floor[t * count + n] = LOWEST;
        return max(add(output, reshape(fromData(floor, [steps, count]), [steps, count, 1])), { axis: 0 });
      }
      default:
        return pooling satisfies never;
    }
  }
}
