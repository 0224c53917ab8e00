import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { streams } from '../../../domain/events.ts';
import { openLog, told } from '../support/log.ts';
import type { LogFixture } from '../support/log.ts';

let fixture: LogFixture;
beforeAll(async () => {
  fixture = await openLog();
});
afterAll(() => fixture.close());

describe('portfolios and securities', () => {
  it('are opened once and changed by what differs', async () => {
    const item = { portfolio_id: 'P1', base_currency: 'USD' };
    expect(told(await fixture.post('portfolios', [item, item, { ...item, name: 'Growth' }]))).toEqual([
      'P1 accepted',
      'P1 duplicate',
      'P1 accepted',
    ]);
    expect(told(await fixture.post('portfolios', [{ ...item, base_currency: 'EUR' }]))).toEqual([
      'P1 rejected conflict: base_currency immutable',
    ]);
  });
  it('keep one registration when many race', async () => {
    const item = { security_id: 'RACE', currency: 'USD' };
    const results = await Promise.all(Array.from({ length: 8 }, () => fixture.post('securities', [item])));
    expect(results.flat().filter(({ status }) => status === 'accepted')).toHaveLength(1);
    expect(await fixture.log.readStream('security-RACE')).toHaveLength(1);
  });
  it('announce splits', async () => {
    const item = { security_id: 'SPLITS', date: '2014-06-09', ratio: 7, prices_adjusted: true };
    expect(told(await fixture.post('splits', [item]))).toEqual([
      'SPLITS 2014-06-09 rejected not_found: security_id not_found',
    ]);
    await fixture.post('securities', [{ security_id: 'SPLITS', currency: 'USD' }]);
    expect(told(await fixture.post('splits', [item, item]))).toEqual([
      'SPLITS 2014-06-09 accepted',
      'SPLITS 2014-06-09 duplicate',
    ]);
  });
});

describe('prices', () => {
  it('of one security become one event, and only those that are new', async () => {
    const price = (date: string, value: number) => ({
      security_id: 'PX',
      date,
      price: value,
      currency: 'USD',
    });
    const items = [
      price('2025-08-14', 1),
      price('2025-08-15', 2),
      price('2025-08-15', 2),
      price('2025-08-15', 3),
    ];
    expect(
      told(await fixture.post('prices', [...items, { security_id: 'PX', date: '2025-02-30', price: -1 }])),
    ).toEqual([
      'PX 2025-08-14 accepted',
      'PX 2025-08-15 accepted',
      'PX 2025-08-15 duplicate',
      'PX 2025-08-15 accepted',
      'PX 2025-02-30 rejected invalid: date date, price positive',
    ]);
    expect(await fixture.log.readStream(streams.prices('PX'))).toMatchObject([
      {
        data: {
          currency: 'USD',
          prices: [
            ['2025-08-14', '1'],
            ['2025-08-15', '3'],
          ],
        },
      },
    ]);
    expect(told(await fixture.post('prices', [price('2025-08-14', 1), price('2025-08-13', 1)]))).toEqual([
      'PX 2025-08-14 duplicate',
      'PX 2025-08-13 accepted',
    ]);
    expect(await fixture.log.readStream(streams.prices('PX'))).toHaveLength(2);
  });
  it('judge each item by itself', async () => {
    const items = [
      { security_id: 'PY', date: '2025-08-14', price: 1, currency: 'USD' },
      { security_id: 'PY', date: '2025-08-15', price: 1, currency: 'EUR' },
      { security_id: 'UNKNOWN', date: '2025-08-15', price: 1 },
      { security_id: 'CASH_USD', date: '2025-08-15', price: 1 },
    ];
    expect(told(await fixture.post('prices', items))).toEqual([
      'PY 2025-08-14 accepted',
      'PY 2025-08-15 rejected invalid: currency currency_mismatch',
      'UNKNOWN 2025-08-15 rejected invalid: security_id unknown_security',
      'CASH_USD 2025-08-15 rejected invalid: security_id cash',
    ]);
  });
  it('are not set back by the repeat of an old request', async () => {
    const item = (price: number) => [{ security_id: 'PZ', date: '2025-08-14', price, currency: 'USD' }];
    const context = { idempotency: { key: randomUUID(), fingerprint: 'one' } };
    await fixture.post('prices', item(1), context);
    await fixture.post('prices', item(2));
    expect(told(await fixture.post('prices', item(1), context))).toEqual(['PZ 2025-08-14 duplicate']);
    expect(await fixture.log.readStream(streams.prices('PZ'))).toHaveLength(2);
  });
});

describe('exchange rates', () => {
  it('are kept by pair', async () => {
    const rate = (from_currency: string, rate: number) => ({
      from_currency,
      to_currency: 'USD',
      date: '2025-08-14',
      rate,
    });
    expect(
      told(
        await fixture.post('fx-rates', [
          rate('EUR', 1.1),
          rate('GBP', 1.3),
          rate('EUR', 1.1),
          rate('CHF', 0),
        ]),
      ),
    ).toEqual([
      'EUR USD 2025-08-14 accepted',
      'GBP USD 2025-08-14 accepted',
      'EUR USD 2025-08-14 duplicate',
      'CHF USD 2025-08-14 rejected invalid: rate positive',
    ]);
    expect(await fixture.log.readStream(streams.fx('EUR', 'USD'))).toHaveLength(1);
  });
});

describe('business dates', () => {
  it('only advance, and not far beyond today', async () => {
    const items = ['2025-08-18', '2025-08-19', '2025-08-18', '2025-08-28'].map((date) => ({ date }));
    expect(told(await fixture.post('business-dates', items))).toEqual([
      '2025-08-18 accepted',
      '2025-08-19 accepted',
      '2025-08-18 duplicate',
      '2025-08-28 rejected invalid: date future',
    ]);
  });
});
