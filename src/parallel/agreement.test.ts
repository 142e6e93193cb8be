import { expect, it } from 'vitest';
import { requireAlike } from './agreement.js';
import { memoryRanks } from './testing.js';

it('says which rank differs in what, on all ranks', async () => {
  const own = [
    { seed: 1, 'data for training': { count: 5, hash: 'a' } },
    { seed: 2, 'data for training': { count: 6, hash: 'b' } },
  ];
  const all = await Promise.allSettled(memoryRanks(2).map((ranks) => requireAlike(ranks, own[ranks.rank])));
  for (const result of all) {
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'OPTION' } });
    expect((result as PromiseRejectedResult).reason.message).toBe(
      'expected all ranks to be alike, received seed 2 on rank 1 (rank 0 has 1), data for training {"count":6,"hash":"b"} on rank 1 (rank 0 has {"count":5,"hash":"a"})',
    );
  }
});

it('is silent where all are alike', async () => {
  await Promise.all(memoryRanks(3).map((ranks) => requireAlike(ranks, { seed: 1, batchSize: undefined })));
});
