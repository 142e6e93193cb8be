// unrolled/data: batches of tokens, windows of series, splitting, scaling.
import '../autograd/methods.js';

export { type Batch, type BatchOptions, randomBatches, sequentialBatches, type TokenSource } from './batches.js';
export { DataLoader, type DataLoaderOptions, type Example, type LoadedBatch, type Sequence } from './dataLoader.js';
export { BatchSampler, type SamplerOptions, type SamplerState, type Sampling, type TokenBatch } from './sampling.js';
export { predictAhead, slidingWindows, type Windows } from './autoregressive.js';
export { stratifiedSplit } from './split.js';
export { type TimePartOptions, type TimeParts, timeParts, type TimeRange } from './timeParts.js';
export {
  fitScaling,
  scaleValues,
  type Scaling,
  type ScalingKind,
  type ScalingOptions,
  type Transform,
  unscaleValues,
} from './scaling.js';
export { findSeason } from './seriesBaselines.js';
