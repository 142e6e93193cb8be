// Published attacks on readers of PyTorch's files and of zip archives, 2022 to 2026: by name, with where each was told of. None opens here.
import {
  type Attack,
  concat,
  key,
  latin,
  pickledTensor,
  stateDict,
  torchFile,
  torchFiles,
  torchZip,
  utf8,
  zipFile,
} from './attackFiles.js';

const evil = (opcodes: string): Uint8Array => torchFile(latin(`\x80\x02${opcodes}`));
const system = `cos\nsystem\n(${key('touch owned')}tR`;

export const PYTORCH: Attack[] = [
  {
    name: 'a call of os.system in place of weights',
    source: 'Sleepy Pickle, Trail of Bits 2024',
    make: () => evil(`${system}.`),
    place: /os\.system/,
  },
  {
    name: 'a call in front of what is broken, which scanners that read to the end miss',
    source: 'nullifAI, ReversingLabs 2025',
    make: () => evil(`${system}0}X\xff\xff\xff\xff`),
    place: /bytes more at byte \d+/,
  },
  {
    name: 'the pickle in a 7z archive, which scanners of zip files pass over',
    source: 'nullifAI, ReversingLabs 2025',
    make: () => latin('7z\xbc\xaf\x27\x1c\0\x04'.padEnd(64, '\0')),
    place: /7z archive/,
  },
  {
    name: 'pip.main, which lists of forbidden names forget',
    source: 'CVE-2025-1716',
    make: () => evil(`cpip\nmain\n(](${key('install')}${key('evil')}etR.`),
    place: /pip\.main/,
  },
  {
    name: 'a program (TorchScript) where weights are asked for',
    source: 'CVE-2025-32434',
    make: () =>
      torchFile(stateDict(pickledTensor()), 24, {
        name: 'archive/code/__torch__.py',
        bytes: utf8('import os'),
      }),
    place: /TorchScript/,
  },
  {
    name: 'a storage of fewer bytes than the pickle says',
    source: 'CVE-2026-24747',
    make: () => torchFile(stateDict(pickledTensor({ length: 1000, shape: [100, 10], strides: [10, 1] }))),
    place: /"out\.weight".*a storage of 24 bytes/,
  },
  {
    name: 'a storage of more bytes than the pickle says',
    source: 'CVE-2026-24747',
    make: () => torchFile(stateDict(pickledTensor()), 4096),
    place: /"out\.weight".*a storage of 4096 bytes/,
  },
  {
    name: 'one storage as float32 and as int32',
    source: 'CVE-2026-24747',
    make: () =>
      torchFile(
        latin(
          `\x80\x02}(${key('out.weight')}${pickledTensor()}${key('out.other')}${pickledTensor({ type: 'IntStorage' })}u.`,
        ),
      ),
    place: /"out\.other".*torch\.IntStorage/,
  },
  {
    name: 'a stride that leaves the storage',
    source: 'CVE-2026-24747',
    make: () => torchFile(stateDict(pickledTensor({ strides: [2 ** 31, 1] }))),
    place: /"out\.weight".*one at 2147483650/,
  },
  {
    name: 'items that are put into a tensor',
    source: 'CVE-2026-24747: SETITEM on what is no dict',
    make: () => torchFile(stateDict(`${pickledTensor()}${key('a')}I1\ns`)),
    place: /"out\.weight".*items are put into/,
  },
  {
    name: 'items that are put into a tuple',
    source: 'CVE-2026-24747: SETITEMS on what is no dict',
    make: () => evil(`)(${key('a')}I1\nu.`),
    place: /a dict to put items into/,
  },
  {
    name: 'dicts that hold each other twice, sixty deep',
    source: 'Python Deserialization Denial of Services Attacks, 2018',
    make: () => {
      const level = (i: number): string =>
        `}(${key('a')}h${String.fromCharCode(i)}${key('b')}h${String.fromCharCode(i)}uq${String.fromCharCode(i + 1)}`;
      return evil(`}q\0${Array.from({ length: 60 }, (_, i) => level(i)).join('')}.`);
    },
    place: /a dict of a, b without tensors/,
  },
  {
    name: 'a place in the memo of 2^32 − 1, for which the C pickle took memory',
    source: 'CPython gh-115952, 2024',
    make: () => evil('}r\xff\xff\xff\xff.'),
    place: /an empty dict/,
  },
  {
    name: 'a text that says to be 16 exabytes',
    source: 'CPython gh-115952, 2024',
    make: () => evil('\x8d\xff\xff\xff\xff\xff\xff\xff\xff.'),
    place: /bytes more at byte \d+/,
  },
  {
    name: 'a name in the directory and another in front of the data',
    source: 'CVE-2025-1944',
    make: () => torchZip({ local: { name: utf8('archive/other.pk') } }),
    place: /"archive\/data\.pkl" names another file/,
  },
  {
    name: 'a flag of encryption in the directory alone',
    source: 'CVE-2025-1945',
    make: () => torchZip({ central: { flags: 1 } }),
    place: /"?archive\/data\.pkl"?/,
  },
  {
    name: 'a flag of encryption in front of the data alone',
    source: 'CVE-2025-1945',
    make: () => torchZip({ local: { flags: 1 } }),
    place: /"archive\/data\.pkl" says something else of encryption/,
  },
  {
    name: 'a checksum that is wrong, for which scanners stop and loaders do not',
    source: 'CVE-2025-10156',
    make: () => torchZip({ both: { crc: 1 } }),
    place: /"archive\/data\.pkl" differs from its checksum/,
  },
  {
    name: 'two pickles, of which scanner and loader read one each',
    source: 'bypasses of picklescan, JFrog 2025',
    make: () => torchFile(stateDict(pickledTensor()), 24, { name: 'other/data.pkl', bytes: latin(`${system}.`) }),
    place: /"archive\/data\.pkl" and "other\/data\.pkl"/,
  },
  {
    name: 'a whole module, whose class is code',
    source: 'CVE-2024-11392 and its like',
    make: () => evil(`c__main__\nNet\n)\x81}(${key('_parameters')}}${key('x')}${system}ub.`),
    place: /__main__\.Net/,
  },
];

const [pickle, ...others] = torchFiles(stateDict(pickledTensor()));
const size = pickle.bytes.length;
const streamed = { both: { flags: 8 }, local: { packedSize: 0, size: 0 } };

export const ZIP: Attack[] = [
  {
    name: 'a descriptor behind the data with another size',
    source: 'CVE-2025-54368 (uv): readers from the front go by it',
    make: () => torchZip({ ...streamed, descriptor: size - 10 }),
    place: /the data descriptor of "archive\/data\.pkl"/,
  },
  {
    name: 'a descriptor behind the data with another checksum',
    source: 'CVE-2025-54368',
    make: () => torchZip({ ...streamed, local: { ...streamed.local, crc: 7 }, descriptor: size }),
    place: /the data descriptor of "archive\/data\.pkl"/,
  },
  {
    name: 'a descriptor that is promised and is not there',
    source: 'CVE-2025-54368',
    make: () => torchZip(streamed),
    place: /the data descriptor of "archive\/data\.pkl"/,
  },
  {
    name: 'a size in front of the data that differs from the directory',
    source: 'PyPI, ZIP parser confusion attacks, 2025',
    make: () => torchZip({ local: { size: size - 1, packedSize: size - 1 } }),
    place: /"archive\/data\.pkl" gives another length/,
  },
  {
    name: 'two directories, the second in the comment of the first',
    source: 'CVE-2025-54368; PyPI 2025',
    make: () => zipFile([pickle, ...others], { comment: zipFile([{ name: 'archive/data.pkl', bytes: latin('}.') }]) }),
    place: /two directories/,
  },
  {
    name: 'an archive in front of the archive',
    source: 'PyPI, ZIP parser confusion attacks, 2025',
    make: () => {
      const inner = zipFile([{ name: 'archive/data.pkl', bytes: latin('}.') }]);
      return concat(inner, zipFile([pickle, ...others]));
    },
    place: /directory/,
  },
  {
    name: 'two files of one name',
    source: 'CVE-2025-54368: the first for one reader, the last for another',
    make: () => zipFile([pickle, { ...pickle, bytes: latin(`${system}.`) }, ...others]),
    place: /two files named "archive\/data\.pkl"/,
  },
  {
    name: 'files that overlap',
    source: 'A better zip bomb, Fifield 2019; CVE-2024-0450',
    make: () => zipFile([pickle, { ...pickle, name: 'archive/b', central: { offset: 0 } }, ...others]),
    place: /overlap/,
  },
  {
    name: 'a file of 4 GB in a few bytes',
    source: 'CVE-2024-0450 and its like',
    make: () => torchZip({ deflate: true, both: { size: 0xfffffffe } }),
    place: /"archive\/data\.pkl" claims more than deflate can pack/,
  },
];
