import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cancellation, correction } from '../support/amendments.ts';
import { facts, openBooks } from '../support/books.ts';
import type { Books, Fact } from '../support/books.ts';

let books: Books;
beforeEach(async () => {
  books = await openBooks();
});
afterEach(() => books.close());

const deposit = (id: string, date: string, amount: string) =>
  facts.transaction('P', 'DEPOSIT', 'CASH_EUR', date, {
    transaction_id: id,
    gross_transaction_amount: amount,
  });

const trade = (type: 'BUY' | 'SELL', id: string, date: string, quantity: string, price: string) =>
  facts.transaction('P', type, 'S', date, { transaction_id: id, quantity, price });

/** Ten units bought at 100, four sold at 120 and four at 130, with a close for each of these days. */
const opening: readonly Fact[] = [
  facts.portfolio('P'),
  facts.security('S', 'EUR'),
  deposit('D', '2025-01-01', '10000'),
  trade('BUY', 'B1', '2025-01-02', '10', '100'),
  trade('SELL', 'S1', '2025-01-06', '4', '120'),
  trade('SELL', 'S2', '2025-01-08', '4', '130'),
  facts.prices('S', 'EUR', [
    ['2025-01-02', '100'],
    ['2025-01-06', '120'],
    ['2025-01-08', '130'],
    ['2025-01-10', '140'],
  ]),
  facts.closeDay('2025-01-10'),
];

/** What an epoch of a key shows; of the present when there is none given. */
const SHOWN = `(t.epoch <= $1 and (t.superseded_by is null or t.superseded_by > $1))`;
const PRESENT = 1_000_000;

async function history(epoch = PRESENT): Promise<string[]> {
  const rows = await books.db.database.query<Record<string, string>>(
    `select t.transaction_id as id, t.quantity, t.cost_basis as cost, t.realized_gain as gain
     from position_history t join securities s using (security_no)
     where s.security_id = 'S' and ${SHOWN} order by t.at`,
    [epoch],
  );
  return rows.map(({ id, quantity, cost, gain }) => `${id}: ${quantity} cost ${cost} gain ${gain}`);
}

async function snapshots(dates: readonly string[], epoch = PRESENT): Promise<string[]> {
  const rows = await books.db.database.query<Record<string, string>>(
    `select t.date, t.quantity, t.cost_basis as cost, t.market_value as value, t.realized_gain as gain
     from daily_position_snapshots t join securities s using (security_no)
     where s.security_id = 'S' and ${SHOWN} and t.date = any($2::date[]) order by t.date`,
    [epoch, dates],
  );
  return rows.map((r) => `${r.date}: ${r.quantity} cost ${r.cost} worth ${r.value} gained ${r.gain}`);
}

/** The portfolio's value at the end of a day. */
async function value(date: string): Promise<string> {
  const [row] = await books.db.database.query<{ value: string }>(
    `select eod_market_value as value from portfolio_timeseries where date = $1 and superseded_by is null`,
    [date],
  );
  return row!.value;
}

/** The current epoch of each key and of the portfolio. */
async function epochs(): Promise<Record<string, number>> {
  const rows = await books.db.database.query<{ key: string; epoch: number }>(
    `select security_id as key, epoch from position_state join securities using (security_no)
     union all select 'P', epoch from portfolio_state`,
  );
  return Object.fromEntries(rows.map(({ key, epoch }) => [key, epoch]));
}

/** Days of `S` with a row of the epoch. */
async function daysOf(epoch: number): Promise<string[]> {
  const rows = await books.db.database.query<{ date: string }>(
    `select date from position_timeseries join securities using (security_no)
     where security_id = 'S' and epoch = $1 order by date`,
    [epoch],
  );
  return rows.map(({ date }) => date);
}

async function expectVerified(): Promise<void> {
  expect(await books.projections.verify({})).toMatchObject({ ok: true, skipped: [], differences: [] });
}

describe('a back-dated purchase', () => {
  it('restates the gain of every later sale, and so do its correction and its cancellation', async () => {
    await books.project(...opening);
    expect(await history()).toEqual([
      'B1: 10 cost 1000 gain 0',
      'S1: 6 cost 600 gain 80',
      'S2: 2 cost 200 gain 120',
    ]);
    expect(await value('2025-01-10')).toBe('10280');

    // First in, first out: S1 now sells four of these five, S2 the fifth and three of B1.
    await books.project(trade('BUY', 'B0', '2025-01-01', '5', '80'));
    expect(await history()).toEqual([
      'B0: 5 cost 400 gain 0',
      'B1: 15 cost 1400 gain 0',
      'S1: 11 cost 1080 gain 160',
      'S2: 7 cost 700 gain 140',
    ]);
    expect(await snapshots(['2025-01-01', '2025-01-06', '2025-01-09', '2025-01-10'])).toEqual([
      '2025-01-01: 5 cost 400 worth 400 gained 0',
      '2025-01-06: 11 cost 1080 worth 1320 gained 160',
      '2025-01-09: 7 cost 700 worth 910 gained 300',
      '2025-01-10: 7 cost 700 worth 980 gained 300',
    ]);
    expect(await value('2025-01-10')).toBe('10580');

    await books.project(correction(['P', 'S', 'B1'], { price: '90' }));
    expect(await history()).toEqual([
      'B0: 5 cost 400 gain 0',
      'B1: 15 cost 1300 gain 0',
      'S1: 11 cost 980 gain 160',
      'S2: 7 cost 630 gain 170',
    ]);
    expect(await value('2025-01-10')).toBe('10680');

    await books.project(cancellation(['P', 'S', 'B0']));
    expect(await history()).toEqual([
      'B1: 10 cost 900 gain 0',
      'S1: 6 cost 540 gain 120',
      'S2: 2 cost 180 gain 160',
    ]);
    expect(await value('2025-01-10')).toBe('10380');
    await expectVerified();
  });

  it('leaves what earlier epochs showed readable', async () => {
    await books.project(...opening);
    await books.project(trade('BUY', 'B0', '2025-01-01', '5', '80'));
    await books.project(correction(['P', 'S', 'B1'], { price: '90' }));
    await books.project(cancellation(['P', 'S', 'B0']));
    expect(await epochs()).toEqual({ S: 3, CASH_EUR: 3, P: 3 });
    expect((await history(0)).slice(1)).toEqual(['S1: 6 cost 600 gain 80', 'S2: 2 cost 200 gain 120']);
    expect((await history(1)).slice(2)).toEqual(['S1: 11 cost 1080 gain 160', 'S2: 7 cost 700 gain 140']);
    expect((await history(2)).slice(2)).toEqual(['S1: 11 cost 980 gain 160', 'S2: 7 cost 630 gain 170']);
    expect(await history(3)).toEqual(await history());
    expect(await snapshots(['2025-01-08'], 0)).toEqual(['2025-01-08: 2 cost 200 worth 260 gained 200']);
    expect(await snapshots(['2025-01-08'], 1)).toEqual(['2025-01-08: 7 cost 700 worth 910 gained 300']);
    expect(await snapshots(['2025-01-08'], 3)).toEqual(['2025-01-08: 2 cost 180 worth 260 gained 280']);
    expect(await snapshots(['2025-01-01'], 0)).toEqual([]);
    const audit = await books.db.database.query(
      `select epoch, cause, cause_position, date '1970-01-01' + from_day as from_date, rows
       from epochs join securities using (security_no) where security_id = 'S' order by epoch`,
    );
    expect(audit).toEqual([
      { epoch: 1, cause: 'transaction', cause_position: 9, from_date: '2025-01-01', rows: 10 },
      { epoch: 2, cause: 'correction', cause_position: 10, from_date: '2025-01-02', rows: 9 },
      { epoch: 3, cause: 'cancellation', cause_position: 11, from_date: '2025-01-01', rows: 9 },
    ]);
  });
});

describe('epochs', () => {
  it('hold the days that changed and no others', async () => {
    await books.project(...opening);
    await books.project(trade('SELL', 'S3', '2025-01-09', '1', '131'));
    expect(await epochs()).toEqual({ S: 1, CASH_EUR: 1, P: 1 });
    expect(await daysOf(1)).toEqual(['2025-01-09', '2025-01-10']);
    const portfolio = await books.db.database.query(`select date from portfolio_timeseries where epoch = 1`);
    expect(portfolio).toEqual([{ date: '2025-01-09' }, { date: '2025-01-10' }]);
    await expectVerified();
  });

  it('do not begin by what changes no figure', async () => {
    await books.project(...opening);
    await books.project(
      correction(['P', 'S', 'B1'], { note: 'by telephone' }),
      facts.prices('S', 'EUR', [['2025-01-06', '120.00']]),
      facts.closeDay('2025-01-09'),
    );
    expect(await epochs()).toEqual({ S: 0, CASH_EUR: 0, P: 0 });
    expect(await books.db.database.query(`select from epochs`)).toEqual([]);
    await expectVerified();
  });

  it('do not begin on the open day, which is rewritten in place', async () => {
    await books.project(...opening);
    await books.project(
      trade('SELL', 'S3', '2025-01-10', '1', '141'),
      facts.prices('S', 'EUR', [['2025-01-10', '142']]),
    );
    expect(await snapshots(['2025-01-10'])).toEqual(['2025-01-10: 1 cost 100 worth 142 gained 241']);
    expect(await epochs()).toEqual({ S: 0, CASH_EUR: 0, P: 0 });
    const superseded = await books.db.database.query(
      `select from position_timeseries where superseded_by is not null`,
    );
    expect(superseded).toEqual([]);
    // The next business date publishes it: from then on it is history.
    await books.project(facts.closeDay('2025-01-11'));
    await books.project(facts.prices('S', 'EUR', [['2025-01-10', '143']]));
    expect(await epochs()).toEqual({ S: 1, CASH_EUR: 0, P: 1 });
    expect(await snapshots(['2025-01-10'], 0)).toEqual(['2025-01-10: 1 cost 100 worth 142 gained 241']);
    expect(await snapshots(['2025-01-10'], 1)).toEqual(['2025-01-10: 1 cost 100 worth 143 gained 241']);
    await expectVerified();
  });

  it('coalesce: a hundred back-dated trades, together or one by one, are one epoch of each key', async () => {
    await books.project(...opening);
    const trades = (name: string) =>
      Array.from({ length: 100 }, (_, i) => trade('BUY', `${name}${i}`, '2025-01-03', '1', '100'));
    await books.project(...trades('together'));
    expect(await epochs()).toEqual({ S: 1, CASH_EUR: 1, P: 1 });
    for (const each of trades('single')) await books.append(each);
    await books.projections.catchUp();
    expect(await epochs()).toEqual({ S: 2, CASH_EUR: 2, P: 2 });
    expect(await snapshots(['2025-01-10'])).toEqual([
      // The lots of B1 are sold as before.
      '2025-01-10: 202 cost 20200 worth 28280 gained 200',
    ]);
    await expectVerified();
  });

  it('do not begin while an import arrives in pieces and nothing was published', async () => {
    await books.project(...opening.slice(0, 2));
    await books.project(trade('SELL', 'S1', '2025-01-06', '4', '120'));
    await books.project(facts.prices('S', 'EUR', [['2025-01-06', '120']]));
    await books.project(trade('BUY', 'B1', '2025-01-02', '10', '100'), deposit('D', '2025-01-01', '10000'));
    await books.project(correction(['P', 'S', 'B1'], { price: '90' }));
    await books.project(facts.closeDay('2025-01-10'));
    expect(await epochs()).toEqual({ S: 0, CASH_EUR: 0, P: 0 });
    expect(await books.db.database.query(`select from epochs`)).toEqual([]);
    expect(await history()).toEqual(['B1: 10 cost 900 gain 0', 'S1: 6 cost 540 gain 120']);
    await expectVerified();
  });
});

describe('restatements', () => {
  it('are exact for amounts of 10^12 and more', async () => {
    await books.project(
      facts.portfolio('P'),
      facts.security('S', 'EUR'),
      facts.transaction('P', 'BUY', 'S', '2025-01-02', {
        transaction_id: 'B1',
        quantity: '1000000000000',
        price: '1234567.8901',
        trade_fee: '0.01',
      }),
      trade('SELL', 'S1', '2025-01-06', '300000000000', '1300000'),
      facts.closeDay('2025-01-07'),
    );
    expect((await history())[1]).toBe(
      'S1: 700000000000 cost 864197523070000000.007 gain 19629632969999999.997',
    );
    await books.project(trade('BUY', 'B0', '2025-01-01', '1', '1'));
    expect((await history())[2]).toBe(
      'S1: 700000000001 cost 864197523071234567.8971 gain 19629632971234566.8871',
    );
    await expectVerified();
  });

  it('reach transactions after the latest business date', async () => {
    await books.project(
      facts.portfolio('P', { base_currency: 'USD' }),
      facts.security('S', 'EUR'),
      facts.fx('EUR', 'USD', [
        ['2025-01-01', '1'],
        ['2025-02-01', '1.5'],
      ]),
      trade('BUY', 'B1', '2025-01-02', '10', '100'),
      trade('BUY', 'B2', '2025-01-20', '10', '100'),
      facts.closeDay('2025-01-10'),
    );
    await books.project(facts.fx('EUR', 'USD', [['2025-01-05', '1.1']]));
    expect(await history()).toEqual(['B1: 10 cost 1000 gain 0', 'B2: 20 cost 2100 gain 0']);
    await expectVerified();
  });

  it('pass over a key whose transactions have all been cancelled', async () => {
    await books.project(...opening, facts.security('T', 'EUR'));
    await books.project(
      facts.transaction('P', 'BUY', 'T', '2025-01-03', { transaction_id: 'T1', quantity: '1', price: '10' }),
    );
    await books.project(cancellation(['P', 'T', 'T1']));
    await books.project(
      facts.prices('T', 'EUR', [['2025-01-03', '11']]),
      facts.prices('S', 'EUR', [['2025-01-09', '141']]),
    );
    expect(await value('2025-01-09')).toBe('10282');
    await expectVerified();
  });

  it('follow a reorganisation that is corrected to another security', async () => {
    await books.project(
      facts.portfolio('P'),
      ...['S', 'T', 'U'].map((id) => facts.security(id, 'EUR')),
      facts.transaction('P', 'BUY', 'T', '2025-01-05', {
        transaction_id: 'T1',
        quantity: '1',
        price: '10',
      }),
      trade('BUY', 'B1', '2025-01-02', '10', '100'),
      facts.closeDay('2025-01-12'),
    );
    const merged = { transaction_id: 'M', quantity: '10', ratio: '2' };
    await books.project(
      facts.transaction('P', 'MERGER', 'S', '2025-01-08', { ...merged, target_security_id: 'T' }),
    );
    // While T is tied to S another purchase arrives, before the one whose state was kept.
    await books.project(
      facts.transaction('P', 'BUY', 'T', '2025-01-03', { transaction_id: 'T0', quantity: '5', price: '10' }),
    );
    await books.project(correction(['P', 'S', 'M'], { target_security_id: 'U' }));
    await books.project(
      facts.transaction('P', 'BUY', 'T', '2025-01-09', { transaction_id: 'T2', quantity: '1', price: '10' }),
    );
    const held = await books.db.database.query(
      `select security_id, quantity, cost_basis from daily_position_snapshots join securities using (security_no)
       where date = '2025-01-12' and superseded_by is null and security_id in ('S', 'T', 'U') order by security_id`,
    );
    expect(held).toEqual([
      { security_id: 'T', quantity: '7', cost_basis: '70' },
      { security_id: 'U', quantity: '20', cost_basis: '1000' },
    ]);
    await expectVerified();
  });
});
