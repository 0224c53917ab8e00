/** Market data by SQL: the views of the schema reporting over its tables. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { calendarOf } from '../../domain/market/calendars/calendars.ts';
import { createTickStore } from '../../infra/market-store/tick-store.ts';
import { givenDays, givenSymbol } from '../support/bars.ts';
import { createTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { tick } from '../support/ticks.ts';

const VIEWS = ['analytics_daily', 'analytics_intraday', 'bar_daily', 'bar_intraday', 'price_snapshot'];

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  const store = createTickStore({ database: db.database, calendarOf });
  const at = (text: string) => Date.parse(`2025-06-02T${text}Z`);
  await store.take([
    tick({ symbol: 'BRK.B', exchange: 'XNYS', at: at('13:00:00'), price: 9, volume: 1 }),
    tick({ symbol: 'BRK.B', exchange: 'XNYS', at: at('13:31:00'), price: 10.5, volume: 2, bid: 10, ask: 11 }),
    tick({ symbol: 'BRK.B', exchange: 'XNYS', at: at('13:32:00'), price: 12, volume: 3 }),
  ]);
  await givenDays(db.database, await givenSymbol(db.database, 'EURUSD', 'FX'), ['2025-06-02 1 2 1 2 0']);
  await db.database.query(
    `insert into intraday_analytics (symbol_no, time, close, rsi_14)
       select symbol_no, time, close, 55.5 from intraday_ohlcv;
     insert into daily_analytics (symbol_no, time, close, sma_20)
       select symbol_no, time, close, 1.5 from historical_ohlcv`,
  );
});
afterAll(() => db.close());

test('every view and every column of it says what it is', async () => {
  const views = await db.database.query<{ name: string; uncommented: string[] | null }>(
    `select c.relname::text as name,
            array_agg(a.attname::text) filter (where col_description(c.oid, a.attnum) is null
                                                  or obj_description(c.oid, 'pg_class') is null) as uncommented
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'reporting'::regnamespace and c.relname = any($1::text[])
     group by c.relname order by 1`,
    [VIEWS],
  );
  expect(views).toEqual(VIEWS.map((name) => ({ name, uncommented: null })));
});

test('current prices, by symbol', async () => {
  const rows = await db.database.query(
    `select symbol, exchange, time, price::float, volume::float, bid::float, ask::float from reporting.price_snapshot`,
  );
  expect(rows).toEqual([
    {
      ...{ symbol: 'BRK.B', exchange: 'XNYS', time: '2025-06-02T13:32:00.000000Z' },
      ...{ price: 12, volume: 3, bid: 10, ask: 11 },
    },
  ]);
});

test('bars of five minutes, with the session they belong to', async () => {
  const rows = await db.database.query(
    `select symbol, time, session_date, open::float, high::float, low::float, close::float, volume::float, ticks
     from reporting.bar_intraday order by time`,
  );
  expect(rows).toEqual([
    {
      ...{ symbol: 'BRK.B', time: '2025-06-02T13:00:00.000000Z', session_date: null },
      ...{ open: 9, high: 9, low: 9, close: 9, volume: 1, ticks: 1 },
    },
    {
      ...{ symbol: 'BRK.B', time: '2025-06-02T13:30:00.000000Z', session_date: '2025-06-02' },
      ...{ open: 10.5, high: 12, low: 10.5, close: 12, volume: 5, ticks: 2 },
    },
  ]);
});

test('daily bars have their date, and midnight UTC of it as time whatever the time zone', async () => {
  await db.database.transaction(async (tx) => {
    await tx.query(`set local timezone = 'Pacific/Auckland'`);
    const rows = await tx.query(
      `select symbol, date, time at time zone 'UTC' = date::timestamp as midnight, close::float, ticks
       from reporting.bar_daily order by symbol`,
    );
    expect(rows).toEqual([
      { symbol: 'BRK.B', date: '2025-06-02', midnight: true, close: 12, ticks: 2 },
      { symbol: 'EURUSD', date: '2025-06-02', midnight: true, close: 2, ticks: 1 },
    ]);
  });
});

test('indicators have every column of their tables', async () => {
  expect(await db.database.query(`select symbol, rsi_14 from reporting.analytics_intraday limit 1`)).toEqual([
    { symbol: 'BRK.B', rsi_14: 55.5 },
  ]);
  expect(
    await db.database.query(`select symbol, date, sma_20 from reporting.analytics_daily limit 1`),
  ).toEqual([{ symbol: expect.any(String), date: '2025-06-02', sma_20: 1.5 }]);
  const missing = await db.database.query(
    `select t.table_name, t.column_name
     from information_schema.columns t
     where t.table_schema = 'public' and t.table_name in ('intraday_analytics', 'daily_analytics')
       and t.column_name <> 'symbol_no'
       and not exists (
         select from information_schema.columns v
         where v.table_schema = 'reporting' and v.column_name = t.column_name
           and v.table_name = case t.table_name when 'intraday_analytics' then 'analytics_intraday'
                                                else 'analytics_daily' end)`,
  );
  expect(missing).toEqual([]);
});
