import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { split } from '../support/amendments.ts';
import { facts, openBooks } from '../support/books.ts';
import type { Books } from '../support/books.ts';

let books: Books;
beforeEach(async () => {
  books = await openBooks();
});
afterEach(() => books.close());

const buy = (portfolio: string, security: string, currency: string, quantity: string, price: string) =>
  facts.transaction(portfolio, 'BUY', security, '2025-01-02', {
    transaction_id: `${portfolio}-${security}`,
    currency,
    quantity,
    price,
  });

interface Restated {
  portfolio: string;
  security: string | null;
  cause: string;
  from: string;
  through: string;
  rows: number;
}

/** The epochs that began, oldest first; of the portfolio's own the security is null. */
function restated(): Promise<Restated[]> {
  return books.db.database.query<Restated>(
    `select portfolio_id as portfolio, security_id as security, cause, date '1970-01-01' + from_day as from,
            date '1970-01-01' + through_day as through, rows
     from epochs join portfolios using (portfolio_no) left join securities using (security_no)
     order by portfolio_no, security_no`,
  );
}

/** Value and status of a key by day. */
async function valued(portfolio: string, security: string): Promise<Record<string, string>> {
  const rows = await books.db.database.query<{ date: string; market_value: string | null; status: string }>(
    `select date, market_value, valuation_status as status
     from daily_position_snapshots join portfolios using (portfolio_no) join securities using (security_no)
     where portfolio_id = $1 and security_id = $2 and superseded_by is null order by date`,
    [portfolio, security],
  );
  return Object.fromEntries(
    rows.map(({ date, market_value, status }) => [date, `${market_value} ${status}`]),
  );
}

async function expectVerified(): Promise<void> {
  expect(await books.projections.verify({})).toMatchObject({ ok: true, skipped: [], differences: [] });
}

describe('a close for a published day', () => {
  it('restates all portfolios that hold the security, from its day to the next close', async () => {
    const portfolios = Array.from({ length: 60 }, (_, i) => `P${String(i).padStart(2, '0')}`);
    await books.project(
      facts.security('S', 'EUR'),
      facts.security('OTHER', 'EUR'),
      ...portfolios.map((id) => facts.portfolio(id)),
      facts.portfolio('WITHOUT'),
      buy('WITHOUT', 'OTHER', 'EUR', '1', '10'),
      ...portfolios.map((id, i) => buy(id, 'S', 'EUR', String(i + 1), '50')),
      facts.prices('S', 'EUR', [
        ['2025-01-02', '50'],
        ['2025-01-10', '60'],
      ]),
      facts.closeDay('2025-01-20'),
    );
    await books.project(facts.prices('S', 'EUR', [['2025-01-08', '57']]));

    // 8 and 9 January have the new value, 10 January opens at it.
    const change = { cause: 'price', from: '2025-01-08', through: '2025-01-10', rows: 3 };
    expect(await restated()).toEqual(
      portfolios.flatMap((portfolio) => [
        { portfolio, security: null, ...change },
        { portfolio, security: 'S', ...change },
      ]),
    );
    const days = await books.db.database.query(
      `select portfolio_id as portfolio, date, bod_market_value as bod, eod_market_value as eod
       from portfolio_timeseries join portfolios using (portfolio_no)
       where superseded_by is null and portfolio_id = 'P59' and date between '2025-01-07' and '2025-01-11' order by date`,
    );
    // Sixty units, paid with borrowed cash.
    expect(days).toEqual([
      { portfolio: 'P59', date: '2025-01-07', bod: '0', eod: '0' },
      { portfolio: 'P59', date: '2025-01-08', bod: '0', eod: '420' },
      { portfolio: 'P59', date: '2025-01-09', bod: '420', eod: '420' },
      { portfolio: 'P59', date: '2025-01-10', bod: '420', eod: '600' },
      { portfolio: 'P59', date: '2025-01-11', bod: '600', eod: '600' },
    ]);
    await expectVerified();
  });

  it('restates them once when many arrive together', async () => {
    await books.project(
      facts.security('S', 'EUR'),
      facts.portfolio('P'),
      buy('P', 'S', 'EUR', '1', '50'),
      facts.closeDay('2025-01-20'),
    );
    await books.project(
      ...Array.from({ length: 15 }, (_, i) =>
        facts.prices('S', 'EUR', [[`2025-01-${String(i + 3).padStart(2, '0')}`, String(51 + i)]]),
      ),
    );
    expect(await restated()).toEqual([
      { portfolio: 'P', security: null, cause: 'price', from: '2025-01-03', through: '2025-01-20', rows: 18 },
      { portfolio: 'P', security: 'S', cause: 'price', from: '2025-01-03', through: '2025-01-20', rows: 18 },
    ]);
    await expectVerified();
  });

  it('takes over from the last trade price where it comes late, and not before its day', async () => {
    await books.project(
      facts.security('S', 'EUR'),
      facts.portfolio('P'),
      buy('P', 'S', 'EUR', '10', '50'),
      facts.closeDay('2025-01-07'),
    );
    expect(new Set(Object.values(await valued('P', 'S')))).toEqual(new Set(['500 TRADE']));
    await books.project(facts.prices('S', 'EUR', [['2025-01-05', '55']]));
    expect(await valued('P', 'S')).toEqual({
      '2025-01-02': '500 TRADE',
      '2025-01-03': '500 TRADE',
      '2025-01-04': '500 TRADE',
      '2025-01-05': '550 PRICED',
      '2025-01-06': '550 STALE',
      '2025-01-07': '550 STALE',
    });
    await expectVerified();
  });

  it('is never made up: a position without any price has no value, and its portfolio no such day', async () => {
    await books.project(
      facts.security('S', 'EUR'),
      facts.portfolio('P'),
      facts.transaction('P', 'DEPOSIT', 'CASH_EUR', '2025-01-02', {
        transaction_id: 'D',
        gross_transaction_amount: '1000',
      }),
      facts.transaction('P', 'TRANSFER_IN', 'S', '2025-01-04', {
        transaction_id: 'T',
        quantity: '10',
        gross_transaction_amount: '500',
      }),
      facts.closeDay('2025-01-06'),
    );
    expect(new Set(Object.values(await valued('P', 'S')))).toEqual(new Set(['null UNVALUED']));
    const days = () =>
      books.db.database.query(
        `select date, bod_market_value as bod, bod_cashflow as flow, eod_market_value as eod
         from portfolio_timeseries where superseded_by is null order by date`,
      );
    expect(await days()).toEqual([
      { date: '2025-01-02', bod: '0', flow: '1000', eod: '1000' },
      { date: '2025-01-03', bod: '1000', flow: '0', eod: '1000' },
    ]);
    await books.project(facts.prices('S', 'EUR', [['2025-01-04', '60']]));
    expect((await days()).slice(2)).toEqual([
      { date: '2025-01-04', bod: '1000', flow: '600', eod: '1600' },
      { date: '2025-01-05', bod: '1600', flow: '0', eod: '1600' },
      { date: '2025-01-06', bod: '1600', flow: '0', eod: '1600' },
    ]);
    await expectVerified();
  });

  it('is in the units held then, when a split is announced for closes that are adjusted', async () => {
    await books.project(
      facts.security('S', 'EUR'),
      facts.portfolio('P'),
      buy('P', 'S', 'EUR', '10', '700'),
      facts.transaction('P', 'SPLIT', 'S', '2025-01-05', { transaction_id: 'X', ratio: '7' }),
      facts.prices('S', 'EUR', [
        ['2025-01-02', '100'],
        ['2025-01-05', '101'],
      ]),
      facts.closeDay('2025-01-06'),
    );
    expect(await valued('P', 'S')).toMatchObject({ '2025-01-04': '1000 STALE', '2025-01-05': '7070 PRICED' });
    await books.project(split('S', '2025-01-05', '7', true));
    expect(await valued('P', 'S')).toEqual({
      '2025-01-02': '7000 PRICED',
      '2025-01-03': '7000 STALE',
      '2025-01-04': '7000 STALE',
      '2025-01-05': '7070 PRICED',
      '2025-01-06': '7070 STALE',
    });
    expect(await restated()).toMatchObject([
      { security: null, cause: 'split', from: '2025-01-02', through: '2025-01-05' },
      { security: 'S', cause: 'split', from: '2025-01-02', through: '2025-01-05' },
    ]);
    await expectVerified();
  });
});

describe('an exchange rate for a published day', () => {
  const rates = [
    ['2025-01-02', '0.9'],
    ['2025-01-10', '0.8'],
  ] as const;

  async function holding(security: string, currency: string): Promise<void> {
    await books.project(
      facts.security(security, currency),
      facts.portfolio('P'),
      facts.portfolio('AT_HOME', { base_currency: currency }),
      buy('P', security, currency, '10', '100'),
      buy('AT_HOME', security, currency, '10', '100'),
    );
  }

  it('restates the keys in its currency until the next rate', async () => {
    await holding('S', 'USD');
    await books.project(facts.fx('USD', 'EUR', rates), facts.closeDay('2025-01-12'));
    await books.project(facts.fx('USD', 'EUR', [['2025-01-06', '0.95']]));
    const change = { cause: 'fx_rate', from: '2025-01-06', through: '2025-01-10', rows: 5 };
    expect(await restated()).toEqual([
      // The value of the units and that of the cash owed for them cancel out; yet neither is what it was.
      { portfolio: 'P', security: 'S', ...change },
      { portfolio: 'P', security: 'CASH_USD', ...change },
    ]);
    expect(await valued('P', 'S')).toMatchObject({
      '2025-01-05': '900 TRADE',
      '2025-01-06': '950 TRADE',
      '2025-01-09': '950 TRADE',
      '2025-01-10': '800 TRADE',
    });
    await expectVerified();
  });

  it('works the other way round as well', async () => {
    await holding('S', 'USD');
    await books.project(
      facts.fx('EUR', 'USD', [
        ['2025-01-02', '1.25'],
        ['2025-01-10', '2'],
      ]),
      facts.closeDay('2025-01-12'),
    );
    await books.project(facts.fx('EUR', 'USD', [['2025-01-06', '1.6']]));
    expect(await restated()).toMatchObject([
      { portfolio: 'P', security: 'S', from: '2025-01-06', through: '2025-01-10' },
      { portfolio: 'P', security: 'CASH_USD', from: '2025-01-06', through: '2025-01-10' },
    ]);
    expect(await valued('P', 'S')).toMatchObject({
      '2025-01-05': '800 TRADE',
      '2025-01-06': '625 TRADE',
      '2025-01-10': '500 TRADE',
    });
    await expectVerified();
  });

  it('reaches what lots cost that have moved to another security since', async () => {
    await holding('S', 'USD');
    await books.project(
      facts.security('T', 'USD'),
      facts.transaction('P', 'MERGER', 'S', '2025-01-08', {
        transaction_id: 'M',
        currency: 'USD',
        quantity: '10',
        ratio: '2',
        target_security_id: 'T',
      }),
      facts.fx('USD', 'EUR', rates),
      facts.closeDay('2025-01-12'),
    );
    // Of the days of the purchase alone: neither the merger nor anything of T lies in them.
    await books.project(
      facts.fx('USD', 'EUR', [
        ['2025-01-02', '0.95'],
        ['2025-01-04', '0.9'],
      ]),
    );
    const [held] = await books.db.database.query(
      `select cost_basis from daily_position_snapshots join securities using (security_no)
       where security_id = 'T' and date = '2025-01-12' and superseded_by is null`,
    );
    expect(held).toEqual({ cost_basis: '950' });
    await expectVerified();
  });

  it('reaches keys that convert through a third currency, by either leg', async () => {
    await holding('S', 'CHF');
    await books.project(
      facts.fx('CHF', 'USD', [['2025-01-02', '1.1']]),
      facts.fx('USD', 'EUR', rates),
      facts.closeDay('2025-01-12'),
    );
    expect(await valued('P', 'S')).toMatchObject({ '2025-01-05': '990 TRADE', '2025-01-10': '880 TRADE' });
    await books.project(facts.fx('CHF', 'USD', [['2025-01-06', '1.2']]));
    expect(await valued('P', 'S')).toMatchObject({
      '2025-01-05': '990 TRADE',
      '2025-01-06': '1080 TRADE',
      '2025-01-10': '960 TRADE',
    });
    await books.project(facts.fx('USD', 'EUR', [['2025-01-08', '0.95']]));
    expect(await valued('P', 'S')).toMatchObject({
      '2025-01-07': '1080 TRADE',
      '2025-01-08': '1140 TRADE',
      '2025-01-10': '960 TRADE',
    });
    // Once the pair itself is quoted, the cross is no longer asked.
    await books.project(facts.fx('CHF', 'EUR', [['2025-01-09', '1']]));
    expect(await valued('P', 'S')).toMatchObject({ '2025-01-08': '1140 TRADE', '2025-01-09': '1000 TRADE' });
    const before = await restated();
    await books.project(facts.fx('USD', 'EUR', [['2025-01-09', '0.5']]));
    expect(await restated()).toEqual(before);
    expect(before.every(({ portfolio }) => portfolio === 'P')).toBe(true);
    await expectVerified();
  });
});
