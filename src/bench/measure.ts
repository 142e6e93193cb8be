// How fast a task runs, and where its time goes.
import { CompiledBackend } from '../backend/compiled/compiled.js';
import { SCAN_PARTS, type ScanPart, type ScanTimes } from '../backend/compiled/scanTimes.js';
import type { Backend } from '../backend/contract.js';
import { Optimizer } from '../optim/optimizer.js';

const now = (): number => performance.now() / 1000;

/** The most units a second over rounds of about a third of a second, after a warm-up: these machines are shared. */
export function bestRate({ run, units }: { run: () => void; units: number }, seconds: number): number {
  run();
  const before = now();
  run();
  const repeats = Math.max(1, Math.floor(0.3 / Math.max(now() - before, 1e-6)));
  let best = 0;
  for (const end = now() + seconds; best === 0 || now() < end;) {
    const start = now();
    for (let i = 0; i < repeats; i++) run();
    best = Math.max(best, (repeats * units) / (now() - start));
  }
  return best;
}

export interface ProfilePart {
  /** What the backend did, or `JavaScript` for all else. */
  what: string;
  calls: number;
  milliseconds: number;
  share: number;
}

const KERNELS = [
  'gemm',
  'gemmInt8',
  'gemmInParts',
  'sumInParts',
  'scatterInParts',
  'map',
  'reduce',
  'softmax',
  'crossEntropy',
  'crossEntropyGrad',
  'gather',
  'scatterAdd',
  'copy',
  'fill',
  'write',
  'readSync',
  'scan',
  'sample',
  'repeat',
] as const;

const noTimes = (): ScanTimes => ({ packing: 0, products: 0, programs: 0, rowSums: 0, barriers: 0 });

/**
 * Time of one run by calls of the backend; a scan is told by whether its products are transposed, as backward's are, and where
 * the backend has a clock its parts stand in its place. What runs within a repeated call counts for `repeat`, what an optimizer's
 * step runs for `optimizer`.
 */
export function profile(backend: Backend, run: () => void, runs: number): ProfilePart[] {
  const parts = new Map<string, { calls: number; seconds: number }>();
  const add = (what: string, seconds: number): void => {
    const part = parts.get(what) ?? { calls: 0, seconds: 0 };
    parts.set(what, { calls: part.calls + 1, seconds: part.seconds + seconds });
  };
  const compiled = backend instanceof CompiledBackend && backend.name === 'native' ? backend : null;
  let [repeating, optimizing] = [false, false];
  const { step } = Optimizer.prototype;
  Optimizer.prototype.step = function (this: Optimizer) {
    optimizing = true;
    try {
      step.call(this);
    } finally {
      optimizing = false;
    }
  };
  const target = backend as unknown as Record<string, (...args: unknown[]) => unknown>;
  const restore = KERNELS.map((name) => {
    const own = Object.getOwnPropertyDescriptor(target, name);
    const kernel = target[name].bind(backend);
    target[name] = (...args: unknown[]): unknown => {
      if (repeating) return kernel(...args);
      const inner = compiled === null || name !== 'scan' ? null : (compiled.scanTimes = noTimes());
      repeating = name === 'repeat';
      const start = now();
      try {
        return kernel(...args);
      } finally {
        const seconds = now() - start;
        repeating = false;
        const called = name === 'scan' ? `scan ${isBackward(args[0]) ? 'backward' : 'forward'}` : name;
        const what = optimizing ? 'optimizer' : called;
        let rest = seconds;
        for (const part of inner === null ? [] : (Object.keys(SCAN_PARTS) as ScanPart[])) {
          add(`${what}: ${part === 'rowSums' ? 'row sums' : part}`, inner?.[part] ?? 0);
          rest -= inner?.[part] ?? 0;
        }
        add(inner === null ? what : `${what}: call`, rest);
        if (compiled !== null) compiled.scanTimes = null;
      }
    };
    return () => {
      if (own === undefined) Reflect.deleteProperty(target, name);
      else Object.defineProperty(target, name, own);
    };
  });
  let total = 0;
  try {
    run();
    parts.clear();
    const start = now();
    for (let i = 0; i < runs; i++) run();
    total = now() - start;
  } finally {
    for (const undo of restore) undo();
    Optimizer.prototype.step = step;
  }
  const inside = [...parts.values()].reduce((sum, { seconds }) => sum + seconds, 0);
  parts.set('JavaScript', { calls: runs, seconds: total - inside });
  return [...parts]
    .filter(([, { seconds }]) => seconds > 0)
    .map(([what, { calls, seconds }]) => ({
      what,
      calls: calls / runs,
      milliseconds: (seconds / runs) * 1000,
      share: seconds / total,
    }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
}

function isBackward(plan: unknown): boolean {
  const { stages } = plan as { stages: readonly { kind: string; transB?: boolean }[] };
  return stages.some((stage) => stage.kind === 'product' && stage.transB === true);
}
