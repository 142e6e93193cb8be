import { beforeEach, describe, expect, it } from 'vitest';
import '../autograd/methods.js';
import { checkGradients } from '../autograd/gradcheck.js';
import { ReferenceBackend } from '../backend/reference/reference.js';
import { randn } from '../tensor/create.js';
import { setCurrentDevice } from '../tensor/device.js';
import { Philox } from '../tensor/philox.js';
import { Conv2d } from './conv2d.js';

beforeEach(() => setCurrentDevice(new ReferenceBackend({ precision: 'float64' })));

describe('Conv2d', () => {
  const random = new Philox(3);

  it.each([
    { stride: 1, padding: 0 },
    { stride: 2, padding: 1 },
    { stride: 3, padding: 2 },
  ])('is the sum over each patch: stride $stride, padding $padding', ({ stride, padding }) => {
    const [N, H, W, C, F, K] = [2, 5, 6, 3, 4, 3];
    const conv = new Conv2d(C, F, K, { stride, padding, rng: random });
    const x = randn([N, H, W, C], random);
    const [filters, bias] = conv.parameters().map((p) => p.data());
    const y = conv.forward(x);
    const [, height, width] = y.shape;
    expect([height, width]).toEqual([H, W].map((size) => Math.floor((size + 2 * padding - K) / stride) + 1));
    const [pixels, got] = [x.data(), y.data()];
    for (let n = 0; n < N; n++)
      for (let i = 0; i < height; i++)
        for (let j = 0; j < width; j++)
          for (let f = 0; f < F; f++) {
            let sum = bias[f];
            for (let a = 0; a < K; a++)
              for (let b = 0; b < K; b++)
                for (let c = 0; c < C; c++) {
                  const [row, column] = [i * stride + a - padding, j * stride + b - padding];
                  if (row < 0 || row >= H || column < 0 || column >= W) continue;
                  sum += pixels[((n * H + row) * W + column) * C + c] * filters[((a * K + b) * C + c) * F + f];
                }
            expect(got[((n * height + i) * width + j) * F + f]).toBeCloseTo(sum, 5);
          }
  });

  it('has the gradients of its input and its filters', () => {
    const conv = new Conv2d(2, 3, 3, { stride: 2, padding: 1, rng: random });
    const x = randn([1, 4, 5, 2], random);
    const { largestError } = checkGradients((input) => conv.forward(input).square().sum(), [x, ...conv.parameters()]);
    expect(largestError).toBeLessThan(1e-7);
  });

  it('says what does not fit', () => {
    expect(() => new Conv2d(1, 1, 0)).toThrow(expect.objectContaining({ code: 'RANGE' }));
    expect(() => new Conv2d(1, 2, 3).forward(randn([1, 2, 5, 1], random))).toThrow(/at least 3 × 3/);
    expect(() => new Conv2d(1, 2, 3).forward(randn([1, 5, 5, 2], random))).toThrow(
      expect.objectContaining({ code: 'SHAPE' }),
    );
  });
});
