import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../infra/database/database.ts';
import { dryRun } from '../../../projections/diff/dry-run.ts';
import type { RebuildScope } from '../../../projections/rebuild/runs.ts';
import { facts, figures, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';
import { opening, project, trade } from './support.ts';

let books: Books;
let database: Database;

beforeEach(async () => {
  books = await openBooks();
  await books.append(
    ...opening,
    facts.security('BBB', 'EUR'),
    facts.prices('BBB', 'EUR', [['2025-01-01', '50']]),
    facts.transaction('P', 'BUY', 'BBB', '2025-01-03', {
      transaction_id: 'B1',
      quantity: '2',
      price: '50',
      gross_transaction_amount: '100',
    }),
  );
  await project(books, 'gen_a');
  database = books.db.open({ searchPath: 'gen_a,public', maxConnections: 1 });
});
afterEach(() => books.close());

const run = (scope: RebuildScope, options = {}) => dryRun(books, scope, options);

/** Adds 10 to the value of a position's days, and to what the portfolio's are the sum of. */
async function damage(securityId: string, from = '2025-01-05'): Promise<void> {
  await database.query(
    `with key as (
       update position_state set checksum = checksum + 1
       where portfolio_no = 1 and security_no = (select security_no from securities where security_id = $1)
       returning portfolio_no, security_no),
     series as (
       update position_timeseries t set eod_market_value_base = eod_market_value_base + 10
       from key where t.portfolio_no = key.portfolio_no and t.security_no = key.security_no and t.date >= $2),
     snapshots as (
       update daily_position_snapshots d set market_value = market_value + 10
       from key where d.portfolio_no = key.portfolio_no and d.security_no = key.security_no and d.date >= $2)
     update portfolio_timeseries t set eod_market_value = eod_market_value + 10
     where t.portfolio_no = 1 and t.date >= $2`,
    [securityId, from],
  );
}

test('books that are as the log says would not change', async () => {
  expect(await run({ all: true })).toMatchObject({
    before: { books: 'generation', slot: 'gen_a' },
    after: { books: 'replay', slot: null, position: await books.log.head() },
    compared: { portfolios: 2, keys: 4 },
    portfolios: 0,
    days: { count: 0 },
  });
});

describe('damaged rows', () => {
  beforeEach(() => damage('AAA'));

  test('would be put right, and nothing is written', async () => {
    const before = await figures(books);
    const report = await run({ all: true }, { rowsOfKey: 1 });
    expect(report).toMatchObject({
      portfolios: 1,
      keys: { added: 0, removed: 0, changed: 1 },
      days: { count: 5, first: '2025-01-05', last: '2025-01-09' },
    });
    expect(report.changed[0]?.key_changes).toEqual([
      {
        security_id: 'AAA',
        change: 'changed',
        days: { count: 5, first: '2025-01-05', last: '2025-01-09' },
        rows: [
          {
            date: '2025-01-05',
            before: expect.objectContaining({ market_value: '1060', quantity: '10' }),
            after: expect.objectContaining({ market_value: '1050', quantity: '10' }),
            columns: ['eod_market_value_base', 'market_value'],
          },
        ],
      },
    ]);
    expect(Number(report.max_impact_basis_points)).toBeGreaterThan(0);
    expect(await figures(books)).toEqual(before);
  });

  test('of one security are put right alone, and the portfolio follows', async () => {
    await damage('BBB', '2025-01-04');
    const all = await run({ all: true });
    expect(all.keys.changed).toBe(2);
    const one = await run({ securityId: 'BBB' });
    expect(one.changed[0]?.key_changes?.map(({ security_id: id }) => id)).toEqual(['BBB']);
    expect(one.days).toMatchObject({ count: 6, first: '2025-01-04' });
    const si = (report: typeof one) => report.changed[0]?.impact.find(({ period }) => period === 'SI');
    expect(si(one)?.twr_before).toBe(si(all)?.twr_before);
    expect(si(one)?.twr_after).not.toBe(si(all)?.twr_after);
    // Both halves come to the whole, but for what compounds.
    const both = [si(one), si(await run({ securityId: 'AAA' }))].map((row) => Number(row?.basis_points));
    expect(both[0]! + both[1]!).toBeCloseTo(Number(si(all)?.basis_points), 0);
  });

  test('before the first day asked for stay as they are', async () => {
    expect((await run({ portfolioId: 'P', from: '2025-01-08' })).days).toEqual({
      count: 2,
      first: '2025-01-08',
      last: '2025-01-09',
    });
    expect((await run({ portfolioId: 'Q' })).portfolios).toBe(0);
  });
});

test('what was known at a position is compared with what is known now', async () => {
  const before = await books.log.head();
  await books.append(trade('LATE', 'BUY', '2025-01-07', '1', '100'), facts.closeDay('2025-01-12'));
  await project(books, 'gen_a');
  const report = await run({ all: true, knownAt: before });
  expect(report.after.position).toBe(before);
  // The 10th was open then.
  expect(report).toMatchObject({ portfolios: 1, days: { first: '2025-01-07', last: '2025-01-09' } });
  expect(report.changed[0]?.key_changes?.[0]?.rows[0]).toMatchObject({
    before: { quantity: '7' },
    after: { quantity: '6' },
  });
});

test('portfolios that work is waiting for are left out', async () => {
  await damage('AAA');
  await database.query(
    `insert into dirty (portfolio_no, security_no, from_day, cause, position) values (1, 0, 20000, 'business_date', 1)`,
  );
  expect(await run({ all: true })).toMatchObject({ portfolios: 0, unsettled: ['P'] });
});

describe('a key that cannot be folded', () => {
  test('is named, instead of its rows being taken for gone', async () => {
    await books.project(
      facts.transaction('P', 'SPLIT', 'BBB', '2025-01-04', { transaction_id: 'ZERO', ratio: '0' }),
    );
    await expect(run({ all: true })).rejects.toMatchObject({
      code: 'rebuild_refused',
      message: expect.stringContaining('BBB in P first, at transaction ZERO'),
    });
  });
});
