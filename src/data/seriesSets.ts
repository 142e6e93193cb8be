// The known data sets of numbers in time, for forecasting.
import type { Dataset } from './dataset.js';

const CLASSICS = 'https://raw.githubusercontent.com/jbrownlee/Datasets/d20fcb6402ae34e653d4513b00f39257bb37ed7f';

/** A small series of the Time Series Data Library. */
function classic(name: string, title: string, what: string, bytes: number, sha256: string): Dataset {
  const file = `${name}.csv`;
  return {
    name,
    title,
    what,
    licence: 'none stated: long published facts',
    kind: 'series',
    folder: 'timeseries',
    files: [{ name: file, bytes, sha256, part: 'train', url: `${CLASSICS}/${file}` }],
  };
}

export const SERIES_SETS: readonly Dataset[] = [
  {
    name: 'ett',
    title: 'Electricity transformer temperature',
    what: 'ETTh1: the load and oil temperature (OT) of a transformer, 17,420 hours',
    licence: 'CC BY-ND 4.0: pass on unchanged, with credit',
    kind: 'series',
    folder: 'ett',
    files: [
      {
        name: 'ETTh1.csv',
        bytes: 2589657,
        sha256: 'f18de3ad269cef59bb07b5438d79bb3042d3be49bdeecf01c1cd6d29695ee066',
        part: 'train',
        url: 'https://raw.githubusercontent.com/zhouhaoyi/ETDataset/1d16c8f4f943005d613b5bc962e9eeb06058cf07/ETT-small/ETTh1.csv',
      },
    ],
  },
  classic(
    'airline-passengers',
    'Airline passengers',
    'thousands of passengers, 144 months from 1949',
    2180,
    '8cb51be753a718d9be5d76d7e238cc224792754676adc21faa59e954b0201621',
  ),
  classic(
    'monthly-sunspots',
    'Sunspots',
    '2,820 months from 1749',
    45039,
    'c4ec8cc57d9f6fb6ecdb3e1f37f25b6f4badd5124c55931052b0cd2fc3bc71f3',
  ),
  classic(
    'daily-min-temperatures',
    'Lowest temperatures in Melbourne',
    '3,650 days from 1981',
    67921,
    '8b9de63ed6789492bf497625e7f9beb96a63d367b4b0a21754006f749fa5e5da',
  ),
  classic(
    'daily-max-temperatures',
    'Highest temperatures in Melbourne',
    '3,650 days from 1981',
    69359,
    '4f4ab4d6134d9c0f8efb3d6af6edc30a0ad3c56573d0f20f45db010055d0371c',
  ),
  classic(
    'daily-total-female-births',
    'Births of girls in California',
    '365 days of 1959',
    6220,
    '7a0c1bdb32d68f7fa359e561a4f7e1fe8fb2fc26a1ea624a434a97a63735dd72',
  ),
  classic(
    'monthly-car-sales',
    'Car sales in Quebec',
    '108 months from 1960',
    1834,
    'a4194226eb1d0eba5fd503e829b1279f1a10683d8009f2871aca05e7fb648f70',
  ),
  classic(
    'monthly-shampoo-sales',
    'Shampoo sales',
    '36 months',
    519,
    'f709eaa344b2d07039a49e2193cbff5e56206354f3a8203c0e02471beb39a451',
  ),
  {
    name: 'finance-charts-apple',
    title: 'Apple share price',
    what: 'AAPL: open, high, low, close, volume of 506 days from 2015',
    licence: 'MIT (plotly/datasets); prices of a quotes service',
    kind: 'series',
    folder: 'timeseries',
    files: [
      {
        name: 'finance-charts-apple.csv',
        bytes: 60220,
        sha256: '24c7604edfd5afe862ddb9f9535e2fd7351f43711bfc442bca52055e15e37bcd',
        part: 'train',
        url: 'https://raw.githubusercontent.com/plotly/datasets/0c447c47b757ad74edecab31f0d72f849d2e67c2/finance-charts-apple.csv',
      },
    ],
  },
];
