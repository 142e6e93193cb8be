/**
 * Training on several processes: ranks that `mpirun` or `parallel.init({ ranks })` starts. `fit` does the rest; loops of one's own sum
 * their gradients by `backwardInShards`, or by `shardOf` and `allReduceGradients`.
 */
export { init, type ParallelOptions } from './init.js';
export { type Communicator, ranksOfProcess as ranks } from './communicator.js';
export { allReduceGradients, backwardInShards, type ShardedBackwardOptions } from './gradients.js';
export { type CuttableBatch, shardOf, type ShardOptions } from './shardOf.js';
