// How good translations are: BLEU and chrF against all references of a source.
import type * as library from './library.js';
import type { TranslatorEvaluation } from '../models/translatorOptions.js';

/** Both from 0 to 100, as sacreBLEU has them. */
export function scoresOf(
  { hypotheses }: Pick<TranslatorEvaluation, 'hypotheses'>,
  { bleu, chrf }: Pick<typeof library, 'bleu' | 'chrf'>,
): { bleu: number; chrf: number } {
  const texts = hypotheses.map(({ text }) => text);
  const references = hypotheses.map((one) => one.references);
  return { bleu: bleu(texts, references).score, chrf: chrf(texts, references) };
}
