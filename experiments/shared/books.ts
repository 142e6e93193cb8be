// The books that the course is read beside, as each language cites them.
import type { Message } from 'unrolled/reproduce';

/**
 * Sections of Dive into Deep Learning: those of the English edition, and those of the Chinese one.
 * @param more what else to read, the same in both languages
 */
export function d2l(en: string, zh: string, more = ''): Message {
  const also = more === '' ? '' : `; ${more}`;
  return {
    en: `Dive into Deep Learning, ${en}${also}`,
    zh: zh === '' ? `《动手学深度学习》英文版 ${en}${also}` : `《动手学深度学习》${zh}（英文版 ${en}）${also}`,
  };
}
