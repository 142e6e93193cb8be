// The parameters of a network in figures.
import { refuseOtherCopy } from '../copy.js';
import { refuse } from '../expect.js';
import { Module } from '../nn/module.js';

/** A parameter in figures. */
export interface ParameterSummary {
  /** Its path: `rnn.0.weight_h`. */
  name: string;
  /** The size of each axis. */
  shape: number[];
  /** Of all elements. */
  mean: number;
  /** Of all elements (not of a sample). */
  std: number;
}

/** Mean and standard deviation of every parameter, in float64. */
export function parameterSummary(module: Module): ParameterSummary[] {
  if (!(module instanceof Module)) {
    refuseOtherCopy(module, 'module');
    refuse('a module', module, 'give a network, such as new Linear(2, 3) or model.network');
  }
  return [...module.namedParameters()].map(([name, t]) => {
    const data = t.data();
    let sum = 0;
    for (let i = 0; i < data.length; i++) sum += data[i];
    const mean = data.length > 0 ? sum / data.length : 0;
    let squares = 0;
    for (let i = 0; i < data.length; i++) squares += (data[i] - mean) ** 2;
    return { name, shape: [...t.shape], mean, std: data.length > 0 ? Math.sqrt(squares / data.length) : 0 };
  });
}
