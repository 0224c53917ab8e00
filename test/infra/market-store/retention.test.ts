import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { createRetention } from '../../../infra/market-store/retention.ts';
import type { RetentionDays, RetentionOptions } from '../../../infra/market-store/retention.ts';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import { givenDays, givenFiveMinutes, givenSymbol, givenTicks } from '../../support/bars.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';

const TODAY = Date.UTC(2025, 5, 30);
const DAYS: RetentionDays = { ticks: 30, intraday: 548, daily: undefined };
const dateAgo = (days: number) => new Date(TODAY - days * 86_400_000).toISOString().slice(0, 10);
const AGES = [10_000, 549, 547, 31, 29, 0];

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(async () => {
  await db.database.query(
    `truncate symbols, realtime_prices, intraday_ohlcv, historical_ohlcv, intraday_analytics, daily_analytics
     cascade`,
  );
});
afterAll(() => db.close());

const retention = (options: Partial<RetentionOptions> = {}) =>
  createRetention({
    database: db.database,
    timescale: { edition: inject('timescale') },
    days: DAYS,
    logger: SILENT_LOGGER,
    now: () => TODAY,
    ...options,
  });

/** One of everything at each of the ages. */
async function givenHistory(symbol: string): Promise<number> {
  const no = await givenSymbol(db.database, symbol);
  const noon = AGES.map((age) => `${dateAgo(age)}T12:00 1 1 1 1 1`);
  await givenTicks(db.database, no, noon);
  await givenFiveMinutes(db.database, no, noon);
  await givenDays(
    db.database,
    no,
    AGES.map((age) => `${dateAgo(age)} 1 1 1 1 1`),
  );
  await db.database.query(
    `insert into intraday_analytics (symbol_no, time, close)
     select symbol_no, time, close from intraday_ohlcv where symbol_no = $1`,
    [no],
  );
  await db.database.query(
    `insert into daily_analytics (symbol_no, time, close)
     select symbol_no, time, close from historical_ohlcv where symbol_no = $1`,
    [no],
  );
  await db.database.query(
    `insert into indicator_checkpoints (symbol_no, tier, time, state)
     select symbol_no, 'intraday', time, '[]'::json from intraday_ohlcv where symbol_no = $1
     union all select symbol_no, 'historical', time, '[]'::json from historical_ohlcv where symbol_no = $1`,
    [no],
  );
  return no;
}

/** The ages that are left, in days. */
async function left(table: string, tier?: string): Promise<number[]> {
  const rows = await db.database.query<{ age: number }>(
    `select distinct ($1::date - (t.time at time zone 'UTC')::date) as age from ${table} t
     where $2::text is null or to_jsonb(t) ->> 'tier' = $2 order by age desc`,
    [dateAgo(0), tier ?? null],
  );
  return rows.map(({ age }) => age);
}

// The policies of the full edition go by the clock of the server: see below.
describe.runIf(inject('timescale') !== 'full')('what is older than it is kept', () => {
  test('goes, and all the rest stays', async () => {
    await givenHistory('A');
    await givenHistory('B');
    const { busy } = await retention().run();
    expect(busy).toBe(false);
    expect(await left('realtime_prices')).toEqual([29, 0]);
    // A chunk of a week goes when the whole of it is older.
    const intraday = await left('intraday_ohlcv');
    expect(intraday.filter((age) => age !== 549)).toEqual([547, 31, 29, 0]);
    expect(await left('intraday_analytics')).toEqual(intraday);
    expect(await left('indicator_checkpoints', 'intraday')).toEqual([547, 31, 29, 0]);
    for (const table of ['historical_ohlcv', 'daily_analytics']) expect(await left(table)).toEqual(AGES);
    expect(await left('indicator_checkpoints', 'historical')).toEqual(AGES);
  });

  test('daily bars go when that is wanted', async () => {
    await givenHistory('A');
    await retention({ days: { ...DAYS, daily: 2_000 } }).run();
    expect(await left('historical_ohlcv')).toEqual([549, 547, 31, 29, 0]);
    expect(await left('daily_analytics')).toEqual([549, 547, 31, 29, 0]);
  });

  test('a second run finds nothing', async () => {
    await givenHistory('A');
    await retention().run();
    const { dropped } = await retention().run();
    expect(Object.values(dropped).filter((count) => count > 0)).toEqual([]);
  });
});

test('the newest checkpoint of a series stays, however old: its indicators go on from there', async () => {
  const no = await givenSymbol(db.database, 'OLD');
  await db.database.query(
    `insert into indicator_checkpoints (symbol_no, tier, time, state)
     select $1, 'intraday', $2::date - age, '[]'::json from unnest(array[900, 800, 700]) as age`,
    [no, dateAgo(0)],
  );
  await retention().run();
  expect(await left('indicator_checkpoints')).toEqual([700]);
});

describe.runIf(inject('timescale') === 'none')('on plain PostgreSQL', () => {
  test('rows go in batches', async () => {
    const no = await givenSymbol(db.database, 'MANY');
    const minutes = Array.from({ length: 25 }, (_, at) => `2025-01-01T10:${String(at + 10)} 1 1`);
    await givenTicks(db.database, no, minutes);
    const { dropped } = await retention({ batchRows: 10 }).run();
    expect(dropped.realtime_prices).toBe(25);
    expect(await left('realtime_prices')).toEqual([]);
  });
});

test('one process at a time: another one leaves it at that', async () => {
  await givenHistory('A');
  await db.database.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock(818235377)');
    expect(await retention().run()).toEqual({ busy: true, dropped: {} });
  });
  // The policies that other tests have made run by themselves.
  if (inject('timescale') !== 'full') expect(await left('realtime_prices')).toEqual(AGES);
});

test('runs when it is started, again after a while, and no more once it is stopped', async () => {
  let runs = 0;
  const repeated = retention({ everyMs: 1, onRun: () => runs++ });
  repeated.start();
  await expect.poll(() => runs).toBeGreaterThan(2);
  await repeated.stop();
  const after = runs;
  await retention().run();
  expect(runs).toBe(after);
});

test('a run that fails is tried again', async () => {
  await db.database.query('alter table indicator_checkpoints rename to elsewhere');
  const warned: string[] = [];
  let runs = 0;
  const logger = { ...SILENT_LOGGER, warn: (message: string) => warned.push(message) };
  const repeated = retention({ everyMs: 1, logger, onRun: () => runs++ });
  repeated.start();
  await expect.poll(() => warned.length).toBeGreaterThan(1);
  await db.database.query('alter table elsewhere rename to indicator_checkpoints');
  await expect.poll(() => runs).toBeGreaterThan(0);
  await repeated.stop();
});

describe.runIf(inject('timescale') === 'full')('on the full edition', () => {
  async function policies(): Promise<string[]> {
    const rows = await db.database.query<{ policy: string }>(
      `select hypertable_name || ' ' || (config ->> 'drop_after') as policy
       from timescaledb_information.jobs
       where proc_name = 'policy_retention' and hypertable_schema = 'public' order by 1`,
    );
    return rows.map(({ policy }) => policy);
  }

  test('policies are made, changed and taken away as the settings say', async () => {
    await retention().run();
    const made = ['intraday_analytics 548 days', 'intraday_ohlcv 548 days', 'realtime_prices 30 days'];
    expect(await policies()).toEqual(made);
    await retention().run();
    expect(await policies()).toEqual(made);
    await retention({ days: { ticks: 7, intraday: 548, daily: 4_000 } }).run();
    expect(await policies()).toEqual([
      ...['daily_analytics 4000 days', 'historical_ohlcv 4000 days'],
      ...['intraday_analytics 548 days', 'intraday_ohlcv 548 days', 'realtime_prices 7 days'],
    ]);
    await retention({ days: { ticks: 7, intraday: 548, daily: undefined } }).run();
    expect(await policies()).toHaveLength(3);
  });

  test('they drop what is older', async () => {
    const no = await givenSymbol(db.database, 'A');
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 16);
    await givenTicks(db.database, no, [`${daysAgo(40)} 1 1`, `${daysAgo(5)} 1 1`]);
    await retention().run();
    const [job] = await db.database.query<{ id: number }>(
      `select job_id as id from timescaledb_information.jobs
       where proc_name = 'policy_retention' and hypertable_name = 'realtime_prices'`,
    );
    await db.database.query(`call run_job(${job!.id})`);
    const [row] = await db.database.query<{ count: number }>('select count(*) from realtime_prices');
    expect(row).toEqual({ count: 1 });
  });
});
