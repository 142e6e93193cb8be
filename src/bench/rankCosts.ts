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

/** A sum that begins while gradients are still computed. */
export interface EarlyCost {
  bytes: number;
  /** Seconds that this rank computes after it began. */
  ahead: number;
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
 * Seconds of a sum over hosts: an exchange of parts, each host with each, and a round in which each host's part reaches all, which is
 * 2 (R − 1) messages, 2 (R − 1) / R of the bytes in and as many out.
 */
function sumOnHosts({ latency, bandwidth }: NetworkCost, hosts: number, bytes: number): number {
  return 2 * (hosts - 1) * latency + (2 * bytes * (hosts - 1)) / hosts / bandwidth;
}

/**
 * Seconds of a step on hosts, and those of it in which a host waits for the sum.
 * @param bytes of all gradients @param early sums of some of them, in their order, one after the other
 */
export function stepOnHosts(
  { fixed, row }: ComputeCost,
  network: NetworkCost,
  { rows, hosts, bytes, early = [] }: { rows: number; hosts: number; bytes: number; early?: readonly EarlyCost[] },
): { seconds: number; sumSeconds: number } {
  // What was computed last ends at 0.
  const ended = early.reduce(
    (end, own) => Math.max(end, -own.ahead) + sumOnHosts(network, hosts, own.bytes),
    -Infinity,
  );
  const rest = early.reduce((left, own) => left - own.bytes, bytes);
  const sumSeconds = hosts === 1 ? 0 : Math.max(0, ended) + sumOnHosts(network, hosts, rest);
  return { seconds: fixed + row * Math.ceil(rows / hosts) + sumSeconds, sumSeconds };
}

/** From how many hosts on twice as many are less than 1.4 times as fast: √2 would be as much as half of what they cost. */
export function paysUpTo(step: (hosts: number) => number, most = 1024): number {
  let hosts = 1;
  while (hosts < most && step(hosts) / step(2 * hosts) >= Math.SQRT2) hosts *= 2;
  return hosts;
}
