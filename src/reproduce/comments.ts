// Comments of a lesson's program: what they say, and the same program with them in another language.

/** From `//` to the end of its line, or between `/**` and the end of its line: where it opens, what it says, how it closes. */
const COMMENT = /(?<=^|\s)(\/\/ |\/\*\* )(.+?)( \*\/)?$/gm;

/** What the comments of a program say, in its order. */
export function commentsOf(program: string): string[] {
  return Array.from(program.matchAll(COMMENT), ([, , says]) => says);
}

/** The same program with its comments translated; one without a translation stays as it is. */
export function withComments(program: string, translations: Readonly<Record<string, string>>): string {
  return program.replace(
    COMMENT,
    (_, opens: string, says: string, closes = '') => `${opens}${translations[says] ?? says}${closes}`,
  );
}
