import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ItemResult } from '../../../commands/handler/types.ts';
import { openLog, told } from '../support/log.ts';
import type { LogFixture } from '../support/log.ts';

let fixture: LogFixture;
beforeAll(async () => {
  fixture = await openLog();
});
afterAll(() => fixture.close());

/** A portfolio of its own for every test. */
let portfolio: string;
let number = 0;
beforeEach(async () => {
  portfolio = `P-${randomUUID()}`;
  await fixture.post('portfolios', [{ portfolio_id: portfolio, base_currency: 'USD' }]);
});

const transaction = (changes: object = {}) => ({
  transaction_id: `T${++number}`,
  portfolio_id: portfolio,
  security_id: `S-${portfolio}`,
  transaction_date: '2025-08-15T10:00:00Z',
  transaction_type: 'BUY',
  quantity: 10,
  price: 150,
  currency: 'USD',
  ...changes,
});
const sale = (changes: object = {}) =>
  transaction({ transaction_type: 'SELL', transaction_date: '2025-08-18', ...changes });

async function one(item: object, context = {}): Promise<ItemResult> {
  return (await fixture.post('transactions', [item], context))[0]!;
}

describe('recording transactions', () => {
  it('registers an unknown security by the way and returns the position of the last event', async () => {
    const result = await one(transaction({ transaction_id: 'FIRST' }));
    expect(result).toEqual({ id: 'FIRST', status: 'accepted', position: await fixture.log.head() });
    const [registered, recorded] = await fixture.log.readFeed((await fixture.log.head()) - 2, 2);
    expect(registered).toMatchObject({
      type: 'SecurityRegistered',
      data: { security_id: `S-${portfolio}`, currency: 'USD', type: 'other' },
    });
    expect(recorded).toMatchObject({
      type: 'TransactionRecorded',
      effectiveAt: '2025-08-15T10:00:00.000000Z',
      data: { quantity: '10', gross_transaction_amount: '1500', trade_fee: '0' },
      metadata: { source: 'http' },
    });
  });

  it('registers the cash that an exchange delivers in the currency it is named after', async () => {
    const exchange = transaction({
      transaction_id: 'XC',
      transaction_type: 'EXCHANGE',
      security_id: 'CASH_SEK',
      target_security_id: 'CASH_NOK',
      quantity: 1000,
      price: undefined,
      ratio: 1.08,
      currency: undefined,
    });
    expect(await one(exchange)).toMatchObject({ id: 'XC', status: 'accepted' });
    const events = await fixture.log.readFeed((await fixture.log.head()) - 3, 3);
    expect(events.map(({ type, data }) => [type, data])).toMatchObject([
      ['SecurityRegistered', { security_id: 'CASH_SEK', currency: 'SEK', type: 'cash' }],
      ['SecurityRegistered', { security_id: 'CASH_NOK', currency: 'NOK', type: 'cash' }],
      ['TransactionRecorded', { currency: 'SEK', target_security_id: 'CASH_NOK', quantity: '1000' }],
    ]);
    const correction = { transaction_id: 'XC', quantity: 900, reason: 'misread' };
    expect(await fixture.post('corrections', [correction])).toMatchObject([{ status: 'accepted' }]);
  });

  it('takes the currency of a known security, and of cash by its identifier', async () => {
    await one(transaction());
    expect(told([await one(transaction({ transaction_id: 'A', currency: undefined }))])).toEqual([
      'A accepted',
    ]);
    const deposit = {
      transaction_id: 'B',
      security_id: 'CASH_CHF',
      transaction_type: 'DEPOSIT',
      quantity: 5,
      price: undefined,
      currency: undefined,
    };
    expect(told([await one(transaction(deposit))])).toEqual(['B accepted']);
  });

  it('refuses an unknown portfolio and an unknown security without a currency, and appends nothing', async () => {
    const head = await fixture.log.head();
    expect(told([await one(transaction({ transaction_id: 'A', portfolio_id: 'NOWHERE' }))])).toEqual([
      'A rejected not_found: portfolio_id not_found',
    ]);
    expect(told([await one(transaction({ transaction_id: 'A', currency: undefined }))])).toEqual([
      'A rejected invalid: security_id unknown_security',
    ]);
    expect(told([await one(transaction({ transaction_id: 'A', quantity: '1'.repeat(40) }))])).toEqual([
      'A rejected invalid: quantity digits',
    ]);
    expect(await fixture.log.head()).toBe(head);
  });

  it('opens an unknown portfolio where told so, with explicit cash', async () => {
    const id = `NEW-${portfolio}`;
    const result = await one(transaction({ portfolio_id: id, currency: 'EUR' }), {
      unknownPortfolio: 'open',
    });
    expect(result.status).toBe('accepted');
    expect(await fixture.log.readStream(`portfolio-${id}`)).toMatchObject([
      { type: 'PortfolioOpened', data: { base_currency: 'EUR', cash: 'explicit' } },
    ]);
  });

  it('answers a repeat with the first position, and other content with a conflict', async () => {
    const item = transaction();
    const first = await one(item);
    const again = await one({
      ...item,
      quantity: '10.00',
      gross_transaction_amount: 1500,
      currency: undefined,
    });
    expect(again).toEqual({ id: item.transaction_id, status: 'duplicate', position: first.position });
    expect(told([await one({ ...item, price: 151 })])).toEqual([
      `${item.transaction_id} rejected conflict: transaction_id conflict`,
    ]);
    expect(told([await one({ ...item, security_id: `OTHER-${portfolio}` })])).toEqual([
      `${item.transaction_id} rejected conflict: transaction_id conflict`,
    ]);
  });

  it('registers nothing for a transaction it refuses', async () => {
    const head = await fixture.log.head();
    const spinOff = { target_security_id: `T-${portfolio}`, ratio: 1, cost_fraction: 0 };
    const none = { quantity: undefined, price: undefined };
    expect((await one(sale())).error?.code).toBe('insufficient_quantity');
    const refused = await one(transaction({ transaction_type: 'SPIN_OFF', ...none, ...spinOff }));
    expect(refused.error?.errors[0]?.rule).toBe('nothing_held');
    expect(await fixture.log.head()).toBe(head);
  });

  it('refuses new transactions of a closed portfolio, and knows the old ones', async () => {
    const item = transaction();
    const first = await one(item);
    await fixture.post('portfolio-closures', [{ portfolio_id: portfolio, date: '2025-08-01' }]);
    const result = await one(transaction({ transaction_id: 'TOO_LATE' }));
    expect(told([result])).toEqual(['TOO_LATE rejected closed: portfolio_id closed']);
    expect(await one(item)).toEqual({
      id: item.transaction_id,
      status: 'duplicate',
      position: first.position,
    });
  });
});

describe('selling', () => {
  it('refuses more than is held, naming what is held', async () => {
    await one(transaction());
    const result = await one(sale({ transaction_id: 'X', quantity: 11 }));
    expect(told([result])).toEqual(['X rejected insufficient_quantity: quantity insufficient_quantity']);
    expect(result.error?.message).toContain('11');
    expect(result.error?.message).toContain('10 held');
    expect((await one(sale({ quantity: 10 }))).status).toBe('accepted');
  });

  it('refuses a back-dated sale that leaves a later one without enough', async () => {
    await one(transaction());
    const later = sale({ quantity: 8 });
    await one(later);
    const result = await one(sale({ transaction_id: 'Y', transaction_date: '2025-08-17', quantity: 5 }));
    expect(result.error?.code).toBe('insufficient_quantity');
    expect(result.error?.message).toContain(later.transaction_id);
  });

  it('is accepted as pending where asked for, and reported as such', async () => {
    expect((await one(sale(), { pending: 'accept' })).status).toBe('pending');
    expect((await one(sale(), { pending: 'unchecked' })).status).toBe('accepted');
    const item = sale();
    await one(item, { pending: 'accept' });
    expect((await one(item, { pending: 'accept' })).status).toBe('duplicate');
  });

  it('is a duplicate the second time, though nothing is left to sell', async () => {
    await one(transaction());
    const item = sale();
    const first = await one(item);
    expect(await one(item)).toEqual({
      id: item.transaction_id,
      status: 'duplicate',
      position: first.position,
    });
  });

  it('goes short where the portfolio allows it', async () => {
    await fixture.post('portfolios', [{ portfolio_id: portfolio, base_currency: 'USD', allow_short: true }]);
    expect((await one(sale())).status).toBe('accepted');
  });

  it('lets only as many racing sales win as there is to sell', async () => {
    await one(transaction());
    const sales = Array.from({ length: 8 }, () => sale({ quantity: 4 }));
    const results = await Promise.all(sales.map((item) => one(item)));
    expect(results.filter(({ status }) => status === 'accepted')).toHaveLength(2);
    expect(results.filter(({ error }) => error?.code === 'insufficient_quantity')).toHaveLength(6);
  });

  it('of what a spin-off delivered is judged with it, in one request and before any reader has seen it', async () => {
    const target = `SPUN-${portfolio}`;
    const spinOff = transaction({
      transaction_type: 'SPIN_OFF',
      transaction_date: '2025-08-16',
      quantity: undefined,
      price: undefined,
      target_security_id: target,
      ratio: '0.5',
      cost_fraction: '0.2',
    });
    const results = await fixture.post('transactions', [
      transaction(),
      spinOff,
      sale({ transaction_id: 'Q1', security_id: target, quantity: 6 }),
      sale({ transaction_id: 'Q2', security_id: target, quantity: 5 }),
    ]);
    expect(told(results.slice(2))).toEqual([
      'Q1 rejected insufficient_quantity: quantity insufficient_quantity',
      'Q2 accepted',
    ]);
  });

  it('takes specific lots only where the portfolio sells by them, and only lots that are there', async () => {
    const lots = (lot_id: string) =>
      sale({ transaction_id: 'L', quantity: 1, lots: [{ lot_id, quantity: 1 }] });
    const bought = transaction();
    await one(bought);
    expect(told([await one(lots(bought.transaction_id))])).toEqual([
      'L rejected invalid: lots lots_not_allowed',
    ]);
    await fixture.post('portfolios', [
      { portfolio_id: portfolio, base_currency: 'USD', cost_basis_method: 'specific' },
    ]);
    expect(told([await one(lots('NO_SUCH_LOT'))])).toEqual([
      'L rejected insufficient_quantity: lots unknown_lot',
    ]);
    expect(told([await one(lots(bought.transaction_id))])).toEqual(['L accepted']);
  });
});

describe('a request of many items', () => {
  it('answers each in its place, keeping the order within a key', async () => {
    const items = Array.from({ length: 40 }, (_, i) => [
      transaction({ transaction_id: `M${i}B`, security_id: `M${i % 7}-${portfolio}`, quantity: 1 }),
      sale({ transaction_id: `M${i}S`, security_id: `M${i % 7}-${portfolio}`, quantity: 1 }),
    ]).flat();
    const results = await fixture.post('transactions', [...items, { transaction_id: 'BAD' }, 7 as never]);
    expect(results.slice(0, 80).map(({ id, status }) => [id, status])).toEqual(
      items.map(({ transaction_id }) => [transaction_id, 'accepted']),
    );
    expect(results.slice(80).map(({ id, status }) => [id, status])).toEqual([
      ['BAD', 'rejected'],
      ['#81', 'rejected'],
    ]);
  });

  it('has only a window of items in hand', async () => {
    let read = 0;
    async function* items() {
      for (let i = 0; i < 2_000; i++) {
        read += 1;
        yield { ok: true as const, value: { not: 'a transaction' } };
      }
    }
    const results = fixture.handler.stream('transactions', items(), { source: 'http' });
    await results.next();
    expect(read).toBeLessThan(300);
    await results.return(undefined);
  });
});
