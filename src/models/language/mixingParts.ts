// Where the parts of a mixture with n-grams are: a page that has no mixture goes without them.
import { UnrolledError } from '../../errors.js';
import type * as Fitting from './fitMixture.js';
import type * as Mixtures from './mixture.js';
import type * as Files from './mixtureFile.js';
import type * as Predictors from './mixturePredictor.js';

/** What a language model needs where it has a mixture. */
export type Mixing = Pick<typeof Fitting, 'fitMixture' | 'requireHeldOut'> &
  Pick<typeof Mixtures, 'tokenPredictions'> &
  Pick<typeof Files, 'mixtureOf' | 'withMixture'> &
  Pick<typeof Predictors, 'MixturePredictor'>;

let parts: Mixing | null = null;

export function setMixing(given: Mixing): void {
  parts = given;
}

/** @param what needs them, for messages. Errors: STATE where they are not there. */
export function mixing(what: string): Mixing {
  if (parts !== null) return parts;
  throw new UnrolledError(
    'STATE',
    `expected a page that called useMixtures() for ${what}, received one that did not`,
    "import { useMixtures } from 'unrolled' and call useMixtures() first; on Node nothing is to be called",
  );
}
