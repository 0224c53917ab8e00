import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openLog, told } from '../support/log.ts';
import type { LogFixture } from '../support/log.ts';

let fixture: LogFixture;
beforeAll(async () => {
  fixture = await openLog();
});
afterAll(() => fixture.close());

let [buy, sell] = ['', ''];
beforeEach(async () => {
  const portfolio_id = `P-${randomUUID()}`;
  [buy, sell] = [`B-${portfolio_id}`, `S-${portfolio_id}`];
  await fixture.post('portfolios', [{ portfolio_id, base_currency: 'USD' }]);
  const base = { portfolio_id, security_id: 'S1', currency: 'USD', quantity: 10, price: 5 };
  await fixture.post('transactions', [
    { ...base, transaction_id: buy, transaction_type: 'BUY', transaction_date: '2025-08-01' },
    { ...base, transaction_id: sell, transaction_type: 'SELL', transaction_date: '2025-08-10', quantity: 8 },
  ]);
});

const correct = (changes: object, context = {}) =>
  fixture.post('corrections', [{ transaction_id: buy, reason: 'typo', ...changes }], context);
const cancel = (transaction_id: string, context = {}) =>
  fixture.post('cancellations', [{ transaction_id, reason: 'error' }], context);

describe('correcting', () => {
  it('appends what changes, with what follows from it', async () => {
    const [result] = await correct({ price: 6 });
    expect(result).toEqual({ id: buy, status: 'accepted', position: await fixture.log.head() });
    expect(await fixture.log.readAt(result!.position!)).toMatchObject({
      type: 'TransactionCorrected',
      effectiveAt: '2025-08-01T00:00:00.000000Z',
      data: { changes: { price: '6', gross_transaction_amount: '60' }, reason: 'typo' },
    });
  });
  it('the same way twice is a duplicate', async () => {
    await correct({ price: 6 });
    expect(told(await correct({ price: 6 }))).toEqual([`${buy} duplicate`]);
  });
  it('is refused where a later sale would lack what it sells, unless pending is accepted', async () => {
    const [result] = await correct({ quantity: 7 });
    expect(result?.error?.code).toBe('insufficient_quantity');
    expect(result?.error?.message).toContain(sell);
    expect(told(await correct({ quantity: 7 }, { pending: 'accept' }))).toEqual([`${buy} accepted`]);
  });
  it('of an unknown transaction is refused', async () => {
    expect(told(await correct({ transaction_id: 'NOBODY', price: 1 }))).toEqual([
      'NOBODY rejected not_found: transaction_id not_found',
    ]);
  });
  it('of a cancelled transaction is refused', async () => {
    await cancel(sell);
    await cancel(buy);
    expect(told(await correct({ price: 6 }))).toEqual([
      `${buy} rejected cancelled: transaction_id cancelled`,
    ]);
  });
});

describe('cancelling', () => {
  it('happens once', async () => {
    expect(told(await cancel(sell))).toEqual([`${sell} accepted`]);
    expect(told(await cancel(sell))).toEqual([`${sell} rejected cancelled: transaction_id cancelled`]);
  });
  it('is refused while a later sale needs the transaction', async () => {
    expect(told(await cancel(buy))).toEqual([
      `${buy} rejected insufficient_quantity:  insufficient_quantity`,
    ]);
    await cancel(sell);
    expect(told(await cancel(buy))).toEqual([`${buy} accepted`]);
  });
  it('races with corrections without losing either decision', async () => {
    await cancel(sell);
    const results = await Promise.all([
      ...Array.from({ length: 5 }, () => cancel(buy)),
      ...Array.from({ length: 5 }, (_, i) => correct({ price: 10 + i })),
    ]);
    const accepted = results.flat().filter(({ status }) => status === 'accepted');
    const refused = results.flat().filter(({ error }) => error?.code === 'cancelled');
    expect(accepted.length + refused.length).toBe(10);
    expect(refused.length).toBeGreaterThanOrEqual(4);
  });
});

describe('an Idempotency-Key', () => {
  it('answers a repeat with the first result, whatever happened since', async () => {
    const context = { idempotency: { key: randomUUID(), fingerprint: 'body' } };
    const [first] = await correct({ price: 6 }, context);
    await correct({ price: 7 });
    expect(await correct({ price: 6 }, context)).toEqual([
      { id: buy, status: 'duplicate', position: first!.position },
    ]);
  });
  it('used for another body is a conflict', async () => {
    const key = randomUUID();
    await correct({ price: 6 }, { idempotency: { key, fingerprint: 'one' } });
    expect(told(await correct({ price: 8 }, { idempotency: { key, fingerprint: 'two' } }))).toEqual([
      `${buy} rejected conflict:  idempotency_key`,
    ]);
  });
});
