import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { facts, figures, openBooks } from '../support/books.ts';
import type { Books } from '../support/books.ts';

describe('the live projection', () => {
  let books: Books;
  beforeAll(async () => {
    books = await openBooks();
  });
  afterAll(() => books.close());

  it('turns a deposit, a purchase and closes into position and portfolio days', async () => {
    await books.project(
      facts.portfolio('P1'),
      facts.security('S1', 'EUR'),
      facts.transaction('P1', 'DEPOSIT', 'CASH_EUR', '2025-01-02', {
        transaction_id: 'T1',
        gross_transaction_amount: '1000',
      }),
      facts.transaction('P1', 'BUY', 'S1', '2025-01-03', {
        transaction_id: 'T2',
        quantity: '10',
        price: '50',
        gross_transaction_amount: '500',
        trade_fee: '5',
      }),
      facts.prices('S1', 'EUR', [
        ['2025-01-03', '51'],
        ['2025-01-06', '55'],
      ]),
      facts.closeDay('2025-01-06'),
    );
    const rows = await books.db.database.query<{
      date: string;
      bod: string;
      cf: string;
      eod: string;
      cost: string;
    }>(
      `select date, bod_market_value as bod, bod_cashflow as cf, eod_market_value as eod, cost
       from portfolio_timeseries where superseded_by is null order by date`,
    );
    expect(rows).toEqual([
      { date: '2025-01-02', bod: '0', cf: '1000', eod: '1000', cost: '1000' },
      { date: '2025-01-03', bod: '1000', cf: '0', eod: '1005', cost: '1000' },
      { date: '2025-01-04', bod: '1005', cf: '0', eod: '1005', cost: '1000' },
      { date: '2025-01-05', bod: '1005', cf: '0', eod: '1005', cost: '1000' },
      { date: '2025-01-06', bod: '1005', cf: '0', eod: '1045', cost: '1000' },
    ]);
    expect(await books.projections.verify({})).toMatchObject({ ok: true, differences: [] });
  });

  it('restates only the days a back-dated purchase changes, in new epochs', async () => {
    await books.project(
      facts.transaction('P1', 'BUY', 'S1', '2025-01-05', {
        transaction_id: 'T3',
        quantity: '2',
        price: '52',
        gross_transaction_amount: '104',
      }),
    );
    const rows = await books.db.database.query<{ date: string; epoch: number; superseded_by: number | null }>(
      `select date, epoch, superseded_by from position_timeseries
       where security_no = (select security_no from securities where security_id = 'S1') order by date, epoch`,
    );
    expect(rows).toEqual([
      { date: '2025-01-03', epoch: 0, superseded_by: null },
      { date: '2025-01-04', epoch: 0, superseded_by: null },
      { date: '2025-01-05', epoch: 0, superseded_by: 1 },
      { date: '2025-01-05', epoch: 1, superseded_by: null },
      { date: '2025-01-06', epoch: 0, superseded_by: 1 },
      { date: '2025-01-06', epoch: 1, superseded_by: null },
    ]);
    expect(await books.projections.verify({})).toMatchObject({ ok: true, differences: [] });
  });

  it('gives the same figures after a rebuild, in a new generation and higher epochs', async () => {
    const before = await figures(books);
    const result = await books.projections.rebuild({ all: true });
    expect(result).toMatchObject({ slot: 'gen_b', keys: 2 });
    expect(await figures(books)).toEqual(before);
    expect(await books.projections.verify({})).toMatchObject({ ok: true, differences: [] });
    await books.project(facts.closeDay('2025-01-07'));
    expect(await books.projections.verify({})).toMatchObject({ ok: true, differences: [] });
  });
});
