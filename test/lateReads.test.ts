// Trainings on a backend whose numbers must be waited for are those of one that answers at once. The device here is the reference, which
// refuses to answer at once for what an operation changed; a real one is test/conformance/webgpu.test.ts.
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Backend,
  clipGradNorm,
  clipGradNormLate,
  ctcLoss,
  ctcLossAsync,
  fit,
  fromData,
  LanguageModel,
  Linear,
  LinearChainCRF,
  logSoftmax,
  manualSeed,
  noGrad,
  readAll,
  Sequential,
  type Tensor,
  tensor,
  TextClassifier,
  useBackend,
} from 'unrolled';
import { expectAlike, FLOW, LATE_TASKS, reopened } from './lateTasks.js';
import { UnsupportedError } from '../src/errors.js';
import { ReferenceBackend } from '../src/backend/reference/reference.js';
import type { HostArray, Storage } from '../src/tensor/device.js';

/** What was read, until the next operation: enough for what reads first and asks then. */
class LateBackend extends ReferenceBackend {
  override readonly answersAtOnce = false as unknown as true;
  readonly #known = new Map<Storage, { offset: number; length: number }>();
  /** Reads that waited. */
  reads = 0;

  override write(storage: Storage, offset: number, data: ArrayLike<number>): void {
    super.write(storage, offset, data);
    this.#known.set(storage, { offset, length: data.length });
  }

  /** Bytes of what was allocated and not released. */
  usedBytes = 0;
  failNext = false;

  override allocate(...given: Parameters<ReferenceBackend['allocate']>): Storage {
    const storage = super.allocate(...given);
    this.usedBytes += 4 * storage.length;
    return storage;
  }

  override release(storage: Storage): void {
    this.usedBytes -= 4 * storage.length;
    super.release(storage);
  }

  override async read(storage: Storage, offset: number, length: number): Promise<HostArray> {
    await Promise.resolve();
    this.reads++;
    if (this.failNext) {
      this.failNext = false;
      throw new Error('the device fails');
    }
    this.#known.set(storage, { offset, length });
    return super.readSync(storage, offset, length);
  }

  override readSync(storage: Storage, offset: number, length: number): HostArray {
    const known = this.#known.get(storage);
    if (known !== undefined && known.offset <= offset && offset + length <= known.offset + known.length) {
      return super.readSync(storage, offset, length);
    }
    throw new UnsupportedError('expected a backend that answers at once', 'write await tensor.read()');
  }
}

const TEXT = 'the cat sat on the mat and the dog sat on the log; '.repeat(60);

const onEach = async <R>(run: (backend: Backend) => Promise<R>): Promise<[atOnce: R, late: R]> => {
  const results: R[] = [];
  for (const backend of [new ReferenceBackend(), new LateBackend()]) {
    await useBackend(backend);
    manualSeed(1);
    results.push(await run(backend));
  }
  return [results[0], results[1]];
};

beforeEach(() => useBackend('reference'));

describe('a backend whose numbers must be waited for', () => {
  it('trains a language model to the same losses, validations and weights', async () => {
    const [atOnce, late] = await onEach(async (backend) => {
      const model = await LanguageModel.fit(TEXT, {
        ...{ hiddenSize: 8, embeddingSize: 4, batchSize: 8, numSteps: 10, maxSteps: 20, seed: 3 },
        ...{ clipNorm: 0.2, checkpoint: { everySeconds: 0, save: () => undefined } },
      });
      const { training } = model;
      if (backend instanceof LateBackend) expect(backend.reads).toBeGreaterThan(3);
      return { training, bytes: model.toBytes().length };
    });
    expect(late.training?.step).toBe(20);
    expect(late.training?.loss).toBeCloseTo(atOnce.training?.loss ?? NaN, 5);
    expect(late.training?.final?.loss).toBeCloseTo(atOnce.training?.final?.loss ?? NaN, 5);
    expect(late.training?.validation.length).toBe(atOnce.training?.validation.length);
    expect(late.bytes).toBeGreaterThan(1000);
  });

  it('trains a module to the same losses of its epochs', async () => {
    const rows = Array.from({ length: 24 }, (_, i) => ({ x: [[i / 24, (i % 5) / 5]], y: [i % 2] }));
    const [atOnce, late] = await onEach(async () => {
      const net = new Sequential(new Linear(2, 6), new Linear(6, 2));
      return fit(net, rows, { epochs: 3, batchSize: 4, learningRate: 0.01, loss: 'crossEntropy', validation: rows });
    });
    expect(late.epochs).toEqual(atOnce.epochs);
    expect(late.loss).toHaveLength(3);
    [...late.loss, ...late.validationLoss].forEach((loss, i) => {
      expect(loss).toBeCloseTo([...atOnce.loss, ...atOnce.validationLoss][i] ?? NaN, 5);
    });
  });

  it('clips where the gradients are: the same factor, and the norm to read later', async () => {
    const clipped = async (late: boolean): Promise<[number, number[]]> => {
      manualSeed(2);
      const net = new Linear(3, 2);
      const y = net.forward(tensor([[1, 20, -3]]));
      y.mul(y).sum().backward();
      const norm = late ? (await clipGradNormLate(net, 0.5).read())[0] : clipGradNorm(net, 0.5);
      return [norm, [...(net.weight.grad?.data() ?? [])]];
    };
    const [[norm, gradient], [lateNorm, lateGradient]] = [await clipped(false), await clipped(true)];
    expect(norm).toBeGreaterThan(0.5);
    expect(lateNorm).toBeCloseTo(norm, 4);
    lateGradient.forEach((value, i) => expect(value).toBeCloseTo(gradient[i], 6));
    const net = new Linear(3, 2);
    expect([...clipGradNormLate(net, 1).data()]).toEqual([0]);
    expect(() => clipGradNormLate(net, 0)).toThrow(expect.objectContaining({ code: 'RANGE' }));
  });

  it('names what waits where a number is asked for at once, and answers after readAll', async () => {
    await useBackend(new LateBackend());
    const net = new Linear(2, 2);
    const y = net.forward(tensor([[1, 2]]));
    expect(() => y.data()).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
    y.sum().backward();
    expect(() => clipGradNorm(net, 1)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', help: expect.stringContaining('clipGradNormLate') }),
    );
    await readAll([y]);
    expect(y.data()).toHaveLength(2);
  });

  it('tells a number that is not finite, and the step', async () => {
    await useBackend(new LateBackend());
    const error: unknown = await LanguageModel.fit(TEXT, {
      ...{ hiddenSize: 4, embeddingSize: 4, batchSize: 8, numSteps: 5, maxSteps: 30, seed: 3 },
      ...{ optimizer: 'sgd', learningRate: 1e39, clipNorm: 0 },
    }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'NON_FINITE', message: expect.stringContaining('training step') });
  });

  it.each(LATE_TASKS)('trains $name, and answers as one that is asked at once', async (task) => {
    const [atOnce, late] = await onEach(async () => ({ model: await task.fit() }));
    expect(late.model.training?.step).toBe(atOnce.model.training?.step);
    const [own, other] = [late, atOnce].map(({ model }) => ({ ...model.training?.final, seconds: 0 }));
    expectAlike(own, other, 1e-6);
    await useBackend('reference');
    const expected = task.atOnce(atOnce.model);
    // Backends that answer at once can be waited for, too.
    expectAlike(await task.late(atOnce.model), expected, 0);
    await useBackend(new LateBackend());
    const again = await reopened(atOnce.model);
    expect(() => task.atOnce(again)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', help: expect.stringMatching(/await \w+\.\w+Async\(/) }),
    );
    expectAlike(await task.late(again), expected, 0);
  });

  it('shows the gradient on its way through a network of one’s own', async () => {
    const [, late] = await onEach(() => FLOW.late());
    await useBackend('reference');
    manualSeed(1);
    expectAlike(late, FLOW.atOnce(), 1e-6);
  });

  it('computes a loss of a random field, its paths and marginals, and one without an alignment', async () => {
    const scores = (): Tensor => tensor([[[1, 2, 0]], [[0, 1, 3]], [[2, 0, 1]]], { requiresGrad: true });
    const gold = (): Tensor => fromData(Int32Array.of(0, 2, 1), [3, 1]);
    const labels = (): Tensor => fromData(Int32Array.of(1, 2), [1, 2]);
    const [atOnce, late] = await onEach(async ({ answersAtOnce }) => {
      const crf = new LinearChainCRF(3);
      crf.transition.set([0, 1, 2, 0.5, 0, 1, 1, 0, 0.2]);
      const [x, y, path, aligned] = [scores(), scores(), gold(), labels()];
      const loss = answersAtOnce ? crf.loss(x, path, [3]) : await crf.lossAsync(x, path, [3]);
      const other = answersAtOnce ? ctcLoss(logSoftmax(y), aligned) : await ctcLossAsync(logSoftmax(y), aligned);
      loss.add(other).backward();
      return {
        numbers: [
          ...(await loss.read()),
          ...(await other.read()),
          ...((await x.grad?.read()) ?? []),
          ...((await y.grad?.read()) ?? []),
        ],
        paths: answersAtOnce ? crf.decode(x, [3]) : await crf.decodeAsync(x, [3]),
        marginals: answersAtOnce ? crf.marginals(x, [3]) : await crf.marginalsAsync(x, [3]),
      };
    });
    expect(atOnce.numbers).toHaveLength(20);
    expectAlike(late, atOnce, 0);
    await useBackend(new LateBackend());
    const crf = new LinearChainCRF(3);
    const refused = (what: string): unknown =>
      expect.objectContaining({ code: 'UNSUPPORTED', help: expect.stringContaining(what) });
    expect(() => crf.loss(scores(), gold(), [3])).toThrow(refused('await crf.lossAsync('));
    expect(() => crf.decode(scores(), [3])).toThrow(refused('await crf.decodeAsync('));
    expect(() => ctcLoss(scores(), labels())).toThrow(refused('await ctcLossAsync('));
    // Recorded as they were called, whatever happens while they wait.
    const waiting: Promise<Tensor>[] = [];
    noGrad(() => void waiting.push(crf.lossAsync(scores(), gold(), [3])));
    expect((await waiting[0]).node).toBeNull();
    expect((await crf.lossAsync(scores(), gold(), [3])).node).not.toBeNull();
  });

  /** A model of two steps on a backend that has to be waited for. */
  async function trainedLate() {
    const backend = new LateBackend();
    await useBackend(backend);
    const sizes = { hiddenSize: 8, embeddingSize: 4, batchSize: 8 };
    return { backend, model: await LanguageModel.fit(TEXT, { ...sizes, maxSteps: 2, seed: 1 }) };
  }

  it('draws a text with one read, and what ends at a text in pieces', async () => {
    const { backend, model } = await trainedLate();
    const before = backend.reads;
    await model.generateAsync({ prime: 'the ', length: 100 });
    expect(backend.reads - before).toBe(1);
    await model.session().read('the ').generateAsync({ length: 100 });
    expect(backend.reads - before).toBe(2);
  });

  it('keeps what was read where the device fails in between, and gives memory back', async () => {
    const { backend, model } = await trainedLate();
    await model.generateAsync({ length: 5 });
    const used = backend.usedBytes;
    backend.failNext = true;
    await expect(model.generateAsync({ length: 50 })).rejects.toThrow('the device fails');
    await model.evaluateAsync(TEXT);
    expect(backend.usedBytes).toBe(used);
  });

  it('leaves a training as it is while it waits', async () => {
    await useBackend(new LateBackend());
    const model = await LanguageModel.fit(TEXT, {
      hiddenSize: 8,
      embeddingSize: 4,
      batchSize: 8,
      maxSteps: 2,
      seed: 1,
    });
    model.network.train();
    const measured = model.evaluateAsync(TEXT);
    expect(model.network.training).toBe(true);
    await measured;
    expect(model.network.training).toBe(true);
  });

  it('refuses shards before anything runs', async () => {
    await useBackend(new LateBackend());
    const rows = Array.from({ length: 12 }, (_, i) => ({ text: `text ${i}`, label: i % 2 ? 'odd' : 'even' }));
    let steps = 0;
    const onStep = (): void => void steps++;
    const refused = expect.objectContaining({ code: 'UNSUPPORTED', message: expect.stringContaining('shards') });
    await expect(TextClassifier.fit(rows, { shards: 2, onStep })).rejects.toEqual(refused);
    await expect(LanguageModel.fit(TEXT, { maxSteps: 2, shards: 2, onStep })).rejects.toEqual(refused);
    expect(steps).toBe(0);
  });
});
