// What a step costs on several ranks, from a few figures: a line through two measured batches for the computation, and bytes and messages
// for the sum. It predicts what is measured on two ranks, and says, as a prediction, what more hosts would do.

/** What computing on one rank takes: `fixed` seconds a step and `row` seconds for each row of the minibatch. */
export interface ComputeCost {
  fixed: number;
  row: number;
}

/** What connects ranks. */
export interface LinkCost {
  /** Seconds of the smallest sum over two ranks. */
  latency: number;
  /** Bytes of gradients that two ranks sum in a second. */
  bandwidth: number;
}

/** Two hosts by MPI. A message takes `latency` seconds and `bandwidth` bytes a second. */
export interface NetworkCost {
  latency: number;
  bandwidth: number;
}

/** The line through the seconds of steps of two batches. */
export function computeCost(rows: number, seconds: number, fewerRows: number, fewerSeconds: number): ComputeCost {
  const row = Math.max(0, (seconds - fewerSeconds) / (rows - fewerRows));
  return { row, fixed: Math.max(0, seconds - row * rows) };
}

/**
 * Seconds of a step on ranks of one machine. The fixed part every rank does itself: packing, the update, what is around.
 * @param slower how much slower a rank computes while the others do: cores share memory, and what feeds it
 */
export function stepOnMachine(
  { fixed, row }: ComputeCost,
  { latency, bandwidth }: LinkCost,
  { rows, ranks, bytes, slower = 1 }: { rows: number; ranks: number; bytes: number; slower?: number },
): number {
  return slower * (fixed + row * Math.ceil(rows / ranks)) + latency + bytes / bandwidth;
}

/**
 * Seconds of a step on hosts. The sum is an exchange of parts, each host with each, and a round in which each host's part reaches all:
 * 2 (R − 1) messages, 2 (R − 1) / R of the bytes in and as many out.
 */
export function stepOnHosts(
  { fixed, row }: ComputeCost,
  { latency, bandwidth }: NetworkCost,
  { rows, hosts, bytes }: { rows: number; hosts: number; bytes: number },
): { seconds: number; sumSeconds: number } {
  const sumSeconds = 2 * (hosts - 1) * latency + (2 * bytes * (hosts - 1)) / hosts / bandwidth;
  return { seconds: fixed + row * Math.ceil(rows / hosts) + sumSeconds, sumSeconds };
}

/** From how many hosts on twice as many are less than 1.4 times as fast: √2 would be as much as half of what they cost. */
export function paysUpTo(step: (hosts: number) => number, most = 1024): number {
  let hosts = 1;
  while (hosts < most && step(hosts) / step(2 * hosts) >= Math.SQRT2) hosts *= 2;
  return hosts;
}
