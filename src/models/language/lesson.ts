// How a language model learns: minibatches of a text with the state carried on, truncated backpropagation through time.
import { add, concat, crossEntropy, mul, sum } from '../../autograd/ops.js';
import { eachPart, type RowParts } from '../../autograd/rowParts.js';
import { Fingerprint } from '../../data/fingerprint.js';
import { BatchSampler, type TokenBatch } from '../../data/sampling.js';
import { UnrolledError } from '../../errors.js';
import { detach, type RecurrentState } from '../../nn/recurrent.js';
import { fromData } from '../../tensor/create.js';
import { requireNumber } from '../../range.js';
import { keep } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Corpus } from '../../text/corpus.js';
import type { LossMetrics } from '../../text/perplexity.js';
import { rowsOfShard } from '../../parallel/communicator.js';
import type { ShardLoss } from '../../parallel/cut.js';
import type { RankRange } from '../../parallel/tree.js';
import { partOfMean } from '../rows.js';
import type { Lesson } from '../task.js';
import type { LanguageNetwork } from './languageNetwork.js';
import type { ResolvedLanguageModelOptions } from './options.js';
import { type Candidates, CandidateSampler } from './sampledSoftmax.js';

/**
 * Tokens of the smallest shard from which on the shards of a rank are computed at once: kernels for fewer rows add in another order, and
 * the bits would tell how many ranks there are.
 */
const TOGETHER_FROM = 16;

/** @param evaluate on tokens, in evaluation mode. Errors: TOO_SHORT, RANGE. */
export function languageLesson(
  network: LanguageNetwork,
  corpus: Corpus,
  { numSteps, batchSize, sampling, seed, softmaxSamples = 0 }: ResolvedLanguageModelOptions,
  evaluate: (tokens: Int32Array) => LossMetrics | Promise<LossMetrics>,
): Lesson<LossMetrics> {
  const sampler = new BatchSampler(corpus.train, { batchSize, numSteps, sampling, seed });
  const candidateSampler = candidatesOf(network, corpus, { softmaxSamples, targets: numSteps * batchSize, seed });
  /** A minibatch, and of a sampled softmax the words that its targets are told from. */
  const nextBatch = (): { batch: TokenBatch; targets: Int32Array; candidates?: Candidates } => {
    const batch = sampler.next(buffers);
    const candidates = candidateSampler?.draw(batch.y, batch.epoch * batch.count + batch.index);
    return { batch, targets: candidates?.targets ?? batch.y, candidates };
  };
  /** The mean loss of some rows, of a sampled softmax that of the whole one, about. */
  const lossOf = (
    logits: Tensor,
    targets: Tensor,
    candidates: Candidates | undefined,
    { from, to }: RankRange,
  ): Tensor => {
    const loss = crossEntropy(logits, targets);
    if (candidates === undefined) return loss;
    const own = candidates.shifts.filter((_, i) => i % batchSize >= from && i % batchSize < to);
    return add(loss, own.reduce((total, shift) => total + shift, 0) / own.length);
  };
  const shape = [numSteps, batchSize];
  const buffers = { x: new Int32Array(numSteps * batchSize), y: new Int32Array(numSteps * batchSize) };
  /** Carried from minibatch to minibatch; the one before it is still read until its step is done. */
  let state: RecurrentState | null = null;
  let before: RecurrentState | null = null;
  /** The same for the rows of each shard, where there are shards. */
  const states = new Map<number, { now: RecurrentState | null; before: RecurrentState | null }>();
  const drop = (old: RecurrentState | null): void =>
    old?.forEach((layer) => Object.values(layer).forEach((t) => t.dispose()));
  /** That of all rows of these shards, where a checkpoint had it shard by shard. */
  const joined = ({ from, to }: RankRange): RecurrentState | null => {
    const parts = [...states].filter(([shard, { now }]) => shard >= from && shard < to && now !== null);
    if (parts.length < 2) return states.get(from)?.now ?? null;
    const each = parts.sort(([a], [b]) => a - b).flatMap(([, { now }]) => (now === null ? [] : [now]));
    const whole = each[0].map((layer, l) =>
      Object.fromEntries(Object.keys(layer).map((name) => [name, keep(concat(each.map((own) => own[l][name])))])),
    );
    for (const [shard, { now, before: old }] of parts) {
      drop(now);
      drop(old);
      states.delete(shard);
    }
    states.set(from, { now: whole, before: null });
    return whole;
  };
  const kept = (result: RecurrentState): RecurrentState => {
    const own = detach(result);
    for (const layer of own) for (const t of Object.values(layer)) keep(t);
    return own;
  };
  return {
    data: fingerprints(corpus),
    sampler,
    epochs() {
      const { epoch, index } = sampler.state();
      return epoch + index / sampler.count();
    },
    stepsPerEpoch: sampler.count(0),
    next() {
      const { batch, targets, candidates } = nextBatch();
      drop(before);
      before = state;
      const carried = batch.index === 0 || sampling === 'random' ? null : state;
      const result = network.forward(fromData(batch.x, shape), detach(carried), { candidates });
      state = kept(result.state);
      const loss = lossOf(result.logits, fromData(targets, shape), candidates, { from: 0, to: batchSize });
      return { loss, tokens: numSteps * batchSize };
    },
    nextShards(shards) {
      const { batch, targets, candidates } = nextBatch();
      const isFirst = batch.index === 0 || sampling === 'random';
      /** Tokens of some rows: [T, rows]. */
      const cut = (whole: Int32Array, { from, to }: RankRange): Tensor => {
        const own = new Int32Array(numSteps * (to - from));
        for (let t = 0; t < numSteps; t++) {
          own.set(whole.subarray(t * batchSize + from, t * batchSize + to), t * (to - from));
        }
        return fromData(own, [numSteps, to - from]);
      };
      /** What the rows from this shard on carry on: kept until the step after the next. */
      const carry = (shard: number, result: RecurrentState): void => {
        const { now = null, before: old = null } = states.get(shard) ?? {};
        drop(old);
        states.set(shard, { now: kept(result), before: now });
      };
      const compute = (shard: number): ShardLoss | null => {
        const rows = rowsOfShard(shard, shards, batchSize);
        if (rows.from === rows.to) return null;
        const before = isFirst ? null : (states.get(shard)?.now ?? null);
        const result = network.forward(cut(batch.x, rows), detach(before), { candidates });
        carry(shard, result.state);
        const own = rows.to - rows.from;
        const loss = lossOf(result.logits, cut(targets, rows), candidates, rows);
        return { loss: partOfMean(loss, own, batchSize), tokens: own * numSteps };
      };
      if (numSteps * Math.floor(batchSize / shards) < TOGETHER_FROM) return { compute };
      let after: RecurrentState | null = null;
      let first = 0;
      const parts = ({ from, to }: RankRange): RowParts => {
        const begins = Array.from({ length: to - from + 1 }, (_, i) => rowsOfShard(from + i, shards, batchSize).from);
        return { rows: begins[to - from] - begins[0], cuts: begins.map((begin) => begin - begins[0]) };
      };
      return {
        compute,
        together: {
          parts,
          compute(own) {
            const { rows: count, cuts } = parts(own);
            const { from } = rowsOfShard(own.from, shards, batchSize);
            const rows = { from, to: from + count };
            first = own.from;
            const carried = isFirst ? null : joined(own);
            const result = network.forward(cut(batch.x, rows), detach(carried), { candidates });
            after = result.state;
            const each = crossEntropy(result.logits, cut(targets, rows), { reduction: 'none' });
            const values = each.data();
            const losses = eachPart({ rows: count, cuts }, (begin, end) => {
              let sum = 0;
              for (let t = 0; t < numSteps; t++) {
                for (let n = begin; n < end; n++) {
                  sum += values[t * count + n] + (candidates?.shifts[t * batchSize + from + n] ?? 0);
                }
              }
              return sum / (numSteps * batchSize);
            });
            return { loss: mul(sum(each), 1 / (numSteps * batchSize)), losses, tokens: values.length };
          },
          done() {
            if (after !== null) carry(first, after);
          },
        },
      };
    },
    evaluate: () => (corpus.validation.length < 2 ? null : evaluate(corpus.validation)),
    carried: {
      of: network.recurrent,
      state: () => state,
      restore(stored) {
        state = stored;
      },
      ofShards: () => new Map([...states].flatMap(([shard, { now }]) => (now === null ? [] : [[shard, now] as const]))),
      restoreShards(stored) {
        for (const [shard, now] of stored) states.set(shard, { now, before: null });
      },
    },
    end() {
      drop(before);
      drop(state);
      for (const own of states.values()) {
        drop(own.before);
        drop(own.now);
      }
    },
  };
}

/** Where the softmax is sampled, what samples it. Errors: RANGE; OPTION for a decoder with weights of its own. */
function candidatesOf(
  network: LanguageNetwork,
  { train, vocabulary }: Corpus,
  { softmaxSamples, targets, seed }: { softmaxSamples: number; targets: number; seed: number },
): CandidateSampler | null {
  requireNumber(
    'softmaxSamples',
    softmaxSamples,
    { min: 0, whole: true },
    '1000 is usual; 0 takes the whole vocabulary',
  );
  if (softmaxSamples === 0) return null;
  if (!network.hasTiedVectors) {
    throw new UnrolledError(
      'OPTION',
      'expected tied vectors for softmaxSamples, received a decoder with weights of its own',
      'set tied to true, or softmaxSamples to 0',
    );
  }
  return new CandidateSampler(train, { vocabulary: vocabulary.size, targets, draws: softmaxSamples, seed });
}

function fingerprints({ train, validation, vocabulary }: Corpus): Lesson['data'] {
  const { size } = vocabulary;
  const symbols = Array.from({ length: size }, (_, index) => vocabulary.token(index));
  return {
    vocabulary: new Fingerprint().texts(symbols).part(size),
    training: new Fingerprint().numbers(train).part(train.length),
    validation: new Fingerprint().numbers(validation).part(validation.length),
  };
}
