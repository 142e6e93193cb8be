// Weights that TensorFlow.js stores in fewer bytes: whole numbers with a scale and a minimum, and half floats.
import { expect, it } from 'vitest';
import '../autograd/methods.js';
import { fromHalf } from '../weights/numbers.js';
import { openTensors } from './openTensors.js';

const LAYERS = [
  { class_name: 'Dense', config: { name: 'd', units: 2, batch_input_shape: [null, 2], use_bias: false } },
];

/** A model of one Dense without bias, whose four weights are stored so. */
function modelOf(stored: object, bytes: Uint8Array) {
  const weights = [{ name: 'd/kernel', shape: [2, 2], dtype: 'float32', ...stored }];
  const json = {
    modelTopology: { class_name: 'Sequential', config: { name: 's', layers: LAYERS } },
    weightsManifest: [{ paths: ['w.bin'], weights }],
  };
  return openTensors(new TextEncoder().encode(JSON.stringify(json)), { open: () => bytes });
}

it.each([
  ['uint8', Uint8Array.of(0, 1, 2, 255), 0.5, -1, [-1, -0.5, 0, 126.5]],
  ['uint16', new Uint8Array(Uint16Array.of(0, 1, 300, 65535).buffer), 0.25, 2, [2, 2.25, 77, 16385.75]],
])('%s is widened by its scale and minimum', async (dtype, bytes, scale, min, expected) => {
  const file = await modelOf({ quantization: { dtype, scale, min, original_dtype: 'float32' } }, bytes);
  const { dtype: read, data } = await file.read('d/kernel');
  expect([read, Array.from(data as Float32Array)]).toEqual(['F32', expected]);
});

it('float16 is read as it is', async () => {
  const bytes = new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0x3800, 0).buffer);
  const file = await modelOf({ quantization: { dtype: 'float16' } }, bytes);
  const { dtype, data } = await file.read('d/kernel');
  expect([dtype, Array.from(data as Uint16Array, fromHalf)]).toEqual(['F16', [1, -2, 0.5, 0]]);
});

it('refuses a scale that is missing, and a type of a hundred thousand levels', async () => {
  const bytes = new Uint8Array(4);
  await expect(modelOf({ quantization: { dtype: 'uint8', scale: 'x', min: 0 } }, bytes)).rejects.toThrow(/a scale/);
  const deep = `{"modelTopology":{},"weightsManifest":[{"paths":["w.bin"],"weights":[{"name":"w","shape":[4],"dtype":${'['.repeat(1e5)}${']'.repeat(1e5)}}]}]}`;
  await expect(openTensors(new TextEncoder().encode(deep), { open: () => bytes })).rejects.toMatchObject({
    code: 'FORMAT',
  });
});
