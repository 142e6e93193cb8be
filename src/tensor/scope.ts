// Scopes give tensors back at once: what is made inside is disposed at the end, but for what is returned or kept.
import { UnrolledError } from '../errors.js';
import { refuse } from '../expect.js';

interface Disposable {
  dispose(): void;
}

let scopes: Set<Disposable>[] = [];

/** Called by each new tensor. */
export function registerInScope(tensor: Disposable): void {
  scopes.at(-1)?.add(tensor);
}

/** Takes a tensor out of every open scope: it lives until collected or disposed. */
export function keep<T extends { dispose(): void }>(tensor: T): T {
  for (const open of scopes) open.delete(tensor);
  return tensor;
}

/**
 * Runs `body` and disposes of the tensors that it made, but for those that it returns (in arrays and plain objects too),
 * which pass to the surrounding scope. Errors: OPTION for what is no function; USAGE for an asynchronous `body`, since a scope
 * ends when it first waits.
 */
export function scope<T>(body: () => T): T {
  expectBody(body, 'scope');
  const own = new Set<Disposable>();
  scopes.push(own);
  try {
    const result = body();
    expectAtOnce(result, 'put a scope around each piece between two awaits, and keep(tensor) what must outlive it');
    const outer = scopes.at(-2);
    for (const tensor of disposablesIn(result)) {
      if (own.delete(tensor)) outer?.add(tensor);
    }
    return result;
  } finally {
    scopes = scopes.filter((open) => open !== own);
    for (const tensor of own) tensor.dispose();
  }
}

/** Errors: OPTION for what is no function. @param of who runs it: `scope` */
export function expectBody(body: unknown, of: string): void {
  if (typeof body !== 'function') refuse(`a function that ${of} runs`, body, `write ${of}(() => …)`);
}

/** Errors: USAGE for the promise of an asynchronous body. */
export function expectAtOnce(result: unknown, help: string): void {
  if (!(result instanceof Promise)) return;
  result.catch(() => undefined); // It may fail over what ended when it first waited; this error says why.
  throw new UnrolledError('USAGE', 'expected a body that computes at once, received an asynchronous one', help);
}

/** A scope that is open in pieces: what waits runs between them. */
export class ScopeInPieces {
  readonly #own = new Set<Disposable>();

  /** Runs one piece. What it makes stays until `close`, but for what is kept. */
  run<T>(body: () => T): T {
    scopes.push(this.#own);
    try {
      return body();
    } finally {
      scopes = scopes.filter((open) => open !== this.#own);
    }
  }

  close(): void {
    for (const tensor of this.#own) tensor.dispose();
  }
}

/** Runs `body` as if no scope were open: for a caller’s code, whose tensors are his own. */
export function outsideScopes<T>(body: () => T): T {
  const open = scopes;
  scopes = [];
  try {
    return body();
  } finally {
    scopes = open;
  }
}

function* disposablesIn(value: unknown): Generator<Disposable> {
  if (typeof value !== 'object' || value === null) return;
  if (isDisposable(value)) yield value;
  else if (Array.isArray(value)) for (const item of value) yield* disposablesIn(item);
  else if (Object.getPrototypeOf(value) === Object.prototype)
    for (const item of Object.values(value)) yield* disposablesIn(item);
}

function isDisposable(value: object): value is Disposable {
  return 'dispose' in value && typeof value.dispose === 'function';
}
