// Loaded ahead of a program (`node --import`): its training ends, and the process with it, after the first step of an optimizer.
import { Optimizer } from '../optim/optimizer.js';

const { step } = Optimizer.prototype;
let stepped = false;

Optimizer.prototype.step = function (this: Optimizer): void {
  step.call(this);
  stepped = true;
  process.exit(0);
};

process.on('exit', (status) => {
  if (stepped || status !== 0) return;
  console.error('error: expected a step of training, there was none');
  process.exitCode = 1;
});
