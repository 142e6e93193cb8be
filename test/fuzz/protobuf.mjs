// Protocol buffers as a tree of fields, without their schema: bytes that can be read as a message are one.
import { mutateBytes, utf8 } from './bytes.mjs';
import { BAD_NUMBERS } from './draw.mjs';

/** Fields { field, wire, value: BigInt | bytes | fields }; null for what is no message. */
export function readFields(bytes) {
  const fields = [];
  let at = 0;
  const number = () => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (at >= bytes.length) return null;
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    return null;
  };
  while (at < bytes.length) {
    const tag = number();
    if (tag === null || tag >> 3n === 0n || tag > 1000n) return null;
    const [field, wire] = [Number(tag >> 3n), Number(tag & 7n)];
    if (wire === 0) {
      const value = number();
      if (value === null) return null;
      fields.push({ field, wire, value });
    } else if (wire === 2 || wire === 1 || wire === 5) {
      const length = wire === 2 ? number() : wire === 1 ? 8n : 4n;
      if (length === null || length > BigInt(bytes.length - at)) return null;
      const body = bytes.subarray(at, (at += Number(length)));
      const isText = body.length > 0 && body.every((byte) => byte >= 0x20 && byte < 0x7f);
      fields.push({ field, wire, value: (wire === 2 && !isText && body.length > 1 ? readFields(body) : null) ?? body });
    } else return null;
  }
  return fields;
}

/** Numbers are put behind one another in an array, which is far cheaper than bytes of bytes. */
function putVarint(out, value) {
  let rest = BigInt.asUintN(64, value);
  if (rest > 0xffffffffn) {
    for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
    out.push(Number(rest));
    return out;
  }
  let small = Number(rest);
  for (; small > 127; small = Math.floor(small / 128)) out.push((small % 128) | 128);
  out.push(small);
  return out;
}

/** Bytes of a message, or little more. */
const MOST_BYTES = 2_000_000;

function putFields(out, fields) {
  for (const { field, wire, value } of fields) {
    // What was doubled within what was doubled is cut.
    if (out.length > MOST_BYTES) return out;
    putVarint(out, BigInt(field * 8 + wire));
    if (typeof value === 'bigint') {
      putVarint(out, value);
      continue;
    }
    const body = Array.isArray(value) ? putFields([], value) : value;
    if (wire === 2) putVarint(out, BigInt(body.length));
    for (let i = 0; i < body.length; i++) out.push(body[i]);
  }
  return out;
}

export function fieldsBytes(fields) {
  return Uint8Array.from(putFields([], fields));
}

/** A message in a message in a message, so deep. */
function nested(field, body, depth) {
  const heads = [];
  let length = body.length;
  for (let k = 0; k < depth; k++) {
    const head = putVarint(putVarint([], BigInt(field * 8 + 2)), BigInt(length));
    length += head.length;
    heads.unshift(head);
  }
  return Uint8Array.from([...heads.flat(), ...body]);
}

const copy = (fields) =>
  fields.map((one) => ({ ...one, value: Array.isArray(one.value) ? copy(one.value) : one.value }));

function lists(fields, found = []) {
  found.push(fields);
  for (const { value } of fields) if (Array.isArray(value)) lists(value, found);
  return found;
}

/** Bytes that a repeated field may add. */
const MOST_ADDED = 300_000;

/** External data, as published attacks on readers of ONNX have it. */
const external = (location) =>
  [
    ['location', location],
    ['offset', '0'],
    ['length', '4096'],
  ].map(([key, value]) => ({
    ...{ field: 13, wire: 2 },
    value: [
      { field: 1, wire: 2, value: utf8(key) },
      { field: 2, wire: 2, value: utf8(value) },
    ],
  }));

/** The message with one to three changes. */
export function mutatedFields(draw, original) {
  const fields = copy(original);
  for (let i = draw.chance(0.7) ? 0 : draw.int(4); i >= 0; i--) {
    const list = draw.pick(lists(fields));
    if (list.length === 0) continue;
    const at = draw.int(list.length);
    const one = list[at];
    switch (draw.int(12)) {
      case 0:
        list.splice(at, 1);
        break;
      case 1:
        list.splice(at, 0, one);
        break;
      case 2:
        if (draw.hasRepeated) break;
        draw.hasRepeated = true;
        list.push(
          ...Array(Math.min(draw.pick([10, 1000, 20_000]), Math.ceil(MOST_ADDED / fieldsBytes([one]).length))).fill(
            one,
          ),
        );
        break;
      case 3:
        list[at] = { ...one, field: draw.pick([1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 20, 111]) };
        break;
      case 4: {
        const other = draw.pick(draw.pick(lists(fields).filter((own) => own.length > 0)));
        if (typeof other.value === 'bigint' || !Array.isArray(other.value)) list[at] = other;
        break;
      }
      case 5: {
        const body = fieldsBytes(Array.isArray(one.value) ? one.value : []);
        if (body.length > 2000) break;
        list[at] = { ...one, wire: 2, value: nested(one.field, body, draw.pick([5, 40, 200, 2000])) };
        break;
      }
      case 6:
        list.push(
          ...external(draw.pick(['../../../../etc/passwd', '/etc/passwd', 'w.bin', 'file:///etc/passwd', ''])),
          { field: 14, wire: 0, value: 1n },
        );
        break;
      case 7:
        list.splice(at, 1, list[draw.int(list.length)]);
        break;
      default:
        if (typeof one.value === 'bigint') {
          list[at] = {
            ...one,
            value: draw.chance(0.6)
              ? BigInt(Math.trunc(Number(draw.pick(BAD_NUMBERS.filter((n) => !n.includes('e'))))))
              : draw.bits(8),
          };
        } else if (!Array.isArray(one.value)) {
          const value = draw.chance(0.5) && one.wire === 2 ? utf8(draw.name()) : mutateBytes(draw, one.value);
          list[at] = { ...one, value: one.wire === 2 ? value : value.length === one.value.length ? value : one.value };
        }
    }
  }
  const bytes = fieldsBytes(fields);
  return draw.chance(0.1) ? mutateBytes(draw, bytes) : bytes;
}
