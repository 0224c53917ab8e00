import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { hasCompressedRows } from '../../../infra/database/capabilities.ts';
import { facts, openBooks } from '../../support/books.ts';
import type { Books, Fact } from '../../support/books.ts';
import { type TestDatabase, createTestDatabase } from '../../support/database.ts';
import { expectCleanReplay, expectInvariants } from '../../support/invariants.ts';

const PORTFOLIOS = Array.from({ length: 5 }, (_, i) => `P${String(i).padStart(2, '0')}`);

/** Ten years of five portfolios that hold the same two securities. */
function tenYears(): Fact[] {
  return [
    facts.security('S', 'EUR'),
    facts.security('T', 'EUR'),
    facts.closeDay('2025-06-30'),
    facts.prices('S', 'EUR', [
      ['2015-07-01', '20'],
      ['2018-06-01', '21'],
      ['2018-06-20', '23'],
    ]),
    facts.prices('T', 'EUR', [['2015-07-01', '20']]),
    ...PORTFOLIOS.flatMap((portfolio) => [
      facts.portfolio(portfolio),
      ...['S', 'T'].map((security) =>
        facts.transaction(portfolio, 'BUY', security, '2015-07-01', {
          transaction_id: `${portfolio}-${security}`,
          quantity: '10',
          price: '20',
          gross_transaction_amount: '200',
        }),
      ),
    ]),
  ];
}

const buy = (portfolio: string, date: string, id: string) =>
  facts.transaction(portfolio, 'BUY', 'S', date, {
    transaction_id: id,
    quantity: '1',
    price: '22',
    gross_transaction_amount: '22',
  });

async function compress(db: TestDatabase, slot = 'gen_a', after = '400 days'): Promise<void> {
  await db.database.query(`call ${slot}.compress_old_days(0, '{"schema": "${slot}", "after": "${after}"}')`);
}

/** Whole rows of the three tables, but for which epoch replaced them. */
async function lines(db: TestDatabase, condition: string): Promise<string[]> {
  const rows = await Promise.all(
    ['position_timeseries', 'daily_position_snapshots', 'portfolio_timeseries'].map((table) =>
      db.database.query<{ line: string }>(
        `select (to_jsonb(t) - 'superseded_by')::text as line from ${table} t where ${condition}`,
      ),
    ),
  );
  return rows
    .flat()
    .map(({ line }) => line)
    .sort();
}

interface Chunks {
  readonly all: number;
  readonly compressed: number;
  /** Written to since they were compressed. */
  readonly partial: number;
}

async function chunks(db: TestDatabase, slot = 'gen_a'): Promise<Chunks> {
  const [row] = await db.database.query<Chunks>(
    `select count(*) as all, count(*) filter (where c.status & 1 > 0) as compressed,
            count(*) filter (where c.status & 8 > 0) as partial
     from _timescaledb_catalog.chunk c join _timescaledb_catalog.hypertable h on h.id = c.hypertable_id
     where h.schema_name = $1`,
    [slot],
  );
  return row!;
}

describe.runIf(inject('timescale') === 'full')('the columnstore', () => {
  let db: TestDatabase;
  let books: Books;
  beforeEach(async () => {
    db = await createTestDatabase();
    books = await openBooks(db);
    await books.project(...tenYears());
    await compress(db);
    await books.generations.of('gen_a').analyze();
  });
  afterEach(async () => {
    await books.close();
    await db.close();
  });

  test('takes what is old and leaves what is young, and shows the same', async () => {
    const { all, compressed } = await chunks(db);
    expect(await hasCompressedRows(db.database)).toBe(true);
    expect(compressed).toBeGreaterThanOrEqual(27);
    expect(all - compressed).toBeGreaterThanOrEqual(3);
    await expectInvariants(books, 'compressed');
    await expectCleanReplay(books, 'compressed');
  });

  test('is restated where it is: a trade ten years back, of one key', async () => {
    const shown = await lines(db, 'superseded_by is null');
    await books.project(buy('P03', '2015-07-02', 'late'));
    // What the first epoch showed is there word for word.
    expect(await lines(db, 'epoch = 0')).toEqual(shown);
    await expectInvariants(books, 'after a late trade');
    await expectCleanReplay(books, 'after a late trade');
    const [versions] = await db.database.query<{ current: number; superseded: number }>(
      `select count(*) filter (where superseded_by is null) as current,
              count(*) filter (where superseded_by is not null) as superseded
       from position_timeseries join portfolios using (portfolio_no) join securities using (security_no)
       where portfolio_id = 'P03' and security_id = 'S'`,
    );
    expect(versions!.superseded).toBe(versions!.current - 1);
    expect((await chunks(db)).partial).toBeGreaterThan(0);
  });

  test('unpacks the days of the restated key alone', async () => {
    await books.project(buy('P03', '2019-03-01', 'late'));
    await books.project(
      facts.transaction('P03', 'SELL', 'S', '2019-03-02', {
        transaction_id: 'later',
        quantity: '1',
        price: '22',
        gross_transaction_amount: '22',
      }),
    );
    const unpacked = await db.database.query<{ portfolio_no: number; security_no: number }>(
      `select distinct k.portfolio_no, k.security_no
       from show_chunks('position_timeseries', older_than => date '2022-01-01') as c(chunk)
       cross join lateral xmltable('/table/row' passing
         query_to_xml(format('select distinct portfolio_no, security_no from only %s', c.chunk), false, false, '')
         columns portfolio_no integer, security_no integer) k`,
    );
    expect(unpacked.length).toBeGreaterThan(0);
    const [p03] = await db.database.query<{ portfolio_no: number }>(
      `select portfolio_no from portfolios where portfolio_id = 'P03'`,
    );
    expect(new Set(unpacked.map((key) => key.portfolio_no))).toEqual(new Set([p03!.portfolio_no]));
    await expectCleanReplay(books, 'after two late trades');
  });

  test('takes a corrected price of many keys', async () => {
    await books.project(facts.prices('S', 'EUR', [['2018-06-01', '25']]));
    await expectInvariants(books, 'after a corrected price');
    await expectCleanReplay(books, 'after a corrected price');
    const [restated] = await db.database.query<{ rows: number; keys: number }>(
      `select count(*) as rows, count(distinct portfolio_no) as keys from position_timeseries
       where superseded_by is not null`,
    );
    expect(restated).toEqual({ rows: 20 * PORTFOLIOS.length, keys: PORTFOLIOS.length });
  });

  test('does not limit how much a restatement may unpack', async () => {
    expect(await db.database.query('show timescaledb.max_tuples_decompressed_per_dml_transaction')).toEqual([
      { 'timescaledb.max_tuples_decompressed_per_dml_transaction': '0' },
    ]);
  });

  test('is restated by several workers at once', async () => {
    const others = await Promise.all([openBooks(db), openBooks(db)]);
    try {
      await books.append(
        ...PORTFOLIOS.map((portfolio, i) => buy(portfolio, `2017-0${1 + (i % 9)}-03`, `late-${i}`)),
      );
      await Promise.all([books, ...others].map(({ projections }) => projections.catchUp()));
      await expectInvariants(books, 'after the workers');
      await expectCleanReplay(books, 'after the workers');
    } finally {
      await Promise.all(others.map((other) => other.close()));
    }
  });

  test('is compressed under a snapshot taken before, and never a second time', async () => {
    await books.project(buy('P03', '2019-03-01', 'late'));
    const before = await chunks(db);
    expect(before.partial).toBeGreaterThan(0);
    const rows = `select count(*) as rows, sum(eod_market_value) as value from position_timeseries`;
    await db.database.transaction(
      async (tx) => {
        await tx.query('select 1');
        const [expected] = await db.database.query(rows);
        await compress(db, 'gen_a', '1 day');
        expect(await tx.query(rows)).toEqual([expected]);
      },
      { isolation: 'repeatable read', readOnly: true },
    );
    const after = await chunks(db);
    expect(after.compressed).toBeGreaterThan(before.compressed);
    expect(after.partial).toBe(before.partial);
  });

  test('is left alone while a rebuild fills it, and a rebuild empties what was compressed', async () => {
    await books.projections.rebuild({ all: true });
    await compress(db, 'gen_b');
    expect((await chunks(db, 'gen_b')).compressed).toBeGreaterThan(0);
    // As while a rebuild of gen_b fills its tables.
    await db.database.query('drop index gen_b.position_timeseries_current');
    await db.database.query('update active_generation set slot = $1', ['gen_b']);
    await expectInvariants(books, 'compressed after a rebuild');

    expect(await books.projections.rebuild({ all: true })).toMatchObject({ slot: 'gen_a' });
    expect((await chunks(db)).compressed).toBe(0);
    await db.database.query('drop index gen_a.position_timeseries_current');
    await compress(db);
    const names = await db.database.query<{ name: string }>(
      `select distinct hypertable_name as name from timescaledb_information.chunks
       where hypertable_schema = 'gen_a' and is_compressed order by 1`,
    );
    expect(names.map(({ name }) => name)).toEqual(['daily_position_snapshots', 'portfolio_timeseries']);
  });

  test('is compressed every night by a job of each generation', async () => {
    const jobs = await db.database.query(
      `select proc_schema, schedule_interval::text as every, config, scheduled from timescaledb_information.jobs
       where proc_name = 'compress_old_days' order by proc_schema`,
    );
    expect(jobs).toEqual(
      ['gen_a', 'gen_b'].map((slot) => ({
        proc_schema: slot,
        every: '1 day',
        config: { schema: slot, after: '1 year' },
        scheduled: true,
      })),
    );
  });
});
