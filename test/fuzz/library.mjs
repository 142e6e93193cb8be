// What is fuzzed: the built library, and two parts of it that have no entry of their own.
export * as unrolled from '../../dist/node.js';
export * as formats from '../../dist/formats/index.js';
export * as convert from '../../dist/convert/index.js';
export * as records from '../../dist/records/index.js';
export * as text from '../../dist/text/index.js';
export { ZipArchive } from '../../dist/formats/zip.js';
export { unpack } from '../../dist/sources/unpack.js';
