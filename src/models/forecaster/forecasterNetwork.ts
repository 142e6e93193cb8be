// The network of a forecaster: values → recurrent stack → its last output → linear head, beside it a linear map of the window.
// Letters: T time, N batch, F channels, W window, C outputs (steps × quantiles).
import { add, reshape, slice } from '../../autograd/ops.js';
import { constantInit } from '../../nn/initializers.js';
import { Dropout, Linear } from '../../nn/layers.js';
import { Module } from '../../nn/module.js';
import type { RandomCalls } from '../../nn/random.js';
import { BATCH, TIME } from '../../nn/onnx/names.js';
import type { NetworkWriter } from '../../nn/onnx/writer.js';
import type { Recurrent, RecurrentState } from '../../nn/recurrent.js';
import type { Philox } from '../../tensor/philox.js';
import type { Tensor } from '../../tensor/tensor.js';
import { recurrentStack, type StackConfig } from '../recurrentStack.js';

export interface ForecasterNetworkConfig extends StackConfig {
  window: number;
  /** A linear map of the window beside the recurrent part, as in LSTNet (Lai et al. 2018, section 3.6). It starts at zero. */
  shortcut: boolean;
}

export class ForecasterNetwork extends Module {
  readonly #rnn: Recurrent;
  readonly #dropout: Dropout;
  readonly #head: Linear;
  readonly #shortcut: Linear | null;

  constructor(config: ForecasterNetworkConfig, channels: number, outputs: number, rng: Philox, calls: RandomCalls) {
    super();
    const { window, shortcut, dropout } = config;
    this.#rnn = this.addPart('rnn', recurrentStack(config, { inputSize: channels, ofTokens: false, rng, calls }));
    this.#dropout = this.addPart('dropout', new Dropout(dropout, calls));
    this.#head = this.addPart('head', new Linear(this.#rnn.outputSize, outputs, { rng }));
    this.#shortcut = shortcut
      ? this.addPart('shortcut', new Linear(window, outputs, { rng, bias: false, init: constantInit(0) }))
      : null;
  }

  get recurrent(): Recurrent {
    return this.#rnn;
  }

  /**
   * @param x [T, N, F]  @param lags [N, W]: the window less its last value
   * Returns [N, C] after the last step, and the state there.
   */
  forward(x: Tensor, lags: Tensor, state: RecurrentState | null = null): { output: Tensor; state: RecurrentState } {
    const [T, N] = x.shape;
    const { output, state: next } = this.#rnn.forward(x, { state });
    const last = reshape(slice(output, 0, T - 1, T), [N, -1]);
    const own = this.#head.forward(this.#dropout.forward(last));
    return { output: this.#shortcut === null ? own : add(own, this.#shortcut.forward(lags)), state: next };
  }

  /** `input` [T, N, F] (and `lags` [N, W]) to `output` [N, C]. Errors: OPTION, UNSUPPORTED. */
  writeOnnx(writer: NetworkWriter): void {
    writer.refuseLengths('a forecaster, whose windows are of one length');
    const free = writer.step ? [BATCH] : [TIME, BATCH];
    const name = writer.input('input', 'float32', [...free, this.#rnn.inputSize]);
    const lags = this.#shortcut && writer.input('lags', 'float32', [BATCH, this.#shortcut.inputSize]);
    const call = { path: 'rnn.', lengths: null, exposed: true };
    const { output } = writer.recurrent(this.#rnn, { name, tokens: false }, call);
    const last = writer.step ? output : writer.lastStep(output);
    const own = writer.linear(this.#head, last, 'head.');
    const beside = this.#shortcut && lags ? [writer.linear(this.#shortcut, lags, 'shortcut.')] : [];
    writer.output('output', writer.graph.sum([own, ...beside]), [BATCH, this.#head.outputSize]);
  }
}
