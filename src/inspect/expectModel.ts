// What inspection looks into must be there: a model of a task, a network.
import { refuseOtherCopy } from '../copy.js';
import { refuse } from '../expect.js';
import { Module } from '../nn/module.js';
import { Recurrent } from '../nn/recurrent.js';
import type { Task } from '../models/tasks.js';

/** Errors: OPTION for what is no model with a network, or one of another task. */
export function expectModel(model: unknown, task?: Task): void {
  const { task: own, network } = (model ?? {}) as { task?: unknown; network?: unknown };
  refuseOtherCopy(network, 'module', 'model');
  const noun = task === undefined ? 'a model with a network' : `a model of the task ${task}`;
  if (!(network instanceof Module) || (task !== undefined && own !== task)) {
    refuse(noun, own === undefined ? model : `the task ${String(own)}`, 'train one with fit, or open a file with load');
  }
}

/** Errors: OPTION for what is no recurrent network. */
export function expectRecurrent(network: unknown): asserts network is Recurrent {
  refuseOtherCopy(network, 'module');
  if (!(network instanceof Recurrent)) refuse('a recurrent network', network, 'give new Recurrent(LSTM, …)');
}
