import { describe, expect, it } from 'vitest';
import { readSeries, type SeriesOptions } from './series.js';
import { readTable } from './table.js';

const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });
const series = (text: string, options?: SeriesOptions) => readSeries(readTable(text, 'a.csv'), options);
const values = (text: string, options?: SeriesOptions): number[] => [...series(text, options).target.values];

it('takes the last column of numbers, and a column of times', () => {
  const read = series('Date,Open,Close,way\n2016-07-01 00:00:00,1,-2.5e1,up\n2016-07-01 01:00:00, .5 ,+3,down\n');
  expect(read).toMatchObject({
    target: { name: 'Close', values: Float64Array.of(-25, 3), filled: 0, invented: Uint8Array.of(0, 0) },
    inputs: [],
    time: { name: 'Date', values: ['2016-07-01 00:00:00', '2016-07-01 01:00:00'] },
    lines: [2, 3],
  });
  const named = series('a,b,c\n1,2,3\n4,5,6\n', { target: 'a', inputs: ['c', 'b'] });
  expect(named.target.values).toEqual(Float64Array.of(1, 4));
  expect(named.inputs.map(({ name, values }) => [name, ...values])).toEqual([
    ['c', 3, 6],
    ['b', 2, 5],
  ]);
  expect(series('3\n1\n2\n').target).toMatchObject({ name: '1', values: Float64Array.of(3, 1, 2) });
});

it('takes numbers called time only where they rise', () => {
  expect(series('year,v\n1749,5\n1750,4\n').time?.name).toBe('year');
  expect(series('month,v\n1,5\n2,4\n1,3\n').time).toBeNull();
  expect(series('date,v\n20160131,5\n20160201,4\n20160202,4\n').step).toEqual({ unit: 'ms', size: 86_400_000 });
  expect(series('ds,v\n1/31/2016,5\n2/1/2016,4\n', { time: null })).toMatchObject({
    time: null,
    target: { name: 'v' },
  });
  expect(() => series('step,v\n2,5\n1,4\n3,1\n', { time: 'step' })).toThrow(
    /times that rise, received 1 in line 3 .* after 2 in line 2/,
  );
});

describe('numbers', () => {
  it('are read as spreadsheets write them, and what was assumed is said', () => {
    expect(values('v\n1\n"1,000"\n"12,345.5"\n')).toEqual([1, 1000, 12345.5]);
    expect(values('d;v\na;1,5\nb;-2,25\nc;1.234,5\n')).toEqual([1.5, -2.25, 1234.5]);
    expect(values('v\n1 000\n"12 345,5"\n7\n')).toEqual([1000, 12345.5, 7]);
    expect(values("v\n1'000.5\n2\n")).toEqual([1000.5, 2]);
    expect(values('v\n12%\n3.5 %\n')).toEqual([12, 3.5]);
    expect(values('v\n−4\n5\n')).toEqual([-4, 5]);
    expect(values('id,v\nx,TRUE\ny,FALSE\n', { target: 'v' })).toEqual([1, 0]);
    expect(series('d;v\na;1,5\nb;2,5\n')).toMatchObject({ decimal: ',', notes: ['v: decimal commas'] });
    expect(series('v\n"1,000"\n2\n').notes).toEqual(['v: commas as thousands separators']);
  });

  it('that can be read in two ways are said to be, and the reader may be told', () => {
    const tabs = 'x\tv\na\t1,234\nb\t2,500\n';
    expect(values(tabs)).toEqual([1234, 2500]);
    expect(series(tabs).notes).toEqual([expect.stringContaining('1,234 is ambiguous')]);
    expect(values(tabs, { decimal: ',' })).toEqual([1.234, 2.5]);
    // With semicolons between values the comma is for decimals, with commas it is not.
    expect(values('x;v\na;1,234\nb;2,500\n')).toEqual([1.234, 2.5]);
    expect(values('x,v\na,"1,234"\nb,"2,500"\n')).toEqual([1234, 2500]);
  });

  it('that are none are named with line and column', () => {
    for (const bad of ['12%', 'inf', '0x1', '1e999', '--1', '$5', '1.2.3', '(3)', 'x']) {
      expect(() => series(`v\n1\n2\n"${bad}"\n`, { target: 'v' }), bad).toThrow(/number in line 4 of a\.csv, column v/);
    }
    expect(() => series('a,b\nx,y\nz,w\n')).toThrow(code('NOT_FOUND'));
    expect(() => series('a,b\n1,2\n', { target: 'a', inputs: ['a'] })).toThrow(/received a for two/);
    expect(() => series('t,v\n2016-01,1\n', { target: 't' })).toThrow(code('OPTION'));
  });

  it('of 60,000 digits and an x are no numbers, at once', () => {
    const long = '1'.repeat(60_000);
    expect(() => series(`v\n1\n2\n${long}x\n`)).toThrow(/line 4/);
    expect(() => series(`t,v\n2016-01-01 10:00${' '.repeat(60_000)}x,1\n`, { time: 't' })).toThrow(code('FORMAT'));
  });
});

describe('missing values', () => {
  it('are refused, or filled by a line, counted and marked', () => {
    const text = 'id,v\na,NA\nb,1\nc,\nd,?\ne,NaN\nf,9\ng,n/a\n';
    expect(() => series(text)).toThrow(/line 2 of a\.csv, column v, received "NA"/);
    expect(() => series('id,v\na,1\nb,\n')).toThrow(/line 3 of a\.csv, column v, received none/);
    const { target, notes } = series(text, { missing: 'interpolate' });
    expect([...target.values]).toEqual([1, 1, 3, 5, 7, 9, 9]);
    expect([...target.invented]).toEqual([1, 0, 1, 1, 1, 0, 1]);
    expect(target.filled).toBe(5);
    expect(notes).toEqual(['v: interpolated 5 missing values']);
    expect(() => series('a,v\n1,\n2,NA\n', { target: 'v', missing: 'interpolate' })).toThrow(code('EMPTY'));
  });

  it('are known by the words of other programs', () => {
    const words = ['#N/A', 'None', 'NULL', '.', '-', '\\N', '<NA>', '#DIV/0!'];
    const text = `id,v\n${words.map((word, i) => `${i},${word}\nx${i},1\n`).join('')}`;
    expect(series(text, { missing: 'interpolate' }).target.filled).toBe(words.length);
  });

  it('at the end are the future, where that is asked for', () => {
    const text = 't,units,price\n2022-01-01,5,9\n2022-01-02,6,9\n2022-01-03,,8\n2022-01-04,NA,7\n';
    const { target, inputs, ahead, time, notes } = series(text, { target: 'units', inputs: ['price'], future: true });
    expect([...target.values]).toEqual([5, 6]);
    expect([...inputs[0].values]).toEqual([9, 9]);
    expect(time?.values).toHaveLength(2);
    expect(ahead).toBe(2);
    expect(notes).toEqual(['the last 2 rows have no units yet and are skipped']);
    expect(() => series(text, { target: 'units' })).toThrow(/line 4/);
  });
});

describe('times', () => {
  it('that rise and fall, repeat or cannot be read are refused, with both lines', () => {
    expect(() => series('date,v\n2016-01-02,1\n2016-01-03,2\n2016-01-01,3\n')).toThrow(
      /received 2016-01-01 in line 4 of a\.csv, column date, after 2016-01-03 in line 3/,
    );
    expect(() => series('date,v\n2016-01-02,1\n2016-01-02,2\n')).toThrow(/each time once, .*line 3 .*line 2/);
    const rows = Array.from({ length: 25 }, (_, i) => `2016-01-${String(i + 1).padStart(2, '0')},${i}`);
    expect(() => series(`date,v\n${rows.join('\n')}\ntotal,300\n`)).toThrow(/a time in line 27 .*"total"/);
    expect(() => series('d,v\n9/30/2016,1\n10/1/2016,2\n')).not.toThrow();
  });

  it('that fall throughout are read from the end', () => {
    const { target, time, lines, notes } = series('date,v\n2016-01-03,1\n2016-01-02,2\n2016-01-01,3\n');
    expect([...target.values]).toEqual([3, 2, 1]);
    expect(time?.values[0]).toBe('2016-01-01');
    expect(lines).toEqual([4, 3, 2]);
    expect(notes[0]).toMatch(/newest row first/);
  });

  const dated = (dates: readonly string[]): string => `date,v\n${dates.map((date, i) => `${date},${i}`).join('\n')}\n`;

  it('have the day or the month first, by what can be, by even steps, or by what is said', () => {
    expect(series(dated(['13/1/2016', '14/1/2016'])).dates).toBe('day-first');
    expect(series(dated(['1/13/2016', '1/14/2016'])).dates).toBe('month-first');
    const months = Array.from(
      { length: 14 },
      (_, i) => `01/${String((i % 12) + 1).padStart(2, '0')}/${i < 12 ? 2016 : 2017}`,
    );
    expect(series(dated(months))).toMatchObject({ dates: 'day-first', step: { unit: 'months', size: 1 } });
    const days = months.map((date) => date.replace(/(\d\d)\/(\d\d)/, '$2/$1'));
    expect(series(dated(days))).toMatchObject({ dates: 'month-first', step: { unit: 'months' } });
    const open = dated(['1/2/2016', '2/3/2016']);
    expect(series(open)).toMatchObject({
      dates: 'month-first',
      notes: [expect.stringMatching(/the data do not tell/)],
    });
    expect(series(open, { dates: 'day-first' })).toMatchObject({ dates: 'day-first' });
    expect(series(dated(['2016-01-02', '2016-01-03'])).dates).toBeNull();
  });

  const daily = (...skip: number[]): string =>
    dated(
      Array.from({ length: 40 }, (_, i) => new Date(Date.UTC(2020, 0, 4 + i)).toISOString().slice(0, 10)).filter(
        (_, i) => !skip.includes(i),
      ),
    );

  it('say where rows are absent, which are filled in where that is asked for', () => {
    const { absent, step, target, notes } = series(daily(5, 6, 20));
    expect(absent).toBe(3);
    expect(step).toEqual({ unit: 'ms', size: 86_400_000 });
    expect(target.values).toHaveLength(37);
    expect(notes.join('\n')).toMatch(/1 day apart, except for a gap after 2020-01-08, 2020-01-23/);
    expect(notes.join('\n')).toMatch(/3 rows are missing .*; the rows around them are treated as consecutive/);
    const full = series(daily(5, 6, 20), { missing: 'interpolate' });
    expect(full.target.values).toHaveLength(40);
    expect([...full.target.values.subarray(4, 8)].map((v) => +v.toFixed(6))).toEqual([4, 4.333333, 4.666667, 5]);
    expect([...full.target.invented.subarray(4, 8)]).toEqual([0, 1, 1, 0]);
    expect(full.time?.values.slice(4, 8)).toEqual(['2020-01-08', '2020-01-09', '2020-01-10', '2020-01-11']);
    expect(full.lines.slice(4, 8)).toEqual([6, 0, 0, 7]);
    expect(series(daily()).absent).toBe(0);
  });

  it('go by months, quarters, years and working days', () => {
    const gap = (text: string) => {
      const { step, absent } = series(text);
      return { step, absent };
    };
    const month = (i: number): string => new Date(Date.UTC(2019, i, 1)).toISOString().slice(0, 7);
    const months = Array.from({ length: 30 }, (_, i) => month(i));
    expect(gap(dated(months))).toEqual({ step: { unit: 'months', size: 1 }, absent: 0 });
    expect(gap(dated(months.filter((_, i) => i !== 7 && i !== 8)))).toEqual({
      step: { unit: 'months', size: 1 },
      absent: 2,
    });
    const ends = Array.from({ length: 14 }, (_, i) => new Date(Date.UTC(2020, i + 1, 0)).toISOString().slice(0, 10));
    expect(gap(dated(ends))).toEqual({ step: { unit: 'months', size: 1 }, absent: 0 });
    expect(gap(dated(['2016-Q1', '2016-Q2', '2016-Q3', '2016-Q4', '2017-Q1', '2017-Q2', '2017-Q4']))).toEqual({
      step: { unit: 'months', size: 3 },
      absent: 1,
    });
    expect(gap('year,v\n1749,1\n1750,2\n1751,2\n1752,2\n1753,1\n1755,3\n')).toEqual({
      step: { unit: 'number', size: 1 },
      absent: 1,
    });
    const working = Array.from({ length: 40 }, (_, i) => new Date(Date.UTC(2021, 0, 4 + i))).filter(
      (day) => day.getUTCDay() % 6 !== 0,
    );
    const dates = working.map((day) => day.toISOString().slice(0, 10));
    expect(gap(dated(dates))).toEqual({ step: { unit: 'weekdays', size: 1 }, absent: 0 });
    const holiday = series(dated(dates.filter((date) => date !== '2021-01-18')), { missing: 'interpolate' });
    expect(holiday.absent).toBe(1);
    expect(holiday.time?.values).toEqual(dates);
    const monthGap = series(dated(ends.filter((_, i) => i !== 1)), { missing: 'interpolate' });
    expect(monthGap.time?.values).toEqual(ends);
  });

  it('without a common step are consecutive, and that is said', () => {
    const uneven = series(dated(['2020-01-01', '2020-01-03', '2020-01-04', '2020-02-11', '2020-03-01']));
    expect(uneven).toMatchObject({ step: null, absent: 0, notes: [expect.stringContaining('unevenly spaced')] });
  });

  it('do not fill a gap that is wider than the series', () => {
    const text = dated([...Array.from({ length: 9 }, (_, i) => `2020-01-0${i + 1}`), '2022-01-01']);
    expect(() => series(text, { missing: 'interpolate' })).toThrow(/in line 11 of a\.csv, received one of 722 rows/);
    expect(series(text).absent).toBe(722);
  });

  const hourly = (from: string, count: number, local: (utc: number) => number, minutes = 60): string =>
    `time,load\n${Array.from({ length: count }, (_, i) => {
      const utc = Date.parse(from) + i * minutes * 60_000;
      return `${new Date(local(utc)).toISOString().slice(0, 19).replace('T', ' ')},${i}`;
    }).join('\n')}\n`;
  const HOUR = 3_600_000;
  const berlin = (change: string, before: number, after: number) => (utc: number) =>
    utc + (utc < Date.parse(change) ? before : after) * HOUR;

  it('of local clocks are read over a change of them, with a note', () => {
    const autumn = berlin('2021-10-31T01:00Z', 2, 1);
    for (const minutes of [60, 30, 15]) {
      const read = series(hourly('2021-10-30T00:00Z', 200, autumn, minutes));
      expect(read.target.values, `${minutes}`).toHaveLength(200);
      expect(read.absent).toBe(0);
      expect(read.notes).toEqual([expect.stringMatching(/an hour occurs twice before 2021-10-31 02:00:00/)]);
    }
    const spring = berlin('2021-03-28T01:00Z', 1, 2);
    const read = series(hourly('2021-03-27T00:00Z', 60, spring), { missing: 'interpolate' });
    expect(read.target.values).toHaveLength(60);
    expect(read.notes).toEqual([
      expect.stringMatching(/an hour is missing before 2021-03-28 03:00:00, as when clocks are set forward/),
    ]);
    // An hour that is there twice at noon, or at midsummer, is a mistake.
    expect(() => series(hourly('2021-10-30T00:00Z', 60, berlin('2021-10-31T12:00Z', 2, 1)))).toThrow(/each time once/);
    expect(() => series(hourly('2021-07-30T00:00Z', 60, berlin('2021-07-31T01:00Z', 2, 1)))).toThrow(/each time once/);
    expect(() => series('time,v\n2021-07-30 01:00,1\n2021-07-30 01:00,2\n')).toThrow(
      expect.objectContaining({ help: expect.stringContaining('--time none') as string }),
    );
  });
});
