import { ReferenceBackend } from '../../src/backend/reference/reference.js';
import { goldenSuite } from './golden.js';

const reference = new ReferenceBackend({ precision: 'float32' });
goldenSuite('reference', () => reference);
