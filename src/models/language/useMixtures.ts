// Mixtures with n-grams in a page that wants them.
import { fitMixture, requireHeldOut } from './fitMixture.js';
import { setMixing } from './mixingParts.js';
import { tokenPredictions } from './mixture.js';
import { mixtureOf, withMixture } from './mixtureFile.js';
import { MixturePredictor } from './mixturePredictor.js';

/**
 * Lets language models of this page be mixed with n-grams: `fit` with `mixture: true`, `mixWithNgrams`, and files that hold a mixture.
 * On Node it was called already; pages that have no mixture load 6 KB less without it.
 *
 *     useMixtures();
 *     const model = await LanguageModel.load('mixed.safetensors');
 */
export function useMixtures(): void {
  setMixing({ fitMixture, requireHeldOut, tokenPredictions, mixtureOf, withMixture, MixturePredictor });
}
