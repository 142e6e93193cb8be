// Buffers: the memory that the slots of a plan stand in. Letters: T steps, N batch, G columns of all linears, W a width.
import type { OwnSlot } from '../plan/slot.js';

/** A slot with memory of its own, or what several share. The same buffer is the same object. */
export type Buffer =
  | OwnSlot
  /** [T · N, G], or [N, G]: the columns of all linears, and their gradients. */
  | { readonly kind: 'gates' }
  | { readonly kind: 'dGates' }
  /** [(T + 1) · N, W]: a state before and after each step (`stateRows`). */
  | { readonly kind: 'states'; readonly name: string }
  | { readonly kind: 'parameter'; readonly name: string }
  /** Weights of int8 in place of a parameter, and their scales. */
  | { readonly kind: 'int8Words'; readonly name: string }
  | { readonly kind: 'int8Scales'; readonly name: string };

export const GATES = { kind: 'gates' } as const satisfies Buffer;
export const D_GATES = { kind: 'dGates' } as const satisfies Buffer;

type Named = 'states' | 'parameter' | 'int8Words' | 'int8Scales';

const buffers: { readonly [K in Named]: Map<string, Buffer> } = {
  states: new Map(),
  parameter: new Map(),
  int8Words: new Map(),
  int8Scales: new Map(),
};

/** What belongs to a state, or to a parameter of the cell. */
export function bufferOf(kind: Named, name: string): Buffer {
  const known = buffers[kind].get(name);
  if (known !== undefined) return known;
  const made: Buffer = { kind, name };
  buffers[kind].set(name, made);
  return made;
}

/** A buffer in words, for messages. */
export function describeBuffer(buffer: Buffer): string {
  if ('name' in buffer) return `${buffer.kind} ${buffer.name}`;
  return 'number' in buffer ? `${buffer.kind} ${buffer.number}` : buffer.kind;
}
