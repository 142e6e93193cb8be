// The layers of an open file of weights, by the names of whoever wrote it.
import { readBrainJs } from './brainJs.js';
import { readCharRnn } from './charRnn.js';
import { readKeras } from './kerasLayers.js';
import type { Mapping } from './layers.js';
import { type ReadOptions, readStateDict } from './pytorch.js';
import type { TensorFile } from './tensorFile.js';

/** What the tensors of a file are. What no layer here takes is in `unmapped`. Errors: FORMAT. */
export function readLayers(file: TensorFile, options: ReadOptions = {}): Mapping {
  if (file.kind === 'brain.js') return readBrainJs(file);
  if (file.kind === 'torch7') return readCharRnn(file);
  return file.topology === undefined ? readStateDict(file, options) : readKeras(file, options);
}
