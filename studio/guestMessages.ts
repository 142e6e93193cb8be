// What the page and the worker of a model of another task say to each other: a file is opened, inputs are read with it.
import type { LookValue } from './messages.js';

/** Tasks whose models read something that can be typed. */
export const GUEST_TASKS = ['classify', 'tag', 'translate', 'forecast'] as const;
export type GuestTask = (typeof GUEST_TASKS)[number];

export type ToGuest = { type: 'open'; name: string; bytes: Uint8Array } | { type: 'read'; input: string };

export interface GuestFacts {
  task: GuestTask;
  cell: string;
  numLayers: number;
  hiddenSize: number;
  bidirectional: boolean;
  parameters: number;
  /** Something that it can read. */
  example: string;
}

/** A value of one layer and direction over the steps of an input. */
export interface GuestValue extends LookValue {
  direction: 'forward' | 'backward';
  /** Units from top to bottom. */
  order: Int32Array;
}

export interface GuestReading {
  tokens: string[];
  values: GuestValue[];
  answer: string;
}

export type FromGuest =
  | { type: 'opened'; facts: GuestFacts }
  | { type: 'read'; reading: GuestReading }
  | { type: 'failed'; code: string; message: string; help: string };

/** The task of a file of ours that is no language model; null for all else. */
export function guestTaskOf(bytes: Uint8Array): GuestTask | null {
  const header = new TextDecoder().decode(bytes.subarray(8, 400));
  const [, kind] = /"format":"unrolled-\d+","kind":"(\w+)"/.exec(header) ?? [];
  return GUEST_TASKS.find((task) => task === kind) ?? null;
}
