// The scores of additive attention, vᵀ tanh(q + k) for every query and key, without the N · Tq · Tk · A energies between: a
// scan whose steps are the pairs of a query and a key, in a few rows that stay in the cache. Backward makes them again.
import '../backend/compiled/calls/scan.js';
import { RESULT_GRADIENT } from '../autograd/elementwise.js';
import { reduceAxes } from '../autograd/movement.js';
import { isRecording, record } from '../autograd/tape.js';
import type { ScanOperand, ScanPlan } from '../backend/contract.js';
import { backendOf } from '../backend/registry.js';
import { compile, type CompiledProgram, uniformValues } from '../program/compile.js';
import { apply, constant, input } from '../program/expr.js';
import { empty, full } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';

const [q, k, v, dq, dk, dv] = ['q', 'k', 'v', 'dq', 'dk', 'dv'].map(input);
const energy = apply('tanh', apply('add', q, k));
/** The gradient of q + k. */
const inner = apply('mul', apply('mul', RESULT_GRADIENT, v), apply('sub', constant(1), apply('mul', energy, energy)));
const forward = compile({ weighed: apply('mul', energy, v) });
const backward = compile({
  dq: apply('add', dq, inner),
  dk: apply('add', dk, inner),
  dv: apply('add', dv, apply('mul', RESULT_GRADIENT, energy)),
});

/** Row tables: where the query and the key of a step begin. */
const [QUERY, KEY] = [0, 1];

/**
 * @param queries [Tq, N, A]
 * @param keys [Tk, N, A]
 * @param vector v [A, 1]
 * @returns [Tq, Tk, N]
 */
export function additiveScores(queries: Tensor, keys: Tensor, vector: Tensor): Tensor {
  const [Tq, N, A] = queries.shape;
  const Tk = keys.shape[0];
  const device = queries.device;
  const scores = empty([Tq, Tk, N], { device });
  const weighed = moving(empty([N, A], { device }), A, 0);
  const operands = {
    q: { ...moving(queries, A, 0), table: QUERY },
    k: { ...moving(keys, A, 0), table: KEY },
    v: moving(vector, 0, 0),
  };
  runScan(forward, { ...operands, weighed, scores: { ...moving(scores, 1, N), colStride: 0 } }, [Tq, Tk, N, A]);
  if (isRecording([queries, keys, vector])) {
    record({
      op: 'additiveScores',
      inputs: [queries, keys, vector],
      outputs: [scores],
      backward([g]) {
        if (g === null) return [];
        const [ofQueries, ofKeys, rows] = [queries.shape, keys.shape, [N, A]].map((shape) =>
          full(shape, 0, { device }),
        );
        const results = {
          dq: { ...moving(ofQueries, A, 0), table: QUERY },
          dk: { ...moving(ofKeys, A, 0), table: KEY },
          dv: moving(rows, A, 0),
          gy: { ...moving(g, 1, N), colStride: 0 as const },
        };
        runScan(backward, { ...operands, ...results }, [Tq, Tk, N, A]);
        return [ofQueries, ofKeys, reduceAxes(rows, 'sum', [0], [1]).reshape(vector.shape)];
      },
    });
  }
  return scores;
}

function moving({ storage, offset }: Tensor, rowStride: number, stepStride: number): ScanOperand {
  return { storage, offset, rowStride, colStride: 1, stepStride };
}

/** One step for each query and key, and where there are scores, their sums over A. */
function runScan(
  compiled: CompiledProgram,
  named: Readonly<Record<string, ScanOperand>>,
  [Tq, Tk, N, A]: readonly number[],
): void {
  const steps = Tq * Tk;
  if (steps * N === 0) return;
  const names = Object.keys(named);
  const numbers = compiled.operands.map((name) => names.indexOf(name));
  const program = { kind: 'program', program: compiled.program, operands: numbers, cols: A } as const;
  const sums = { kind: 'rowSum', x: names.indexOf('weighed'), out: names.indexOf('scores'), cols: A } as const;
  const plan: ScanPlan = { stages: sums.out < 0 ? [program] : [program, sums] };
  const rowTables = [
    Int32Array.from({ length: steps }, (_, step) => Math.floor(step / Tk) * N),
    Int32Array.from({ length: steps }, (_, step) => (step % Tk) * N),
  ];
  const operands = Object.values(named);
  backendOf(operands[0].storage).scan(plan, { steps, rows: N, operands, uniforms: uniformValues(compiled), rowTables });
}
