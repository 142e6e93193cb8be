// The machine that was measured, for whoever reads the figures elsewhere.
import { availableParallelism, cpus, totalmem } from 'node:os';
import type { Backend } from '../backend/contract.js';

export interface Machine {
  cpu: string;
  cores: number;
  /** What the backend uses of it: the instruction set. */
  isa: string;
  memoryGiB: number;
  system: string;
  node: string;
}

export function describeMachine({ name, features }: Backend): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    isa: `${name}: ${features.filter((feature) => !/thread/.test(feature)).join(', ') || 'plain'}`,
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    system: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}
