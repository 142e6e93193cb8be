// unrolled/convert on Node, which may be the only entry that a program imports.
import './setup.js';

export * from '../convert/index.js';
