// Which copy of the library something is of: two copies in one program share no classes and no memory, and should say so.
import { UnrolledError } from './errors.js';

/** The version of this copy; that of package.json. */
export const VERSION = '0.1.0';

/** A copy of the library: its version, and the address of a module of it. */
interface Copy {
  readonly version: string;
  readonly place: string;
}

const COPY: Copy = Object.freeze({ version: VERSION, place: import.meta.url });

/** What bears the brand of its copy. */
export type Branded = 'tensor' | 'module' | 'cell' | 'backend';

/** Marks a class by its prototype as one of this copy. */
export function brand(prototype: object, kind: Branded): void {
  Object.defineProperty(prototype, Symbol.for(`unrolled.${kind}`), { value: COPY });
}

/** Whether a value is of that kind, of whatever copy. */
export function isBranded(value: unknown, kind: Branded): boolean {
  return copyOf(value, kind) !== undefined;
}

function copyOf(value: unknown, kind: Branded): Copy | undefined {
  if (value === undefined || value === null) return undefined;
  return (value as Record<symbol, Copy | undefined>)[Symbol.for(`unrolled.${kind}`)];
}

/** Errors: STATE for what another copy of the library made. What is of no copy passes. */
export function refuseOtherCopy(value: unknown, kind: Branded, noun: string = kind): void {
  const copy = copyOf(value, kind);
  if (copy === undefined || copy === COPY) return;
  throw new UnrolledError(
    'STATE',
    `expected a ${noun} of this copy of unrolled (${VERSION} at ${COPY.place}), received one of another copy (${copy.version} at ${copy.place})`,
    'two copies are loaded: `npm ls unrolled` names them, `npm dedupe` may join them; a bundle should hold one',
  );
}
