/**
 * The package on Node: everything of index.ts, with files, the native addon, and a backend chosen at the first tensor.
 * @module unrolled
 */
import './onNode/setup.js';

export * from './index.js';
