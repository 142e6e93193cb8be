// Attention: each query takes a weighted mean of the values. Letters: N batch, Tq queries, Tk keys and values, D sizes,
// A the size inside additive attention.
import { UnrolledError } from '../errors.js';
import { asTensor, type TensorLike } from '../tensor/asTensor.js';
import { type Names, optionsOf } from '../expect.js';
import { argument, elementwise } from '../autograd/elementwise.js';
import { matmul, mul, permute, reshape, softmax, transpose } from '../autograd/ops.js';
import { apply, constant } from '../program/expr.js';
import { requireNumber } from '../range.js';
import { fromData } from '../tensor/create.js';
import type { Philox } from '../tensor/philox.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { additiveScores } from './additiveScores.js';
import { requireBroadcast } from './broadcast.js';
import { Linear } from './layers.js';
import { lengthMask, type Lengths, readLengths } from './lengths.js';
import { Module } from './module.js';

/** Where queries may look. */
export interface AttentionOptions {
  /** Not 0 where a query may look; broadcasts to [N, Tq, Tk]: [N, 1, Tk] hides keys, [Tq, Tk] is one for all sequences. */
  mask?: TensorLike;
  /** How many keys each sequence has, N numbers; with a mask, both must allow. */
  lengths?: Lengths;
}

/** What attention gives: the mixtures, and how they were mixed. */
export interface AttentionResult {
  /** [N, Tq, Dv] */
  output: Tensor;
  /** [N, Tq, Tk]; rows sum to 1, or are all 0 where nothing may be looked at. */
  weights: Tensor;
}

/** How products of queries and keys become scores. */
export interface DotAttentionOptions {
  /** Factor on the products; 1/√D by default. */
  scale?: number;
}

const ATTENTION_NAMES: Names<AttentionOptions> = { mask: true, lengths: true };
const DOT_NAMES: Names<DotAttentionOptions> = { scale: true };

/** Far below any score, yet finite: a row of −∞ alone has no softmax. */
const HIDDEN = -1e30;
const allowed = apply('sub', constant(1), apply('equal', argument(1), constant(0)));
const hideExpr = apply('select', argument(1), argument(0), constant(HIDDEN));
const cutExpr = apply('mul', argument(0), allowed);

/**
 * Softmax over the last axis where the mask is not 0; exactly 0, and without gradient, elsewhere. A row that is masked
 * completely is all 0.
 * @param given the scores, [N, Tq, Tk]
 * @param mask broadcasts to the scores. Errors: SHAPE.
 */
export function maskedSoftmax(given: TensorLike, mask: TensorLike): Tensor {
  const scores = asTensor(given, 'the scores');
  const floats = readMask(mask, scores);
  const weights = softmax(elementwise(hideExpr, [scores, floats], { op: 'mask' }));
  return elementwise(cutExpr, [weights, floats], { op: 'mask' });
}

/** The mask in float32, outside the tape. Errors: SHAPE. */
function readMask(given: TensorLike, scores: Tensor): Tensor {
  const mask = asTensor(given, 'the mask', undefined, scores.device);
  requireBroadcast(mask, scores.shape, 'a mask', 'reshape a mask [N, Tk] of the keys to [N, 1, Tk]');
  if (mask.dtype !== 'int32') return mask.detach();
  return fromData(Float32Array.from(mask.data()), mask.shape, { device: scores.device });
}

/** Weights of the scores [N, Tq, Tk], and the values [N, Tk, Dv] weighted by them. */
function attend(scores: Tensor, value: Tensor, given: AttentionOptions): AttentionResult {
  const options = optionsOf(given, ATTENTION_NAMES, 'attention');
  const [N, , Tk] = scores.shape;
  const masks = options.mask === undefined ? [] : [readMask(options.mask, scores)];
  if (options.lengths !== undefined) {
    const lengths = readLengths(options.lengths, N, Tk, 'key lengths');
    masks.push(reshape(lengthMask(lengths, Tk, { device: scores.device }), [N, 1, Tk]));
  }
  const weights =
    masks.length === 0
      ? softmax(scores)
      : maskedSoftmax(
          scores,
          masks.reduce((a, b) => mul(a, b)),
        );
  return { output: matmul(weights, value), weights };
}

function tensorsOf(query: TensorLike, key: TensorLike, value: TensorLike): [Tensor, Tensor, Tensor] {
  return [asTensor(query, 'the query'), asTensor(key, 'the key'), asTensor(value, 'the value')];
}

/** Errors: SHAPE. */
function checkShapes(query: Tensor, key: Tensor, value: Tensor, querySize: number, keySize: number): void {
  const fits =
    query.rank === 3 &&
    key.rank === 3 &&
    value.rank === 3 &&
    query.shape[2] === querySize &&
    key.shape[2] === keySize &&
    query.shape[0] === key.shape[0] &&
    sameShape(key.shape.slice(0, 2), value.shape.slice(0, 2));
  if (!fits) {
    throw new UnrolledError(
      'SHAPE',
      `expected query [N, Tq, ${querySize}], key [N, Tk, ${keySize}] and value [N, Tk, Dv], received ${[query, key, value].map((t) => formatShape(t.shape)).join(', ')}`,
      'all three are batch first; use [N, 1, D] for a single query',
    );
  }
}

/**
 * Scaled dot-product attention: softmax(scale · Q Kᵀ) V (Vaswani et al. 2017, eq. 1).
 * @param queries [N, Tq, D]
 * @param keys [N, Tk, D]
 * @param values [N, Tk, Dv]; what is masked must still be finite
 * Errors: SHAPE; RANGE for a length above Tk.
 */
export function dotProductAttention(
  queries: TensorLike,
  keys: TensorLike,
  values: TensorLike,
  options: AttentionOptions & DotAttentionOptions = {},
): AttentionResult {
  const [query, key, value] = tensorsOf(queries, keys, values);
  const { scale: factor, ...own } = optionsOf(options, { ...ATTENTION_NAMES, ...DOT_NAMES }, 'attention');
  const size = query.shape[2] ?? 0;
  checkShapes(query, key, value, size, size);
  const scale = factor ?? 1 / Math.sqrt(Math.max(size, 1));
  requireNumber('a scale', scale, {}, 'leave it out for 1/√D');
  return attend(matmul(mul(query, scale), transpose(key)), value, own);
}

/** `dotProductAttention` as a module; nothing to learn. */
export class DotAttention extends Module {
  readonly #options: DotAttentionOptions;

  constructor(options: DotAttentionOptions = {}) {
    super();
    this.#options = { ...optionsOf(options, DOT_NAMES, 'DotAttention') };
  }

  /** Shapes and errors of `dotProductAttention`. */
  forward(query: TensorLike, key: TensorLike, value: TensorLike, options: AttentionOptions = {}): AttentionResult {
    return dotProductAttention(query, key, value, {
      ...this.#options,
      ...optionsOf(options, ATTENTION_NAMES, 'attention'),
    });
  }
}

/**
 * Additive attention: the score of a query and a key is vᵀ tanh(W q + U k), without biases (Bahdanau, Cho and Bengio 2015,
 * appendix A.1.2). Parameters: `query.weight` W [Dq, A], `key.weight` U [Dk, A], `score.weight` v [A, 1].
 */
export class AdditiveAttention extends Module {
  /** Dq, the size of a query. */
  readonly querySize: number;
  /** Dk, the size of a key. */
  readonly keySize: number;
  /** A, the size in which queries and keys are compared. */
  readonly attentionSize: number;
  readonly #query: Linear;
  readonly #key: Linear;
  readonly #score: Linear;

  constructor(querySize: number, keySize: number, attentionSize: number, options: { rng?: Philox } = {}) {
    super();
    const part = { ...optionsOf(options, { rng: true }, 'AdditiveAttention'), bias: false };
    this.querySize = querySize;
    this.keySize = keySize;
    this.attentionSize = attentionSize;
    this.#query = this.addPart('query', new Linear(querySize, attentionSize, part));
    this.#key = this.addPart('key', new Linear(keySize, attentionSize, part));
    this.#score = this.addPart('score', new Linear(attentionSize, 1, part));
  }

  /**
   * @param query [N, Tq, Dq]
   * @param key [N, Tk, Dk]
   * @param value [N, Tk, Dv]; what is masked must still be finite
   * Memory: no more than the scores, N · Tq · Tk numbers. Errors: SHAPE; RANGE for a length above Tk.
   */
  forward(query: TensorLike, key: TensorLike, value: TensorLike, options: AttentionOptions = {}): AttentionResult {
    const [q, k, v] = tensorsOf(query, key, value);
    checkShapes(q, k, v, this.querySize, this.keySize);
    return this.look(q, this.project(k), v, options);
  }

  /** U k, which is the same for every query: made once where one query comes after the other. [N, Tk, Dk] to [Tk, N, A]. */
  project(key: Tensor): Tensor {
    return transpose(this.#key.forward(key), 0, 1);
  }

  /** `forward` with keys [Tk, N, A] that `project` made. */
  look(query: Tensor, keys: Tensor, value: Tensor, options: AttentionOptions = {}): AttentionResult {
    const queries = transpose(this.#query.forward(query), 0, 1);
    const scores = additiveScores(queries, keys, this.#score.weight);
    return attend(permute(scores, [2, 0, 1]), value, options);
  }
}
