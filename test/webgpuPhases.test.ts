// In how many phases a step of each cell is cut for a graphics processor, forward and backward: workgroups that share units wait for
// each other after each. Needs no device. Letters: T steps, N batch, H hidden.
import { expect, it } from 'vitest';
import '../src/autograd/methods.js';
import type { ScanCall, ScanPlan } from '../src/backend/contract.js';
import { ReferenceBackend } from '../src/backend/reference/reference.js';
import { Owners, phasesOf, Waits } from '../src/backend/webgpu/scan/phases.js';
import { areTablesApart, Overlaps, sitesOf } from '../src/backend/webgpu/scan/sites.js';
import type { CELLS } from '../src/cell/cells/index.js';
import { Recurrent } from '../src/nn/recurrent.js';
import { fromData } from '../src/tensor/create.js';
import { setCurrentDevice } from '../src/tensor/device.js';

/** Keeps the phases of each scan. */
class Cutting extends ReferenceBackend {
  readonly inputBeforeLoop = true;
  readonly phases: number[] = [];

  override scan(plan: ScanPlan, call: ScanCall): void {
    const sites = sitesOf(call);
    const overlaps = new Overlaps(sites, call.rows, (question) => areTablesApart(call, question));
    const phases = phasesOf(plan, new Waits(plan, sites, new Owners(plan, sites), overlaps));
    const runs = phases.flatMap((phase) => phase.flatMap((run) => run.stages));
    expect([...runs].sort((a, b) => a - b)).toEqual(plan.stages.map((_, i) => i));
    this.phases.push(phases.length);
    super.scan(plan, call);
  }
}

/** Forward, backward. */
const PHASES: Readonly<Record<keyof typeof CELLS, readonly [number, number]>> = {
  ...{ rnn: [1, 1], 'rnn-relu': [1, 1], 'rnn-identity': [1, 1], gru: [1, 1], 'gru-reset-before': [2, 2] },
  ...{ 'gru-layer-norm': [3, 3], lstm: [1, 1], 'lstm-peephole': [1, 1], 'lstm-projection': [2, 2] },
  ...{ 'lstm-coupled': [1, 1], 'lstm-layer-norm': [5, 5], mgu: [2, 2], indrnn: [1, 1], mingru: [1, 1] },
  ...{ minlstm: [1, 1], slstm: [1, 1], sru: [1, 1], 'brain-lstm': [1, 1] },
};

it.each(Object.entries(PHASES))('%s', (name, expected) => {
  const backend = new Cutting();
  setCurrentDevice(backend);
  const network = new Recurrent(name as keyof typeof CELLS, { inputSize: 4, hiddenSize: 4, numHeads: 2 });
  const [T, N] = [3, 9];
  const x = fromData(
    Float64Array.from({ length: T * N * 4 }, (_, i) => Math.sin(i)),
    [T, N, 4],
    { requiresGrad: true },
  );
  for (const given of [{}, { lengths: [3, 3, 2, 2, 2, 1, 1, 0, 0] }]) {
    backend.phases.length = 0;
    network.forward(x, given).output.sum().backward();
    expect(backend.phases).toEqual(expected);
  }
});
