// Where in the user's file a call came from, for messages: `mine.js:12`. Empty where the runtime does not tell.

/** Files of the library's own tracing, which are not the user's. */
const OWN = /\/cell\/(define\/\w+|defineCell|cell)\.[jt]s/;

/** The first line of the call stack outside of the tracing code. */
export function callSite(): string {
  const stack = new Error().stack?.split('\n').slice(1) ?? [];
  for (const line of stack) {
    if (OWN.test(line) || line.includes('<anonymous>') || line.includes('(native')) continue;
    const found = /([^/\\(\s]+\.[cm]?[jt]sx?)(?:\?[^:]*)?:(\d+)(?::\d+)?\)?$/.exec(line.trim());
    if (found !== null) return `${found[1]}:${found[2]}`;
  }
  return '';
}
