// What a page can choose: it brings no native backend, and takes the reference when it is asked for.
import { expect, it } from 'vitest';
import { tensor } from '../tensor/create.js';
import { listBackends, useBackend } from './choose.js';

it('says in a page that no native code runs there', async () => {
  const reason = expect.stringContaining('a browser runs no native code') as string;
  await expect(useBackend('native')).rejects.toMatchObject({ code: 'UNSUPPORTED', message: reason });
  const [native] = await listBackends();
  expect(native).toMatchObject({ name: 'native', available: false, reason });
});

it('loads the reference backend when it is chosen', async () => {
  const backend = await useBackend('reference', { precision: 'float64' });
  expect(tensor([0.1]).data()).toEqual(Float64Array.of(0.1));
  expect(backend.name).toBe('reference');
});
