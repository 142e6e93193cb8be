import { expect, it } from 'vitest';
import { readSeries, type SeriesOptions } from './series.js';
import { readTable } from './table.js';
import { timesOf } from './times.js';

const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });
const series = (text: string, options?: SeriesOptions) => readSeries(readTable(text, 'a.csv'), options);

it('takes the last column of numbers, and a column of times', () => {
  const read = series('Date,Open,Close,way\n2016-07-01 00:00:00,1,-2.5e1,up\n2016-07-01 01:00:00, .5 ,+3,down\n');
  expect(read).toMatchObject({
    target: { name: 'Close', values: Float64Array.of(-25, 3), filled: 0 },
    inputs: [],
    time: { name: 'Date', values: ['2016-07-01 00:00:00', '2016-07-01 01:00:00'] },
    lines: [2, 3],
  });
  const named = series('a,b,c\n1,2,3\n4,5,6\n', { target: 'a', inputs: ['c', 'b'] });
  expect(named.target.values).toEqual(Float64Array.of(1, 4));
  expect(named.inputs.map(({ name, values }) => [name, ...values])).toEqual([['c', 3, 6], ['b', 2, 5]]); // prettier-ignore
  expect(series('3\n1\n2\n').target).toMatchObject({ name: '1', values: Float64Array.of(3, 1, 2) });
});

it('takes numbers called time only where they rise', () => {
  expect(series('year,v\n1749,5\n1750,4\n').time?.name).toBe('year');
  expect(series('month,v\n1,5\n2,4\n1,3\n').time).toBeNull();
  expect(series('ds,v\n1/31/2016,5\n2/1/2016,4\n', { time: null })).toMatchObject({
    time: null,
    target: { name: 'v' },
  });
  expect(() => series('step,v\n2,5\n1,4\n', { time: 'step' })).toThrow(
    /times that rise, received 1 in line 3 .* after 2 in line 2/,
  );
});

it('says which value is no number', () => {
  expect(() => series('t,v\n2016-01,1\n2016-02,"1,000"\n2016-03,2\n')).toThrow(
    /number in line 3 of a\.csv, column v, received "1,000"/,
  );
  expect(() => series('t;v\n2016-01;1,5\n2016-02;2,5\n')).toThrow(code('NOT_FOUND'));
  for (const bad of ['12%', '1 000', 'inf', '0x1', '1e999', '--1', '.']) {
    expect(() => series(`v\n1\n2\n${bad}\n`), bad).toThrow(/line 4 of a\.csv, column v/);
  }
  expect(() => series('a,b\nx,y\nz,w\n')).toThrow(code('NOT_FOUND'));
  expect(() => series('a,b\n1,2\n', { target: 'a', inputs: ['a'] })).toThrow(/received a for two/);
  expect(() => series('t,v\n2016-01,1\n', { target: 't' })).toThrow(code('OPTION'));
});

it('refuses missing values, or fills them by a line and counts', () => {
  const text = 'id,v\na,NA\nb,1\nc,\nd,?\ne,NaN\nf,9\ng,n/a\n';
  expect(() => series(text)).toThrow(/line 2 of a\.csv, column v, received "NA"/);
  expect(() => series('id,v\na,1\nb,\n')).toThrow(/line 3 of a\.csv, column v, received none/);
  const { target } = series(text, { missing: 'interpolate' });
  expect([...target.values]).toEqual([1, 1, 3, 5, 7, 9, 9]);
  expect(target.filled).toBe(5);
  expect(() => series('a,v\n1,\n2,NA\n', { target: 'v', missing: 'interpolate' })).toThrow(code('EMPTY'));
});

it('refuses times that fall, repeat or cannot be read, with both lines', () => {
  expect(() => series('date,v\n2016-01-02,1\n2016-01-03,2\n2016-01-01,3\n')).toThrow(
    /received 2016-01-01 in line 4 of a\.csv, column date, after 2016-01-03 in line 3/,
  );
  expect(() => series('date,v\n2016-01-02,1\n2016-01-02,2\n')).toThrow(/each time once, .*line 3 .*line 2/);
  expect(() => series('date,v\n2016-01-03,1\n2016-01-02,2\n')).toThrow(
    expect.objectContaining({ help: expect.stringContaining('newest') as string }),
  );
  const rows = Array.from({ length: 25 }, (_, i) => `2016-01-${String(i + 1).padStart(2, '0')},${i}`);
  expect(() => series(`date,v\n${rows.join('\n')}\ntotal,300\n`)).toThrow(/a time in line 27 .*"total"/);
  expect(() => series('d,v\n9/30/2016,1\n10/1/2016,2\n')).not.toThrow();
});

it('reads times as people write them, as if in UTC', () => {
  const iso = (...values: string[]): (string | null)[] =>
    [...timesOf(values)].map((time) => (Number.isNaN(time) ? null : new Date(time).toISOString().slice(0, 19)));
  expect(
    iso('2016-03-27 02:30:00', '2016-7-1', '2016/07/01T05:06', '2016-07-01T00:00:00.5+02:00', '2016-07-01 00:00Z'),
  ).toEqual([
    ...[
      '2016-03-27T02:30:00',
      '2016-07-01T00:00:00',
      '2016-07-01T05:06:00',
      '2016-06-30T22:00:00',
      '2016-07-01T00:00:00',
    ],
  ]);
  expect(iso('1949-01', '1-02', '2016-Q3', 'Jan 5, 2016', '5 January 2016', '5-Jan-2016')).toEqual([
    ...[
      '1949-01-01T00:00:00',
      '0001-02-01T00:00:00',
      '2016-07-01T00:00:00',
      '2016-01-05T00:00:00',
      '2016-01-05T00:00:00',
    ],
    '2016-01-05T00:00:00',
  ]);
  expect(iso('1/2/2016', '2/1/16 1:05 PM')).toEqual(['2016-01-02T00:00:00', '2016-02-01T13:05:00']);
  expect(iso('1/2/2016', '13/2/2016')).toEqual(['2016-02-01T00:00:00', '2016-02-13T00:00:00']);
  expect(iso('1.2.2016')).toEqual(['2016-02-01T00:00:00']);
  expect(
    iso('2016-02-30', '2016-13', '25:00', 'May', 'item 5', '2016', '1.5', '', '2016-01-01 24:30', 'In May 2016 it was'),
  ).toEqual(new Array(10).fill(null));
});
