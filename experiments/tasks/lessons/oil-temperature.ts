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
const { rmse, mae } = model.evaluate({ target }, from).original; // in °C, as the file has them
console.log(
  `the network with its linear part: root mean square error ${rmse.toFixed(2)} °C, mean ${mae.toFixed(2)} °C`,
);
let [last, day, count] = [0, 0, 0];
for (let at = from; at + 24 <= target.length; at++) {
  for (let k = 0; k < 24; k++) {
    last += (target[at + k] - target[at - 1]) ** 2;
    day += (target[at + k] - target[at + k - 24]) ** 2;
    count++;
  }
}
const root = (sum: number): string => `${Math.sqrt(sum / count).toFixed(2)} °C`;
console.log(`the last value stays: root mean square error ${root(last)}; as a day ago: ${root(day)}`);
