// `unrolled inspect`: the configuration and the parameters of a model.
import { defineCommand } from '../command.js';
import { readBytes } from '../files.js';
import { formatNumber, table } from '../output.js';

export const inspectCommand = defineCommand({
  name: 'inspect',
  summary: 'configuration and parameters of a model',
  arguments: [{ name: '<model>', description: 'a model file' }],
  options: {},
  examples: ['unrolled inspect runs/moby-dick-lstm.safetensors'],
  async run({ io, globals }, [file]) {
    const { loadModel, startBackend } = await import('../library.js');
    await startBackend(globals);
    const model = loadModel(await readBytes(io.cwd, file), file);
    const named = 'network' in model ? [...model.network.namedParameters()] : [];
    const parameters = named.map(([name, tensor]) => describe(name, tensor));
    const { settings, vocabulary } = model.text;
    const config: Record<string, unknown> = {
      task: model.task,
      ...model.config,
      ...settings,
      vocabulary: vocabulary.size,
    };
    const configRows = Object.entries(config).map(([name, value]) => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]);
    const rows = parameters.map(({ name, shape, mean, std }) => [
      name,
      shape.join(' × '),
      formatNumber(mean),
      formatNumber(std),
    ]);
    const columns = [
      { heading: 'parameter' },
      { heading: 'shape', number: true },
      { heading: 'mean', number: true },
      { heading: 'std', number: true },
    ];
    const parts = [table([{ heading: 'configuration' }, { heading: file }], configRows)];
    if (rows.length > 0) parts.push(table(columns, rows));
    return { json: { config, parameters }, text: parts.join('\n\n') };
  },
});

/** Mean and standard deviation of all elements, in float64. */
function describe(name: string, tensor: { shape: readonly number[]; data(): ArrayLike<number> }) {
  const data = tensor.data();
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i];
  const mean = data.length > 0 ? sum / data.length : 0;
  let squares = 0;
  for (let i = 0; i < data.length; i++) squares += (data[i] - mean) ** 2;
  return { name, shape: [...tensor.shape], mean, std: data.length > 0 ? Math.sqrt(squares / data.length) : 0 };
}
