// What Math.exp, Math.log and Math.tanh are in the modules that exportModule writes: scripts/build.mjs puts these in their place, in the library's
// own functions too, under names that nothing else has.
export { exp as portableExp, log as portableLog, tanh as portableTanh } from './portable.js';
