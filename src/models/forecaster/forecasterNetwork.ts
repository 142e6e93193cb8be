// The network of a forecaster: values → recurrent stack → its last output → linear head, beside it a linear map of the window.
// Letters: T time, N batch, F channels, W window, P lags, C outputs (steps × quantiles).
import { add, mul, reshape, slice } from '../../autograd/ops.js';
import { lagCount } from '../../data/forecastWindows.js';
import { constantInit } from '../../nn/initializers.js';
import { Dropout, Linear } from '../../nn/layers.js';
import { Module } from '../../nn/module.js';
import type { RandomCalls } from '../../nn/random.js';
import { BATCH, TIME } from '../../nn/onnx/names.js';
import type { NetworkWriter } from '../../nn/onnx/writer.js';
import type { Recurrent, RecurrentState } from '../../nn/recurrent.js';
import { fromData } from '../../tensor/create.js';
import type { Philox } from '../../tensor/philox.js';
import { keep } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { plainLabel } from '../../weights/labels.js';
import type { ModuleWriter } from '../esModule/moduleWriter.js';
import { recurrentStack, type StackConfig } from '../recurrentStack.js';

export interface ForecasterNetworkConfig extends StackConfig {
  window: number;
  /**
   * A linear map of the window beside the recurrent part (Lai et al. 2018, section 3.6): `true` trains it with the rest from zero on;
   * `fitted` is ridge regression in closed form, which training leaves alone, so that the recurrent part learns what it leaves over.
   */
  shortcut: boolean | 'fitted';
  /** V: how many values of each other input the fitted map reads; 0 for none. */
  inputWindow?: number;
}

/** What the network makes of a batch. */
export interface ForecastOutput {
  /** [N, C] */
  output: Tensor;
  /** [N, C]: that of the linear map alone, where it is fitted. */
  linear: Tensor | null;
  /** After the last step. */
  state: RecurrentState;
}

export class ForecasterNetwork extends Module {
  readonly #rnn: Recurrent;
  readonly #dropout: Dropout;
  readonly #head: Linear;
  readonly #shortcut: Linear | null;
  readonly #fitted: { linear: Linear; share: Tensor } | null;

  constructor(
    config: ForecasterNetworkConfig,
    channels: number,
    { outputs, inputs }: { outputs: number; inputs: number },
    rng: Philox,
    calls: RandomCalls,
  ) {
    super();
    const { shortcut, dropout } = config;
    const zero = constantInit(0);
    const isFitted = shortcut === 'fitted';
    this.#rnn = this.addPart('rnn', recurrentStack(config, { inputSize: channels, ofTokens: false, rng, calls }));
    this.#dropout = this.addPart('dropout', new Dropout(dropout, calls));
    // Beside a fitted map the recurrent part begins with nothing to say.
    this.#head = this.addPart(
      'head',
      new Linear(this.#rnn.outputSize, outputs, isFitted ? { rng, init: zero } : { rng }),
    );
    this.#shortcut =
      shortcut === true
        ? this.addPart('shortcut', new Linear(config.window, outputs, { rng, bias: false, init: zero }))
        : null;
    this.#fitted = isFitted
      ? this.#fittedPart(
          lagCount({ window: config.window, inputWindow: config.inputWindow ?? 0 }, inputs),
          outputs,
          rng,
        )
      : null;
  }

  #fittedPart(lags: number, outputs: number, rng: Philox): { linear: Linear; share: Tensor } {
    const linear = new Linear(lags, outputs, { rng, init: constantInit(0) });
    const { weight, bias } = linear;
    for (const [name, t] of Object.entries({ weight, bias })) {
      if (t === null) continue;
      t.requiresGrad = false;
      this.addBuffer(`shortcut.${name}`, t, plainLabel(t.shape));
    }
    const share = this.addBuffer('share', keep(fromData([1], [1])));
    return { linear, share };
  }

  get recurrent(): Recurrent {
    return this.#rnn;
  }

  /** How much of what the recurrent part says counts outside of training: 0 to 1. */
  get share(): number {
    return this.#fitted?.share.item() ?? 1;
  }

  set share(value: number) {
    this.#fitted?.share.set([value]);
  }

  /** @param weight [P, C] of the fitted map, by input  @param bias [C] */
  setLinear(weight: ArrayLike<number>, bias: ArrayLike<number>): void {
    this.#head.bias?.set(new Float32Array(this.#head.outputSize));
    this.#fitted?.linear.weight.set(weight);
    this.#fitted?.linear.bias?.set(bias);
  }

  /** @param x [T, N, F]  @param lags [N, P], as windowLags gives them */
  forward(x: Tensor, lags: Tensor, state: RecurrentState | null = null): ForecastOutput {
    const [T, N] = x.shape;
    const { output, state: next } = this.#rnn.forward(x, { state });
    const last = reshape(slice(output, 0, T - 1, T), [N, -1]);
    const own = this.#head.forward(this.#dropout.forward(last));
    if (this.#fitted !== null) {
      const linear = this.#fitted.linear.forward(lags);
      const counted = this.training ? own : mul(own, this.#fitted.share);
      return { output: add(counted, linear), linear, state: next };
    }
    return {
      output: this.#shortcut === null ? own : add(own, this.#shortcut.forward(lags)),
      linear: null,
      state: next,
    };
  }

  /** `input` [T, N, F] (and `lags` [N, P]) to `output` [N, C]. Errors: OPTION, UNSUPPORTED. */
  writeOnnx(writer: NetworkWriter): void {
    writer.refuseLengths('a forecaster, whose windows are of one length');
    const free = writer.step ? [BATCH] : [TIME, BATCH];
    const name = writer.input('input', 'float32', [...free, this.#rnn.inputSize]);
    const map = this.#shortcut ?? this.#fitted?.linear ?? null;
    const lags = map && writer.input('lags', 'float32', [BATCH, map.inputSize]);
    const call = { path: 'rnn.', lengths: null, exposed: true };
    const { output } = writer.recurrent(this.#rnn, { name, tokens: false }, call);
    const last = writer.step ? output : writer.lastStep(output);
    const head = writer.linear(this.#head, last, 'head.');
    const b = writer.graph;
    const own = this.#fitted === null ? head : b.one('Mul', [head, b.scalar(this.share)]);
    const beside = map && lags ? [writer.linear(map, lags, 'shortcut.')] : [];
    writer.output('output', b.sum([own, ...beside]), [BATCH, this.#head.outputSize]);
  }

  /** What the module of a forecaster reads by (esModule/runtime/forecast.ts). */
  writeModule(writer: ModuleWriter): string {
    const map = this.#shortcut ?? this.#fitted?.linear ?? null;
    return writer.object({
      rnn: writer.recurrent(this.#rnn, false, 'rnn.'),
      head: writer.linear(this.#head, 'head.'),
      shortcut: map === null ? 'null' : writer.linear(map, 'shortcut.'),
      share: String(this.share),
    });
  }
}
