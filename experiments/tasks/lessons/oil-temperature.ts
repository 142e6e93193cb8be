// A day of oil temperatures ahead: all 24 hours at once, beside what costs nothing.
import { readFileSync } from 'node:fs';
import { Forecaster } from 'unrolled';
import { readTable } from 'unrolled/records';

const minutes = Number(process.argv[2] ?? 1); // node lesson.js 0.1: a shorter training
const rows = readFileSync(new URL('ETTh1.csv', import.meta.url), 'utf8');
const table = readTable(rows, 'ETTh1.csv');
const column = table.columns.indexOf('OT');
const target = table.rows.map(({ values }) => Number(values[column])).slice(0, 14_400);
const from = 11_520; // sixteen months are known, four are the test
const model = await Forecaster.fit({ target: target.slice(0, from) }, { window: 96, horizon: 24, minutes });
const { mse, mae } = model.evaluate({ target }, from);
console.log(`the network with its linear part: MSE ${mse.toFixed(3)}, MAE ${mae.toFixed(3)}`);
let [last, day, count] = [0, 0, 0];
for (let at = from; at + 24 <= target.length; at++) {
  for (let k = 0; k < 24; k++) {
    last += (target[at + k] - target[at - 1]) ** 2;
    day += (target[at + k] - target[at + k - 24]) ** 2;
    count++;
  }
}
console.log(`the last value stays: MSE ${(last / count).toFixed(3)}; as a day ago: ${(day / count).toFixed(3)}`);
