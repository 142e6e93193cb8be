// How tags write down chunks: the letter before the type says where in its chunk a token stands.
import { expectTexts } from '../expect.js';

/**
 * - `BIO`: B begins, I goes on, O is outside. IOB1 (B only between two chunks of a type that touch), IOB2 (B at each beginning) and IO
 *   (no B at all) have the same letters and are read by the same rules.
 * - `BIOES` (also IOBES, IOE): E ends a chunk, S is one of a single token.
 * - `BILOU`: L ends a chunk, U is one of a single token.
 * - `BMES` (also BMEWO): M goes on, E ends, S or W is one of a single token; usual for Chinese.
 */
export type TagScheme = 'BIO' | 'BIOES' | 'BILOU' | 'BMES';

/** The letters of each scheme but O; the first that has all letters of the tags is theirs. */
const LETTERS: readonly (readonly [TagScheme, string])[] = [
  ['BIO', 'BI'],
  ['BIOES', 'BIES'],
  ['BILOU', 'BILU'],
  ['BMES', 'BMESW'],
];

/**
 * The scheme of tags such as B-PER, I-PER, O, or null where they name no chunks. Either each tag but O is a letter, a hyphen and a type, or
 * each is a letter alone and B is among them (word segmentation).
 * @param tags all tags of the data, in any order
 */
export function tagSchemeOf(tags: Iterable<string>): TagScheme | null {
  const help = "as in ['B-PER', 'I-PER', 'O']";
  const all = typeof tags === 'object' && tags !== null && Symbol.iterator in tags ? [...new Set(tags)] : tags;
  expectTexts(all, 'tags', help);
  const inside = all.filter((tag) => tag !== 'O');
  const typed = inside.every((tag) => /^[A-Z]-./su.test(tag));
  const bare = inside.every((tag) => tag.length === 1) && inside.includes('B');
  if (inside.length === 0 || !(typed || bare)) return null;
  const letters = new Set(inside.map((tag) => tag[0]));
  return LETTERS.find(([, own]) => [...letters].every((letter) => own.includes(letter)))?.[0] ?? null;
}
