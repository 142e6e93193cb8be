// Names and places as messages show them.

/** `a, b, c`, not more than eight of them. */
export function shownNames(names: readonly string[]): string {
  return names.length > 8 ? `${names.slice(0, 8).join(', ')}, … (${names.length})` : names.join(', ');
}

/** `line 3 of data.tsv` where a row says where it stands, else `row 3`. @param i from 0  @param what one of the data is */
export function placeOf({ file, line }: { file?: string; line?: number }, i: number, what = 'row'): string {
  if (line === undefined) return `${what} ${i + 1}`;
  return file === undefined ? `line ${line}` : `line ${line} of ${file}`;
}
