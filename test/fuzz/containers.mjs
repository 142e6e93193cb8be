// Files that are made of parts, with every field in one's hand: zip, gzip, safetensors, npy. What a field does not say is as it should be.
import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../../dist/formats/crc32.js';
import { concat, little, mutateBytes, mutateText, utf8 } from './bytes.mjs';
import { jsonText, jsonTree } from './json.mjs';

/** Sizes of bombs, large ones seldom: reading them is what takes the time. */
const BOMBS = [...Array(40).fill(1e5), ...Array(9).fill(1e6), 1e7];
/** Deflated zeros by their size, made once. */
const bombs = new Map();
function bomb(size) {
  if (!bombs.has(size)) bombs.set(size, deflateRawSync(new Uint8Array(size), { level: 9 }));
  return bombs.get(size);
}

/** @param files { name, bytes, deflate?, and any field of the headers }[]  @param over fields of the end record */
export function zipFile(files, over = {}) {
  const parts = [over.prefix ?? new Uint8Array(0)];
  const directory = [];
  let at = parts[0].length;
  for (const file of files) {
    const name = utf8(file.name);
    const data = file.packed ?? (file.deflate ? deflateRawSync(file.bytes) : file.bytes);
    const own = {
      ...{ version: 20, flags: 0, method: file.deflate ? 8 : 0, crc: crc32(file.bytes), packedSize: data.length },
      ...{
        size: file.bytes.length,
        extra: new Uint8Array(0),
        comment: new Uint8Array(0),
        offset: at,
        nameLength: name.length,
      },
      ...file.both,
    };
    const local = { ...own, name, ...file.local };
    const header = (f) => [
      ...[little(f.version, 2), little(f.flags, 2), little(f.method, 2), little(0, 4), little(f.crc, 4)],
      ...[little(f.packedSize, 4), little(f.size, 4), little(f.nameLength, 2), little(f.extra.length, 2)],
    ];
    const descriptor =
      file.descriptor === undefined
        ? []
        : [utf8('PK\x07\x08'), little(local.crc, 4), little(data.length, 4), little(file.descriptor, 4)];
    const stored = concat([utf8('PK\x03\x04'), ...header(local), local.name, local.extra, data, ...descriptor]);
    const central = { ...own, name, ...file.central };
    directory.push(
      ...[
        utf8('PK\x01\x02'),
        little(20, 2),
        ...header(central),
        little(central.comment.length, 2),
        little(0, 2),
        little(0, 2),
      ],
      ...[little(0, 4), little(central.offset, 4), central.name, central.extra, central.comment],
    );
    parts.push(stored);
    at += stored.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = { count: files.length, size, start: at, comment: new Uint8Array(0), commentLength: undefined, ...over };
  const wide = end.wide
    ? [
        ...[utf8('PK\x06\x06'), little(44, 8), little(45, 2), little(45, 2), little(0, 4), little(0, 4)],
        ...[
          little(end.wide.count ?? end.count, 8),
          little(end.wide.count ?? end.count, 8),
          little(end.wide.size ?? size, 8),
          little(end.wide.start ?? at, 8),
        ],
        ...[utf8('PK\x06\x07'), little(0, 4), little(end.wide.at ?? at + size, 8), little(1, 4)],
      ]
    : [];
  return concat([
    ...[
      ...parts,
      ...directory,
      ...wide,
      utf8('PK\x05\x06'),
      little(0, 2),
      little(0, 2),
      little(end.count, 2),
      little(end.count, 2),
    ],
    ...[little(end.size, 4), little(end.start, 4), little(end.commentLength ?? end.comment.length, 2), end.comment],
    end.after ?? new Uint8Array(0),
  ]);
}

const FIELDS = { version: 2, flags: 2, method: 2, crc: 4, packedSize: 4, size: 4, offset: 4, nameLength: 2 };

/** The zip of these files with something wrong with it; `files` is changed. */
export function mutatedZip(draw, files) {
  const over = {};
  for (let i = draw.chance(0.7) ? 0 : draw.int(4); i >= 0 && files.length > 0; i--) {
    const file = draw.pick(files);
    switch (draw.int(16)) {
      case 0:
      case 1:
      case 2: {
        const field = draw.pick(Object.keys(FIELDS));
        const where = draw.pick(['local', 'central', 'both']);
        file[where] = { ...file[where], [field]: draw.bits(FIELDS[field]) };
        break;
      }
      case 3:
        files.push({ ...file });
        break;
      case 4:
        files.splice(files.indexOf(file), 1);
        break;
      case 5:
        file.name = draw.chance(0.5) ? draw.name().slice(0, 60_000) : draw.pick(files).name;
        break;
      case 6:
        file[draw.pick(['local', 'central'])] = { name: utf8(draw.name().slice(0, 200)) };
        break;
      case 7: {
        const size = draw.pick(BOMBS);
        file.packed = bomb(size);
        file.both = { ...file.both, method: 8, size: draw.chance(0.5) ? size : file.bytes.length, crc: 0 };
        break;
      }
      case 8:
        file.deflate = true;
        file.packed = mutateBytes(draw, deflateRawSync(file.bytes));
        break;
      case 9:
        file.both = { ...file.both, flags: 8, packedSize: 0, size: 0, ...(draw.chance(0.5) ? { crc: 0 } : {}) };
        file.descriptor = draw.chance(0.5) ? file.bytes.length : draw.bits(4);
        if (draw.chance(0.5))
          file.central = { ...file.central, packedSize: file.bytes.length, size: file.bytes.length };
        break;
      case 10: {
        // Sizes and places in an extra field.
        const value = little(draw.chance(0.5) ? draw.bits(8) : BigInt(file.bytes.length), 8);
        const extra = concat([
          little(1, 2),
          little(draw.chance(0.8) ? 24 : draw.bits(2), 2),
          value,
          value,
          little(draw.bits(8), 8),
        ]);
        file.central = { ...file.central, extra, [draw.pick(['size', 'packedSize', 'offset'])]: 0xffffffff };
        break;
      }
      case 11: {
        // Two directories: a second archive in the comment, or in front.
        const inner = zipFile([{ name: file.name, bytes: utf8('other') }]);
        if (draw.chance(0.5)) over.comment = inner;
        else over.prefix = inner;
        break;
      }
      case 12:
        over[draw.pick(['count', 'size', 'start', 'commentLength'])] = draw.bits(4);
        break;
      case 13:
        over[draw.pick(['prefix', 'comment', 'after'])] = draw.pick([
          utf8('junk'),
          new Uint8Array(70_000),
          utf8('PK\x05\x06'),
        ]);
        break;
      case 14:
        over.wide = draw.chance(0.3) ? {} : { [draw.pick(['count', 'size', 'start', 'at'])]: draw.bits(8) };
        break;
      default:
        file.bytes = mutateBytes(draw, file.bytes);
    }
  }
  const bytes = zipFile(files, over);
  return draw.chance(0.1) ? mutateBytes(draw, bytes) : bytes;
}

/** @param data uncompressed; fields of the header may be given */
export function mutatedGzip(draw, data) {
  let flags = 0;
  const extra = [];
  if (draw.chance(0.3)) flags = Number(draw.bits(1));
  if (draw.chance(0.3)) {
    flags |= 4;
    extra.push(little(draw.chance(0.5) ? 4 : draw.bits(2), 2), utf8('abcd'));
  }
  if (draw.chance(0.2)) {
    flags |= 8;
    extra.push(utf8(`${draw.name()}${draw.chance(0.5) ? '\0' : ''}`));
  }
  const isBomb = draw.chance(0.1);
  const size = draw.pick(BOMBS);
  const packed = isBomb ? bomb(size) : deflateRawSync(data);
  const own = [
    ...[
      little(draw.chance(0.95) ? 0x8b1f : draw.bits(2), 2),
      little(draw.chance(0.95) ? 8 : draw.bits(1), 1),
      little(flags, 1),
      little(0, 6),
    ],
    ...[...extra, draw.chance(0.3) ? mutateBytes(draw, packed) : packed],
    ...[
      little(draw.chance(0.7) && !isBomb ? crc32(data) : draw.bits(4), 4),
      little(draw.chance(0.8) ? (isBomb ? size : data.length) : draw.bits(4), 4),
    ],
  ];
  const bytes = concat(own);
  if (draw.chance(0.15))
    return concat([bytes, draw.chance(0.5) ? bytes : draw.pick([utf8('junk'), new Uint8Array(100), utf8('\x1f\x8b')])]);
  return draw.chance(0.2) ? mutateBytes(draw, bytes) : bytes;
}

/** The header as a tree, and the data. */
export function safetensorsParts(bytes) {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return {
    header: jsonTree(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))),
    data: bytes.subarray(8 + length),
  };
}

export function safetensorsFile(header, data, length) {
  const json = typeof header === 'string' ? utf8(header) : utf8(jsonText(header));
  return concat([little(length ?? BigInt(json.length), 8), json, data]);
}

const SAFETENSORS_TYPES = [
  'F64',
  'F32',
  'F16',
  'BF16',
  'I64',
  'U64',
  'I8',
  'BOOL',
  'F8_E4M3',
  'F4',
  'C64',
  'f32',
  'Q4_0',
  '__proto__',
];

/** The file with something wrong with its header, its length, its data or a type. */
export function mutatedSafetensors(draw, { header, data }, mutated) {
  const entries = (header.object ?? []).filter(([key]) => key !== '__metadata__');
  if (draw.chance(0.3) && entries.length > 0) {
    const fields = draw.pick(entries)[1].object;
    const at = draw.int(fields.length);
    if (fields[at][0] === 'dtype') fields[at] = ['dtype', { raw: JSON.stringify(draw.pick(SAFETENSORS_TYPES)) }];
    // Another shape or place of as many numbers looks right at first.
    else if (fields[at][0] === 'shape')
      fields[at][1].list.push(
        ...draw.pick([
          [{ raw: '1' }],
          [{ raw: '0' }],
          Array(70).fill({ raw: '1' }),
          Array(50_000).fill({ raw: '1' }),
          [{ raw: '4294967296' }, { raw: '4294967296' }],
        ]),
      );
    else
      fields[at] = [
        'data_offsets',
        draw.pick(entries)[1].object.find(([key]) => key === 'data_offsets')?.[1] ?? { list: [] },
      ];
  }
  const text = mutated(draw, header);
  if (draw.chance(0.05)) return safetensorsFile(text, data, draw.bits(8));
  if (draw.chance(0.1)) return safetensorsFile(text, mutateBytes(draw, data));
  if (draw.chance(0.03)) return safetensorsFile(text + ' '.repeat(draw.pick([8, 100_000])), data);
  const bytes = safetensorsFile(text, data);
  return draw.chance(0.1) ? mutateBytes(draw, bytes) : bytes;
}

const DESCRIPTIONS = [
  "'<f4'",
  "'>f4'",
  "'|b1'",
  "'<f2'",
  "'<i8'",
  "'|O'",
  "'<U5'",
  "'<c8'",
  "'V8'",
  "[('a', '<f4')]",
  "'<m8[ns]'",
  '1',
  "''",
];

/** @param shape of float32 numbers, as many as `data` holds */
export function npyFile(draw, shape, data, wrong = true) {
  let [descr, order, sizes] = ["'<f4'", 'False', `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`];
  if (wrong && draw.chance(0.4)) descr = draw.pick(DESCRIPTIONS);
  if (wrong && draw.chance(0.3)) order = draw.pick(['True', '1', 'None', "'x'"]);
  if (wrong && draw.chance(0.2))
    sizes = draw.pick([
      `(${'1,'.repeat(70)})`,
      `(${'1,'.repeat(4000)})`,
      '()',
      '(0,)',
      '(-1,)',
      '((1,),)',
      '(4294967296, 4294967296, 0)',
    ]);
  let text = `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${sizes}, }`;
  if (wrong && draw.chance(0.4))
    text = mutateText(draw, text, [
      "'shape': (1,), ",
      '(',
      "'",
      '\\x41',
      ' '.repeat(20_000),
      "__import__('os').system('true')",
    ]);
  const header = utf8(`${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`);
  const version = wrong && draw.chance(0.1) ? draw.pick([2, 3, 4, 255]) : 1;
  const length = wrong && draw.chance(0.1) ? draw.bits(4) : BigInt(header.length);
  const bytes = concat([
    Uint8Array.of(0x93),
    utf8('NUMPY'),
    Uint8Array.of(version, 0),
    little(length, version === 1 ? 2 : 4),
    header,
    data,
  ]);
  return wrong && draw.chance(0.15) ? mutateBytes(draw, bytes) : bytes;
}
