import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { facts, figures, openBooks } from '../../support/books.ts';
import type { Books, Fact } from '../../support/books.ts';
import { expectCleanReplay, expectInvariants } from '../../support/invariants.ts';

const PORTFOLIOS = ['P1', 'P2', 'P3'];

const buy = (portfolio: string, date: string, id: string): Fact =>
  facts.transaction(portfolio, 'BUY', 'S', date, { transaction_id: id, quantity: '1', price: '20' });

/** Eight years of three portfolios. */
const OPENING: readonly Fact[] = [
  facts.security('S', 'EUR'),
  facts.closeDay('2025-06-30'),
  facts.prices('S', 'EUR', [['2017-07-03', '20']]),
  ...PORTFOLIOS.flatMap((portfolio) => [
    facts.portfolio(portfolio),
    facts.transaction(portfolio, 'DEPOSIT', 'CASH_EUR', '2017-07-02', {
      transaction_id: `${portfolio} D`,
      gross_transaction_amount: '10000',
    }),
    buy(portfolio, '2017-07-03', `${portfolio} B`),
  ]),
];

describe.runIf(inject('timescale') === 'full')('pruning in the columnstore', () => {
  let books: Books;
  beforeAll(async () => {
    books = await openBooks();
    await books.project(...OPENING);
    // The last half year of one portfolio is restated; then all is compressed.
    await books.project(buy('P2', '2025-01-02', 'recent'));
    await books.db.database.query(`call gen_a.compress_old_days(0, '{"schema": "gen_a", "after": "1 day"}')`);
  });
  afterAll(() => books.close());

  async function superseded(): Promise<number> {
    const [row] = await books.db.database.query<{ rows: number }>(
      `select (select count(*) from position_timeseries where superseded_by is not null)
              + (select count(*) from daily_position_snapshots where superseded_by is not null)
              + (select count(*) from portfolio_timeseries where superseded_by is not null)
              + (select count(*) from position_history where superseded_by is not null) as rows`,
    );
    return row!.rows;
  }

  /** Chunks that something was unpacked of: before the year of what was restated, and since. */
  async function unpacked(): Promise<{ before: number; since: number }> {
    const [row] = await books.db.database.query<{ before: number; since: number }>(
      `select count(*) filter (where i.range_end < '2024-06-01') as before,
              count(*) filter (where i.range_end >= '2024-06-01') as since
       from _timescaledb_catalog.chunk c join _timescaledb_catalog.hypertable h on h.id = c.hypertable_id
       join timescaledb_information.chunks i on i.chunk_schema = c.schema_name and i.chunk_name = c.table_name
       where h.schema_name = 'gen_a' and c.status & 8 > 0`,
    );
    return row!;
  }

  test('deletes what was replaced, of the keys that have some, and the rest stays compressed', async () => {
    const [shown, rows] = [await figures(books), await superseded()];
    expect(rows).toBeGreaterThan(400);
    expect(await unpacked()).toEqual({ before: 0, since: 0 });
    const done = await books.projections.prune({
      who: 'test',
      epochsBefore: '2999-01-01T00:00:00.000000Z',
    });
    expect(done.epochs).toMatchObject({ rows, keys: 2 });
    expect(await superseded()).toBe(0);
    expect(await figures(books)).toEqual(shown);
    const touched = await unpacked();
    expect(touched.before).toBe(0);
    expect(touched.since).toBeGreaterThan(0);
    await expectInvariants(books, 'pruned in the columnstore');
    await expectCleanReplay(books, 'pruned in the columnstore');
  }, 120_000);
});
