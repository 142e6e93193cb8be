// The known data sets, by kind.
import type { Dataset } from './dataset.js';
import { LABELLED_SETS } from './labelledSets.js';
import { OTHER_SETS } from './otherSets.js';
import { SERIES_SETS } from './seriesSets.js';
import { TAGGED_SETS } from './taggedSets.js';
import { TEXT_SETS } from './textSets.js';

export const DATASETS: readonly Dataset[] = [
  ...TEXT_SETS,
  ...LABELLED_SETS,
  ...TAGGED_SETS,
  ...SERIES_SETS,
  ...OTHER_SETS,
];
