// `unrolled train forecast`: the next values of a series; beside the network stand the last value, the last season and a linear rule.
import { FORECASTER_DEFAULTS as DEFAULTS } from '../../../models/forecaster/options.js';
import type { ForecastErrors } from '../../../metrics/forecastMetrics.js';
import type { ScalingKind } from '../../../data/scaling.js';
import type { ForecastMetrics, Series } from '../../../models/forecaster/options.js';
import { UnrolledError } from '../../../errors.js';
import { defineCommand } from '../../command.js';
import { choice, decimal, integer, type OptionSpec, string } from '../../options.js';
import { formatNumber } from '../../output.js';
import { sourcesOf } from '../../sources.js';
import { SERIES_OPTIONS, TABLE_OPTIONS } from '../../tableOptions.js';
import { fitSettings, trainOptions } from '../../trainOptions.js';
import { openResume, settingOf } from '../../resumed.js';
import { seriesOf } from './series.js';
import { startRun, taskResult, trainAndSave } from '../../trainRun.js';

const TEST = 0.2;

const part = (name: string, what: string, value: number): OptionSpec<number | undefined> => ({
  ...decimal(`--${name} <part>`, `${what}: a fraction below 1, or a number of values`, { min: 0 }),
  defaultText: String(value),
});

export const trainForecastCommand = defineCommand({
  name: 'train forecast',
  summary: 'train a forecaster: the next values of a series',
  arguments: [{ name: '<data>', description: 'a table with a numeric column, oldest row first; a known data set' }],
  options: {
    ...trainOptions(DEFAULTS, {
      epochs: 'chosen from the data',
      minutes: '2, unless --epochs or --max-steps is given',
    }),
    target: string('--target <column>', 'column to forecast, by name or number (default: the last numeric column)'),
    inputs: string('--inputs <columns>', 'other input columns, separated by commas (default: none)'),
    ...SERIES_OPTIONS,
    ...TABLE_OPTIONS,
    window: {
      ...integer('--window <N>', 'number of past values that the network reads', { min: 2 }),
      defaultText: 'a quarter of the training part, at most 336, or one season and a quarter',
    },
    horizon: {
      ...integer('--horizon <K>', 'number of values to forecast'),
      defaultText: `${DEFAULTS.horizon}, or two thirds of the test part`,
    },
    validation: part('validation', 'validation part, just before the test part', DEFAULTS.validation),
    test: part('test', 'test part, at the end of the series', TEST),
    train: decimal('--train <part>', 'training part, at the beginning of the series (default: the rest)', { min: 0 }),
    mode: {
      ...choice('--mode <name>', 'forecast all steps at once, or one step at a time, fed back', ['direct', 'iterated']),
      defaultText: DEFAULTS.mode,
    },
    quantiles: string('--quantiles <levels>', 'quantiles to predict as well, such as 0.1,0.9 (default: none)'),
    season: integer(
      '--season <N>',
      'length of the season, for the baseline and --relative-to season (default: detected)',
    ),
    relativeTo: {
      ...choice('--relative-to <name>', 'what the network predicts the difference from', ['last', 'season', 'none']),
      defaultText: DEFAULTS.relativeTo,
    },
    transform: {
      ...choice('--transform <name>', 'transformation before scaling', ['none', 'log', 'log1p']),
      defaultText: DEFAULTS.transform,
    },
  },
  examples: [
    'unrolled train forecast airline-passengers --horizon 12 --season 12 --relative-to season --transform log --window 24',
    'unrolled train forecast sales.csv --target units --inputs price,holiday --quantiles 0.1,0.9',
  ],
  async run(context, args, options) {
    const { io } = context;
    const library = await import('../../library.js');
    const { byStepChart, forecastChart } = await import('./charts.js');
    const { chooseHorizon } = await import('../../../models/forecaster/rules.js');
    const { readOneSeries } = await import('../../../sources/index.js');
    const sources = sourcesOf(context);
    const { readCell } = await import('../../cellModule.js');
    const cell = await readCell(io.cwd, options.cell);
    const resumed = await openResume(context, options.resume, 'forecast');
    const data = await readOneSeries(sources, args, options, resumed?.reading);
    const series = seriesOf(data);
    const { target, filled } = series;
    const setting = <K extends 'train' | 'validation' | 'test' | 'horizon'>(name: K) =>
      settingOf(options[name], resumed, name);
    const test = setting('test') ?? TEST;
    const parts = library.timeParts(target.length, {
      ...{ train: setting('train'), validation: setting('validation') ?? DEFAULTS.validation, test },
    });
    const horizon = setting('horizon') ?? chooseHorizon(parts);
    const [from, to] = parts.test;
    if (to - from < horizon) {
      throw new UnrolledError(
        'TOO_SHORT',
        `expected a test part of at least the ${horizon} values of the horizon, received ${to - from} of ${target.length}`,
        'make --test larger, or --horizon smaller',
      );
    }
    const sizes = `${formatNumber(parts.train[1])} training values, ${formatNumber(parts.validation[1] - parts.validation[0])} for validation, ${formatNumber(to - from)} for testing`;
    const run = {
      ...(await startRun(context, { ...data, resumed }, args, sizes, options, DEFAULTS.cell)),
      counted: 'windows',
    };
    const { season, mode, relativeTo, transform } = options;
    const model = await trainAndSave(context, run, (hooks) =>
      library.Forecaster.fit(series, {
        ...fitSettings(options, context),
        ...hooks,
        reading: data.reading,
        ...{ cell, window: options.window, horizon: options.horizon, season, mode, relativeTo, transform, test },
        ...{ train: options.train, validation: options.validation, quantiles: levelsOf(options.quantiles) },
        onValidation: ({ mse, mae, linear }) => {
          const alone = linear === undefined ? '' : ` (the linear part alone: ${formatNumber(linear.mse)})`;
          run.progress.log(`validation MSE ${formatNumber(mse)}${alone}, MAE ${formatNumber(mae)}`);
        },
      }),
    );
    const { config, training } = model;
    const tested = await model.evaluateAsync(series, { from, to });
    const baselines = library.forecastBaselines(target, {
      ...{
        window: config.window,
        horizon,
        season: settingOf(season, resumed, 'season'),
        train: parts.train[1],
        from,
        to,
        filled,
      },
      scaling: {
        kind: (model.settings?.scaling as ScalingKind | undefined) ?? DEFAULTS.scaling,
        transform: config.scalings[0].transform,
      },
    });
    const last = training.final;
    const compared: [string, (ForecastErrors & { original: ForecastErrors }) | null][] = [
      ['the last value', baselines.last],
      [baselines.season === null ? 'the last season' : `the last season (${baselines.season})`, baselines.seasonal],
      [`linear on ${config.window} values`, baselines.linear],
      [`${config.cell} (this one)`, tested],
    ];
    const rows = compared.map(([name, errors]) =>
      errors === null
        ? [name, 'none detected', '', '', '']
        : [
            name,
            formatNumber(errors.mse),
            formatNumber(errors.mae),
            formatNumber(errors.original.rmse),
            formatNumber(errors.original.mae),
          ],
    );
    const { linear: alone, share } = tested;
    if (alone) rows.push(['its linear part alone', formatNumber(alone.mse), formatNumber(alone.mae), '', '']);
    const unit = data.series.target.name;
    const columns = ['test', 'MSE', 'MAE', `RMSE (${unit})`, `MAE (${unit})`].map((heading, i) => ({
      heading,
      number: i > 0,
    }));
    const best = compared.reduce((a, b) => ((b[1]?.mse ?? Infinity) < (a[1]?.mse ?? Infinity) ? b : a))[0];
    const verdict = best.endsWith('(this one)')
      ? 'The network beats all of them here.'
      : `The network does not beat ${best} here.`;
    return taskResult(context, run, model, {
      title: `${data.name}: forecaster`,
      line: `${config.cell}, ${config.hiddenSize} units, window ${config.window}, horizon ${horizon} · ${sizes}`,
      figures: [
        ['test MSE, scaled', formatNumber(tested.mse)],
        [`RMSE (${unit})`, formatNumber(tested.original.rmse)],
        ['the last value', formatNumber(baselines.last.original.rmse)],
      ],
      scores: { heading: 'Errors on the test part', columns, rows, strong: compared.length - 1 },
      unit: 'loss',
      sections: [
        {
          heading: 'Forecasts',
          html: [await forecastChart(model, series, from, to, unit), byStepChart(compared)].join('\n'),
        },
      ],
      data: data.report,
      json: {
        ...{ target: unit, window: config.window, horizon },
        values: { train: parts.train[1], validation: parts.validation[1] - parts.validation[0], test: to - from },
        train: { loss: model.training.loss },
        validation: last && { loss: last.loss, mse: last.mse, mae: last.mae, linear: last.linear, share: last.share },
        test: { ...errorsJson(tested), undisturbed: tested.undisturbed ?? undefined, linear: alone, share },
        baselines: {
          season: baselines.season,
          last: errorsJson(baselines.last),
          seasonal: baselines.seasonal && errorsJson(baselines.seasonal),
          linear: errorsJson(baselines.linear),
        },
        ...(tested.below === undefined ? {} : { below: tested.below }),
      },
      text: [
        ...filledText(series, from, to, tested),
        `MSE and MAE are in scaled units, over all steps of ${formatNumber(tested.windows)} windows. ${verdict}`,
        ...(share === undefined ? [] : [shareText(share, config.cell)]),
      ],
    });
  },
});

/** What the recurrent part does beside the linear one. */
function shareText(share: number, cell: string): string {
  return share === 0
    ? `Validation found no use in the ${cell} beside the linear part: it forecasts alone.`
    : `To the linear part comes ${formatNumber(share)} of what the ${cell} says, as validation found it worth.`;
}

/** What filled values did, where there are some in the test part. */
function filledText(
  { filled }: Series,
  from: number,
  to: number,
  { undisturbed }: Pick<ForecastMetrics, 'undisturbed'>,
): string[] {
  const count =
    filled === undefined
      ? 0
      : Array.from(filled)
          .slice(from, to)
          .reduce((sum, value) => sum + value, 0);
  if (count === 0) return [];
  const clean = undisturbed
    ? `the ${formatNumber(undisturbed.windows)} windows that read none of them have an RMSE of ${formatNumber(undisturbed.rmse)}`
    : 'every window reads some';
  return [`${formatNumber(count)} values of the test part were filled in: they are read, but not scored; ${clean}.`];
}

function errorsJson({ mse, mae, byStep, original }: ForecastErrors & { original: ForecastErrors }) {
  const { rmse } = original;
  return { mse, mae, byStep, original: { mse: original.mse, mae: original.mae, rmse } };
}

/** Errors: OPTION. */
function levelsOf(text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined;
  const levels = text.split(',').map((level) => (level.trim() === '' ? NaN : Number(level)));
  if (levels.every((level) => level > 0 && level < 1)) return levels;
  throw new UnrolledError(
    'OPTION',
    `expected levels between 0 and 1 for --quantiles, received "${text}"`,
    'for example --quantiles 0.1,0.9',
  );
}
