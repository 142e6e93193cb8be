// Apart from the network, so that the command line lists them without loading it.

/** How the outputs of all steps become one vector: the last state, their mean, or the largest of each unit. */
export const POOLINGS = ['last', 'mean', 'max'] as const;
export type Pooling = (typeof POOLINGS)[number];
