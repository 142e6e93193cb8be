// `unrolled inspect`: configuration, parameters and spectra of a model; with a text, what happens inside while it reads, or what its
// answer came from.
import { basename } from 'node:path';
import { UnrolledError } from '../../errors.js';
import type { Inspection } from '../../inspect/inspectModel.js';
import { defineCommand } from '../command.js';
import { readBytes, writeWhole } from '../files.js';
import type { Io } from '../io.js';
import { integer, path, string } from '../options.js';
import { refuseOverwriting } from '../outputs.js';
import { noPictures } from '../pictures.js';
import { formatNumber, table } from '../output.js';

export const inspectCommand = defineCommand({
  name: 'inspect',
  summary: 'what is in a model, and what its gates do while it reads a text',
  arguments: [{ name: '<model>', description: 'a model file' }],
  options: {
    text: string('--text <text>', 'shows what happens inside while the model reads this'),
    textFile: path('--text-file <file>', 'the same for the text of a file'),
    series: path('--series <file>', 'the past that a forecaster reads: which of it moves the forecast'),
    report: path('--report <file>', 'draws it all on one HTML page'),
    layer: integer('--layer <N>', 'only this layer, counted from 0', { min: 0 }),
  },
  examples: [
    'unrolled inspect runs/moby-dick-lstm.safetensors',
    `unrolled inspect runs/moby-dick-lstm.safetensors --text '"Call me Ishmael," he said in 1851.' --report inside.html`,
  ],
  async run(context, [file], options) {
    const { io, globals } = context;
    const { loadModel, startBackend } = await import('../library.js');
    await refuseOverwriting(context, { '--report': options.report }, [file, options.textFile, options.series]);
    const text = await textOf(io, options);
    await startBackend(globals);
    const model = loadModel(await readBytes(io.cwd, file), file);
    if (model.task === 'caption') throw noPictures(file);
    if (model.task !== 'lm' && model.task !== 'ngram') {
      const { inspectTask } = await import('../inspectTask.js');
      return inspectTask(context, model, file, { text, series: options.series, report: options.report });
    }
    if (options.series !== undefined) {
      throw new UnrolledError('OPTION', 'expected --text for a language model, received a series', 'give a text');
    }
    if (!('network' in model) && text !== undefined) {
      throw new UnrolledError(
        'OPTION',
        'expected a network for --text, received an n-gram model, which has no gates',
        'leave --text out, or train a network: unrolled train lm',
      );
    }
    const { inspectModel, toRows } = await import('../../inspect/index.js');
    const inspection = 'network' in model ? inspectModel(model, { input: text, layer: options.layer }) : null;
    const { settings, vocabulary } = model.text;
    const config: Record<string, unknown> = {
      task: model.task,
      ...model.config,
      ...settings,
      vocabulary: vocabulary.size,
    };
    const configRows = Object.entries(config).map(([name, value]): [string, string] => [
      name,
      name === 'equations' ? 'in the file' : typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]);

    if (options.report !== undefined) {
      const { inspectReport } = await import('../../drawing/reports/inspectReport.js');
      const { toDiagram, toLatex } = await import('../../node.js');
      const cell = 'network' in model ? model.network.recurrent.cell : null;
      const page = inspectReport({
        title: `Inside ${basename(file)}`,
        subtitle: subtitle(config, inspection),
        figures: figures(config, inspection),
        config: configRows,
        ...(cell === null ? {} : { formula: toLatex(cell), diagram: toDiagram(cell) }),
        inspection,
      });
      await writeWhole(io.cwd, options.report, page);
    }

    const traced = inspection?.text ?? null;
    const json = {
      config,
      parameters: inspection?.parameters ?? [],
      spectralRadius: Object.fromEntries((inspection?.spectra ?? []).map(({ name, radius }) => [name, radius])),
      eigenvalues: Object.fromEntries((inspection?.spectra ?? []).map(({ name, eigenvalues }) => [name, eigenvalues])),
      trace: traced && {
        text: traced.trace.text,
        tokens: traced.trace.tokens,
        unknown: traced.trace.unknown,
        layers: traced.trace.layers.map(({ layer, direction, values }) => ({
          layer,
          direction,
          values: globals.json
            ? Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toRows(value)]))
            : {},
        })),
      },
      saturation: traced?.saturation ?? null,
      neurons: traced?.neurons ?? null,
      gradientFlow: traced?.gradientFlow ?? null,
      report: options.report ?? null,
    };
    return { json, text: summary(file, configRows, inspection, options.report) };
  },
});

/** Errors: OPTION for two texts, NOT_FOUND, ENCODING. */
async function textOf(io: Io, { text, textFile }: { text?: string; textFile?: string }): Promise<string | undefined> {
  if (textFile === undefined) return text;
  if (text !== undefined) {
    throw new UnrolledError('OPTION', 'expected --text or --text-file, received both', 'leave one out');
  }
  const { decodeText } = await import('../../text/decode.js');
  return decodeText(await readBytes(io.cwd, textFile), textFile);
}

function figures(config: Record<string, unknown>, inspection: Inspection | null): { name: string; value: string }[] {
  const count = (inspection?.parameters ?? []).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const radii = (inspection?.spectra ?? []).map(({ radius }) => radius);
  const text = inspection?.text;
  return [
    ...(count > 0 ? [{ name: 'parameters', value: formatNumber(count) }] : []),
    { name: 'vocabulary', value: formatNumber(Number(config.vocabulary)) },
    ...(radii.length > 0 ? [{ name: 'largest spectral radius', value: Math.max(...radii).toFixed(2) }] : []),
    ...(text ? [{ name: 'tokens read', value: formatNumber(text.trace.tokens.length) }] : []),
  ];
}

function subtitle(config: Record<string, unknown>, inspection: Inspection | null): string {
  if (inspection === null) return `n-gram model of order ${String(config.order)}`;
  const { cell, hiddenSize, numLayers, embeddingSize } = config;
  const layers = `${String(numLayers)} ${numLayers === 1 ? 'layer' : 'layers'}`;
  const input = embeddingSize === 0 ? 'one-hot input' : `embedding ${String(embeddingSize)}`;
  return `${String(cell)}, ${layers} of ${String(hiddenSize)}, ${input}`;
}

/** For people: tables of everything that is small. */
function summary(
  file: string,
  configRows: [string, string][],
  inspection: Inspection | null,
  report: string | undefined,
): string {
  const parts = [table([{ heading: 'configuration' }, { heading: file }], configRows)];
  const number = (heading: string) => ({ heading, number: true });
  if (inspection !== null) {
    const { parameters, spectra, text } = inspection;
    parts.push(
      table(
        [{ heading: 'parameter' }, number('shape'), number('mean'), number('std')],
        parameters.map(({ name, shape, mean, std }) => [
          name,
          shape.join(' × '),
          formatNumber(mean),
          formatNumber(std),
        ]),
      ),
    );
    if (spectra.length > 0) {
      const rows = spectra.map(({ name, size, radius }) => [name, `${size} × ${size}`, radius.toFixed(3)]);
      parts.push(table([{ heading: 'recurrent matrix' }, number('size'), number('spectral radius')], rows));
    }
    if (text !== null) parts.push(...textTables(text));
  }
  if (report !== undefined) parts.push(`report  ${report}`);
  return parts.join('\n\n');
}

function textTables({ saturation, neurons, gradientFlow }: NonNullable<Inspection['text']>): string[] {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const parts: string[] = [];
  if (saturation.length > 0) {
    const rows = saturation.map(({ layer, name, kind, left, right }) => [
      `layer ${layer} ${name}`,
      kind,
      percent(left),
      percent(right),
    ]);
    parts.push(
      table(
        [
          { heading: 'saturated' },
          { heading: 'made by' },
          { heading: 'left', number: true },
          { heading: 'right', number: true },
        ],
        rows,
      ),
    );
  }
  const best = neurons.properties.flatMap(({ property, best: [first] }) =>
    first === undefined ? [] : [{ ...first, property }],
  );
  if (best.length > 0) {
    const rows = best.map(({ property, layer, state, neuron, correlation, auc }) => [
      property,
      `layer ${layer} ${state}[${neuron}]`,
      correlation.toFixed(2),
      auc === null ? '' : auc.toFixed(2),
    ]);
    parts.push(
      table(
        [
          { heading: 'property' },
          { heading: 'neuron' },
          { heading: 'correlation', number: true },
          { heading: 'AUC', number: true },
        ],
        rows,
      ),
    );
  }
  if (gradientFlow !== null) {
    // A short text has no step so far back: its first one stands there.
    const lags = [...new Set([0, 10, 50].map((lag) => Math.min(lag, gradientFlow.steps - 1)))];
    const rows = gradientFlow.last.flatMap(({ layer, states }) =>
      Object.entries(states).map(([state, norms]) => [
        `layer ${layer} ${state}`,
        ...lags.map((lag) => formatNumber(norms[norms.length - 1 - lag])),
      ]),
    );
    const columns = lags.map((lag) => ({
      heading: lag === 0 ? 'at the last step' : `${lag} ${lag === 1 ? 'step' : 'steps'} before`,
      number: true,
    }));
    parts.push(table([{ heading: 'gradient of the last loss' }, ...columns], rows));
  }
  return parts;
}
