// What programs without types may call: whatever an export is given in place of an argument or an option, it works, or says in the
// library's words what was expected. No raw error of the language, no NaN in silence, no message as long as a file.
import { beforeAll, describe, expect, it } from 'vitest';
import { layers } from './layers.js';
import { ofModels, trainModels } from './models.js';
import { subpaths } from './subpaths.js';
import * as unrolled from '../../src/node.js';
import { calls, sweep } from './sweep.js';

beforeAll(async () => {
  await unrolled.useBackend('reference');
  await trainModels();
});

describe('whatever is given, a call works or says what was expected', () => {
  layers();
  subpaths();
  ofModels();
  it.each(calls.map((one) => [one.of, one] as const))(
    '%s',
    async (_, one) => {
      await unrolled.useBackend('reference');
      expect(await sweep(one)).toEqual([]);
    },
    120_000,
  );
});
