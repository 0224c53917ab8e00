import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReadModels } from '../../infra/read-model/read-models.ts';
import type { BlockedDayRow } from '../../projections/queries/rows.ts';
import { cancellation, correction } from '../support/amendments.ts';
import { facts, openBooks } from '../support/books.ts';
import type { Books } from '../support/books.ts';

let books: Books;
beforeEach(async () => {
  books = await openBooks();
});
afterEach(() => books.close());

/** What the API reads of the portfolio's completeness. */
async function completeness(
  portfolio = 'P',
): Promise<{ through: string | null; blocked: readonly BlockedDayRow[] }> {
  return createReadModels(async () => books.db.database).current(async (model) => ({
    through: (await model.portfolio(portfolio))!.portfolio.complete_through,
    blocked: await model.blockedDays([portfolio], 100),
  }));
}

async function days(portfolio = 'P'): Promise<Record<string, string>> {
  const rows = await books.db.database.query<{ date: string; eod: string; positions: number }>(
    `select date, eod_market_value as eod, positions from portfolio_timeseries join portfolios using (portfolio_no)
     where portfolio_id = $1 and superseded_by is null order by date`,
    [portfolio],
  );
  return Object.fromEntries(rows.map(({ date, eod, positions }) => [date, `${eod} in ${positions}`]));
}

const blockedDay = (date: string, reason: string, security_id = 'S') => ({
  portfolio_id: 'P',
  date,
  reason,
  security_id,
});

const deposit = (id: string, date: string, amount: string) =>
  facts.transaction('P', 'DEPOSIT', 'CASH_EUR', date, {
    transaction_id: id,
    gross_transaction_amount: amount,
  });

const trade = (type: 'BUY' | 'SELL', id: string, date: string, quantity: string, price: string) =>
  facts.transaction('P', type, 'S', date, { transaction_id: id, quantity, price });

async function expectVerified(): Promise<void> {
  expect(await books.projections.verify({})).toMatchObject({ ok: true, skipped: [], differences: [] });
}

describe('a position without a value', () => {
  beforeEach(async () => {
    await books.project(
      facts.portfolio('P'),
      facts.portfolio('Q'),
      facts.security('S', 'EUR'),
      deposit('D', '2025-01-02', '1000'),
      facts.transaction('Q', 'DEPOSIT', 'CASH_EUR', '2025-01-02', {
        transaction_id: 'Q1',
        gross_transaction_amount: '5',
      }),
      facts.transaction('P', 'TRANSFER_IN', 'S', '2025-01-04', { transaction_id: 'T', quantity: '10' }),
      facts.closeDay('2025-01-06'),
    );
  });

  it('keeps the days it is held from being made, and says so', async () => {
    expect(await days()).toEqual({ '2025-01-02': '1000 in 1', '2025-01-03': '1000 in 1' });
    expect(await completeness()).toEqual({
      through: '2025-01-03',
      blocked: [
        blockedDay('2025-01-04', 'unvalued'),
        blockedDay('2025-01-05', 'unvalued'),
        blockedDay('2025-01-06', 'unvalued'),
      ],
    });
    expect(await completeness('Q')).toEqual({ through: '2025-01-06', blocked: [] });
    await books.project(facts.closeDay('2025-01-07'));
    expect((await completeness()).blocked).toHaveLength(4);
    expect((await completeness('Q')).through).toBe('2025-01-07');
    await expectVerified();
  });

  it('lets them go when a price arrives for its first day', async () => {
    await books.project(facts.prices('S', 'EUR', [['2025-01-04', '60']]));
    expect(await completeness()).toEqual({ through: '2025-01-06', blocked: [] });
    expect(await days()).toMatchObject({ '2025-01-04': '1600 in 2', '2025-01-06': '1600 in 2' });
    await expectVerified();
  });

  it('goes on keeping them when the price is of a later day: what it cost stays unknown', async () => {
    await books.project(facts.prices('S', 'EUR', [['2025-01-06', '60']]));
    expect(await completeness()).toEqual({
      through: '2025-01-03',
      blocked: [
        blockedDay('2025-01-04', 'unvalued'),
        blockedDay('2025-01-05', 'unvalued'),
        blockedDay('2025-01-06', 'unvalued_flow'),
      ],
    });
    await expectVerified();
  });

  it('lets them go when its transaction is cancelled', async () => {
    await books.project(cancellation(['P', 'S', 'T']));
    expect(await completeness()).toEqual({ through: '2025-01-06', blocked: [] });
    expect(await days()).toMatchObject({ '2025-01-04': '1000 in 1', '2025-01-06': '1000 in 1' });
    await expectVerified();
  });
});

describe('a transaction that moves to an earlier day', () => {
  it('takes the days it cannot value out of what was complete', async () => {
    await books.project(
      facts.portfolio('P'),
      facts.security('S', 'EUR'),
      facts.transaction('P', 'TRANSFER_IN', 'S', '2025-01-20', { transaction_id: 'T', quantity: '10' }),
      facts.closeDay('2025-01-10'),
    );
    // Its first day is still to come: nothing is complete, and nothing blocked.
    expect(await completeness()).toEqual({ through: null, blocked: [] });
    await books.project(correction(['P', 'S', 'T'], { transaction_date: '2025-01-09T10:00:00.000000Z' }));
    expect(await completeness()).toEqual({
      through: null,
      blocked: [blockedDay('2025-01-09', 'unvalued'), blockedDay('2025-01-10', 'unvalued')],
    });
    await books.projections.rebuild({ all: true });
    await expectVerified();
  });
});

describe('a missing exchange rate', () => {
  it('is never taken for 1: the day waits for it', async () => {
    await books.project(
      facts.portfolio('P'),
      facts.security('S', 'USD'),
      deposit('D', '2025-01-02', '1000'),
      facts.transaction('P', 'BUY', 'S', '2025-01-03', {
        transaction_id: 'B',
        currency: 'USD',
        quantity: '10',
        price: '50',
      }),
      facts.prices('S', 'USD', [['2025-01-03', '52']]),
      facts.closeDay('2025-01-04'),
    );
    expect(await days()).toEqual({ '2025-01-02': '1000 in 1' });
    expect(await completeness()).toEqual({
      through: '2025-01-02',
      blocked: ['2025-01-03', '2025-01-04'].flatMap((date) => [
        blockedDay(date, 'missing_fx_rate', 'CASH_USD'),
        blockedDay(date, 'missing_fx_rate', 'S'),
      ]),
    });
    await books.project(facts.fx('USD', 'EUR', [['2025-01-03', '0.9']]));
    expect(await completeness()).toEqual({ through: '2025-01-04', blocked: [] });
    // 1,000 EUR, and 520 USD less the 500 paid for them.
    expect(await days()).toMatchObject({ '2025-01-03': '1018 in 3', '2025-01-04': '1018 in 3' });
    await expectVerified();
  });
});

describe('a portfolio that is emptied', () => {
  it('has rows of nothing also when it was empty from the first day on', async () => {
    await books.project(facts.portfolio('P', { cash: 'explicit' }), facts.security('S', 'EUR'));
    await books.project(facts.closeDay('2025-01-10'));
    await books.project(
      facts.transaction('P', 'FEE', 'S', '2025-01-06', {
        transaction_id: 'F',
        gross_transaction_amount: '5',
      }),
    );
    expect(await days()).toEqual({
      '2025-01-06': '0 in 1',
      '2025-01-07': '0 in 0',
      '2025-01-08': '0 in 0',
      '2025-01-09': '0 in 0',
      '2025-01-10': '0 in 0',
    });
    expect(await completeness()).toEqual({ through: '2025-01-10', blocked: [] });
    await expectVerified();
  });

  it('keeps rows of nothing until something comes in again', async () => {
    await books.project(
      facts.portfolio('P'),
      facts.security('S', 'EUR'),
      deposit('D1', '2025-01-02', '500'),
      trade('BUY', 'B1', '2025-01-02', '10', '50'),
      trade('SELL', 'S1', '2025-01-04', '10', '60'),
      facts.transaction('P', 'WITHDRAWAL', 'CASH_EUR', '2025-01-05', {
        transaction_id: 'W',
        gross_transaction_amount: '600',
      }),
      facts.closeDay('2025-01-06'),
    );
    await books.project(facts.closeDay('2025-01-09'));
    expect(await days()).toEqual({
      '2025-01-02': '500 in 2',
      '2025-01-03': '500 in 1',
      '2025-01-04': '600 in 2',
      '2025-01-05': '0 in 1',
      '2025-01-06': '0 in 0',
      '2025-01-07': '0 in 0',
      '2025-01-08': '0 in 0',
      '2025-01-09': '0 in 0',
    });
    expect(await completeness()).toEqual({ through: '2025-01-09', blocked: [] });

    await books.project(
      deposit('D2', '2025-01-08', '100'),
      trade('BUY', 'B2', '2025-01-10', '1', '70'),
      facts.closeDay('2025-01-11'),
    );
    expect(await days()).toMatchObject({
      '2025-01-07': '0 in 0',
      '2025-01-08': '100 in 1',
      '2025-01-09': '100 in 1',
      '2025-01-10': '100 in 2',
      '2025-01-11': '100 in 2',
    });
    expect(await completeness()).toEqual({ through: '2025-01-11', blocked: [] });
    await expectVerified();
  });

  it('has no day left when all that ever happened in it is cancelled', async () => {
    await books.project(
      facts.portfolio('P'),
      deposit('D1', '2025-01-02', '500'),
      facts.closeDay('2025-01-06'),
    );
    await books.project(cancellation(['P', 'CASH_EUR', 'D1']));
    expect(await days()).toEqual({});
    expect(await completeness()).toEqual({ through: null, blocked: [] });
    await books.project(deposit('D2', '2025-01-04', '100'), facts.closeDay('2025-01-07'));
    expect(Object.keys(await days())).toEqual(['2025-01-04', '2025-01-05', '2025-01-06', '2025-01-07']);
    expect((await completeness()).through).toBe('2025-01-07');
    await expectVerified();
  });
});
