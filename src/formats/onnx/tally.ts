// Counts what a file of protocol buffers would become, before it becomes objects: two bytes of a file are enough for a message
// that takes a kilobyte. Only what ONNX's messages nest is looked into; the rest is stepped over.
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

type Kind = 'model' | 'graph' | 'node' | 'attribute' | 'tensor' | 'value' | 'other';

/** Messages by their fields: those of onnx.proto. `whole`: packed whole numbers, which become big integers. */
const FIELDS: Readonly<Record<Kind, Readonly<Record<number, Kind | 'whole'>>>> = {
  model: { 7: 'graph', 8: 'other', 14: 'other', 20: 'other', 25: 'other', 26: 'other' },
  graph: { 1: 'node', 5: 'tensor', 11: 'value', 12: 'value', 13: 'value', 14: 'other', 15: 'other', 16: 'other' },
  node: { 5: 'attribute', 9: 'other', 10: 'other' },
  attribute: {
    5: 'tensor',
    6: 'graph',
    8: 'whole',
    10: 'tensor',
    11: 'graph',
    14: 'other',
    15: 'other',
    22: 'other',
    23: 'other',
  },
  tensor: { 1: 'whole', 3: 'other', 5: 'whole', 7: 'whole', 11: 'whole', 13: 'other', 16: 'other' },
  value: { 2: 'other', 4: 'other' },
  other: {},
};

/** What a file holds. */
export interface Tally {
  messages: number;
  /** Bytes of packed whole numbers, and fields of numbers and texts. */
  small: number;
}

/** Far more than recurrent networks have, and little enough to become objects at once. */
export const MOST: Tally = { messages: 50_000, small: 1_000_000 };

/** Counts until there is more than `MOST`. Errors: those of the reader, for what is no protocol buffer. */
export function tallyOf(bytes: Uint8Array, most: number): Tally {
  const tally: Tally = { messages: 0, small: 0 };
  const visit = (body: Uint8Array, kind: Kind, depth: number): void => {
    const reader = new BinaryReader(body);
    while (reader.pos < reader.len) {
      if (tally.messages > MOST.messages || tally.small > MOST.small || depth > most) return;
      const [field, wire] = reader.tag();
      if (wire !== WireType.LengthDelimited) {
        reader.skip(wire, field);
        tally.small++;
        continue;
      }
      const inner = reader.bytes();
      const child = FIELDS[kind][field];
      if (child === 'whole') tally.small += inner.length;
      else if (child === undefined) tally.small += kind === 'other' ? inner.length : 1;
      else {
        tally.messages++;
        visit(inner, child, depth + 1);
      }
    }
  };
  visit(bytes, 'model', 0);
  return tally;
}
