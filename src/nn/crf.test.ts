// The field's loss is the definition by enumeration, its gradients the numeric ones, and its best path the best of all.
import { beforeAll, describe, expect, it } from 'vitest';
import '../autograd/methods.js';
import { checkGradients } from '../autograd/gradcheck.js';
import { backward } from '../autograd/tape.js';
import { setCurrentDevice } from '../tensor/device.js';
import { fromData, randn } from '../tensor/create.js';
import { Philox } from '../tensor/philox.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { LinearChainCRF } from './crf.js';

const [T, N, K] = [4, 3, 3];
const LENGTHS = [4, 0, 2];
/** States beyond the lengths are none, and must not be read. */
const PATHS = Int32Array.of(2, -1, 1, 0, -1, 1, 1, 99, -1, 1, -1, -1);

function made() {
  const rng = new Philox(5);
  const crf = new LinearChainCRF(K);
  for (const t of crf.parameters()) t.set(randn(t.shape, rng).data());
  return { crf, scores: randn([T, N, K], rng), path: fromData(PATHS, [T, N], { dtype: 'int32' }) };
}

function* pathsOf(length: number): Generator<number[]> {
  for (let code = 0; code < K ** length; code++) {
    yield Array.from({ length }, (_, t) => Math.floor(code / K ** t) % K);
  }
}

function scoreOf({ crf, scores }: ReturnType<typeof made>, n: number, path: readonly number[]): number {
  const [transition, start, end, own] = [crf.transition, crf.start, crf.end, scores].map((t) => t.data());
  return path.reduce(
    (sum, s, t) => sum + own[(t * N + n) * K + s] + (t === 0 ? start[s] : transition[path[t - 1] * K + s]),
    end[path[path.length - 1]],
  );
}

beforeAll(() => {
  setCurrentDevice(new ReferenceBackend({ precision: 'float64' }));
});

describe('LinearChainCRF', () => {
  it('has the loss of its definition, over the steps that count', () => {
    const all = made();
    const expected = [0, 2].map((n) => {
      const length = LENGTHS[n];
      const total = [...pathsOf(length)].reduce((sum, path) => sum + Math.exp(scoreOf(all, n, path)), 0);
      return (
        Math.log(total) -
        scoreOf(
          all,
          n,
          Array.from({ length }, (_, t) => PATHS[t * N + n]),
        )
      );
    });
    const loss = all.crf.loss(all.scores, all.path, LENGTHS);
    expect(loss.shape).toEqual([]);
    expect(loss.item()).toBeCloseTo((expected[0] + expected[1]) / 6, 10);
  });

  it('has the numeric gradients of scores, transitions, start and end; none for padding', () => {
    const { crf, scores, path } = made();
    // Another factor on top, as any loss above would have.
    const check = checkGradients(() => crf.loss(scores, path, LENGTHS).mul(3), [scores, ...crf.parameters()]);
    expect(check.largestError).toBeLessThan(1e-8);
    const gradient = Array.from(scores.grad?.data() ?? []);
    expect(gradient.slice(K, 2 * K)).toEqual([0, 0, 0]);
    expect(gradient.slice((2 * N + 2) * K, 3 * N * K)).toEqual([0, 0, 0]);
  });

  it('decodes the best path of all, and gives the probability of each state', () => {
    const all = made();
    const decoded = all.crf.decode(all.scores, LENGTHS);
    const marginals = all.crf.marginals(all.scores, LENGTHS);
    expect([...decoded[1].path]).toEqual([]);
    expect(marginals[1]).toHaveLength(0);
    for (const n of [0, 2]) {
      const ranked = [...pathsOf(LENGTHS[n])].map((path) => ({ path, score: scoreOf(all, n, path) }));
      const best = ranked.reduce((a, b) => (b.score > a.score ? b : a));
      expect([...decoded[n].path]).toEqual(best.path);
      expect(decoded[n].score).toBeCloseTo(best.score, 10);
      const total = ranked.reduce((sum, { score }) => sum + Math.exp(score), 0);
      const second = ranked.filter(({ path }) => path[1] === 2).reduce((sum, { score }) => sum + Math.exp(score), 0);
      expect(marginals[n][K + 2]).toBeCloseTo(second / total, 10);
    }
  });

  it('is 0 over nothing, and NaN where a score is, without an error', () => {
    const { crf, scores, path } = made();
    expect(crf.loss(scores, path, [0, 0, 0]).item()).toBe(0);
    const values = scores.data();
    values[0] = NaN;
    const loss = crf.loss(fromData(values, [T, N, K]), path, LENGTHS);
    expect(loss.item()).toBeNaN();
    backward(loss);
    expect(crf.start.grad?.data()[0]).toBeNaN();
  });

  it('says what is wrong with its inputs', () => {
    const { crf, scores, path } = made();
    expect(() => crf.loss(scores, path, [4, 4, 2])).toThrow(/states from 0 to 2, received -1/);
    expect(() => crf.loss(scores, path, [5, 0, 2])).toThrow(expect.objectContaining({ code: 'RANGE' }));
    expect(() => crf.loss(scores, scores, LENGTHS)).toThrow(expect.objectContaining({ code: 'SHAPE' }));
    expect(() => crf.loss(scores, path.reshape([N, T]), LENGTHS)).toThrow(/paths \[4, 3\], received \[3, 4\]/);
    expect(() => crf.loss(scores, randn([T, N]), LENGTHS)).toThrow(expect.objectContaining({ code: 'DTYPE' }));
    expect(() => crf.decode(randn([T, N, 2]), LENGTHS)).toThrow(/scores \[T, N, 3\]/);
  });
});
