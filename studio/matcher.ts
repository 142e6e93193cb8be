// A regular expression over a text, in a worker of its own: one that never ends is ended from outside, and nothing else waits for it.

/** Matches, at most. */
const MOST = 20_000;

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<{ text: string; pattern: string }>) => void) | null;
  postMessage(message: { found: Int32Array } | { error: string }): void;
};

scope.onmessage = ({ data: { text, pattern } }) => {
  try {
    const found: number[] = [];
    for (const match of text.matchAll(new RegExp(pattern, 'gmu'))) {
      found.push(match.index, match.index + Math.max(1, match[0].length));
      if (found.length >= 2 * MOST) break;
    }
    scope.postMessage({ found: Int32Array.from(found) });
  } catch (error) {
    scope.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
};
