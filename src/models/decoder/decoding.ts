// What the models with a decoder share: targets as it reads them in training, and beam search with it.
import { logSoftmax } from '../../autograd/ops.js';
import { padded } from '../../data/lengthBatches.js';
import { noGrad } from '../../autograd/tape.js';
import { fromData } from '../../tensor/create.js';
import { readAndDispose } from '../../tensor/readAll.js';
import { scope } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { ReadingBeamModel } from './beamSearch.js';
import type { DecoderNetwork, DecoderState } from './decoderNetwork.js';

export interface TeacherForcing {
  /** What the decoder reads: int32 [T, N], each target after `begin`, without its last token. */
  tokens: Tensor;
  /** [N] */
  lengths: Int32Array;
  /** What it should say: the targets one after the other, int32. */
  targets: Tensor;
}

/** @param sequences targets, each with its end */
export function teacherForcing(sequences: readonly Int32Array[], begin: number): TeacherForcing {
  const read = padded(sequences.map((own) => Int32Array.from(own, (_, t) => (t === 0 ? begin : own[t - 1]))));
  const targets = new Int32Array(sequences.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const own of sequences) {
    targets.set(own, at);
    at += own.length;
  }
  return {
    tokens: fromData(read.data, [read.numSteps, sequences.length]),
    lengths: read.lengths,
    targets: fromData(targets, [at]),
  };
}

/** A decoder for beam search. Its tensors are given back by `dispose`. */
export function beamModel(decoder: DecoderNetwork): ReadingBeamModel<DecoderState> {
  return {
    *step(tokens, before) {
      const { scores, weights, state } = scope(() =>
        noGrad(() => {
          const step = decoder.step(tokens, before);
          return { scores: logSoftmax(step.logits), weights: step.weights, state: step.state };
        }),
      );
      const looked = weights === null ? null : ((yield* readAndDispose(weights)) as Float32Array);
      const { memory, of } = state;
      const attention =
        looked === null || memory === null
          ? null
          : Array.from(of, (sequence, row) => {
              const start = (row * looked.length) / of.length;
              return looked.slice(start, start + memory.lengths[sequence]);
            });
      return { logProbabilities: (yield* readAndDispose(scores)) as Float32Array, state, attention };
    },
    gather: (state, rows) => noGrad(() => decoder.gather(state, rows)),
    dispose({ layers, memory }) {
      for (const layer of layers ?? []) for (const t of Object.values(layer)) t.dispose();
      memory?.values.dispose();
      memory?.keys.dispose();
    },
  };
}
