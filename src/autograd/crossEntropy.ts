// Cross-entropy: in each row of the logits, the target picks by index.
import '../backend/compiled/calls/crossEntropy.js';
import { UnrolledError } from '../errors.js';
import { expectChoice, type Names, optionsOf } from '../expect.js';
import { backendOf } from '../backend/registry.js';
import { apply, constant, uniform } from '../program/expr.js';
import { requireNumber } from '../range.js';
import { asTensor, type TensorLike } from '../tensor/asTensor.js';
import { empty, fromData, full } from '../tensor/create.js';
import { formatShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { argument, elementwise, updateInPlace } from './elementwise.js';
import { asFloat } from './integers.js';
import { reduceAxes } from './movement.js';
import { requireIndices } from './rows.js';
import { alias, record } from './tape.js';

/** Which targets count in `crossEntropy`, how much they are trusted, and how losses are put together. */
export interface CrossEntropyOptions {
  /** Targets that do not count; none by default. */
  ignoreIndex?: number;
  /** ε of Szegedy et al. 2016, section 7: the target gets 1 − ε of the mass and all V classes share ε. */
  labelSmoothing?: number;
  /** `mean` is over the targets that count; over none of them it is 0, with gradient 0. */
  reduction?: 'mean' | 'sum' | 'none';
}

/** What no target can be: then a negative target is an error. */
const NO_TARGET = -(2 ** 31);

const CROSS_ENTROPY_NAMES: Names<CrossEntropyOptions> = { ignoreIndex: true, labelSmoothing: true, reduction: true };

const x = argument;
const scaleExpr = apply('mul', x(0), uniform('scale'));
const [epsilon, share] = [uniform('epsilon'), uniform('share')];
const exact = apply('sub', constant(1), epsilon);
/** (1 − ε) · loss + ε · (logSumExp − mean of the logits); x0 … x3 = loss, logSumExp, sum of the logits, kept. */
const smoothedExpr = apply(
  'mul',
  x(3),
  apply('add', apply('mul', exact, x(0)), apply('mul', epsilon, apply('sub', x(1), apply('mul', share, x(2))))),
);
/** Adds ε · dLoss · (softmax − 1 / V); x0 … x4 = (1 − ε) part, logits, logSumExp, dLoss, kept. */
const smoothedGradientExpr = apply(
  'add',
  x(0),
  apply(
    'mul',
    apply('mul', x(3), apply('mul', epsilon, x(4))),
    apply('sub', apply('exp', apply('sub', x(1), x(2))), share),
  ),
);

/**
 * Softmax cross-entropy in nats, fused and stable: −log softmax(logits)[target].
 * @param input logits [..., V]
 * @param target int32, or an array of whole numbers; the leading shape of the logits
 * Errors: SHAPE, DTYPE, RANGE for a target outside 0 … V − 1 or a smoothing outside 0 … 1, OPTION.
 */
export function crossEntropy(input: TensorLike, target: TensorLike, given: CrossEntropyOptions = {}): Tensor {
  const options = optionsOf(given, CROSS_ENTROPY_NAMES, 'crossEntropy');
  const logits = asFloat(input, 'the logits');
  const targets = asTensor(target, 'the targets', 'int32', logits.device);
  const { ignoreIndex = NO_TARGET, labelSmoothing = 0, reduction = 'mean' } = options;
  expectChoice(reduction, 'a reduction', ['mean', 'sum', 'none']);
  const cols = logits.shape[logits.rank - 1];
  const rows = targets.size;
  if (logits.rank < 1 || logits.size !== rows * cols) {
    throw new UnrolledError(
      'SHAPE',
      `expected one target for each row of the logits, received logits ${formatShape(logits.shape)} and targets ${formatShape(targets.shape)}`,
      'logits are [..., V], targets have the shape before V',
    );
  }
  requireIndices(targets);
  requireNumber('a label smoothing', labelSmoothing, { min: 0, max: 1 }, '0.1 is usual; 0 is none');
  if (options.ignoreIndex !== undefined) {
    requireNumber('ignoreIndex', ignoreIndex, { whole: true }, 'it is what stands in the targets, such as -100');
  }
  const spec = { rows, cols, ignoreIndex };
  const device = logits.device;
  const plain = empty(targets.shape, { device });
  const logSumExp = empty([rows], { device });
  const at = (t: Tensor): { storage: Tensor['storage']; offset: number } => ({ storage: t.storage, offset: t.offset });
  backendOf(logits).crossEntropy(spec, at(logits), at(targets), at(plain), at(logSumExp));
  const kept = options.ignoreIndex === undefined ? null : keptRows(targets, ignoreIndex);
  const counted = kept === null ? rows : kept.reduce((sum, keep) => sum + keep, 0);
  const scale = reduction !== 'mean' ? 1 : counted === 0 ? 0 : 1 / counted;

  const matrix = alias(logits, [rows, cols]);
  const smoothing = { epsilon: labelSmoothing, share: 1 / cols };
  const keep =
    labelSmoothing === 0 ? null : kept === null ? full([1], 1, { device }) : fromData(kept, [rows, 1], { device });
  let loss = plain;
  if (keep !== null) {
    const parts = [
      alias(plain, [rows, 1]),
      alias(logSumExp, [rows, 1]),
      alias(reduceAxes(matrix, 'sum', [1], [0]), [rows, 1]),
    ];
    loss = alias(elementwise(smoothedExpr, [...parts, keep], { uniforms: smoothing }), targets.shape);
  }
  const total = (): Tensor =>
    reduceAxes(
      loss,
      'sum',
      loss.shape.map((_, i) => i),
      [],
    );
  const out = reduction === 'none' ? loss : elementwise(scaleExpr, [total()], { uniforms: { scale } });
  record({
    op: 'crossEntropy',
    inputs: [logits],
    outputs: [out],
    backward([g]) {
      if (g === null) return [null];
      const times = (t: Tensor, factor: number): Tensor =>
        factor === 1 ? t : elementwise(scaleExpr, [t], { uniforms: { scale: factor } });
      const perRow = times(g, scale);
      const d = empty(logits.shape, { device });
      const stride = reduction === 'none' ? 1 : 0;
      const exactPart = times(perRow, 1 - labelSmoothing);
      backendOf(logits).crossEntropyGrad(spec, at(logits), at(targets), at(logSumExp), at(exactPart), stride, at(d));
      if (keep !== null) {
        const whole = alias(d, [rows, cols]);
        const dLoss = alias(perRow, stride === 1 ? [rows, 1] : [1]);
        const inputs = [whole, matrix, alias(logSumExp, [rows, 1]), dLoss, keep];
        updateInPlace([{ tensor: whole, value: smoothedGradientExpr }], inputs, { uniforms: smoothing });
      }
      return [d];
    },
  });
  return out;
}

/** 1 for each target that counts, else 0. */
function keptRows(targets: Tensor, ignoreIndex: number): number[] {
  return Array.from(targets.data(), (target) => (target === ignoreIndex ? 0 : 1));
}
