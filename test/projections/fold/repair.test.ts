import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { facts, figures, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';

const start = [
  facts.portfolio('P1'),
  facts.security('S1', 'EUR'),
  facts.transaction('P1', 'DEPOSIT', 'CASH_EUR', '2025-01-02', {
    transaction_id: 'T1',
    gross_transaction_amount: '1000',
  }),
  facts.transaction('P1', 'BUY', 'S1', '2025-01-03', { transaction_id: 'T2', quantity: '10', price: '50' }),
  facts.prices('S1', 'EUR', [['2025-01-03', '51']]),
  facts.closeDay('2025-01-08'),
];

describe('a repair', () => {
  const opened: Books[] = [];
  let books: Books;
  beforeEach(async () => {
    books = await openBooks();
    opened.push(books);
    await books.project(...start);
  });
  afterAll(() => Promise.all(opened.map((each) => each.close())));

  const order = async (cause: 'regeneration' | 'aggregation') => {
    await books.db.database.query(
      `insert into dirty (portfolio_no, security_no, from_day, through_day, cause, position)
       select p.portfolio_no, case when $1 = 'aggregation' then 0 else s.security_no end,
              date '2025-01-05' - date '1970-01-01', date '2025-01-05' - date '1970-01-01', $1, 0
       from portfolios p, securities s where s.security_id = 'S1'`,
      [cause],
    );
    await books.projections.catchUp();
    // A repair does not move the position readers have: it is done when its mark is gone.
    await expect
      .poll(async () => {
        await books.projections.catchUp();
        return books.db.database.query(`select cause from dirty`);
      })
      .toEqual([]);
  };
  const epochs = () =>
    books.db.database.query(
      `select security_no, epoch from position_state union all select 0, epoch from portfolio_state order by 1`,
    );

  it.each([
    [
      'a series row that is gone',
      `delete from position_timeseries where date = '2025-01-05'`,
      'regeneration',
    ],
    [
      'a snapshot that is gone',
      `delete from daily_position_snapshots where date = '2025-01-05'`,
      'regeneration',
    ],
    [
      'a series row that says something else',
      `update position_timeseries set eod_market_value = 1, eod_market_value_base = 1 where date = '2025-01-05'`,
      'regeneration',
    ],
    [
      'days around it as well',
      `delete from position_timeseries where date between '2025-01-04' and '2025-01-06'`,
      'regeneration',
    ],
    [
      'a portfolio row that is gone',
      `delete from portfolio_timeseries where date = '2025-01-05'`,
      'aggregation',
    ],
    [
      'a portfolio row that says something else',
      `update portfolio_timeseries set eod_market_value = 1 where date = '2025-01-05'`,
      'aggregation',
    ],
  ] as const)('puts right %s, within its epoch', async (_what, damage, cause) => {
    const before = await figures(books);
    const epochsBefore = await epochs();
    const s1 = damage.includes('portfolio_timeseries')
      ? ''
      : ` and security_no = (select security_no from securities where security_id = 'S1')`;
    await books.db.database.query(damage + s1);
    await order(cause);
    expect(await figures(books)).toEqual(before);
    expect(await epochs()).toEqual(epochsBefore);
    expect(await books.projections.verify({})).toMatchObject({ ok: true, differences: [] });
  });

  it('finds nothing to do where all is well', async () => {
    const before = await figures(books);
    await order('regeneration');
    await order('aggregation');
    expect(await figures(books)).toEqual(before);
    expect(await books.projections.verify({})).toMatchObject({ ok: true });
  });

  it('waits for a restatement of the same portfolio, which goes into a new epoch', async () => {
    await books.append(
      facts.transaction('P1', 'BUY', 'S1', '2025-01-04', {
        transaction_id: 'T3',
        quantity: '1',
        price: '50',
      }),
    );
    await order('regeneration');
    expect(await books.projections.verify({})).toMatchObject({ ok: true });
    const [row] = await books.db.database.query<{ epoch: number }>(
      `select epoch from position_state join securities using (security_no) where security_id = 'S1'`,
    );
    expect(row?.epoch).toBe(1);
  });
});
