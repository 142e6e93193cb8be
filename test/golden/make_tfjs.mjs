// Makes keras/tfjs-*/: small models that TensorFlow.js saved, and keras/tfjs.json with what they predict.
//
//     npm install --prefix TFJS @tensorflow/tfjs && node test/golden/make_tfjs.mjs TFJS
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const tf = createRequire(join(process.argv[2], 'package.json'))('@tensorflow/tfjs');
const FOLDER = join(import.meta.dirname, 'keras');
const [T, N, TOKENS] = [5, 3, 7];
const { layers } = tf;
const sigmoid = { recurrentActivation: 'sigmoid' };

let seed = 7;
/** Numbers from -1 to 1, the same each time. */
const next = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 31 - 1;

function stack(parts) {
  const model = tf.sequential();
  for (const part of parts) model.add(part);
  return model;
}

const MODELS = {
  'tfjs-tokens': () => [
    layers.embedding({ inputDim: TOKENS, outputDim: 3, inputLength: T }),
    layers.bidirectional({ layer: layers.gru({ units: 2, returnSequences: true, ...sigmoid }), mergeMode: 'ave' }),
    layers.layerNormalization(),
    layers.rnn({
      cell: [layers.lstmCell({ units: 2, ...sigmoid }), layers.simpleRNNCell({ units: 4 })],
      returnSequences: true,
    }),
    layers.bidirectional({ layer: layers.lstm({ units: 3, ...sigmoid }), mergeMode: 'concat' }),
    layers.dense({ units: 2, activation: 'softmax' }),
  ],
  'tfjs-values': () => [
    layers.lstm({ units: 4, returnSequences: true, inputShape: [T, 3], ...sigmoid }),
    layers.dropout({ rate: 0.5 }),
    layers.timeDistributed({ layer: layers.dense({ units: 3, activation: 'relu' }) }),
    layers.simpleRNN({ units: 2, goBackwards: true }),
    layers.dense({ units: 1 }),
  ],
};

const cases = [];
for (const [name, parts] of Object.entries(MODELS)) {
  const model = stack(parts());
  model.setWeights(model.getWeights().map((w) => tf.tensor(Array.from({ length: w.size }, next), w.shape)));
  const isTokens = name.endsWith('tokens');
  const shape = isTokens ? [N, T] : [N, T, 3];
  const x = Array.from({ length: shape.reduce((a, b) => a * b) }, () =>
    isTokens ? Math.floor((next() + 1) * 3.5) : next(),
  );
  const output = model.predict(tf.tensor(x, shape));
  cases.push({
    name,
    files: [`${name}/model.json`],
    input: shape,
    x,
    tokens: isTokens,
    shape: output.shape,
    output: Array.from(output.dataSync()),
  });
  await model.save(
    tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData, format, generatedBy, convertedBy }) => {
      mkdirSync(join(FOLDER, name), { recursive: true });
      const bytes = new Uint8Array(weightData);
      // In two files, in the middle of a weight.
      const paths = ['group1-shard1of2.bin', 'group1-shard2of2.bin'];
      const half = Math.floor(bytes.length / 2) + 1;
      writeFileSync(join(FOLDER, name, paths[0]), bytes.subarray(0, half));
      writeFileSync(join(FOLDER, name, paths[1]), bytes.subarray(half));
      const weightsManifest = [{ paths, weights: weightSpecs }];
      writeFileSync(
        join(FOLDER, name, 'model.json'),
        JSON.stringify({ modelTopology, format, generatedBy, convertedBy, weightsManifest }),
      );
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
}
writeFileSync(join(FOLDER, 'tfjs.json'), JSON.stringify({ version: tf.version.tfjs, cases }));
console.log(`TensorFlow.js ${tf.version.tfjs}: ${cases.length} models in ${FOLDER}`);
