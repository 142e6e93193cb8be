// How good translations are: BLEU and chrF against all references of a source.
import type * as library from '../../library.js';
import type { Translator } from '../../../models/translator/translator.js';
import type { TranslatorEvaluation } from '../../../models/translator/options.js';

type Said = Pick<TranslatorEvaluation['hypotheses'][number], 'text' | 'references'>;

export interface TranslationScores {
  bleu: number;
  chrf: number;
  /** Both were taken in lower case, since the model writes no other. */
  lowercase: boolean;
}

/** Both from 0 to 100, as sacreBLEU has them. */
export function scoresOf(
  { target }: Pick<Translator, 'target'>,
  said: readonly Said[],
  { bleu, chrf }: Pick<typeof library, 'bleu' | 'chrf'>,
): TranslationScores {
  const lowercase = target.text.settings.lowercase === true;
  const written = (text: string): string => (lowercase ? text.toLowerCase() : text);
  const texts = said.map(({ text }) => written(text));
  const references = said.map((one) => one.references.map(written));
  return { bleu: bleu(texts, references).score, chrf: chrf(texts, references), lowercase };
}

/** How a table calls BLEU. */
export function bleuHeading({ lowercase }: TranslationScores): string {
  return lowercase ? 'BLEU (lower case)' : 'BLEU';
}
