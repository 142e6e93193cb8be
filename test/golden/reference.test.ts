import { ReferenceBackend } from '../../src/backend/reference/reference.js';
import { goldenSuite } from './golden.js';

const reference = new ReferenceBackend({ precision: 'float32' });
goldenSuite('reference', () => reference);
// Without rounding nothing but the nine stored digits is left: what differs more is wrong, not inexact.
const exact = new ReferenceBackend({ precision: 'float64' });
goldenSuite('reference in float64', () => exact, 1e-7);
