// The readers that are fuzzed. To add one, add an entry: how files of it are made, and how one is read.
//   codes     errors that a damaged file may have beside FORMAT
//   generate  (draw) => bytes, or a promise of them: a valid file with something wrong with it
//   read      (bytes, name) => what is in it, or an UnrolledError
import { readdirSync, readFileSync } from 'node:fs';
import { convert, formats, records, text as words, unpack, unrolled, ZipArchive } from './library.mjs';
import { concat, mutateBytes, mutateText, utf8 } from './bytes.mjs';
import {
  mutatedGzip,
  mutatedSafetensors,
  mutatedZip,
  npyFile,
  safetensorsFile,
  safetensorsParts,
  zipFile,
} from './containers.mjs';
import { copyTree, jsonText, jsonTree, mutatedJson } from './json.mjs';
import { mutatedTorchFile } from './pickle.mjs';
import { mutatedFields, readFields } from './protobuf.mjs';

const file = (path) => new Uint8Array(readFileSync(new URL(`../${path}`, import.meta.url)));
const under = (folder, ending) =>
  readdirSync(new URL(`../${folder}`, import.meta.url))
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => file(`${folder}/${name}`));
const once = (make) => {
  let made;
  return () => (made ??= make());
};
const sourceOf = (bytes, name) => ({
  name,
  size: bytes.length,
  read: async (at, length) => bytes.subarray(at, at + length),
});

/** All tensors of a file of weights, and its layers where they are known. */
async function readWeights(bytes, name) {
  const opened = await formats.openTensors(sourceOf(bytes, name));
  for (const key of opened.entries.keys()) await opened.read(key);
  await opened.close();
  return convert.importModel(sourceOf(bytes, name), { partial: true });
}

const floats = (count) => new Uint8Array(new Float32Array(count).fill(0.5).buffer);
const LAYERS = [
  ['weight', [3, 4]],
  ['bias', [3]],
];
const arrays = (draw, wrong) => {
  const at = wrong ? draw.int(LAYERS.length) : -1;
  return LAYERS.map(([name, shape], i) => ({
    name: `${name}.npy`,
    bytes: npyFile(draw, shape, floats(shape.reduce((a, b) => a * b)), i === at),
    deflate: draw.chance(0.5),
  }));
};

/** A linear layer. */
const shard = once(() => {
  const [weight, bias] = [
    { dtype: 'F32', shape: [3, 4], data_offsets: [0, 48] },
    { dtype: 'F32', shape: [3], data_offsets: [48, 60] },
  ];
  return safetensorsFile(jsonTree({ weight, bias }), floats(15));
});
const safetensors = once(() =>
  [
    file('golden/formats/tagger.safetensors'),
    file('golden/formats/types.safetensors'),
    file('golden/formats/float8.safetensors'),
    shard(),
  ].map(safetensorsParts),
);
const models = once(() => {
  const stored = under('files/0.1', '.safetensors');
  return [...stored, ...stored.map((bytes) => unrolled.loadModel(bytes, 'x').toBytes())]
    .filter((bytes) => bytes.length < 200_000)
    .map(safetensorsParts);
});
const hdf5 = once(() => under('golden/keras', '.h5'));
const torch7 = once(() => under('golden/torch7', '.t7'));
const onnx = once(() => {
  return ['onnx', 'onnxLoops', 'onnxExports', 'tf2onnx']
    .flatMap((name) =>
      new TextDecoder()
        .decode(file(`golden/${name}.jsonl`))
        .trim()
        .split('\n'),
    )
    .map((line) => readFields(new Uint8Array(Buffer.from(JSON.parse(line).model, 'base64'))))
    .filter((fields) => fields !== null);
});
const brainJs = once(() =>
  readdirSync(new URL('../golden/brainjs', import.meta.url))
    .filter((name) => /\d\.json$/.test(name))
    .sort()
    .map((name) => jsonTree(JSON.parse(new TextDecoder().decode(file(`golden/brainjs/${name}`))))),
);
/** What `exportModel` writes: the tree of `model.json`, and the shard. */
const tfjs = once(() => {
  const { Embedding, GRUResetBefore, Linear, LSTM, Recurrent } = unrolled;
  const sizes = { inputSize: 3, hiddenSize: 2 };
  return [
    [new Embedding(5, 3), new Recurrent(LSTM, { ...sizes, bidirectional: true }), new Linear(4, 3)],
    [new Recurrent(GRUResetBefore, { ...sizes, numLayers: 2 })],
  ].map((parts) => {
    const files = convert.exportModel(parts, 'tfjs');
    const shard = [...files.keys()].find((path) => path !== 'model.json');
    return { json: jsonTree(JSON.parse(new TextDecoder().decode(files.get('model.json')))), shard: files.get(shard) };
  });
});
/** Between model.json and its shard, in one input. */
const SHARD = '\n--shard--\n';
const TRAINING = 'the cat sat on the mat, the dog sat on the log. '.repeat(12);
const TRAINED = { hiddenSize: 2, embeddingSize: 2, batchSize: 2, numSteps: 5 };
/** Of a training that was stopped after three steps. */
const checkpoint = once(async () => {
  const saved = [];
  await unrolled.LanguageModel.fit(TRAINING, {
    ...{ ...TRAINED, maxSteps: 3 },
    checkpoint: { everySeconds: 0, save: (bytes) => void saved.push(bytes.slice()) },
  });
  return safetensorsParts(saved[0]);
});
const cells = once(() =>
  [...Object.values(unrolled.CELLS), unrolled.SLSTM, unrolled.LayerNormLSTM].map((cell) =>
    jsonTree(JSON.parse(JSON.stringify(cell))),
  ),
);

/** Numbers of a file of HDF5, most of them addresses and lengths, set to others. */
function mutatedHdf5(draw, original) {
  const bytes = original.slice();
  const view = new DataView(bytes.buffer);
  const places = Array.from({ length: Math.floor(bytes.length / 8) }, (_, i) => 8 * i);
  const known = places.filter((at) => [1, 2, 3, 4, 5, 6, 7].some((i) => bytes[at + i] === 0) && bytes[at] !== 0);
  for (let i = draw.int(4); i >= 0; i--) {
    const at = draw.pick(known);
    const change = [
      () => view.setBigUint64(at, view.getBigUint64(draw.pick(known), true), true),
      () => view.setBigUint64(at, BigInt(draw.int(bytes.length)), true),
      () => view.setUint32(at, draw.pick([0, 1, 0xffffffff, 0x7fffffff, 65536]), true),
      () => view.setUint16(at + 2 * draw.int(4), draw.pick([0, 1, 2, 255, 0x7fff, 0xffff]), true),
      () => (bytes[at + draw.int(8)] = draw.int(256)),
      () => bytes.copyWithin(at, draw.pick(known), draw.pick(known)),
    ];
    draw.pick(change)();
  }
  return bytes;
}

/** Metadata of models are JSON within JSON. */
function mutatedModel(draw, parts) {
  const header = copyTree(parts.header);
  const metadata = header.object.find(([key]) => key === '__metadata__')?.[1];
  const fields = (metadata?.object ?? []).filter(([, value]) => /^"[[{]/.test(value.raw ?? ''));
  if (fields.length > 0 && draw.chance(0.75)) {
    const field = draw.pick(fields);
    field[1] = { raw: JSON.stringify(mutatedJson(draw, jsonTree(JSON.parse(JSON.parse(field[1].raw))))) };
    return mutatedSafetensors(draw, { header, data: parts.data }, (_, tree) => plain(tree));
  }
  return mutatedSafetensors(draw, { header, data: parts.data }, mutatedJson);
}
const plain = (tree) => tree;

/** @param seeds texts  @param pieces that are put in */
const textReader = (seeds, pieces, read, codes = ['EMPTY', 'TOO_SHORT', 'ENCODING']) => ({
  codes,
  generate(draw) {
    let own = draw.pick(seeds);
    for (let i = draw.int(4); i >= 0; i--) own = mutateText(draw, own, pieces);
    const bytes = utf8(own.slice(0, 2_000_000));
    return draw.chance(0.05) ? mutateBytes(draw, bytes) : bytes;
  },
  read: (bytes, name) => read(words.decodeText(bytes, name), name),
});

const MANY = 20_000;
const TABLE_PIECES = [
  ...[
    '\n',
    '\r',
    '\t',
    ',',
    ';',
    '"',
    '""',
    '#',
    '\ufeff',
    '\0',
    ' '.repeat(MANY),
    '"'.repeat(MANY),
    ','.repeat(MANY),
    '\n'.repeat(MANY),
    `${'9'.repeat(MANY)}x`,
  ],
  ...[
    '"\n'.repeat(MANY),
    '='.repeat(50),
    'sep=;\n',
    '@relation x\n',
    '2016-13-45',
    '1e999',
    'NaN',
    '[',
    '{',
    '{"a":1}\n',
    '<html>',
    '\u001b[2J',
    '1,'.repeat(MANY),
  ],
];
const JSON_PIECES = [
  ...[
    '{"a":'.repeat(5000),
    '['.repeat(MANY),
    '{"text":"x","label":"y"}\n',
    '{"__proto__":{"x":1}}\n',
    '\\',
    '"',
    '{}',
    '[]',
    'NaN',
    '1e999',
    '\ud800',
    '\n',
  ],
  Array.from({ length: 3000 }, (_, i) => `{"k${i}":${i}}`).join('\n'),
];
const tables = {
  csv: 'date,v,text,label\n2016-01-01,1.5,"a, b",x\n2016-01-02,2.5,c,y\n2016-01-03,-3,"d ""e""",x\n2016-01-04,4,f,y\n',
  tsv: 'text\tlabel\ngood film\tyes\nbad film\tno\nfine\tyes\n',
  jsonl: '{"text":"good","label":"yes","n":1,"in":{"a":2}}\n{"text":"bad","label":"no","n":2.5,"in":{"a":3}}\n',
  json: '[{"date":"2016-01-01","v":1},{"date":"2016-01-02","v":2},{"date":"2016-01-03","v":[1,2]}]\n',
};
const conll = 'EU B-ORG\nrejects O\nGerman B-MISC\n\nPeter B-PER\nBlackburn I-PER\n';
const conllu =
  '# sent_id = 1\n# text = They buy\n1\tThey\tthey\tPRON\tPRP\t_\t2\tnsubj\t_\t_\n2\tbuy\tbuy\tVERB\tVBP\t_\t0\troot\t_\t_\n\n';

/** A table as people use it: rows, classes, pairs, a series. */
function readTable(text, name) {
  const table = records.readTable(text, name);
  for (const read of [records.labelledTexts, records.readPairs, records.readSeries]) {
    try {
      read(table);
    } catch (error) {
      // Columns that are not there are no damage.
      if (!(error instanceof unrolled.UnrolledError)) throw error;
    }
  }
  return table;
}

export const READERS = {
  safetensors: {
    codes: [],
    generate: (draw) => {
      const { header, data } = draw.pick(safetensors());
      return mutatedSafetensors(draw, { header: copyTree(header), data }, mutatedJson);
    },
    read: readWeights,
  },
  models: {
    codes: [],
    generate: (draw) => mutatedModel(draw, draw.pick(models())),
    // What opens can be saved and opened again.
    read: (bytes, name) => unrolled.loadModel(unrolled.loadModel(bytes, name).toBytes(), name),
  },
  index: {
    codes: [],
    generate: (draw) =>
      utf8(
        mutatedJson(
          draw,
          jsonTree({
            metadata: { total_size: 60 },
            weight_map: { weight: 'model-1.safetensors', bias: 'model-1.safetensors' },
          }),
        ),
      ),
    async read(bytes, name) {
      const open = (path) => {
        if (/[/\\:]|^\./.test(path)) throw new Error(`a file outside of the folder: ${path}`);
        return sourceOf(shard(), path);
      };
      const opened = await formats.openTensors(sourceOf(bytes, name), { open });
      for (const key of opened.entries.keys()) await opened.read(key);
    },
  },
  zip: {
    codes: ['UNSUPPORTED', 'NOT_FOUND'],
    generate: (draw) =>
      mutatedZip(draw, [
        { name: 'a/text.txt', bytes: utf8('a text of some length, '.repeat(20)), deflate: true },
        { name: 'a/b.bin', bytes: new Uint8Array(100).fill(7) },
        { name: 'c', bytes: new Uint8Array(0) },
      ]),
    async read(bytes, name) {
      records.zipEntries(bytes, name);
      const zip = await ZipArchive.open(sourceOf(bytes, name));
      for (const { path } of zip.entries) {
        await zip.head(path, 50);
        await zip.read(path);
      }
    },
  },
  npy: {
    codes: [],
    generate: (draw) => npyFile(draw, [3, 4], floats(12)),
    read: (bytes, name) => (formats.decodeNpy(bytes, name), readWeights(bytes, name)),
  },
  npz: {
    codes: ['UNSUPPORTED'],
    generate: (draw) => (draw.chance(0.5) ? mutatedZip(draw, arrays(draw, false)) : zipFile(arrays(draw, true))),
    read: readWeights,
  },
  pickle: { codes: ['UNSUPPORTED'], generate: mutatedTorchFile, read: readWeights },
  // As it stands, or in a zip as Keras 3 has it.
  keras: {
    codes: ['UNSUPPORTED'],
    generate(draw) {
      const original = draw.pick(hdf5());
      const bytes = draw.chance(0.2) ? mutateBytes(draw, original) : mutatedHdf5(draw, original);
      if (draw.chance(0.7)) return bytes;
      return zipFile([
        { name: 'config.json', bytes: utf8('{}') },
        { name: 'model.weights.h5', bytes },
      ]);
    },
    read: readWeights,
  },
  torch7: {
    codes: ['UNSUPPORTED'],
    generate(draw) {
      let own = draw.pick(torch7());
      for (let i = draw.int(3); i >= 0; i--) own = mutateBytes(draw, own);
      return own;
    },
    read: readWeights,
  },
  brainJs: {
    codes: ['UNSUPPORTED'],
    generate: (draw) => utf8(mutatedJson(draw, draw.pick(brainJs()))),
    read: readWeights,
  },
  // model.json, or the shard beside it.
  tfjs: {
    codes: ['UNSUPPORTED', 'NOT_FOUND'],
    generate(draw) {
      const { json, shard } = draw.pick(tfjs());
      const bytes = utf8(draw.chance(0.9) ? mutatedJson(draw, json) : jsonText(json));
      return concat([bytes, utf8(SHARD), draw.chance(0.1) ? mutateBytes(draw, shard) : shard]);
    },
    async read(bytes, name) {
      const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).lastIndexOf(SHARD);
      const [json, shard] = at < 0 ? [bytes, bytes] : [bytes.subarray(0, at), bytes.subarray(at + SHARD.length)];
      const open = (path) => {
        if (/[/\\:]|^\./.test(path)) throw new Error(`a file outside of the folder: ${path}`);
        return sourceOf(shard, path);
      };
      return convert.importModel(sourceOf(json, name), { partial: true, open });
    },
  },
  // Not named: a checkpoint is given as bytes. Its settings may ask for more data than there is, or for a rate that ends in NaN.
  checkpoints: {
    codes: ['UNSUPPORTED', 'OPTION', 'TOO_SHORT', 'NON_FINITE'],
    named: false,
    async generate(draw) {
      return mutatedModel(draw, await checkpoint());
    },
    read: (bytes) => unrolled.LanguageModel.fit(TRAINING, { resume: bytes, maxSteps: 5, epochs: 1 }),
  },
  idx: {
    codes: [],
    generate(draw) {
      const sizes = [2, 3, 4].slice(0, 1 + draw.int(3));
      const header = [0, 0, 8, sizes.length, ...sizes.flatMap((n) => [0, 0, 0, n])];
      const bytes = concat([Uint8Array.from(header), new Uint8Array(sizes.reduce((a, b) => a * b)).fill(7)]);
      if (draw.chance(0.3)) bytes[3] = draw.int(256);
      for (let i = draw.int(3); i > 0; i--) bytes[4 + draw.int(4 * sizes.length)] = draw.pick([0, 1, 127, 255]);
      return draw.chance(0.6) ? mutateBytes(draw, bytes) : bytes;
    },
    read: (bytes, name) => records.readIdx(bytes, name),
  },
  onnx: {
    codes: ['UNSUPPORTED'],
    generate: (draw) => mutatedFields(draw, draw.pick(onnx())),
    read(bytes, name) {
      return convert.importOnnx(new File([bytes], name));
    },
  },
  cells: {
    codes: ['CELL'],
    // A cell is given as data: there is no file to name.
    named: false,
    generate: (draw) => utf8(mutatedJson(draw, draw.pick(cells()))),
    read(bytes) {
      let data;
      try {
        data = JSON.parse(new TextDecoder().decode(bytes));
      } catch {
        return null;
      }
      return JSON.stringify(unrolled.cellFromData(data));
    },
  },
  vectors: textReader(
    ['the 0.1 0.2 0.3\nof 0.4 0.5 0.6\nto -1 2e-3 0.7\n', '3 2\nthe 0.1 0.2\nof 0.4 0.5\nto 1 2\n'],
    [
      ' '.repeat(MANY),
      '\t',
      '1 '.repeat(MANY),
      '\n',
      '999999999 3\n',
      '3 999999999\n',
      '0x10',
      '1e999',
      '\0',
      'a\u001b[2J ',
    ],
    words.readVectors,
  ),
  csv: textReader([tables.csv], TABLE_PIECES, (text, name) => readTable(text, `${name}.csv`)),
  tsv: textReader([tables.tsv], TABLE_PIECES, (text, name) => readTable(text, `${name}.tsv`)),
  jsonl: textReader([tables.jsonl, tables.json], JSON_PIECES, (text, name) => readTable(text, name)),
  conll: textReader(
    [conll, conllu],
    [...TABLE_PIECES, '1-2\t', '1.1\t', '-DOCSTART-\n', '# global.columns = ID FORM\n', `a${' '.repeat(MANY)}b\n`],
    records.readTagged,
    // A line that names the columns may leave out the one that is looked for.
    ['EMPTY', 'TOO_SHORT', 'ENCODING', 'NOT_FOUND'],
  ),
  gzip: { codes: [], generate: (draw) => mutatedGzip(draw, utf8(tables.csv)), read: unpack },
};
