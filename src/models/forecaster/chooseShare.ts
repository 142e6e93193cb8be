// How much of a network counts beside the linear map that it completes: by the validation part, and only what blocks of it agree on.

/** A window that was forecast: by the linear map alone, and with all of the network. */
export interface Judged {
  /** Its first value. */
  place: number;
  whole: Float64Array;
  linear: Float64Array;
}

/** Shares that are tried, in tenths. */
const TENTHS = 10;
/** Blocks of time. */
const BLOCKS = 5;

/**
 * Of the best share, this much is taken: with a squared loss, half of it keeps three quarters of what is won where the future is like
 * validation, and where it is not, and the network is worth nothing, it loses a quarter of what the whole would lose.
 */
export const CAUTION = 0.5;

/**
 * How much of the network counts beside the map: half of the share that makes the loss least, which is 0 … 1. It is 0 where the share that is best on the other blocks makes the loss of
 * the block left out no less, over all blocks, and where there are not two blocks of a horizon: then validation says nothing.
 * @param windows in the order of time
 * @param loss of one value of a window
 */
export function chooseShare(
  windows: readonly Judged[],
  horizon: number,
  loss: (value: number, window: Judged, index: number) => number,
): number {
  const blocks = Math.min(BLOCKS, Math.floor(windows.length / horizon));
  if (blocks < 2) return 0;
  const losses = Array.from({ length: blocks }, () => new Float64Array(TENTHS + 1));
  for (const [n, window] of windows.entries()) {
    const block = losses[Math.floor((n * blocks) / windows.length)];
    for (const [i, linear] of window.linear.entries()) {
      const own = window.whole[i] - linear;
      for (let tenth = 0; tenth <= TENTHS; tenth++) {
        block[tenth] += loss(linear + (tenth / TENTHS) * own, window, i);
      }
    }
  }
  const total = Float64Array.from({ length: TENTHS + 1 }, (_, t) => losses.reduce((sum, block) => sum + block[t], 0));
  const leftOut = losses.reduce((sum, block) => sum + block[lowest(total.map((value, t) => value - block[t]))], 0);
  return leftOut < total[0] ? (CAUTION * lowest(total)) / TENTHS : 0;
}

function lowest(values: Float64Array): number {
  return values.indexOf(Math.min(...values));
}
