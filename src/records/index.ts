// For those who read data of their own: tables, tagged sentences, pictures.
export { type IdxArray, readIdx } from './idx.js';
