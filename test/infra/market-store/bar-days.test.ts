/** From ticks to the bars that readers get: changes of the clock, holidays, early closes, midnight. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calendarOf } from '../../../domain/market/calendars/calendars.ts';
import { createBarReader } from '../../../infra/market-store/bars.ts';
import { createTickStore } from '../../../infra/market-store/tick-store.ts';
import type { Interval } from '../../../domain/market/windows.ts';
import { barText } from '../../support/bars.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { tick } from '../../support/ticks.ts';

const at = (text: string) => Date.parse(`${text}Z`);

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

let symbols = 0;

/** Bars of a new symbol of the exchange, from ticks of size 1 whose prices are 1, 2, 3 … */
async function bars(exchange: string, interval: Interval, times: readonly string[]): Promise<string[]> {
  const symbol = `S${String(++symbols)}`;
  const store = createTickStore({ database: db.database, calendarOf });
  await store.take(
    times.map((time, index) => tick({ symbol, exchange, at: at(time), price: index + 1, volume: 1 })),
  );
  const reader = createBarReader({ database: db.database, calendarOf, now: () => at('2030-01-01T00:00') });
  const series = await reader.bars({ symbol, interval, limit: 1000 });
  return series!.bars.map(barText);
}

describe('a trading day takes the ticks from its opening to before it is settled', () => {
  test.each([
    [
      'XNYS',
      '2025-03-07',
      ['14:29:59.999', '14:30:00', '21:14:59.999', '21:15:00'],
      'before summer in New York',
    ],
    ['XNYS', '2025-03-10', ['13:29:59.999', '13:30:00', '20:14:59.999', '20:15:00'], 'in summer'],
    [
      'XNYS',
      '2025-10-31',
      ['13:29:59.999', '13:30:00', '20:14:59.999', '20:15:00'],
      'before winter in New York',
    ],
    ['XNYS', '2025-11-03', ['14:29:59.999', '14:30:00', '21:14:59.999', '21:15:00'], 'in winter'],
    [
      'XETR',
      '2025-03-28',
      ['07:59:59.999', '08:00:00', '16:44:59.999', '16:45:00'],
      'before summer in Frankfurt',
    ],
    ['XETR', '2025-03-31', ['06:59:59.999', '07:00:00', '15:44:59.999', '15:45:00'], 'in summer'],
    [
      'XETR',
      '2025-10-24',
      ['06:59:59.999', '07:00:00', '15:44:59.999', '15:45:00'],
      'before winter in Frankfurt',
    ],
    ['XETR', '2025-10-27', ['07:59:59.999', '08:00:00', '16:44:59.999', '16:45:00'], 'in winter'],
    [
      'XNYS',
      '2025-11-28',
      ['14:29:59.999', '14:30:00', '18:14:59.999', '18:15:00'],
      'on a day of an early close',
    ],
  ])('%s %s', async (exchange, date, times) => {
    expect(
      await bars(
        exchange,
        '1day',
        times.map((time) => `${date}T${time}`),
      ),
    ).toEqual([`${date}T00:00 2 3 2 3 2`]);
  });
});

test('a holiday and a weekend have bars of five minutes and no day', async () => {
  const times = ['2025-07-03T15:00', '2025-07-04T15:00', '2025-07-05T15:00', '2025-07-07T15:00'];
  expect(await bars('XNYS', '1day', times)).toEqual([
    '2025-07-03T00:00 1 1 1 1 1',
    '2025-07-07T00:00 4 4 4 4 1',
  ]);
  expect(await bars('XNYS', '5min', times)).toHaveLength(4);
});

test('a symbol with one tick a day has one bar a day, of any interval', async () => {
  const times = ['2025-06-02T15:07', '2025-06-03T15:07', '2025-06-04T15:07'];
  for (const interval of ['1min', '5min', '15min', '30min', '1h', '4h', '1day'] as const) {
    expect((await bars('XNYS', interval, times)).map((text) => text.slice(17))).toEqual([
      ...['1 1 1 1 1', '2 2 2 2 1', '3 3 3 3 1'],
    ]);
  }
});

test('what never closes begins its day at midnight UTC', async () => {
  const times = [
    '2025-12-31T23:59:59.999',
    '2026-01-01T00:00:00',
    '2026-01-01T23:59:59.999',
    '2026-01-02T00:00',
  ];
  expect(await bars('24x7', '1day', times)).toEqual([
    '2025-12-31T00:00 1 1 1 1 1',
    '2026-01-01T00:00 2 3 2 3 2',
    '2026-01-02T00:00 4 4 4 4 1',
  ]);
});

test('currencies begin theirs at 17:00 in New York, also in the week in which the clock changes', async () => {
  const times = [
    ...['2025-03-07T21:59:59.999', '2025-03-07T22:00:00', '2025-03-09T20:59:59.999'],
    ...['2025-03-09T21:00:00', '2025-03-10T20:59:59.999', '2025-03-10T21:00:00'],
  ];
  expect(await bars('FX', '1day', times)).toEqual([
    '2025-03-07T00:00 1 1 1 1 1',
    '2025-03-10T00:00 4 5 4 5 2',
    '2025-03-11T00:00 6 6 6 6 1',
  ]);
});

test('midnight at the exchange begins a window, midnight UTC does not', async () => {
  // In New York midnight is at four o'clock UTC in summer.
  const times = ['2025-06-02T23:59', '2025-06-03T00:00', '2025-06-03T03:59', '2025-06-03T04:00'];
  expect(await bars('XNYS', '4h', times)).toEqual([
    '2025-06-02T20:00 1 1 1 1 1',
    '2025-06-03T00:00 2 3 2 3 2',
    '2025-06-03T04:00 4 4 4 4 1',
  ]);
  expect(await bars('XETR', '4h', times)).toEqual([
    '2025-06-02T22:00 1 2 1 2 2',
    '2025-06-03T02:00 3 4 3 4 2',
  ]);
});

test('hours go on through the night in which the clock changes', async () => {
  const night = ['00:30', '01:30', '02:30'].map((time) => `2025-10-26T${time}`);
  expect((await bars('XETR', '1h', night)).map((text) => text.slice(0, 16))).toEqual([
    ...['2025-10-26T00:00', '2025-10-26T01:00', '2025-10-26T02:00'],
  ]);
});

test('trading days across a year end', async () => {
  const times = ['2025-12-30', '2025-12-31', '2026-01-01', '2026-01-02', '2026-01-05'].map(
    (date) => `${date}T15:30`,
  );
  expect((await bars('XNYS', '1day', times)).map((text) => text.slice(0, 10))).toEqual([
    ...['2025-12-30', '2025-12-31', '2026-01-02', '2026-01-05'],
  ]);
});
