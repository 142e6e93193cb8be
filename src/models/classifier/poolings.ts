// Apart from the network, so that the command line lists them without loading it.

export const POOLINGS = ['last', 'mean', 'max', 'mean-max', 'last-mean-max'] as const;
/**
 * How the outputs of all steps become one vector: the last state, their mean, the largest of each unit, or several side by
 * side.
 */
export type Pooling = (typeof POOLINGS)[number];

export type OnePooling = 'last' | 'mean' | 'max';

/** What stands side by side, in this order. */
export function poolingParts(pooling: Pooling): OnePooling[] {
  switch (pooling) {
    case 'mean-max':
      return ['mean', 'max'];
    case 'last-mean-max':
      return ['last', 'mean', 'max'];
    default:
      return [pooling];
  }
}
