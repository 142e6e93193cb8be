// What JSON.parse does not tell: keys that an object has twice (it keeps the last), and how deep the text is nested. One pass.

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];

export type JsonFault = { kind: 'twice'; key: string } | { kind: 'deep' };

/**
 * The first key that an object has twice, or that there are more than `maxDepth` brackets within each other; null where neither
 * is. The text need not be valid: JSON.parse says that. Time and memory are linear in its length.
 */
export function jsonFault(json: string, maxDepth: number): JsonFault | null {
  /** The keys of each open object; null for a list. */
  const open: (Set<string> | null)[] = [];
  let expectsKey = false;
  for (let at = 0; at < json.length; at++) {
    switch (json.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(json, at);
        const keys = open.at(-1);
        if (expectsKey && keys) {
          const key = unescaped(json.slice(at, end + 1));
          if (keys.has(key)) return { kind: 'twice', key };
          keys.add(key);
        }
        expectsKey = false;
        at = end;
        break;
      }
      case OPEN_OBJECT:
      case OPEN_LIST:
        if (open.length === maxDepth) return { kind: 'deep' };
        expectsKey = json.charCodeAt(at) === OPEN_OBJECT;
        open.push(expectsKey ? new Set() : null);
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        open.pop();
        expectsKey = false;
        break;
      case COMMA:
        expectsKey = true;
        break;
      case COLON:
        expectsKey = false;
    }
  }
  return null;
}

/** Where the string that begins at `start` ends: its closing quote, or the end of the text. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  for (; at < json.length; at++) {
    const c = json.charCodeAt(at);
    if (c === QUOTE) return at;
    if (c === BACKSLASH) at++;
  }
  return at;
}

/** What a quoted string says; an invalid one as it stands. */
function unescaped(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
