import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { day } from '../../domain/dates.ts';
import { format } from '../../domain/decimal.ts';
import type { TransactionFields } from '../../domain/events.ts';
import { createReadModels } from '../../infra/read-model/read-models.ts';
import { foldBook } from '../../projections/queries/book.ts';
import type { ReadModel } from '../../projections/queries/read-model.ts';
import { createKnownAt } from '../../projections/replay/known-at.ts';
import { cancellation } from '../support/amendments.ts';
import { facts, openBooks } from '../support/books.ts';
import type { Books, Fact } from '../support/books.ts';

let books: Books;
beforeEach(async () => {
  books = await openBooks();
});
afterEach(() => books.close());

function exchange(id: string, date: string, fields: Partial<TransactionFields>): Fact {
  return facts.transaction('P', 'EXCHANGE', 'CASH_EUR', date, {
    transaction_id: id,
    target_security_id: 'CASH_USD',
    ...fields,
  });
}

const usd = (type: 'BUY' | 'DIVIDEND', id: string, date: string, fields: Partial<TransactionFields>) =>
  facts.transaction('P', type, 'S', date, { transaction_id: id, currency: 'USD', ...fields });

/** 10,000 EUR, of which 4,000 become 4,400 USD, of which 3,005 buy a security. */
beforeEach(() =>
  books.project(
    facts.portfolio('P'),
    facts.security('S', 'USD'),
    facts.fx('USD', 'EUR', [['2025-01-01', '0.9']]),
    facts.transaction('P', 'DEPOSIT', 'CASH_EUR', '2025-01-02', {
      transaction_id: 'D',
      gross_transaction_amount: '10000',
    }),
    exchange('X1', '2025-01-03', { quantity: '4000', ratio: '1.1' }),
    usd('BUY', 'B', '2025-01-06', { quantity: '10', price: '300', trade_fee: '5' }),
    facts.closeDay('2025-01-07'),
  ),
);

/** What is held of each currency day by day. */
async function cash(): Promise<Record<string, string[]>> {
  const rows = await books.db.database.query<{ security_id: string; line: string }>(
    `select security_id, concat_ws(' ', date, trim_scale(quantity)) as line
     from position_timeseries join securities using (security_no)
     where type = 'cash' and superseded_by is null order by date`,
  );
  const found: Record<string, string[]> = {};
  for (const { security_id, line } of rows) (found[security_id] ??= []).push(line);
  return found;
}

async function portfolioDays(): Promise<string[]> {
  const rows = await books.db.database.query<{ line: string }>(
    `select concat_ws(' ', date, trim_scale(bod_cashflow), trim_scale(eod_cashflow), trim_scale(eod_market_value)) as line
     from portfolio_timeseries where superseded_by is null order by date`,
  );
  return rows.map(({ line }) => line);
}

async function expectVerified(): Promise<void> {
  expect(await books.projections.verify({})).toMatchObject({ ok: true, skipped: [], differences: [] });
}

describe('a currency exchange in books that derive their cash', () => {
  it('moves cash from one currency to the other, with the trades it pays for on both sides', async () => {
    expect(await cash()).toEqual({
      CASH_EUR: [
        '2025-01-02 10000',
        '2025-01-03 6000',
        '2025-01-04 6000',
        '2025-01-05 6000',
        '2025-01-06 6000',
        '2025-01-07 6000',
      ],
      CASH_USD: [
        '2025-01-03 4400',
        '2025-01-04 4400',
        '2025-01-05 4400',
        '2025-01-06 1395',
        '2025-01-07 1395',
      ],
    });
    await expectVerified();
  });

  it('is no flow from outside: the value changes by the spread alone', async () => {
    expect(await portfolioDays()).toEqual([
      '2025-01-02 10000 0 10000',
      '2025-01-03 0 0 9960',
      '2025-01-04 0 0 9960',
      '2025-01-05 0 0 9960',
      '2025-01-06 0 0 9955.5',
      '2025-01-07 0 0 9955.5',
    ]);
  });

  it('may arrive late, before others in the books', async () => {
    await books.project(exchange('X2', '2025-01-04', { quantity: '1000', ratio: '1.2' }));
    expect(await cash()).toEqual({
      CASH_EUR: [
        '2025-01-02 10000',
        '2025-01-03 6000',
        '2025-01-04 5000',
        '2025-01-05 5000',
        '2025-01-06 5000',
        '2025-01-07 5000',
      ],
      CASH_USD: [
        '2025-01-03 4400',
        '2025-01-04 5600',
        '2025-01-05 5600',
        '2025-01-06 2595',
        '2025-01-07 2595',
      ],
    });
    await expectVerified();
  });

  it('of all that is held follows what a late trade in either currency leaves', async () => {
    await books.project(
      exchange('ALL', '2025-01-07', { ratio: '1' }),
      usd('DIVIDEND', 'V', '2025-01-06', { gross_transaction_amount: '100' }),
    );
    const through = async () => {
      const { CASH_EUR, CASH_USD } = await cash();
      return [CASH_EUR?.at(-1), CASH_USD?.at(-1)];
    };
    expect(await through()).toEqual(['2025-01-07 0', '2025-01-07 7495']);
    await books.project(
      facts.transaction('P', 'WITHDRAWAL', 'CASH_EUR', '2025-01-05', {
        transaction_id: 'W',
        gross_transaction_amount: '500',
      }),
      facts.closeDay('2025-01-08'),
    );
    expect((await through())[1]).toBe('2025-01-08 6995');
    await expectVerified();
  });

  it('can be taken back', async () => {
    await books.project(cancellation(['P', 'CASH_EUR', 'X1']));
    const { CASH_EUR, CASH_USD } = await cash();
    expect([CASH_EUR?.at(-1), CASH_USD]).toEqual([
      '2025-01-07 10000',
      ['2025-01-06 -3005', '2025-01-07 -3005'],
    ]);
    await expectVerified();
  });

  it('is found in the lots of both currencies, now and as known at a position', async () => {
    const held = (model: ReadModel) =>
      Promise.all(
        ['CASH_EUR', 'CASH_USD'].map(async (id) => {
          const { portfolio } = (await model.portfolio('P'))!;
          const book = await model.book(portfolio, id);
          return format(foldBook(book!, day('2025-01-07')).states.get(id)!.quantity);
        }),
      );
    const now = createReadModels(async () => books.db.database);
    expect(await now.current(held)).toEqual(['6000', '1395']);
    const knownAt = createKnownAt(books.log, { current: now.current });
    expect(await held(await knownAt(await books.log.head(), 'P'))).toEqual(['6000', '1395']);
  });
});
