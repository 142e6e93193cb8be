// The network of a language model: tokens → (embedding) → recurrent stack → linear decoder → logits.
import { UnrolledError } from '../errors.js';
import { Cell } from '../cell/cell.js';
import { cellByName } from '../cell/cells/index.js';
import type { CellData } from '../cell/data.js';
import { Embedding, Dropout, Linear } from '../nn/layers.js';
import { Module } from '../nn/module.js';
import type { RandomCalls } from '../nn/random.js';
import {
  type ForwardOptions,
  Recurrent,
  type RecurrentOptions,
  type RecurrentResult,
  type RecurrentState,
} from '../nn/recurrent.js';
import type { Philox } from '../tensor/philox.js';
import type { Tensor } from '../tensor/tensor.js';

/** Options of the recurrent stack that a language model passes on; all off where missing. */
export const RECURRENT_KEYS = [
  'zoneout', 'stateDropout', 'inputDropout', 'weightDropout', 'projSize', 'numHeads', 'variational', 'residual',
] as const; // prettier-ignore

export type RecurrentConfig = Omit<Pick<RecurrentOptions, (typeof RECURRENT_KEYS)[number]>, 'zoneout'> & {
  zoneout?: number;
};

/** Sizes of the network: plain data, stored in the model file. */
export interface LanguageNetworkConfig {
  /** A name of cell/cells/index.ts, or of a cell of one's own. */
  cell: string;
  /** The equations of a cell of one's own, so that the file opens where its module is missing. */
  equations?: CellData;
  hiddenSize: number;
  numLayers: number;
  /** 0: tokens go to the recurrent layer as one-hot vectors (in fact as rows of its weight). */
  embeddingSize: number;
  dropout: number;
  recurrent?: RecurrentConfig;
}

export interface LanguageModelConfig extends LanguageNetworkConfig {
  seed: number;
}

export class LanguageNetwork extends Module {
  readonly #embedding: Embedding | null;
  readonly #rnn: Recurrent;
  readonly #dropout: Dropout;
  readonly #decoder: Linear;

  constructor(config: LanguageNetworkConfig, vocabularySize: number, rng: Philox, calls: RandomCalls) {
    super();
    const { hiddenSize, numLayers, embeddingSize, dropout } = config;
    this.#embedding =
      embeddingSize > 0 ? this.addPart('embedding', new Embedding(vocabularySize, embeddingSize, { rng })) : null;
    const used = config.equations === undefined ? cellByName(config.cell) : Cell.fromData(config.equations);
    const opened = opensForgetGate(used) ? { initialBias: { f: 1 } } : {};
    const inputSize = embeddingSize > 0 ? embeddingSize : vocabularySize;
    requireEffect(config, used, inputSize);
    this.#rnn = this.addPart(
      'rnn',
      new Recurrent(used, { ...config.recurrent, inputSize, hiddenSize, numLayers, dropout, rng, calls, ...opened }),
    );
    this.#dropout = this.addPart('dropout', new Dropout(dropout, calls));
    this.#decoder = this.addPart('decoder', new Linear(this.#rnn.outputSize, vocabularySize, { rng }));
  }

  /** The recurrent stack, for looking inside. */
  get recurrent(): Recurrent {
    return this.#rnn;
  }

  /**
   * @param tokens int32 [T, N]. Returns logits [T, N, V], the state after the last step, and for each layer and direction the
   * values named in `trace` [T, N, H]. Errors: OPTION for a name that the cell has not.
   */
  forward(
    tokens: Tensor,
    state: RecurrentState | null,
    options: Pick<ForwardOptions, 'trace'> = {},
  ): { logits: Tensor; state: RecurrentState; trace: RecurrentResult['trace'] } {
    const x = this.#embedding?.forward(tokens) ?? tokens;
    const { output, state: next, trace } = this.#rnn.forward(x, { ...options, state });
    return { logits: this.#decoder.forward(this.#dropout.forward(output)), state: next, trace };
  }
}

/** A forget gate `f` of a cell with a memory starts open, where the cell does not say otherwise (Jozefowicz et al. 2015). */
function opensForgetGate(cell: Cell): boolean {
  return (
    cell.states.includes('c') && cell.initialBias.f === undefined && cell.linears.some((l) => l.name === 'f' && l.bias)
  );
}

/** Errors: OPTION for an option of the stack that would change nothing here. */
function requireEffect(config: LanguageNetworkConfig, cell: Cell, inputSize: number): void {
  const { recurrent = {}, numLayers, hiddenSize, dropout } = config;
  const fail = (expected: string, received: string, help: string): never => {
    throw new UnrolledError('OPTION', `expected ${expected}, received ${received}`, help);
  };
  if (recurrent.numHeads !== undefined && !cell.linears.some((l) => l.perHead.includes(true))) {
    fail('a cell with heads for a number of heads', cell.name, 'leave the heads out, or take slstm');
  }
  const outputSize = recurrent.projSize ?? hiddenSize;
  if (recurrent.residual === true && numLayers === 1 && (inputSize !== outputSize || config.embeddingSize === 0)) {
    fail(
      `several layers, or an embedding of size ${outputSize}, for residual connections`,
      `one layer on ${config.embeddingSize === 0 ? 'tokens' : `an embedding of ${inputSize}`}`,
      'leave residual out, or add layers',
    );
  }
  if (recurrent.variational === true && (dropout === 0 || numLayers === 1)) {
    fail(
      'dropout between several layers for variational',
      `dropout ${dropout} and ${numLayers} layers`,
      'set both, or leave variational out',
    );
  }
}
