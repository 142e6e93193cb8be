// Published attacks on readers of Keras, ONNX, safetensors, TensorFlow.js, llama.cpp and NumPy, 2022 to 2026: by name, with where each was
// told of. None opens here.
import { create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as Kind,
  AttributeProtoSchema,
  type NodeProto,
  NodeProtoSchema,
} from '../../src/formats/onnx/onnx_pb.js';
import {
  type Attack,
  addNode,
  concat,
  constantElsewhere,
  gguf,
  golden,
  graphElsewhere,
  graphOf,
  hdf5,
  kerasFile,
  kerasWith,
  lambda,
  latin,
  moveOut,
  npyFile,
  onnxFile,
  SAFETENSORS_TENSOR,
  safetensors,
  sequential,
  tfjsModel,
  utf8,
  zipFile,
} from './attackFiles.js';

const called = (module: string, name: string, args: Record<string, unknown>): Uint8Array =>
  kerasWith(
    lambda({
      function: { module: 'builtins', class_name: 'function', config: name, registered_name: 'function' },
      arguments: args,
      module,
    }),
  );

export const KERAS: Attack[] = [
  {
    name: 'a Lambda layer with bytecode',
    source: 'CVE-2024-3660',
    make: () => kerasWith(lambda()),
    place: /evil \(.*Lambda/,
  },
  {
    name: 'a Lambda layer within a wrapper',
    source: 'CVE-2024-3660',
    make: () => kerasWith({ class_name: 'TimeDistributed', config: { name: 'evil', layer: lambda() } }),
    place: /evil/,
  },
  {
    name: 'a Lambda layer in a model within the model',
    source: 'CVE-2024-3660',
    make: () => kerasWith({ class_name: 'Sequential', config: { name: 'inner', layers: [lambda()] } }),
    place: /inner\.evil/,
  },
  {
    name: 'a Lambda layer in an HDF5 file, where safe_mode says nothing',
    source: 'CVE-2025-9905',
    make: () =>
      hdf5((file) => {
        file.create_attribute('model_config', JSON.stringify(sequential(lambda())));
        file.create_attribute('layer_names', ['lstm', 'evil', 'dense']);
        for (const name of ['lstm', 'evil', 'dense']) file.create_group(name).create_attribute('weight_names', ['a']);
      }),
    place: /evil/,
  },
  {
    name: 'a layer whose function is os.system',
    source: 'CVE-2025-1550',
    make: () => called('os', 'system', { command: 'touch owned' }),
    place: /evil/,
  },
  {
    name: 'a layer whose function is keras.utils.get_file, with an address',
    source: 'CVE-2025-8747',
    make: () => called('keras.utils', 'get_file', { fname: '../../owned', origin: 'http://127.0.0.1:9/x' }),
    place: /evil/,
  },
  {
    name: 'a layer that switches safe_mode off for those behind it',
    source: 'CVE-2025-9906',
    make: () => called('keras.config', 'enable_unsafe_deserialization', {}),
    place: /evil/,
  },
  {
    name: 'a pickled module of PyTorch as a layer',
    source: 'CVE-2025-49655',
    make: () =>
      kerasWith({
        class_name: 'TorchModuleWrapper',
        config: { name: 'evil', module: { value: btoa('cos\nsystem\n.') } },
      }),
    place: /evil \(.*TorchModuleWrapper/,
  },
  {
    name: 'a SavedModel elsewhere as a layer',
    source: 'CVE-2026-1462',
    make: () => kerasWith({ class_name: 'TFSMLayer', config: { name: 'evil', filepath: '//evil.example/share' } }),
    place: /evil \(.*TFSMLayer/,
  },
  {
    name: 'a vocabulary that is a path',
    source: 'CVE-2025-12058',
    make: () => kerasWith({ class_name: 'StringLookup', config: { name: 'evil', vocabulary: '/etc/passwd' } }),
    place: /evil \(.*StringLookup/,
  },
  {
    name: 'weights as arrays of Python objects',
    source: 'np.load(allow_pickle=True) of model.weights.npz',
    make: () =>
      zipFile([
        { name: 'config.json', bytes: utf8(JSON.stringify(sequential())) },
        {
          name: 'model.weights.npz',
          bytes: zipFile([{ name: 'a.npy', bytes: npyFile("'|O'", latin('cos\nsystem\n.')) }]),
        },
      ]),
    place: /a model with other weights/,
  },
  {
    name: 'a dataset whose numbers stand in another file',
    source: 'CVE-2026-1669',
    make: () => kerasFile(sequential(), golden('keras/external-data.h5')),
    place: /numbers in the file itself/,
  },
  {
    name: 'a link to another HDF5 file',
    source: 'CVE-2026-1669',
    make: () => kerasFile(sequential(), golden('keras/external-link.h5')),
    place: /a link to elsewhere, "1"/,
  },
  {
    name: 'a soft link',
    source: 'CVE-2026-1669',
    make: () => hdf5((file) => void file.create_soft_link('/etc/hostname', 'there')),
    place: /a link to elsewhere, "there"/,
  },
  {
    name: 'a dataset of pieces of other files',
    source: 'CVE-2026-1669',
    make: () => golden('keras/virtual.h5'),
    place: /a virtual one/,
  },
  {
    name: 'a shape of four petabytes',
    source: 'CVE-2026-0897',
    make: () => kerasFile(sequential(), golden('keras/petabytes.h5')),
    place: /datasets of 4503599627370496 bytes/,
  },
  {
    name: 'groups in a circle',
    source: 'readers of HDF5 that follow links without end',
    make: () => golden('keras/circle.h5'),
    place: /that at \d+ again/,
  },
];

const outside = (location: string, more?: Record<string, string>): Uint8Array =>
  onnxFile((model) => moveOut(graphOf(model).initializer[0], location, more));

export const ONNX: Attack[] = [
  ...[
    ['.. in front', '../../../etc/passwd', 'CVE-2022-25882'],
    ['.. further in', 'junk/../../../etc/passwd', 'CVE-2024-27318'],
    ['a path from the root', '/etc/passwd', 'CVE-2022-25882'],
    ['an address', 'file:///etc/passwd', 'CVE-2022-25882'],
    ['a path through a folder that is a link', 'link/passwd', 'CVE-2026-27489'],
    ['the name of a link', 'weights.bin', 'CVE-2026-34447; hard links: CVE-2026-34446'],
  ].map(([name, location, source]): Attack => ({
    name: `numbers in another file: ${name}`,
    source,
    make: () => outside(location),
    place: /the numbers of "W" in the file itself/,
  })),
  {
    name: 'keys of external data that are no keys',
    source: 'GHSA of onnx 1.21: ExternalDataInfo set whatever a file names',
    make: () => outside('w.bin', { __proto__: 'x', constructor: 'y', offset: '-1', length: '9'.repeat(400) }),
    place: /the numbers of "W" in the file itself/,
  },
  {
    name: 'numbers in another file for a constant of a node, where checkers did not look',
    source: 'CVE-2024-27318',
    make: () => onnxFile((model) => addNode(model, 'Constant', constantElsewhere('../../etc/passwd'))),
    place: /the numbers of "elsewhere" in the file itself/,
  },
  {
    name: 'numbers in another file within the body of a loop',
    source: 'CVE-2024-27318',
    make: () => onnxFile((model) => addNode(model, 'Loop', graphElsewhere('../../etc/passwd'))),
    place: /the numbers of "elsewhere" in the file itself/,
  },
  {
    name: 'sizes that are more than the numbers',
    source: 'CVE-2024-27319: reads beyond a tensor',
    make: () => onnxFile((model) => void (graphOf(model).initializer[0].dims = [1n << 31n, 1n << 31n, 1n])),
    place: /elements of "W"/,
  },
  {
    name: 'a list of sizes that doubles fifty times',
    source: 'billion laughs, as nodes of ONNX',
    make: () =>
      onnxFile((model) => {
        const { node } = graphOf(model);
        const concat = Array.from({ length: 50 }, (_, i) => join(`s${i}`, `s${i + 1}`));
        node.unshift({ ...join('X', 's0'), opType: 'Shape', input: ['X'], attribute: [] }, ...concat);
        graphOf(model).output.splice(0, 3, { ...graphOf(model).output[0], name: 's50' });
      }),
    place: /an output at the end of the layers/,
  },
  {
    name: 'graphs within graphs',
    source: 'CVE-2024-7254: recursion without a limit in protobuf',
    make: () => {
      let body = graphElsewhere('x');
      for (let i = 0; i < 30; i++) body = { ...graphElsewhere('x'), g: graphWith(body) };
      return onnxFile((model) => addNode(model, 'Loop', body));
    },
    place: /onnx\.NodeProto.*32 reached/,
  },
];

/** Sizes behind themselves. */
function join(from: string, to: string): NodeProto {
  const attribute = [create(AttributeProtoSchema, { name: 'axis', type: Kind.INT, i: 0n })];
  return create(NodeProtoSchema, { opType: 'Concat', name: to, input: [from, from], output: [to], attribute });
}

function graphWith(body: ReturnType<typeof graphElsewhere>): NonNullable<ReturnType<typeof graphElsewhere>['g']> {
  const { g } = graphElsewhere('x');
  if (g === undefined) throw new Error('no graph');
  g.node[0].attribute = [body];
  g.node[0].opType = 'Loop';
  return g;
}

const EMPTY = Array.from({ length: 100_000 }, (_, i) => `"t${i}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`);

export const SAFETENSORS: Attack[] = [
  {
    name: 'a header of 2^63 bytes',
    source: 'safetensors audit, Trail of Bits 2023',
    make: () => safetensors(undefined, undefined, 1n << 63n),
    place: /a header length of 9223372036854775808/,
  },
  {
    name: 'a header longer than the file',
    source: 'safetensors audit, Trail of Bits 2023',
    make: () => safetensors(undefined, undefined, 100_000_000n),
    place: /a header length of 100000000/,
  },
  {
    name: 'a name twice',
    source: 'safetensors audit, Trail of Bits 2023: readers take different ones',
    make: () => safetensors(`{${SAFETENSORS_TENSOR},${SAFETENSORS_TENSOR}}`),
    place: /"out\.weight" twice/,
  },
  {
    name: 'bytes that no tensor has: another file behind it',
    source: 'safetensors audit, Trail of Bits 2023: polyglots',
    make: () => safetensors(undefined, concat(new Uint8Array(24), zipFile([{ name: 'a', bytes: latin('b') }]))),
    place: /24 bytes of data/,
  },
  {
    name: 'bytes that no tensor has: a gap',
    source: 'safetensors audit, Trail of Bits 2023: polyglots',
    make: () => safetensors('{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', new Uint8Array(8)),
    place: /"a" at 0.*leave a gap/,
  },
  {
    name: 'tensors that overlap',
    source: 'safetensors audit, Trail of Bits 2023',
    make: () => safetensors(`{${SAFETENSORS_TENSOR},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`),
    place: /overlap another tensor/,
  },
  {
    name: 'a shape whose product wraps around',
    source: 'CVE-2026-33298 in GGUF, as a header of safetensors',
    make: () =>
      safetensors('{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}', new Uint8Array(0)),
    place: /fits in memory for "a"/,
  },
  {
    name: 'a number that is not exact',
    source: 'CVE-2026-33298 in GGUF, as a header of safetensors',
    make: () => safetensors('{"a":{"dtype":"F32","shape":[9007199254740993],"data_offsets":[0,24]}}'),
    place: /the shape of "a"/,
  },
  {
    name: 'a header of spaces in front',
    source: 'safetensors audit, Trail of Bits 2023',
    make: () => safetensors(` {${SAFETENSORS_TENSOR}}`),
    place: /begins with/,
  },
  {
    name: 'a header that is nested ten thousand times',
    source: 'safetensors audit, Trail of Bits 2023',
    make: () => safetensors(`{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`),
    place: /levels/,
  },
  {
    name: 'a hundred thousand tensors of nothing',
    source: 'header bloating, a report on Hugging Face',
    make: () => safetensors(`{${EMPTY.join(',')}}`, new Uint8Array(0)),
    place: /t0/,
  },
  ...['../../etc/passwd', '/etc/passwd', 'a/../../b', '..\\b', 'file:///etc/passwd'].map((path): Attack => ({
    name: `an index that names ${path}`,
    source: 'CVE-2022-25882, as an index of safetensors',
    make: () => utf8(JSON.stringify({ weight_map: { 'out.weight': path } })),
    place: /names of files without folders/,
  })),
];

export const OTHERS: Attack[] = [
  ...['../a.bin', '/etc/passwd', 'a/../../b', 'https://evil.example/x', 'C:x', '.hidden', '%2e%2e%2fa', 7].map(
    (path): Attack => ({
      name: `a manifest of TensorFlow.js that names ${path}`,
      source: 'CVE-2022-25882, as a manifest of TensorFlow.js',
      make: () => tfjsModel(path),
      place: /names of files without folders/,
    }),
  ),
  {
    name: 'a Lambda layer in a model of TensorFlow.js',
    source: 'TFLOW-LAMBDA, JFrog',
    make: () => {
      const json = JSON.parse(new TextDecoder().decode(tfjsModel('x'))) as Record<string, unknown>;
      return utf8(JSON.stringify({ ...json, modelTopology: sequential(lambda()), weightsManifest: [] }));
    },
    place: /evil/,
  },
  {
    name: 'ten thousand layers of one name over ten thousand weights of it',
    source: 'a product of two counts of a file, as in CVE-2026-0897',
    make: () => {
      const many = Array.from({ length: 9_990 }, () => ({ class_name: 'Evil', config: { name: 'evil' } }));
      const weights = Array.from({ length: 10_000 }, (_, i) => ({ name: `evil/w${i}`, shape: [0], dtype: 'float32' }));
      return utf8(JSON.stringify({ modelTopology: sequential(...many), weightsManifest: [{ paths: [], weights }] }));
    },
    place: /evil/,
  },
  {
    name: 'GGUF of 2^64 − 1 tensors',
    source: 'CVE-2024-25664 and its like (Databricks)',
    make: () => gguf(-1n, 1n),
    place: /GGUF, a quantized model of llama\.cpp, of 18446744073709551615 tensors/,
  },
  {
    name: 'GGUF of 2^64 − 1 pairs',
    source: 'CVE-2024-23496, CVE-2025-53630',
    make: () => gguf(1n, -1n, 1n << 62n),
    place: /GGUF/,
  },
  {
    name: 'GGUF whose sizes wrap around',
    source: 'CVE-2026-33298',
    make: () => gguf(1n, 0n, 1n, 0x61n, 4n, 1n << 40n, 1n << 40n),
    place: /GGUF/,
  },
  {
    name: 'an array of Python objects',
    source: 'CVE-2019-6446; ML file formats, Trail of Bits 2022',
    make: () => npyFile("'|O'", latin('cos\nsystem\n.')),
    place: /one of Python objects/,
  },
  {
    name: 'an array whose header is a program',
    source: "NumPy's safe_eval before 1.22",
    make: () => npyFile("__import__('os').system('true')", new Uint8Array(8)),
    place: /header|descr/,
  },
];
