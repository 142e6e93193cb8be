// How well a language network predicts a text: the text is cut into rows, so that products are matrices and not vectors.
import { crossEntropy } from '../../autograd/ops.js';
import { backendOf } from '../../backend/registry.js';
import { noGrad } from '../../autograd/tape.js';
import { UnrolledError } from '../../errors.js';
import { detach, type RecurrentState } from '../../nn/recurrent.js';
import { fromData } from '../../tensor/create.js';
import { readAndDispose, type Reading } from '../../tensor/readAll.js';
import { keep, scope } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type LossMetrics, lossMetrics } from '../../text/perplexity.js';
import { standardErrorOf, type Stretch, stretchesOf } from '../../text/stretches.js';
import { CarriedState } from '../carriedState.js';
import type { LanguageNetwork } from './languageNetwork.js';

/** Of a whole text; a sample has as many as it has stretches. */
const ROWS = 32;
const STEPS = 64;
/** Tokens read before each row's own, so that it does not start cold. */
const WARM_UP = 128;
/** Stands for a token that is read, but not predicted. */
const SKIPPED = -1;

/**
 * How well all tokens but the first are predicted, or a sample of them. Each row first reads what stands before its own stretch.
 * @param tokens two or more  @param maxTokens of the sample
 * Errors: NON_FINITE.
 */
export function* measureLosses(network: LanguageNetwork, tokens: Int32Array, maxTokens: number): Reading<LossMetrics> {
  const positions = tokens.length - 1;
  if (positions > maxTokens) {
    const stretches = stretchesOf(positions, maxTokens);
    const sums = yield* sumsOfLosses(network, tokens, stretches);
    const each = stretches[0].to - stretches[0].from;
    const sum = sums.reduce((a, b) => a + b, 0);
    return {
      ...networkMetrics(sum, each * stretches.length),
      standardError: standardErrorOf(sums.map((own) => own / each)),
    };
  }
  const sums = yield* sumsOfLosses(network, tokens, wholeText(positions));
  return networkMetrics(
    sums.reduce((a, b) => a + b, 0),
    positions,
  );
}

/** From the sum of −ln P that a network gave. Errors: NON_FINITE where it gave none. */
export function networkMetrics(sum: number, tokens: number): LossMetrics {
  if (!Number.isNaN(sum)) return lossMetrics(sum, tokens);
  throw new UnrolledError(
    'NON_FINITE',
    'expected probabilities of the text, received a loss that is not a number',
    'weights of the network are not finite or too large: take an earlier checkpoint, or train with a lower learning rate',
  );
}

/** −ln P of each token but the first [tokens − 1], in nats. @param tokens two or more */
export function* tokenLosses(network: LanguageNetwork, tokens: Int32Array): Reading<Float64Array> {
  const losses = new Float64Array(tokens.length - 1);
  const stretches = wholeText(losses.length);
  yield* eachLoss(network, tokens, stretches, (row, place, loss) => (losses[stretches[row].from + place] = loss));
  return losses;
}

/** All positions, in rows of one length; the last may go beyond the end. */
function wholeText(positions: number): Stretch[] {
  const rows = Math.max(1, Math.min(ROWS, Math.floor(positions / (2 * WARM_UP))));
  const share = Math.ceil(positions / rows);
  return Array.from({ length: rows }, (_, r) => ({ from: r * share, to: (r + 1) * share }));
}

/** The sum of −ln P of what follows each position of a stretch, in nats. */
function* sumsOfLosses(network: LanguageNetwork, tokens: Int32Array, stretches: readonly Stretch[]): Reading<number[]> {
  const sums = new Array<number>(stretches.length).fill(0);
  yield* eachLoss(network, tokens, stretches, (row, _, loss) => (sums[row] += loss));
  return sums;
}

/**
 * −ln P of what follows each position, in nats, of stretches of one length, side by side.
 * @param take hears the stretch, the place in it, and the loss
 */
function* eachLoss(
  network: LanguageNetwork,
  tokens: Int32Array,
  stretches: readonly Stretch[],
  take: (row: number, place: number, loss: number) => void,
): Reading<void> {
  const positions = tokens.length - 1;
  const rows = stretches.length;
  const share = stretches[0].to - stretches[0].from;
  const warm = rows > 1 ? WARM_UP : 0;
  const carried = new CarriedState();
  for (let from = -warm; from < share; from += STEPS) {
    const steps = Math.min(STEPS, share - from);
    const [x, y] = [new Int32Array(steps * rows), new Int32Array(steps * rows).fill(SKIPPED)];
    for (let t = 0; t < steps; t++) {
      for (let r = 0; r < rows; r++) {
        const at = stretches[r].from + from + t;
        x[t * rows + r] = tokens[Math.min(Math.max(at, 0), positions)];
        if (from + t >= 0 && at < positions) y[t * rows + r] = tokens[at + 1];
      }
    }
    const losses = scope(() =>
      noGrad(() => {
        const { logits, state } = network.forward(fromData(x, [steps, rows]), carried.current);
        const losses = crossEntropy(logits, fromData(y, [steps, rows]), { ignoreIndex: SKIPPED, reduction: 'none' });
        // The first row has nothing before it: it starts from zero as the text does.
        const atStart = from + steps <= 0 && from < 0;
        carried.replace(atStart ? withoutFirstRow(state) : state);
        return keep(losses);
      }),
    );
    const values = yield* readAndDispose(losses);
    y.forEach((target, i) => {
      if (target !== SKIPPED) take(i % rows, from + Math.floor(i / rows), values[i]);
    });
  }
  carried.replace(null);
}

/** A copy in which the first row is zero. */
function withoutFirstRow(state: RecurrentState): RecurrentState {
  const copy = detach(state);
  for (const layer of copy) for (const t of Object.values(layer)) clearFirstRow(t);
  return copy;
}

function clearFirstRow(t: Tensor): void {
  backendOf(t).fill(t, t.shape[1], 0);
}
