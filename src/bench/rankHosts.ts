// What several hosts would do, as a prediction: measured steps of one rank, and a network that is assumed.
import { type ComputeCost, computeCost, type EarlyCost, paysUpTo, stepOnHosts } from './rankCosts.js';
import type { RanksReading } from './ranksReading.js';
import { LANGUAGE_MODELS } from './work.js';

/** Of one layer, and of two, of which the upper one is summed while the lower one is computed. */
export const PREDICTED = ['char-lstm-h1024', 'char-rnn-lstm-h512-l2'] as const;

/** What is assumed of hosts: seconds a message, bytes a second. */
export const NETWORK = { latency: 30e-6, bandwidth: 1.25e9 };

/** A prediction for hosts of one thread each. */
export interface HostsRow {
  hosts: number;
  /** Rows of a minibatch. */
  rows: number;
  stepSeconds: number;
  /** In which a host waits for the sum. */
  sumSeconds: number;
  /** The same where the sum begins when all is computed. */
  sumAtEndSeconds: number;
  /** Times as many tokens a second as one host has on its rows. */
  speedup: number;
}

/** Of one task, over a network of 10 Gbit/s with 30 µs a message. */
export interface HostsPrediction {
  name: string;
  /** Rows of a minibatch of one host. */
  rows: number;
  compute: ComputeCost;
  bytes: number;
  /** Bytes of sums that begin early. */
  earlyBytes: number;
  /** With one host's rows for all of them; with as many on each. */
  fixedBatch: HostsRow[];
  grown: HostsRow[];
  /** From so many hosts on twice as many gain less than √2, with one host's rows. */
  pays: number;
}

/** @param child what a process of the bench prints for these arguments */
export function predictHosts(
  name: string,
  child: <R>(args: readonly (string | number)[]) => R,
  { seconds, rounds }: { seconds: number; rounds: number },
): HostsPrediction {
  const { N } = LANGUAGE_MODELS[name];
  const part = Math.ceil(N / 4);
  const [whole, quarter] = [N, part].map((rows) => {
    const readings = Array.from({ length: rounds }, () => child<RanksReading>([name, 1, 1, 0, seconds, rows]));
    return readings.reduce((best, one) => (one.stepSeconds < best.stepSeconds ? one : best));
  });
  const early = child<EarlyCost[]>(['early', name, N, seconds]);
  const compute = computeCost(N, whole.stepSeconds, part, quarter.stepSeconds);
  const bytes = 4 * whole.parameters;
  const alone = stepOnHosts(compute, NETWORK, { rows: N, hosts: 1, bytes }).seconds / N;
  const rowOf = (hosts: number, rows: number): HostsRow => {
    // Measured on half of the rows of one host.
    const own = early.map((sum) => ({ ...sum, ahead: (sum.ahead * Math.ceil(rows / hosts)) / (N / 2) }));
    const { seconds: stepSeconds, sumSeconds } = stepOnHosts(compute, NETWORK, { rows, hosts, bytes, early: own });
    const { sumSeconds: sumAtEndSeconds } = stepOnHosts(compute, NETWORK, { rows, hosts, bytes });
    return { hosts, rows, stepSeconds, sumSeconds, sumAtEndSeconds, speedup: (rows * alone) / stepSeconds };
  };
  return {
    ...{ name, rows: N, compute, bytes, earlyBytes: early.reduce((total, sum) => total + sum.bytes, 0) },
    fixedBatch: [8, 64].map((hosts) => rowOf(hosts, N)),
    grown: [8, 64, 512].map((hosts) => rowOf(hosts, N * hosts)),
    pays: paysUpTo((hosts) => rowOf(hosts, N).stepSeconds, N),
  };
}
