// The metrics of a part of the data as the JSON of a command has them.
import type { LossMetrics } from '../../../text/perplexity.js';

export type { LossMetrics };

/** loss in nats, perplexity, bitsPerToken; null stays null. */
export function metricsOf(
  metrics: LossMetrics | null,
): Pick<LossMetrics, 'loss' | 'perplexity' | 'bitsPerToken'> | null {
  if (metrics === null) return null;
  const { loss, perplexity, bitsPerToken } = metrics;
  return { loss, perplexity, bitsPerToken };
}
