import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { facts, figures, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';

let books: Books;
beforeEach(async () => {
  books = await openBooks();
  await books.project(
    facts.portfolio('P'),
    facts.security('S', 'EUR'),
    facts.transaction('P', 'DEPOSIT', 'CASH_EUR', '2025-01-01', {
      transaction_id: 'D',
      gross_transaction_amount: '1000',
    }),
    facts.transaction('P', 'BUY', 'S', '2025-01-02', { transaction_id: 'B', quantity: '10', price: '50' }),
    facts.prices('S', 'EUR', [['2025-01-02', '51']]),
    facts.closeDay('2025-01-08'),
  );
});
afterEach(() => books.close());

const S = `(select security_no from securities where security_id = 'S')`;

describe('a rebuild of named keys', () => {
  it.each([
    [
      'a position',
      `update position_timeseries set eod_market_value_base = 7 where date = '2025-01-05' and security_no = ${S}`,
    ],
    ['a portfolio', `update portfolio_timeseries set eod_market_value = 7 where date = '2025-01-05'`],
    ['a checksum', `update position_state set checksum = checksum + 1 where security_no = ${S}`],
    ['a transaction', `update position_history set quantity = 7 where security_no = ${S}`],
  ])('puts damaged rows of %s right, and what is kept of them', async (_, damage) => {
    const before = await figures(books);
    await books.db.database.query(damage);
    expect(await books.projections.verify({})).toMatchObject({ ok: false });
    await books.projections.rebuild({ portfolioId: 'P', securityId: 'S' });
    expect(await books.projections.verify({})).toMatchObject({ ok: true, differences: [] });
    expect(await figures(books)).toEqual(before);
  });

  it('from a day on leaves the days before as they are', async () => {
    const before = await figures(books);
    await books.projections.rebuild({ portfolioId: 'P', from: '2025-01-05' });
    expect(await figures(books)).toEqual(before);
    const [first] = await books.db.database.query<{ date: string }>(
      `select min(date) as date from position_timeseries where epoch = 1`,
    );
    expect(first?.date).toBe('2025-01-05');
    expect(await books.projections.verify({})).toMatchObject({ ok: true });
  });
});

describe('a transaction of a type that nobody knows', () => {
  it('is set aside, and what comes after it is not', async () => {
    const strange = facts.transaction('P', 'BUY', 'S', '2025-01-03', { transaction_id: 'X' });
    Object.assign(strange.event.data, { transaction_type: 'BARTER' });
    await books.project(
      strange,
      facts.transaction('P', 'BUY', 'S', '2025-01-03', { transaction_id: 'Y', quantity: '1', price: '50' }),
    );
    const [row] = await books.db.database.query(
      `select quantity from position_timeseries where date = '2025-01-08' and security_no = ${S} and superseded_by is null`,
    );
    expect(row).toEqual({ quantity: '11' });
    expect(await books.projections.rejected(10)).toMatchObject([
      { reason: expect.stringContaining('BARTER') },
    ]);
    expect(await books.projections.rebuild({ all: true })).toMatchObject({ status: 'completed' });
    expect(await books.projections.rejected(10)).toHaveLength(1);
  });
});
