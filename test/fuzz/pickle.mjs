// Pickles of PyTorch as lists of opcodes, so that a mutation can leave one out, double it, or put in what should not be there.
import { concat, latin, little, utf8 } from './bytes.mjs';
import { BAD_NUMBERS } from './draw.mjs';
import { mutatedZip, zipFile } from './containers.mjs';

const key = (value) => concat([latin('X'), little(utf8(value).length, 4), utf8(value)]);
const whole = (value) => latin(`I${value}\n`);
const tuple = (values) => [latin('('), ...values.map(whole), latin('t')];

/** A tensor: `_rebuild_tensor_v2` of a storage. */
function tensor(draw, { storage, count, shape, wrong }) {
  const bad = (value) => (wrong && draw.chance(0.15) ? draw.pick(BAD_NUMBERS.filter((n) => !/[.e]/.test(n))) : value);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, n) => product * n, 1));
  // Metadata that contradict the opcodes: another type than the bytes have, another dtype argument.
  const type =
    wrong && draw.chance(0.2)
      ? draw.pick(['DoubleStorage', 'CharStorage', 'UntypedStorage', 'QInt8Storage', 'EvilStorage'])
      : 'FloatStorage';
  const module = type === 'UntypedStorage' ? 'torch.storage' : 'torch';
  const callee =
    wrong && draw.chance(0.1)
      ? draw.pick([
          'c_codecs\nencode\n',
          'ctorch._utils\n_rebuild_sparse_tensor\n',
          'ctorch._utils\n_rebuild_qtensor\n',
          'cos\nsystem\n',
          'cbuiltins\neval\n',
          'ctorch.jit\nload\n',
          'ctorch.storage\n_load_from_bytes\n',
        ])
      : 'ctorch._utils\n_rebuild_tensor_v2\n';
  const place =
    wrong && draw.chance(0.1) ? draw.pick(['../data.pkl', '/etc/passwd', '__proto__', '', '99', '.', '..']) : storage;
  return [
    ...[
      latin(callee),
      latin('('),
      latin('('),
      key('storage'),
      latin(`c${module}\n${type}\n`),
      key(place),
      key('cpu'),
      whole(bad(count)),
      latin('t'),
      latin('Q'),
    ],
    ...[
      whole(bad(0)),
      ...tuple(shape.map(bad)),
      ...tuple(strides.map(bad)),
      latin('I00\n'),
      latin('}'),
      latin('t'),
      latin('R'),
    ],
  ];
}

/** Opcodes that a state dict has no need of. */
const STRANGE = [
  ...[
    '0',
    '1',
    '2',
    '(',
    ')',
    ']',
    '}',
    'N',
    't',
    'l',
    'd',
    'u',
    's',
    'a',
    'e',
    'R',
    'b',
    'o',
    'Q',
    '.',
    '\x81',
    '\x85',
    '\x87',
    '\x90',
    '\x91',
    '\x92',
    '\x93',
    '\x94',
  ],
  ...[
    'cos\nsystem\n',
    'i__main__\nx\n',
    'q\x00',
    'h\x00',
    'h\x07',
    'p99999999999\n',
    'r\xff\xff\xff\xff',
    'j\xff\xff\xff\x7f',
    'I9007199254740993\n',
    'Fnan\n',
    'L1L\n',
    `L${'9'.repeat(3000)}L\n`,
  ],
  ...[
    'X\xff\xff\xff\xff',
    '\x8d\xff\xff\xff\xff\xff\xff\xff\xff',
    '\x8a\xff',
    '\x8b\xff\xff\xff\x7f',
    '\x95\xff\xff\xff\xff\xff\xff\xff\x7f',
    '\x80\x09',
    '\x97',
    '\x98',
    'Pevil\n',
    '\x8c\x02os\x8c\x06system\x93',
  ],
];

/** Lists or dicts that hold each other twice: 2^depth of them for whoever follows. */
function memoBomb(draw) {
  const depth = draw.pick([30, 100, 250]);
  const [open, put] = draw.pick([
    [']', 'aa'],
    ['}', 'ss'],
  ]);
  const levels = Array.from({ length: depth }, (_, i) => {
    const inner = `h${String.fromCharCode(i)}`;
    const body = put === 'aa' ? `(${inner}${inner}e` : `(X\x01\0\0\0a${inner}X\x01\0\0\0b${inner}u`;
    return `${open}${body}q${String.fromCharCode(i + 1)}0`;
  });
  return latin(`${open}q\0` + `0${levels.join('')}h${String.fromCharCode(depth)}`);
}

/** What `torch.save` writes for a linear layer and an RNN, with something wrong with it. */
export function mutatedTorchFile(draw) {
  const names = draw.pick([
    [
      ['weight', [3, 4]],
      ['bias', [3]],
    ],
    [
      ['rnn.weight_ih_l0', [2, 3]],
      ['rnn.weight_hh_l0', [2, 2]],
      ['rnn.bias_ih_l0', [2]],
      ['rnn.bias_hh_l0', [2]],
    ],
    [
      ['e.weight', [5, 4]],
      ['lstm.weight_ih_l0', [8, 4]],
      ['lstm.weight_hh_l0', [8, 2]],
      ['out.weight', [3, 2]],
      ['out.bias', [3]],
    ],
  ]);
  const wrongTensor = draw.chance(0.5) ? draw.int(names.length) : -1;
  const files = [];
  let ops = [latin('\x80\x02'), latin('}')];
  if (draw.chance(0.2)) ops = [latin('\x80\x02'), latin('ccollections\nOrderedDict\n'), latin(')'), latin('R')];
  ops.push(latin('('));
  const first = names[0][1].reduce((product, n) => product * n, 1);
  for (const [i, [name, shape]] of names.entries()) {
    const count = shape.reduce((product, n) => product * n, 1);
    const isShared = i > 0 && draw.chance(0.1);
    const own = i === wrongTensor && draw.chance(0.2) ? draw.name().slice(0, 10_000) : name;
    ops.push(
      key(own.toWellFormed?.() ?? own),
      ...tensor(draw, {
        storage: isShared ? '0' : String(i),
        count: isShared ? first : count,
        shape,
        wrong: i === wrongTensor,
      }),
    );
    files.push({ name: `archive/data/${i}`, bytes: new Uint8Array(new Float32Array(count).fill(0.5).buffer) });
  }
  ops.push(latin('u'));
  if (draw.chance(0.1)) ops.push(latin('}'), latin('b'));
  ops.push(latin('.'));
  for (let i = draw.chance(0.6) ? draw.int(3) : -1; i >= 0; i--) {
    const at = draw.int(ops.length);
    switch (draw.int(7)) {
      case 0:
        ops.splice(at, 1);
        break;
      case 1:
        ops.splice(at, 0, ops[at]);
        break;
      case 2:
        ops.splice(at, 0, ops[draw.int(ops.length)]);
        break;
      case 3:
        if (draw.chance(0.2)) ops.splice(at, 0, memoBomb(draw), latin('0'));
        break;
      case 4: {
        // Deep, or many.
        const many = draw.chance(0.1) ? 100_000 : draw.pick([100, 1000]);
        ops.splice(at, 0, latin(draw.pick([']', '}', '(', 'N', ')\x85', '(q\x00h\x00', ']q\x00h\x00a']).repeat(many)));
        break;
      }
      default:
        ops.splice(at, draw.int(2), latin(draw.pick(STRANGE)));
    }
  }
  files.unshift({ name: 'archive/data.pkl', bytes: concat(ops) });
  files.push({ name: 'archive/version', bytes: utf8('3\n') });
  if (draw.chance(0.2))
    files.push({ name: 'archive/byteorder', bytes: utf8(draw.pick(['little', 'big', '', 'x'.repeat(1000)])) });
  if (draw.chance(0.05)) files.push({ name: 'archive/code/__torch__.py', bytes: utf8('import os') });
  return draw.chance(0.3) ? mutatedZip(draw, files) : zipFile(files);
}
