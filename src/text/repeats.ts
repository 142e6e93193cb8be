// How much of one text stands in another word for word: a validation part that does tells little about new text.

const BASE = 16777619;

/**
 * The share of `tokens` that lie in runs of `length` tokens or more which stand in `earlier` too; from 0 to 1. Runs are found by a
 * rolling hash and compared; time grows with both texts, memory with `tokens` alone.
 */
export function repeatedShare(tokens: Int32Array, earlier: Int32Array, length: number): number {
  const placeOf = new Map<number, number>();
  eachRun(tokens, length, (hash, start) => placeOf.set(hash, start));
  const repeated = new Set<number>();
  eachRun(earlier, length, (hash, start) => {
    const place = placeOf.get(hash);
    if (place !== undefined && sameRun(tokens, place, earlier, start, length)) repeated.add(hash);
  });
  let [covered, end] = [0, 0];
  eachRun(tokens, length, (hash, start) => {
    if (!repeated.has(hash)) return;
    covered += start + length - Math.max(start, end);
    end = start + length;
  });
  return tokens.length === 0 ? 0 : covered / tokens.length;
}

/** Calls with a hash of each run of `length` tokens, and where the run starts. */
function eachRun(tokens: Int32Array, length: number, call: (hash: number, start: number) => void): void {
  let first = 1;
  for (let i = 1; i < length; i++) first = Math.imul(first, BASE);
  let hash = 0;
  for (let i = 0; i < tokens.length; i++) {
    if (i >= length) hash = (hash - Math.imul(tokens[i - length], first)) | 0;
    hash = (Math.imul(hash, BASE) + tokens[i]) | 0;
    if (i >= length - 1) call(hash, i - length + 1);
  }
}

function sameRun(a: Int32Array, i: number, b: Int32Array, j: number, length: number): boolean {
  for (let k = 0; k < length; k++) if (a[i + k] !== b[j + k]) return false;
  return true;
}
