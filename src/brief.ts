// Names and values from data in messages: cut, since a file may hold a name of a megabyte or a list of a million.
import { cut } from './errors.js';

/** The text, or its beginning and end where it is longer than `most` characters. */
export function brief(text: string, most = 60): string {
  return cut(text, most);
}

/** The first names of a list, each cut, and how many more there are: `a, b and 3 more`; `none` for an empty list. */
export function briefList(names: readonly string[], most = 6): string {
  if (names.length === 0) return 'none';
  const shown = names.slice(0, most).map((name) => cut(name, 120));
  const rest = names.length - shown.length;
  return rest === 0 ? shown.join(', ') : `${shown.join(', ')} and ${rest.toLocaleString('en')} more`;
}
