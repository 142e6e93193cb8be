import { expect, it } from 'vitest';
import { compactTimesOf, timesOf } from './times.js';

const iso = (...values: string[]): (string | null)[] =>
  [...timesOf(values)].map((time) => (Number.isNaN(time) ? null : new Date(time).toISOString().slice(0, 19)));

it('reads times as people write them, as if in UTC', () => {
  expect(
    iso('2016-03-27 02:30:00', '2016-7-1', '2016/07/01T05:06', '2016-07-01T00:00:00.5+02:00', '2016-07-01 00:00Z'),
  ).toEqual([
    '2016-03-27T02:30:00',
    '2016-07-01T00:00:00',
    '2016-07-01T05:06:00',
    '2016-06-30T22:00:00',
    '2016-07-01T00:00:00',
  ]);
  expect(iso('1949-01', '1-02', '2016-Q3', 'Jan 5, 2016', '5 January 2016', '5-Jan-2016')).toEqual([
    '1949-01-01T00:00:00',
    '0001-02-01T00:00:00',
    '2016-07-01T00:00:00',
    '2016-01-05T00:00:00',
    '2016-01-05T00:00:00',
    '2016-01-05T00:00:00',
  ]);
});

it('reads what spreadsheets and statistical offices write', () => {
  expect(iso('2016M07', 'Q3 2016', 'Jul-16', '07/2016', '2016-W01', '2015-W53-5', '1/2/2016 1:05 p.m.')).toEqual([
    '2016-07-01T00:00:00',
    '2016-07-01T00:00:00',
    '2016-07-01T00:00:00',
    '2016-07-01T00:00:00',
    '2016-01-04T00:00:00',
    '2016-01-01T00:00:00',
    '2016-01-02T13:05:00',
  ]);
  expect([...compactTimesOf(['20160701', '20160701T1330', '2016070'])].map((t) => t - Date.UTC(2016, 6, 1))).toEqual([
    0,
    13.5 * 3_600_000,
    NaN,
  ]);
});

it('reads the month first, but day first where a value can only be read so, and with points', () => {
  expect(iso('1/2/2016', '2/1/16 1:05 PM')).toEqual(['2016-01-02T00:00:00', '2016-02-01T13:05:00']);
  expect(iso('1/2/2016', '13/2/2016')).toEqual(['2016-02-01T00:00:00', '2016-02-13T00:00:00']);
  expect(iso('1.2.2016')).toEqual(['2016-02-01T00:00:00']);
  expect([...timesOf(['1/2/2016'], 'day-first')]).toEqual([Date.UTC(2016, 1, 1)]);
});

it('takes nothing else for a time', () => {
  const others = ['2016-02-30', '2016-13', '25:00', 'May', 'item 5', '2016', '1.5', '', '2016-01-01 24:30'];
  expect(iso(...others, 'In May 2016 it was', '2016-W54', '13/2016')).toEqual(new Array(12).fill(null));
});
