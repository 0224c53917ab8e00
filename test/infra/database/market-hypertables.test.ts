/** The tables of market data as hypertables, once and in the schema public. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { migrate } from '../../../infra/database/migrate.ts';
import { migrationsDirectory } from '../../../infra/database/migration-files.ts';
import { givenDays, givenFiveMinutes, givenSymbol, givenTicks } from '../../support/bars.ts';
import { type TestDatabase, createTestDatabase } from '../../support/database.ts';

const TABLES = [
  ...['daily_analytics 365 days', 'historical_ohlcv 365 days'],
  ...['intraday_analytics 7 days', 'intraday_ohlcv 7 days', 'realtime_prices 1 day'],
];

let db: TestDatabase;
afterEach(() => db.close());

async function hypertables(): Promise<string[]> {
  const rows = await db.database.query<{ name: string }>(
    `select hypertable_name || ' ' || time_interval as name from timescaledb_information.dimensions
     where hypertable_schema = 'public' order by 1`,
  );
  return rows.map(({ name }) => name);
}

describe.runIf(inject('timescale') !== 'none')('a database from before its server had TimescaleDB', () => {
  let directory: string;
  beforeEach(async () => {
    db = await createTestDatabase({ empty: true });
    directory = await mkdtemp(join(tmpdir(), 'chronofolio-migrations-'));
    await cp(migrationsDirectory(), directory, { recursive: true });
    await rm(join(directory, 'timescale'), { recursive: true });
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  test('gets the hypertables at the next start, with all its rows and keys', async () => {
    await migrate(db.database, directory);
    expect(await hypertables()).toEqual([]);
    const no = await givenSymbol(db.database, 'A');
    await givenTicks(db.database, no, ['2025-06-01T10:00 1 1', '2025-06-03T10:00 2 1']);
    await givenFiveMinutes(db.database, no, ['2025-06-01T10:00 1 1 1 1 1', '2025-06-30T10:00 2 2 2 2 1']);
    await givenDays(db.database, no, ['2015-06-01 1 1 1 1 1', '2025-06-30 2 2 2 2 1']);

    const { applied } = await migrate(db.database);
    expect(applied).toContain('market/apache/0001_hypertables');
    expect(await hypertables()).toEqual(TABLES);
    const [counts] = await db.database.query(
      `select (select count(*) from realtime_prices) as ticks, (select count(*) from intraday_ohlcv) as intraday,
              (select count(*) from historical_ohlcv) as daily`,
    );
    expect(counts).toEqual({ ticks: 2, intraday: 2, daily: 2 });
    await expect(givenDays(db.database, no, ['2025-06-30 1 1 1 1 1'])).rejects.toMatchObject({
      sqlState: '23505',
    });
    expect((await migrate(db.database)).applied).toEqual([]);
  });
});

describe.runIf(inject('timescale') === 'full')('the columnstore', () => {
  beforeEach(async () => {
    db = await createTestDatabase();
  });

  async function compress(): Promise<void> {
    const [job] = await db.database.query<{ config: object }>(
      `select config from timescaledb_information.jobs where proc_name = 'compress_old_market_data'`,
    );
    await db.database.query('call compress_old_market_data(0, $1::jsonb)', [JSON.stringify(job?.config)]);
  }
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

  test('takes what no late tick amends, and what comes late all the same is there', async () => {
    const no = await givenSymbol(db.database, 'A');
    const minutes = (days: number) => daysAgo(days).slice(0, 16);
    await givenTicks(
      db.database,
      no,
      [20, 9, 3, 0].map((days) => `${minutes(days)} 1 1`),
    );
    await givenFiveMinutes(
      db.database,
      no,
      [90, 60, 30, 0].map((days) => `${minutes(days)} 1 1 1 1 1`),
    );
    await givenDays(
      db.database,
      no,
      [1_500, 100, 0].map((days) => `${daysAgo(days).slice(0, 10)} 1 1 1 1 1`),
    );
    await compress();
    const rows = await db.database.query(
      `select hypertable_name as table, count(*) filter (where is_compressed) as compressed, count(*) as all
       from timescaledb_information.chunks where hypertable_schema = 'public' group by 1 order by 1`,
    );
    expect(rows).toEqual([
      { table: 'historical_ohlcv', compressed: 1, all: expect.any(Number) },
      { table: 'intraday_ohlcv', compressed: 2, all: 4 },
      { table: 'realtime_prices', compressed: 2, all: 4 },
    ]);
    await givenTicks(db.database, no, [`${minutes(20)} 3 1`]);
    await db.database.query(
      `update intraday_ohlcv set high = 5 where symbol_no = $1 and time < now() - interval '80 days'`,
      [no],
    );
    const [late] = await db.database.query(
      `select (select count(*) from realtime_prices) as ticks, (select max(high)::text from intraday_ohlcv) as high`,
    );
    expect(late).toEqual({ ticks: 5, high: '5.00000000' });
  });
});

describe.runIf(inject('timescale') === 'none')('on plain PostgreSQL', () => {
  test('what was applied while the server had TimescaleDB is forgotten', async () => {
    db = await createTestDatabase();
    await db.database.query(
      `insert into generation_migrations (slot, version, name, checksum)
       values ('market/apache', 1, 'hypertables', 'x'), ('market/full', 1, 'columnstore', 'x')`,
    );
    await migrate(db.database);
    expect(
      await db.database.query(`select slot from generation_migrations where slot like 'market/%'`),
    ).toEqual([]);
  });
});
