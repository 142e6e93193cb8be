// Passengers of an airline: forecasts of a year from each December, beside "as last year".
import { readFileSync } from 'node:fs';
import { backtest } from 'unrolled';

const epochs = Number(process.argv[2] ?? 60); // node lesson.js 5: a shorter training
const lines = readFileSync(new URL('airline-passengers.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1);
const target = lines.map((line) => Number(line.split(',').at(-1)));
const folds = await backtest(
  { target },
  { window: 24, horizon: 12, folds: 3, epochs, season: 12, relativeTo: 'season', transform: 'log' },
);
for (const [name, errors] of Object.entries({
  network: folds.model,
  'last value': folds.last,
  'last year': folds.seasonal,
  linear: folds.linear,
})) {
  if (errors) console.log(`${name.padEnd(10)} root mean square error ${errors.rmse.toFixed(1)} thousand passengers`);
}
