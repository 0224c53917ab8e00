import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calendarOf } from '../../../domain/market/calendars/calendars.ts';
import { day } from '../../../domain/dates.ts';
import { createBarReader } from '../../../infra/market-store/bars.ts';
import type { BarQuery } from '../../../projections/market/bars.ts';
import { barText, givenDays, givenFiveMinutes, givenSymbol, givenTicks } from '../../support/bars.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';

const at = (text: string) => Date.parse(`${text}Z`);
const LONG_AFTER = at('2026-01-01T00:00');

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

async function read(symbol: string, query: Partial<BarQuery> & Pick<BarQuery, 'interval'>, now = LONG_AFTER) {
  const reader = createBarReader({ database: db.database, calendarOf, now: () => now });
  const series = await reader.bars({ symbol, limit: 100, ...query });
  return series?.bars.map(barText);
}

/** A bar of five minutes for each minute of the day; prices tell which is which. */
const five = (date: string, times: readonly string[], first = 1) =>
  times.map((time, index) => {
    const price = first + index;
    return `${date}T${time} ${price} ${price + 0.5} ${price - 0.5} ${price} 10`;
  });

test('a symbol that nobody knows', async () => {
  expect(await read('NOBODY', { interval: '5min' })).toBeUndefined();
});

describe('bars of five minutes', () => {
  beforeAll(async () => {
    const no = await givenSymbol(db.database, 'FIVE', 'XNYS');
    await givenFiveMinutes(
      db.database,
      no,
      five('2025-06-02', ['13:30', '13:35', '13:40', '13:50', '14:00']),
    );
  });

  test('the newest ones, in ascending order', async () => {
    expect(await read('FIVE', { interval: '5min', limit: 2 })).toEqual([
      '2025-06-02T13:50 4 4.5 3.5 4 10',
      '2025-06-02T14:00 5 5.5 4.5 5 10',
    ]);
  });

  test('the first ones from a start on', async () => {
    expect(await read('FIVE', { interval: '5min', start: at('2025-06-02T13:31'), limit: 2 })).toEqual([
      '2025-06-02T13:35 2 2.5 1.5 2 10',
      '2025-06-02T13:40 3 3.5 2.5 3 10',
    ]);
  });

  test('before an end, which is not included', async () => {
    const end = at('2025-06-02T13:50');
    expect(await read('FIVE', { interval: '5min', end })).toHaveLength(3);
    expect(await read('FIVE', { interval: '5min', end: end + 1 })).toHaveLength(4);
    expect(await read('FIVE', { interval: '5min', start: end, end })).toEqual([]);
  });

  test('the last one is open until its time is over', async () => {
    const ends = at('2025-06-02T14:05');
    const last = async (now: number) => (await read('FIVE', { interval: '5min', limit: 1 }, now))?.[0];
    expect(await last(ends - 1)).toBe('2025-06-02T14:00 5 5.5 4.5 5 10 open');
    expect(await last(ends)).toBe('2025-06-02T14:00 5 5.5 4.5 5 10');
  });

  test('none of a symbol without any', async () => {
    await givenSymbol(db.database, 'NONE');
    for (const interval of ['1min', '5min', '1h', '1day'] as const) {
      expect(await read('NONE', { interval })).toEqual([]);
    }
  });
});

describe('longer bars', () => {
  test('are rolled up, the newest one open', async () => {
    expect(await read('FIVE', { interval: '30min' }, at('2025-06-02T14:29'))).toEqual([
      '2025-06-02T13:30 1 4.5 0.5 4 40',
      '2025-06-02T14:00 5 5.5 4.5 5 10 open',
    ]);
  });

  test('begin at or after the start, and before the end, whole', async () => {
    const query = { interval: '15min', start: at('2025-06-02T13:31'), end: at('2025-06-02T13:46') } as const;
    expect(await read('FIVE', query)).toEqual(['2025-06-02T13:45 4 4.5 3.5 4 10']);
  });

  test('are whole and as many as asked for, wherever the pages of rows are cut', async () => {
    const no = await givenSymbol(db.database, 'DENSE', 'XETR');
    const lines: string[] = [];
    for (let ms = at('2025-03-28T23:00'); ms < at('2025-04-01T03:00'); ms += 300_000) {
      // One hour has nothing.
      if (Math.floor(ms / 3_600_000) % 11 !== 0)
        lines.push(`${new Date(ms).toISOString().slice(0, 16)} ${lines.length + 1} 9999 1 5 1`);
    }
    await givenFiveMinutes(db.database, no, lines);
    const all = (await read('DENSE', { interval: '4h' }))!;
    for (const limit of [1, 2, 5, all.length - 1, all.length]) {
      expect(await read('DENSE', { interval: '4h', limit })).toEqual(all.slice(-limit));
      const start = at('2025-03-28T00:00');
      expect(await read('DENSE', { interval: '4h', limit, start })).toEqual(all.slice(0, limit));
    }
    // The night of 30 March has 23 hours in Frankfurt: its windows count from midnight, the last is short.
    expect(all.map((text) => text.slice(5, 16))).toEqual([
      ...['03-28T23:00', '03-29T03:00', '03-29T07:00', '03-29T11:00', '03-29T15:00', '03-29T19:00'],
      ...['03-29T23:00', '03-30T03:00', '03-30T07:00', '03-30T11:00', '03-30T15:00', '03-30T19:00'],
      ...['03-30T22:00', '03-31T02:00', '03-31T06:00', '03-31T10:00', '03-31T14:00', '03-31T18:00'],
      '03-31T22:00',
      '04-01T02:00',
    ]);
  });

  test('of a symbol with one tick a day', async () => {
    const no = await givenSymbol(db.database, 'RARE', 'XNYS');
    const dates = ['2025-06-02', '2025-06-03', '2025-06-04', '2025-06-05'];
    await givenFiveMinutes(
      db.database,
      no,
      dates.flatMap((date, index) => five(date, ['15:00'], index + 1)),
    );
    expect(await read('RARE', { interval: '4h', limit: 3 })).toEqual([
      '2025-06-03T12:00 2 2.5 1.5 2 10',
      '2025-06-04T12:00 3 3.5 2.5 3 10',
      '2025-06-05T12:00 4 4.5 3.5 4 10',
    ]);
  });
});

describe('daily bars', () => {
  beforeAll(async () => {
    const no = await givenSymbol(db.database, 'DAY', 'XNYS');
    await givenDays(db.database, no, [
      '2024-12-31 1 2 1 2 5',
      '2025-01-02 2 3 2 3 6',
      '2025-01-03 3 4 3 4 7',
    ]);
  });

  test('by date, across a year end', async () => {
    const query = {
      interval: '1day',
      start: day('2024-12-31') * 86_400_000,
      end: at('2025-01-03T00:00'),
    } as const;
    expect(await read('DAY', query)).toEqual(['2024-12-31T00:00 1 2 1 2 5', '2025-01-02T00:00 2 3 2 3 6']);
  });

  test('are open until the session is settled', async () => {
    const last = async (now: string) => (await read('DAY', { interval: '1day', limit: 1 }, at(now)))?.[0];
    expect(await last('2025-01-03T21:14:59')).toMatch(/open$/);
    expect(await last('2025-01-03T21:15:00')).toBe('2025-01-03T00:00 3 4 3 4 7');
  });
});

describe('bars of a minute', () => {
  beforeAll(async () => {
    const no = await givenSymbol(db.database, 'TICK', 'XNYS');
    await givenTicks(db.database, no, [
      '2025-06-02T13:30:00.000 10 5',
      '2025-06-02T13:30:59.999 12.25 1.5',
      '2025-06-02T13:30:30.000 9',
      '2025-06-02T13:31:00.000 11 2',
      // Much later.
      '2025-06-20T13:31:00.000 20 1',
      '2025-06-20T13:33:10.000 21 1',
    ]);
  });

  test('are made of ticks, whatever the order they are stored in', async () => {
    expect(await read('TICK', { interval: '1min', end: at('2025-06-03T00:00') })).toEqual([
      '2025-06-02T13:30 10 12.25 9 12.25 6.5',
      '2025-06-02T13:31 11 11 11 11 2',
    ]);
  });

  test('the newest ones are found however long nothing was traded before', async () => {
    const all = await read('TICK', { interval: '1min' });
    expect(all).toHaveLength(4);
    for (const limit of [1, 2, 3, 4]) {
      expect(await read('TICK', { interval: '1min', limit })).toEqual(all?.slice(-limit));
      const start = at('2025-06-01T00:00');
      expect(await read('TICK', { interval: '1min', limit, start })).toEqual(all?.slice(0, limit));
    }
  });

  test('are whole, wherever a stretch of ticks ends', async () => {
    const no = await givenSymbol(db.database, 'BUSY', 'XNYS');
    // Every sixth of a second for ten minutes, then one every ten minutes.
    const busy = Array.from({ length: 3_600 }, (_, n) => at('2025-06-03T14:00') + Math.floor(n * 166.5));
    const quiet = Array.from({ length: 30 }, (_, n) => at('2025-06-03T15:00') + n * 600_000);
    const lines = [...busy, ...quiet].map((ms) => `${new Date(ms).toISOString().slice(0, -1)} ${ms % 97} 1`);
    await givenTicks(db.database, no, lines);
    const all = (await read('BUSY', { interval: '1min' }))!;
    expect(all).toHaveLength(40);
    expect(all.map((text) => Number(text.split(' ')[5])).reduce((a, b) => a + b)).toBe(3_630);
    for (const limit of [1, 2, 8, 29, 31, 39]) {
      expect(await read('BUSY', { interval: '1min', limit })).toEqual(all.slice(-limit));
      const start = at('2025-06-01T00:00');
      expect(await read('BUSY', { interval: '1min', limit, start })).toEqual(all.slice(0, limit));
    }
    const end = at('2025-06-03T14:08');
    expect(await read('BUSY', { interval: '1min', limit: 3, end })).toEqual(all.slice(5, 8));
  });

  test('belong to the session they are in', async () => {
    const reader = createBarReader({ database: db.database, calendarOf, now: () => LONG_AFTER });
    const series = await reader.bars({ symbol: 'TICK', interval: '1min', limit: 1 });
    expect(series?.bars[0]?.session).toBe(day('2025-06-20'));
  });
});
