// The state that a stream or session carries from one call to the next: kept beyond scopes, given back when it is replaced; and as
// plain data, which can be stored and put back.
import { UnrolledError } from '../errors.js';
import { decodeSafetensors, encodeSafetensors } from '../formats/safetensors.js';
import type { RecurrentState } from '../nn/recurrent.js';
import { fromData } from '../tensor/create.js';
import type { Reading } from '../tensor/readAll.js';
import { keep } from '../tensor/scope.js';

/** The states of all layers (and directions) by name: plain data. */
export type StateValue = readonly Readonly<Record<string, { shape: readonly number[]; data: Float32Array }>>[];

export class CarriedState {
  #state: RecurrentState | null = null;

  /** null at the start. */
  get current(): RecurrentState | null {
    return this.#state;
  }

  /** Keeps another state; what was there before goes. */
  replace(next: RecurrentState | null): void {
    for (const layer of next ?? []) for (const t of Object.values(layer)) keep(t);
    for (const layer of this.#state ?? []) for (const t of Object.values(layer)) t.dispose();
    this.#state = next;
  }

  /** A copy as plain data; null at the start. */
  *value(): Reading<StateValue | null> {
    if (this.#state === null) return null;
    const value: Record<string, StateValue[number][string]>[] = [];
    for (const layer of this.#state) {
      const own: (typeof value)[number] = {};
      for (const [name, t] of Object.entries(layer)) {
        own[name] = { shape: [...t.shape], data: Float32Array.from(yield t) };
      }
      value.push(own);
    }
    return value;
  }

  /** Puts back what `value` gave. */
  restore(value: StateValue | null): void {
    const tensors = value?.map((layer) =>
      Object.fromEntries(Object.entries(layer).map(([name, { shape, data }]) => [name, fromData(data, shape)])),
    );
    this.replace(tensors ?? null);
  }
}

const FORMAT = 'unrolled-state-1';

/** A state as bytes: a safetensors file, with what else belongs to it as JSON. */
export function encodeState(value: StateValue | null, more: unknown): Uint8Array {
  const tensors = (value ?? []).flatMap((layer, l) =>
    Object.entries(layer).map(([name, { shape, data }]) => ({
      ...{ name: `${l}:${name}`, shape, data },
      dtype: 'F32' as const,
    })),
  );
  return encodeSafetensors(tensors, {
    format: FORMAT,
    layers: String(value?.length ?? -1),
    more: JSON.stringify(more),
  });
}

/** What `encodeState` wrote. Errors: FORMAT. */
export function decodeState(bytes: Uint8Array, name: string): { value: StateValue | null; more: unknown } {
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  const count = Number(metadata.layers);
  if (metadata.format !== FORMAT || !Number.isInteger(count) || count > 1 << 16) {
    throw new UnrolledError(
      'FORMAT',
      `expected the state of a session in ${name}, received another file`,
      'give bytes that toBytes() of a session wrote',
    );
  }
  const layers = Array.from({ length: Math.max(0, count) }, () => new Map<string, StateValue[number][string]>());
  for (const [key, { shape, data }] of tensors) {
    const [l, own] = key.split(':');
    layers[Number(l)]?.set(own, { shape, data: Float32Array.from(data, Number) });
  }
  return {
    value: count < 0 ? null : layers.map((layer) => Object.fromEntries(layer)),
    more: JSON.parse(metadata.more),
  };
}
