// `unrolled inspect`: configuration, parameters and spectra of a model; with an input, what happens inside while it reads, and what its
// answer came from.
import { basename } from 'node:path';
import { UnrolledError } from '../../errors.js';
import type { Mixture } from '../../models/language/mixture.js';
import type { Inspection } from '../../inspect/inspectModel.js';
import type { AnyModel } from '../../models/tasks.js';
import { defineCommand } from '../command.js';
import { readBytes, writeWhole } from '../files.js';
import { inspectForeign } from '../inspectForeign.js';
import { inspectTables } from '../inspectTables.js';
import type { Io } from '../io.js';
import { openModel } from '../modelCall.js';
import { integer, path, string } from '../options.js';
import { formatNumber } from '../output.js';
import { refuseOverwriting } from '../outputs.js';

export const inspectCommand = defineCommand({
  name: 'inspect',
  summary: 'show the configuration and parameters of a model, and its gates and states while it reads',
  arguments: [{ name: '<model>', description: 'a model file' }],
  options: {
    text: string('--text <text>', 'trace the model while it reads this text'),
    textFile: path('--text-file <file>', 'trace it on the text of a file'),
    series: path('--series <file>', 'a series for a forecaster: which past values influence the forecast'),
    report: path('--report <file>', 'write an HTML report'),
    layer: integer('--layer <N>', 'show only this layer, counted from 0', { min: 0 }),
  },
  examples: [
    'unrolled inspect runs/moby-dick-lstm.safetensors',
    `unrolled inspect runs/moby-dick-lstm.safetensors --text '"Call me Ishmael," he said in 1851.' --report inside.html`,
  ],
  async run(context, [file], options) {
    const { io, globals } = context;
    await refuseOverwriting(context, { '--report': options.report }, [file, options.textFile, options.series]);
    const text = await textOf(io, options);
    const foreign = await inspectForeign(io.cwd, file);
    if (foreign !== null) return foreign;
    const { model, commands, reading } = await openModel(context, file);
    const insight = await commands.inspect(model, { context, file, text, series: options.series, reading });
    const { inspectModelAsync, toRows } = await import('../../inspect/index.js');
    const inspection =
      'network' in model ? await inspectModelAsync(model, { input: insight?.input, layer: options.layer }) : null;
    const config = configOf(model);
    const configRows = Object.entries(config).map(([name, value]): [string, string] => [name, shown(name, value)]);
    if (options.report !== undefined) {
      const { inspectReport } = await import('../../drawing/reports/inspectReport.js');
      const { toDiagram } = await import('../../drawing/cells/diagram.js');
      const { toLatex } = await import('../../drawing/cells/latex.js');
      const cell = 'network' in model ? Object.values(model.recurrents())[0].cell : null;
      const page = inspectReport({
        title: `Inside ${basename(file)}`,
        subtitle: subtitle(config, inspection),
        figures: figures(config, inspection),
        config: configRows,
        ...(cell === null ? {} : { formula: toLatex(cell), diagram: toDiagram(cell) }),
        sections: insight?.sections ?? [],
        inspection,
      });
      await writeWhole(io.cwd, options.report, page);
    }
    const traced = inspection?.text ?? null;
    const spectra = inspection?.spectra ?? [];
    const json = {
      config,
      parameters: inspection?.parameters ?? [],
      spectralRadius: Object.fromEntries(spectra.map(({ name, radius }) => [name, radius])),
      eigenvalues: Object.fromEntries(spectra.map(({ name, eigenvalues }) => [name, eigenvalues])),
      ...insight?.json,
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
    const tables = inspectTables(file, configRows, inspection, options.report);
    return { json, text: insight?.text ? `${insight.text}\n\n${tables}` : tables };
  },
});

/** The configuration with how text becomes tokens, and how the data was read. */
function configOf(model: AnyModel): Record<string, unknown> {
  const texts = 'texts' in model ? model.texts : [model.text];
  const sizes = texts.map(({ vocabulary }) => vocabulary.size);
  return {
    task: model.task,
    ...model.config,
    ...(model.task === 'lm' && model.mixture !== null ? { mixture: mixtureOf(model.mixture) } : {}),
    ...texts[0]?.settings,
    ...(sizes.length === 0 ? {} : { vocabulary: sizes.length === 1 ? sizes[0] : sizes }),
    ...(model.reading === null ? {} : { reading: model.reading }),
  };
}

function mixtureOf({ ngrams: { order }, shares }: Mixture): object {
  return { order, shares: shares.map((share) => Number(share.toFixed(3))) };
}

function shown(name: string, value: unknown): string {
  if (name === 'equations') return 'in the file';
  const isBlank = typeof value === 'string' && value.trim() === '';
  const text = typeof value === 'object' || isBlank ? JSON.stringify(value) : String(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

/** Errors: OPTION for two texts, NOT_FOUND, ENCODING. */
async function textOf(io: Io, { text, textFile }: { text?: string; textFile?: string }): Promise<string | undefined> {
  if (textFile === undefined) return text;
  if (text !== undefined) {
    throw new UnrolledError('OPTION', 'expected --text or --text-file, received both', 'use one of the two');
  }
  const { decodeText } = await import('../../text/decode.js');
  return decodeText(await readBytes(io.cwd, textFile), textFile);
}

function figures(config: Record<string, unknown>, inspection: Inspection | null): { name: string; value: string }[] {
  const count = (inspection?.parameters ?? []).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const radii = (inspection?.spectra ?? []).map(({ radius }) => radius);
  const { vocabulary } = config;
  const sizes = (Array.isArray(vocabulary) ? vocabulary : [vocabulary]).filter((size) => typeof size === 'number');
  const text = inspection?.text;
  return [
    ...(count > 0 ? [{ name: 'parameters', value: formatNumber(count) }] : []),
    ...(sizes.length > 0 ? [{ name: 'vocabulary', value: sizes.map(formatNumber).join(' + ') }] : []),
    ...(radii.length > 0 ? [{ name: 'largest spectral radius', value: Math.max(...radii).toFixed(2) }] : []),
    ...(text ? [{ name: 'steps read', value: formatNumber(text.trace.tokens.length) }] : []),
  ];
}

function subtitle(config: Record<string, unknown>, inspection: Inspection | null): string {
  if (inspection === null) return `n-gram model of order ${String(config.order)}`;
  const { cell, hiddenSize, numLayers, embeddingSize } = config;
  const layers = `${String(numLayers)} ${numLayers === 1 ? 'layer' : 'layers'}`;
  const input =
    embeddingSize === 0 ? ', one-hot input' : embeddingSize === undefined ? '' : `, embedding ${String(embeddingSize)}`;
  return `${String(cell)}, ${layers} of ${String(hiddenSize)}${input}`;
}
