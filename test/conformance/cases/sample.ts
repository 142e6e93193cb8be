// Conformance of drawing from logits, and of repeated calls: the compiled backends repeat them without the host.
import type { SampleSpec } from '../../../src/backend/contract.js';
import { type Case, numbers } from '../case.js';

const all = { from: 0, temperature: 1, topK: Infinity, topP: 1 };

/** `count` draws, each from fresh logits (drawing overwrites them). */
function draws(name: string, logits: Float32Array, spec: Partial<SampleSpec>, count = 40): Case {
  const cols = logits.length;
  return {
    name: `sample ${name} of ${cols}`,
    buffers: {
      logits,
      scratch: new Float32Array(cols),
      draws: numbers(count, 7).map((value) => Math.floor(((value + 1) / 2) * 2 ** 24) / 2 ** 24),
      list: new Int32Array(count + 1).fill(-1),
      position: Int32Array.of(0),
      token: Int32Array.of(-1),
    },
    run(backend, at) {
      for (let i = 0; i < count; i++) {
        const dense = { shape: [cols], inStrides: [1], outStrides: [1] };
        backend.copy(dense, at.ref('logits'), at.ref('scratch'));
        const places = {
          rows: 1,
          draws: at.ref('draws'),
          list: at.ref('list'),
          count,
          position: at.ref('position'),
          token: at.ref('token'),
        };
        backend.sample({ cols, ...all, topK: cols, ...spec }, at.ref('scratch'), places);
      }
    },
    outputs: ['list', 'position', 'token'],
    compare: 'exact',
  };
}

/** Three sequences side by side, each with its own position, draws and list. */
function sideBySide(name: string, spec: Partial<SampleSpec>): Case {
  const [rows, cols, count] = [3, 65, 4];
  return {
    name: `sample ${name} of ${rows} rows of ${cols}`,
    buffers: {
      logits: numbers(rows * cols + 1, 5, 4),
      draws: numbers(rows * count + 1, 7).map((value) => Math.floor(((value + 1) / 2) * 2 ** 24) / 2 ** 24),
      list: new Int32Array(rows * count + 2).fill(-1),
      position: Int32Array.of(-1, 2, 0, 3, -1),
      token: new Int32Array(rows + 2).fill(-1),
    },
    run(backend, at) {
      const places = {
        ...{ rows, count, draws: at.ref('draws', 1), list: at.ref('list', 1) },
        ...{ position: at.ref('position', 1), token: at.ref('token', 1) },
      };
      backend.sample({ cols, ...all, topK: cols, ...spec }, at.ref('logits', 1), places);
    },
    outputs: ['list', 'position', 'token'],
    compare: 'exact',
  };
}

/** x ← tanh-free recurrence x·W + bias, a token drawn from it each time; the bias is filled anew within. */
function repeated(times: number, hostWrites: boolean): Case {
  const [N, H] = [3, 33];
  return {
    name: `repeat ${times} times${hostWrites ? ' with a write by the host' : ''}`,
    buffers: {
      x: numbers(N * H, 1),
      w: numbers(H * H, 2, 1 / H),
      y: new Float32Array(N * H),
      logits: new Float32Array(H),
      draws: numbers(times, 3).map((value) => Math.floor(((value + 1) / 2) * 2 ** 24) / 2 ** 24),
      list: new Int32Array(times + 1),
      whole: new Int32Array(5),
      position: Int32Array.of(0),
      token: Int32Array.of(0),
    },
    run(backend, at) {
      let asked = 0;
      backend.repeat(times, () => {
        if (hostWrites) backend.write(at.ref('x').storage, 0, [asked++]);
        backend.fill(at.ref('y'), N * H, 0.5);
        backend.fill(at.ref('whole', 1), 3, -7);
        const spec = { m: N, n: H, k: H, accumulate: true };
        backend.gemm(spec, at.matrix('x', H), at.matrix('w', H), at.matrix('y', H));
        backend.copy({ shape: [N * H], inStrides: [1], outStrides: [1] }, at.ref('y'), at.ref('x'));
        backend.copy({ shape: [H], inStrides: [1], outStrides: [1] }, at.ref('x', H), at.ref('logits'));
        const places = {
          rows: 1,
          draws: at.ref('draws'),
          list: at.ref('list'),
          count: times,
          position: at.ref('position'),
          token: at.ref('token'),
        };
        backend.sample({ cols: H, ...all, topK: H }, at.ref('logits'), places);
      });
    },
    outputs: ['x', 'y', 'whole', 'list', 'position'],
    compare: 'norm',
  };
}

const spread = (length: number): Float32Array => numbers(length, 5, 4);

export const sampleCases: Case[] = [
  draws('plainly', spread(1), {}),
  draws('plainly', spread(65), {}),
  draws('without the first four', spread(65), { from: 4 }),
  draws('at temperature 0', spread(65), { temperature: 0 }),
  draws('at temperature 0, ties to the lower index', Float32Array.of(1, 3, 3, 2, 3), { temperature: 0 }, 3),
  draws('cooler', spread(130), { temperature: 0.3 }),
  draws('hotter', spread(130), { temperature: 5, from: 1 }),
  draws('of the 5 most likely', spread(130), { topK: 5, from: 2 }),
  draws('of the most likely', spread(33), { topK: 1 }),
  draws('of the nucleus', spread(130), { topP: 0.7 }),
  draws('of a small nucleus', spread(130), { topP: 1e-6 }),
  draws('of the nucleus of the most likely', spread(130), { topK: 20, topP: 0.5, from: 3 }),
  draws('with −∞', Float32Array.of(0, -Infinity, 1, -Infinity, 0.5), {}),
  draws('of equals', new Float32Array(16), { topK: 4 }),
  sideBySide('plainly', {}),
  sideBySide('of the nucleus of the most likely', { topK: 20, topP: 0.5, from: 3 }),
  {
    ...draws('without a number left', spread(5), {}, 1),
    buffers: { ...draws('', spread(5), {}, 1).buffers, position: Int32Array.of(1) },
    error: 'RANGE',
  },
  repeated(1, false),
  repeated(7, false),
  repeated(6, true),
];
