import { beforeAll, describe, expect, it } from 'vitest';
import '../../autograd/methods.js';
import { useBackend } from '../../backend/choose.js';
import { ReferenceBackend } from '../../backend/reference/reference.js';
import { decodeSafetensors } from '../../formats/safetensors.js';
import { Philox } from '../../tensor/philox.js';
import { Captioner } from './captioner.js';
import type { CaptionedPicture } from './options.js';

beforeAll(() => useBackend(new ReferenceBackend()));

/** A bar in one of four corners of a picture of 8 × 8, or in two. */
function pictures(count: number, seed: number): CaptionedPicture[] {
  const random = new Philox(seed);
  const names = ['top left', 'top right', 'bottom left', 'bottom right'];
  return Array.from({ length: count }, () => {
    const which = [...new Set([random.integer(4), random.integer(4)])].sort();
    const pixels = Float32Array.from({ length: 64 }, () => 0.1 * random.uniform());
    for (const corner of which) {
      const [y, x] = [Math.floor(corner / 2) * 4 + 1, (corner % 2) * 4 + 1];
      for (let i = 0; i < 2; i++) for (let j = 0; j < 2; j++) pixels[(y + i) * 8 + x + j] = 1;
    }
    return { pixels, text: which.map((corner) => names[corner]).join(' and ') };
  });
}

const OPTIONS = {
  height: 8,
  width: 8,
  filters: 4,
  hiddenSize: 24,
  embeddingSize: 8,
  attentionSize: 8,
  batchSize: 16,
  learningRate: 0.01,
};

describe('Captioner', () => {
  it('says what is in a picture, and is one file', async () => {
    const training = pictures(160, 1);
    const held = pictures(30, 2);
    const model = await Captioner.fit(training, { ...OPTIONS, epochs: 14, validation: held });
    const { exact } = model.evaluate(held);
    expect(exact).toBeGreaterThan(0.85);
    expect(model.training?.validation.at(-1)?.exact).toBeGreaterThan(0.85);
    const again = Captioner.fromBytes(model.toBytes(), 'f');
    const [a, b] = [model, again].map((one) => one.caption(held[0].pixels));
    expect(a).toEqual(b);
    expect(a.attention[0].map((row) => row.length)).toEqual([1]);
    const total = a.attention[0].flat().reduce((sum, weight) => sum + weight, 0);
    expect(total).toBeCloseTo(1, 4);
    const alone = held.slice(0, 5).map(({ pixels }) => model.caption(pixels).text);
    expect(model.predict(held.slice(0, 5).map(({ pixels }) => pixels)).map(({ text }) => text)).toEqual(alone);
  });

  it('goes on from a checkpoint as if it had not been interrupted', async () => {
    const training = pictures(80, 3);
    const options = { ...OPTIONS, dropout: 0.2, epochs: 3, validation: pictures(10, 4) };
    const whole = await Captioner.fit(training, options);
    const saved: Uint8Array[] = [];
    const stop = new AbortController();
    await Captioner.fit(training, {
      ...options,
      signal: stop.signal,
      checkpoint: { everySeconds: 1e9, save: (bytes) => void saved.push(bytes) },
      onProgress: ({ step }) => step === 7 && stop.abort(),
    });
    const resumed = await Captioner.fit(training, { ...OPTIONS, validation: options.validation, resume: saved[0] });
    const weights = (model: Captioner) =>
      [...decodeSafetensors(model.toBytes(), 'memory').tensors].map(([name, t]) => [
        name,
        [...(t.data as Float32Array)],
      ]);
    expect(weights(resumed)).toEqual(weights(whole));
    expect(resumed.training?.validation.map(({ loss, exact }) => [loss, exact])).toEqual(
      whole.training?.validation.map(({ loss, exact }) => [loss, exact]),
    );
  });

  it('refuses what does not fit', async () => {
    await expect(Captioner.fit([], OPTIONS)).rejects.toThrow(expect.objectContaining({ code: 'EMPTY' }));
    const wrong = [{ pixels: [1, 2, 3], text: 'x' }];
    await expect(Captioner.fit(wrong, OPTIONS)).rejects.toThrow(/8 × 8 pixels, received 3/);
    expect(() => Captioner.fromBytes(new Uint8Array(10), 'f')).toThrow(expect.objectContaining({ code: 'FORMAT' }));
  });
});
