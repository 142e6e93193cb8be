// What tests ask of messages.
import { PLACEHOLDER } from './messages.js';

/** The names of a text's values, formulas left out. */
export function placeholders(text: string): string[] {
  return [...text.replace(/\$[^$]*\$/g, '').matchAll(PLACEHOLDER)].map(([, name]) => name);
}
