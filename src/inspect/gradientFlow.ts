// How the gradient fares on its way back through time: the norm of dL/ds_t for every state s at every step t.
//
// The sequence runs step by step, with the states between the steps as tensors that gather gradients. That gives the same
// numbers as the whole sequence in one call. Letters: T steps, N batch, H hidden.
import { concat, slice } from '../autograd/ops.js';
import { backward, TapeNode } from '../autograd/tape.js';
import { UnrolledError } from '../errors.js';
import { asTensor } from '../tensor/asTensor.js';
import { refuseOtherCopy } from '../copy.js';
import { expectFunction, refuse } from '../expect.js';
import { Recurrent, type RecurrentState } from '../nn/recurrent.js';
import type { HostArray } from '../tensor/device.js';
import { atOnce, inTurn, readAndDispose, type Reading, requireAnswers } from '../tensor/readAll.js';
import { scope } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';

/** One step of a network. @param x [1, N, …] of the sequence. Returns an output [1, N, …] and the state. */
export type StepFunction = (x: Tensor, state: RecurrentState | null) => { output: Tensor; state: RecurrentState };

/** How large the gradient is at each step of one layer. */
export interface LayerGradients {
  /** Which layer, from 0. */
  layer: number;
  /**
   * For each state of the cell, the Euclidean norm of its gradient after each step, over the whole batch: [T]. States of one step
   * count as independent of each other, as what the next step gets: dL/dc_t leaves out the way over h_t of the same step.
   */
  states: Record<string, number[]>;
}

/**
 * The norms of dL/ds_t for all layers and states.
 * @param network a network that reads forward, or one step of it
 * @param x [T, N, …]
 * @param loss of the outputs of all steps [T, N, …]; one number
 * The gradients of the parameters are added to theirs, as backward() does.
 * Errors: NO_GRADIENT for a frozen network, OPTION for one that needs the end of the sequence, EMPTY without steps, those of the network.
 */
export function gradientFlow(
  network: Recurrent | StepFunction,
  x: Tensor,
  loss: (output: Tensor) => Tensor,
): LayerGradients[] {
  requireAnswers('gradientFlow', 'await gradientFlowAsync(…)');
  return atOnce(readFlow(network, x, loss));
}

/** The same on every backend. */
export function gradientFlowAsync(...given: Parameters<typeof gradientFlow>): Promise<LayerGradients[]> {
  return inTurn(readFlow(...given));
}

/** What both read. */
export function* readFlow(
  network: Recurrent | StepFunction,
  x: Tensor,
  loss: (output: Tensor) => Tensor,
): Reading<LayerGradients[]> {
  refuseOtherCopy(network, 'module');
  const step = network instanceof Recurrent ? stepOf(network) : network;
  expectFunction(step, 'a network', 'give a Recurrent, or a function that is one step of a network');
  expectFunction(loss, 'the loss', 'give a function of the output of all steps');
  x = asTensor(x, 'the input');
  const T = x.shape[0] ?? 0;
  if (T === 0) throw new UnrolledError('EMPTY', 'expected one step or more, received none', 'give a longer sequence');
  const gathered = scope(() => {
    const after: RecurrentState[] = [];
    const outputs: Tensor[] = [];
    let state: RecurrentState | null = null;
    for (let t = 0; t < T; t++) {
      const result = step(slice(x, 0, t, t + 1), state);
      if (!Array.isArray(result?.state))
        refuse('output and state of a step', result, 'return { output, state }, as forward() does');
      for (const layer of result.state) {
        for (const s of Object.values(layer)) {
          if (s.node === null) {
            throw new UnrolledError(
              'NO_GRADIENT',
              'expected a network whose parameters require gradients, received a frozen one',
              'set requiresGrad of its parameters',
            );
          }
          sameValues(s).forEach(gatherGradient);
        }
      }
      outputs.push(result.output);
      state = result.state;
      after.push(state);
    }
    // Backward takes the tape apart: what stands beside a state is looked up before.
    const values = after.map((layers) =>
      layers.map((s) => Object.entries(s).map(([name, t]) => ({ name, all: sameValues(t) }))),
    );
    backward(loss(concat(outputs)));
    return values.map((layers) =>
      layers.map((entries) =>
        entries.map(({ name, all }) => ({ name, gradients: all.flatMap(({ grad }) => grad ?? []) })),
      ),
    );
  });
  const flows = gathered[0].map((entries, layer) => ({
    layer,
    states: Object.fromEntries(entries.map(({ name }): [string, number[]] => [name, []])),
  }));
  for (const layers of gathered) {
    for (const [l, entries] of layers.entries()) {
      for (const { name, gradients } of entries) {
        const parts: HostArray[] = [];
        for (const gradient of gradients) parts.push(yield* readAndDispose(gradient));
        flows[l].states[name].push(normOfSum(parts));
      }
    }
  }
  return flows;
}

function stepOf(rnn: Recurrent): StepFunction {
  if (rnn.bidirectional || rnn.batchFirst) {
    throw new UnrolledError(
      'OPTION',
      `expected a network that reads [T, N, …] forward, received one that is ${rnn.bidirectional ? 'bidirectional' : 'batchFirst'}`,
      'give a step function of your own, or another network',
    );
  }
  return (x, state) => rnn.forward(x, { state });
}

function gatherGradient(t: Tensor): void {
  t.requiresGrad = true;
}

/** The state and the output of a step are two tensors over one memory: the gradient of h is the sum of both. */
function sameValues(t: Tensor): Tensor[] {
  const outputs = t.node instanceof TapeNode ? t.node.outputs : [];
  const others = outputs.filter(
    (o) => o !== t && o.storage === t.storage && o.offset === t.offset && o.size === t.size,
  );
  return [t, ...others];
}

function normOfSum(parts: readonly HostArray[]): number {
  if (parts.length === 0) return 0;
  let squares = 0;
  for (let i = 0; i < parts[0].length; i++) squares += parts.reduce((sum, part) => sum + part[i], 0) ** 2;
  return Math.sqrt(squares);
}
