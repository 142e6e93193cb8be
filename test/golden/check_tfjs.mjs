// Opens the models that keras.test.ts wrote (UNROLLED_WRITTEN=FOLDER npx vitest run test/golden/keras) with TensorFlow.js, and compares outputs.
//
//     npm install --prefix TFJS @tensorflow/tfjs && node test/golden/check_tfjs.mjs TFJS FOLDER
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [tools, folder] = process.argv.slice(2);
const tf = createRequire(join(tools, 'package.json'))('@tensorflow/tfjs');
let [worst, files] = [0, 0];
const refused = [];
for (const name of readdirSync(folder)) {
  if (!existsSync(join(folder, name, 'model.json'))) continue;
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(join(folder, name, 'model.json'), 'utf8'));
  const [{ paths, weights: weightSpecs }] = weightsManifest;
  const weightData = new Uint8Array(readFileSync(join(folder, name, paths[0]))).buffer;
  const own = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  try {
    const model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
    const output = model.predict(tf.tensor(own.x, own.input)).dataSync();
    const difference = own.output.reduce((most, value, i) => Math.max(most, Math.abs(value - output[i])), 0);
    if (difference > 1e-5) console.log(name, difference);
    worst = Math.max(worst, difference);
    files++;
  } catch (error) {
    refused.push(`${name}: ${error.message}`);
  }
}
console.log(`TensorFlow.js ${tf.version.tfjs}: ${files} models opened, largest difference ${worst.toExponential(1)}`);
for (const line of refused) console.log(`refused ${line}`);
process.exitCode = files > 0 && worst < 1e-5 && refused.length === 0 ? 0 : 1;
