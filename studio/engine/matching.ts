// Where a regular expression matches a text, in tokens.
import { UnrolledError } from 'unrolled';

/** Milliseconds that a pattern may take. */
const MOST = 2000;

/** From the first token of a match to the one after its last. */
export interface Match {
  from: number;
  to: number;
}

/**
 * @param texts of the tokens @param between what stands between two of them: a blank where they are words
 * Errors: OPTION for what is no regular expression, or one that takes too long.
 */
export async function matchesOf(texts: readonly string[], pattern: string, between: string): Promise<Match[]> {
  const ends: number[] = [];
  let length = 0;
  for (const text of texts) {
    length += text.length + between.length;
    ends.push(length);
  }
  const places = await found(texts.join(between), pattern);
  const matches: Match[] = [];
  let token = 0;
  for (let i = 0; i < places.length; i += 2) {
    while (token < ends.length && ends[token] <= places[i]) token++;
    let to = token;
    while (to < ends.length && (to === token || ends[to - 1] < places[i + 1])) to++;
    if (token < ends.length) matches.push({ from: token, to });
  }
  return matches;
}

function found(text: string, pattern: string): Promise<Int32Array> {
  const worker = new Worker(new URL('./matcher.js', self.location.href), { type: 'module', name: 'matcher' });
  return new Promise<Int32Array>((resolve, reject) => {
    const fail = (what: string): void => {
      reject(
        new UnrolledError(
          'OPTION',
          `expected a regular expression, received ${pattern.slice(0, 80)}: ${what}`,
          'as in \\bthe\\b, or [0-9]+',
        ),
      );
    };
    const timer = setTimeout(() => {
      fail(`it took more than ${MOST / 1000} s`);
    }, MOST);
    worker.onmessage = ({ data }: MessageEvent<{ found: Int32Array } | { error: string }>) => {
      clearTimeout(timer);
      if ('found' in data) resolve(data.found);
      else fail(data.error);
    };
    worker.onerror = () => {
      clearTimeout(timer);
      fail('it could not be tried');
    };
    worker.postMessage({ text, pattern });
  }).finally(() => {
    worker.terminate();
  });
}
