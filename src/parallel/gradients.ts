// Gradients over all ranks, for loops of one's own.
import { argument, updateInPlace } from '../autograd/elementwise.js';
import { defaultCalls } from '../nn/random.js';
import { Module } from '../nn/module.js';
import { parametersOf, type ParameterSource } from '../optim/given.js';
import { apply, uniform } from '../program/expr.js';
import { requireNumber } from '../range.js';
import type { Tensor } from '../tensor/tensor.js';
import { ranks } from './communicator.js';
import { DEFAULT_SHARDS } from './cut.js';
import { ShardedGradients } from './shards.js';
import { shardsOf } from './shardOf.js';

const scaled = apply('mul', argument(0), uniform('scale'));

/**
 * The mean over the ranks of the gradients that `backward()` left, on all ranks, in place. Each rank has the mean loss of its own rows
 * (`shardOf(batch)`); `weight` says how many they are.
 *
 *     for (const batch of loader) {
 *       const own = parallel.shardOf(batch);
 *       if (own !== null) lossOf(own).backward();
 *       await parallel.allReduceGradients(net, { weight: own?.lengths.length ?? 0 });
 *       optimizer.step();
 *       optimizer.zeroGrad();
 *     }
 *
 * The sum is in a fixed order, so that all ranks have the same bits; another number of ranks has others. `backwardInShards` has the
 * same on any number. Errors: OPTION, RANGE; RANK where another rank ended.
 */
export async function allReduceGradients(parameters: ParameterSource, { weight = 1 } = {}): Promise<void> {
  requireNumber('a weight', weight, { min: 0 }, 'give the number of rows or tokens of this rank');
  const all = ranks();
  if (all.size === 1) return;
  const list = parametersOf(parameters);
  const weights = await all.allGather(weight);
  const total = weights.reduce((sum, one) => sum + one, 0);
  const uniforms = { scale: total === 0 ? 0 : weight / total };
  for (const { grad } of list) {
    if (grad !== null) updateInPlace([{ tensor: grad, value: scaled }], [grad], { uniforms });
  }
  await new ShardedGradients(list, [], all.size, all, 'any').addUp();
}

/** How a minibatch is cut. */
export interface ShardedBackwardOptions {
  /** A power of two; 8. With the same shards the bits are the same on any number of ranks. */
  shards?: number;
}

/**
 * The gradient of the mean loss over a minibatch, in place of `loss.backward()`: the minibatch is cut into shards, each rank computes
 * some, and gradients are summed in an order that does not depend on the ranks.
 *
 *     for (const batch of loader) {
 *       const { loss } = await parallel.backwardInShards(net, batch, ({ x, y, lengths }) =>
 *         crossEntropy(net.forward(x, { lengths }), y, { ignoreIndex: -100 }));
 *       optimizer.step();
 *       optimizer.zeroGrad();
 *     }
 *
 * @param batch what `shardOf` cuts
 * @param lossOf the mean loss of a part of it
 * Returns the mean loss over the minibatch. Errors: OPTION; RANK where another rank ended.
 */
export async function backwardInShards<B>(
  parameters: ParameterSource,
  batch: B,
  lossOf: (part: B) => Tensor,
  { shards = DEFAULT_SHARDS }: ShardedBackwardOptions = {},
): Promise<{ loss: number }> {
  const calls = new Set([...(parameters instanceof Module ? parameters.randomCalls() : []), defaultCalls()]);
  const gradients = new ShardedGradients(parametersOf(parameters), [...calls], shards, ranks());
  const { loss } = await gradients.backward(shardsOf(batch, shards, lossOf));
  return { loss };
}
