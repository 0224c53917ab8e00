import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCalendars } from '../../../domain/market/calendars/calendars.ts';
import { createSymbolBook } from '../../../infra/market-store/symbols.ts';
import { createTickStore } from '../../../infra/market-store/tick-store.ts';
import { givenDays, givenFiveMinutes, givenSymbol } from '../../support/bars.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { createRandom } from '../../support/random.ts';
import { barsOf, emptyMarket, storedBars, storedProgress, tick } from '../../support/ticks.ts';

const at = (text: string) => Date.parse(`${text}Z`);
const NOW = at('2025-12-31T00:00');
const calendars = createCalendars();

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(() => emptyMarket(db.database));

const book = (intradayDays = 548) =>
  createSymbolBook({ database: db.database, calendars, now: () => NOW, intradayDays });
const store = () => createTickStore({ database: db.database, calendarOf: calendars.calendarOf });
const scalar = async (statement: string): Promise<unknown> => {
  const [row] = await db.database.query<{ value: unknown }>(statement);
  return row?.value;
};

describe('the list', () => {
  test('says of each symbol what is there of it', async () => {
    await store().take([
      tick({ symbol: 'BRK.A', exchange: 'XNYS', at: at('2025-06-02T14:02:03'), price: 7 }),
    ]);
    const no = await givenSymbol(db.database, 'AAPL', 'XNAS');
    await givenFiveMinutes(db.database, no, ['2025-06-02T14:00 1 1 1 1 1', '2025-06-03T14:05 1 1 1 1 1']);
    await givenDays(db.database, no, ['2015-01-02 1 1 1 1 1', '2025-06-03 1 1 1 1 1']);
    expect(await book().list()).toEqual([
      {
        symbol: 'AAPL',
        exchange: 'XNAS',
        newest_tick: null,
        first_intraday: at('2025-06-02T14:00'),
        last_intraday: at('2025-06-03T14:05'),
        first_daily: at('2015-01-02T00:00'),
        last_daily: at('2025-06-03T00:00'),
      },
      {
        symbol: 'BRK.A',
        exchange: 'XNYS',
        newest_tick: at('2025-06-02T14:02:03'),
        first_intraday: at('2025-06-02T14:00'),
        last_intraday: at('2025-06-02T14:00'),
        first_daily: at('2025-06-02T00:00'),
        last_daily: at('2025-06-02T00:00'),
      },
    ]);
  });

  test('comes in pages, or of one symbol', async () => {
    for (const symbol of ['C', 'A', 'B']) await givenSymbol(db.database, symbol);
    const names = async (options: Parameters<ReturnType<typeof book>['list']>[0]) =>
      (await book().list(options)).map(({ symbol }) => symbol).join('');
    expect(await names({})).toBe('ABC');
    expect(await names({ limit: 2 })).toBe('AB');
    expect(await names({ after: 'B' })).toBe('C');
    expect(await names({ symbol: 'B' })).toBe('B');
  });
});

describe('another exchange', () => {
  /** Ticks of some weeks around the change of the clock in New York, weekends and nights included. */
  const ticks = () => {
    const random = createRandom(7);
    return Array.from({ length: 400 }, () =>
      tick({
        symbol: 'A',
        at: at('2025-02-24T00:00') + Math.floor(random.next() * 25 * 86_400_000),
        price: 1 + random.below(1000) / 10,
        volume: random.below(100),
      }),
    );
  };

  test.each(['XNYS', 'FX', 'XTKS'])(
    'makes the bars of %s, as if it had been that from the start',
    async (to) => {
      const taken = ticks();
      await store().take(taken);
      const change = await book().setExchange('A', to);
      expect(change).toMatchObject({ status: 'changed', from: '24x7', to });
      const expected = barsOf(taken, () => to);
      expect(await storedBars(db.database)).toEqual(expected);
      const daily = expected.filter(({ tier }) => tier === 'historical');
      expect(change).toMatchObject({ dailyBars: daily.length });
      const calendar = calendars.calendarOf(to);
      const rows = await db.database.query<{ at: number; session: number | null }>(
        `select (extract(epoch from time) * 1000)::bigint as at, session_date - date '1970-01-01' as session
       from intraday_ohlcv`,
      );
      for (const { at: ms, session } of rows) expect(session).toBe(calendar.sessionAt(ms)?.date ?? null);
      // What comes next goes on from there.
      const late = tick({ symbol: 'A', at: taken[0]!.timestamp + 1, price: 9999 });
      await store().take([late]);
      expect(await storedBars(db.database)).toEqual(barsOf([...taken, late], () => to));
    },
  );

  test('lets the indicators be made anew from the first bar on', async () => {
    await store().take([
      tick({ symbol: 'A', at: at('2025-06-01T12:00'), price: 1 }),
      tick({ symbol: 'A', at: at('2025-06-02T15:00'), price: 2 }),
      tick({ symbol: 'A', at: at('2025-06-03T15:00'), price: 3 }),
    ]);
    await db.database.query(
      `update bar_progress set dirty_from = null, indicated_through = newest;
       insert into daily_analytics (symbol_no, time, close)
         select symbol_no, time, close from historical_ohlcv;
       insert into indicator_checkpoints (symbol_no, tier, time, state)
         select symbol_no, 'historical', time, '[]' from historical_ohlcv`,
    );
    await book().setExchange('A', 'XNYS');
    expect(await storedProgress(db.database, 'A')).toEqual([
      {
        tier: 'historical',
        newest: '2025-06-03T00:00:00.000000Z',
        closes_at: '2025-06-03T20:15:00.000000Z',
        dirty_from: '2025-06-02T00:00:00.000000Z',
      },
      {
        tier: 'intraday',
        newest: '2025-06-03T15:00:00.000000Z',
        closes_at: '2025-06-03T15:05:00.000000Z',
        dirty_from: '2025-06-01T12:00:00.000000Z',
      },
    ]);
    expect(await scalar('select count(*) as value from daily_analytics')).toBe(0);
    expect(await scalar('select count(*) as value from indicator_checkpoints')).toBe(0);
  });

  test('waits for indicators that are being made, which are those of other bars', async () => {
    await store().take([
      tick({ symbol: 'A', at: at('2025-06-01T12:00'), price: 1 }),
      tick({ symbol: 'A', at: at('2025-06-02T15:00'), price: 2 }),
    ]);
    let changing: Promise<unknown> | undefined;
    await db.database.transaction(async (tx) => {
      await tx.query('select from bar_progress for no key update');
      changing = book().setExchange('A', 'XNYS');
      await expect
        .poll(() =>
          scalar(
            `select count(*) as value from pg_locks
             where not granted and pid in (select pid from pg_stat_activity where datname = current_database())`,
          ),
        )
        .toBeGreaterThan(0);
      await tx.query(
        `insert into daily_analytics (symbol_no, time, close)
         select symbol_no, time, close from historical_ohlcv`,
      );
    });
    expect(await changing).toMatchObject({ status: 'changed', dailyBars: 1 });
    expect(await scalar('select count(*) as value from daily_analytics')).toBe(0);
  });

  test('leaves what a provider gave, and what is older than its bars of five minutes', async () => {
    await store().take([tick({ symbol: 'A', at: at('2025-12-22T15:00'), price: 5 })]);
    const no = Number(await scalar(`select symbol_no as value from symbols`));
    await givenDays(db.database, no, ['2024-01-06 1 1 1 1 1']);
    await givenDays(db.database, no, ['2025-12-23 2 2 2 2 1'], { whole: true });
    await book(20).setExchange('A', 'XNYS');
    const daily = (await storedBars(db.database)).filter(({ tier }) => tier === 'historical');
    expect(daily.map(({ time, ohlc }) => `${time.slice(0, 10)} ${ohlc}`)).toEqual([
      '2024-01-06 1 1 1 1',
      '2025-12-22 5 5 5 5',
      '2025-12-23 2 2 2 2',
    ]);
  });

  test('that it has already, or that is not known, or of a symbol that is not known', async () => {
    await givenSymbol(db.database, 'A', 'XNYS');
    expect(await book().setExchange('A', 'XNYS')).toEqual({ status: 'unchanged', exchange: 'XNYS' });
    expect(await book().setExchange('A', 'NOWHERE')).toMatchObject({ status: 'unknown_exchange' });
    expect(await book().setExchange('B', 'XNYS')).toEqual({ status: 'unknown_symbol' });
  });
});

test('exchanges given by the operator are those of symbols that are there and of those to come', async () => {
  await givenSymbol(db.database, 'A');
  await givenSymbol(db.database, 'B', 'XETR');
  const exchanges = new Map([
    ['A', 'XNYS'],
    ['B', 'XETR'],
    ['C', 'FX'],
    ['D', 'NOWHERE'],
  ]);
  expect(await book().assign(exchanges)).toBe(2);
  expect((await book().list()).map(({ symbol, exchange }) => `${symbol} ${exchange}`)).toEqual([
    'A XNYS',
    'B XETR',
    'C FX',
  ]);
  expect(await book().assign(exchanges)).toBe(0);
  await store().take([tick({ symbol: 'C', exchange: 'XLON', at: at('2025-06-02T22:00'), price: 1 })]);
  expect((await storedBars(db.database)).map(({ tier, time }) => `${tier} ${time.slice(0, 16)}`)).toEqual([
    'historical 2025-06-03T00:00',
    'intraday 2025-06-02T22:00',
  ]);
});
