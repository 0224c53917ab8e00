import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodyOf, createTestApi, givenBooks, problemOf, transaction } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await createTestApi();
  await givenBooks(api);
  await api.given('/v1/portfolios', { portfolio_id: 'PORT_002', base_currency: 'USD' });
  const second = { portfolio_id: 'PORT_002' };
  await api.given('/v1/transactions', [
    transaction('S1', 'DEPOSIT', '2025-08-11', {
      ...second,
      security_id: 'CASH_USD',
      gross_transaction_amount: '5000',
    }),
    // Two of the six that PORT_001 has left on the 15th, at 156.
    transaction('S2', 'TRANSFER_OUT', '2025-08-16', { quantity: '2' }),
    transaction('S3', 'TRANSFER_IN', '2025-08-16', { ...second, quantity: '2' }),
  ]);
});
afterAll(() => api.close());

const GROUP = '/v1/groups/PORT_001,PORT_002';

interface Series {
  readonly portfolio_ids: string[];
  readonly rows: readonly { readonly date: string; readonly [column: string]: unknown }[];
  readonly next_cursor: string | null;
}

describe('a group of portfolios', () => {
  test('has days like a portfolio, in pages', async () => {
    const page = await bodyOf<Series>(api.get(`${GROUP}/timeseries?limit=4`));
    expect(page).toMatchObject({ group_id: 'PORT_001,PORT_002', portfolio_ids: ['PORT_001', 'PORT_002'] });
    expect(page.rows[0]).toMatchObject({ date: '2025-08-11', bod_cashflow: '15000.00' });
    const next = await bodyOf<Series>(api.get(`${GROUP}/timeseries?cursor=${page.next_cursor}`));
    expect(next.rows.map((row) => row.date)).toEqual(['2025-08-15', '2025-08-16', '2025-08-17']);
    // 15,000 − 1,505 + 12 + 639 in cash, and 6 at 158 wherever they are.
    expect(next.rows[1]).toMatchObject({
      bod_cashflow: '0.00',
      eod_cashflow: '0.00',
      eod_market_value: '15094.00',
    });
  });

  test('has returns', async () => {
    const body = await bodyOf<{ periods: unknown[] }>(
      api.get(`${GROUP}/performance?periods=SI&date=2025-08-16`),
    );
    // 15,094 of 15,000, which all came on the first day.
    expect(body.periods).toMatchObject([
      { inflows: '15000.00', outflows: '0.00', gain: '94.00', twr: '0.006266666667' },
    ]);
  });

  test('has positions, and tells who holds them', async () => {
    const body = await bodyOf<{ positions: unknown[] }>(api.get(`${GROUP}/positions?date=2025-08-16`));
    expect(body.positions).toMatchObject([
      { security_id: 'CASH_USD', market_value: '14146.00', held_by: 'PORT_001,PORT_002' },
      {
        security_id: 'SEC_AAPL',
        quantity: '6',
        market_price: '158',
        market_value: '948.00',
        weight: '0.0628064131',
      },
    ]);
    const csv = await (await api.get(`${GROUP}/positions?format=csv`)).text();
    expect(csv.split('\n')[0]).toMatch(/valuation_status,epoch,held_by$/);
  });

  test('need not be sent again until a member has changed', async () => {
    for (const path of ['timeseries', 'performance', 'positions']) {
      const first = await api.get(`${GROUP}/${path}`);
      const etag = first.headers.get('ETag')!;
      expect((await api.get(`${GROUP}/${path}`, { 'If-None-Match': etag })).status).toBe(304);
    }
    const etag = (await api.get(`${GROUP}/timeseries`)).headers.get('ETag')!;
    await api.given('/v1/transactions', [
      transaction('S4', 'FEE', '2025-08-17', {
        portfolio_id: 'PORT_002',
        security_id: 'CASH_USD',
        gross_transaction_amount: '1',
      }),
    ]);
    expect((await api.get(`${GROUP}/timeseries`, { 'If-None-Match': etag })).status).toBe(200);
  });

  test('is there only with all its members', async () => {
    for (const path of ['timeseries', 'performance', 'positions']) {
      const problem = await problemOf(await api.get(`/v1/groups/PORT_001,GONE/${path}`));
      expect(problem).toMatchObject({ status: 404, detail: 'there is no portfolio GONE' });
      expect(await problemOf(await api.get(`/v1/groups/nobody/${path}`))).toMatchObject({ status: 404 });
      expect((await problemOf(await api.get(`/v1/groups/PORT_001,/${path}`))).status).toBe(400);
    }
  });
});
