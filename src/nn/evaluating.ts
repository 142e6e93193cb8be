// A network looked at in evaluation mode, in the middle of a training or not.
import type { Module } from './module.js';

/** Runs with dropout off, then restores the mode, so that a training in progress is not disturbed. */
export function evaluating<R>(network: Module, run: () => R): R {
  const wasTraining = network.training;
  network.eval();
  try {
    return run();
  } finally {
    network.train(wasTraining);
  }
}
