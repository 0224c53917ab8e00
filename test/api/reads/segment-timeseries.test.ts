import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, createTestApi, transaction } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';

let api: TestApi;

/** 1,000 USD come in on the first day; half of it buys 50 A at 10, which close at 11 and are sold at 9.90. */
beforeAll(async () => {
  api = await createTestApi();
  await api.given('/v1/portfolios', { portfolio_id: 'PORT_001', base_currency: 'USD' });
  await api.given('/v1/securities', {
    security_id: 'A',
    currency: 'USD',
    type: 'equity',
    asset_class: 'shares',
  });
  await api.given(
    '/v1/prices',
    ['10', '11', '9.9'].map((price, i) => ({ security_id: 'A', date: `2025-01-0${i + 1}`, price })),
  );
  await api.given('/v1/transactions', [
    transaction('T1', 'DEPOSIT', '2025-01-01', { security_id: 'CASH_USD', gross_transaction_amount: '1000' }),
    transaction('T2', 'BUY', '2025-01-01', { security_id: 'A', quantity: '50', price: '10' }),
    transaction('T3', 'SELL', '2025-01-03', { security_id: 'A', quantity: '50', price: '9.9' }),
  ]);
  await api.given('/v1/business-dates', { date: '2025-01-03' });
});
afterAll(() => api.close());

const path = '/v1/portfolios/PORT_001';

describe('the series of a segment', () => {
  const rows = async (query: string) => {
    const reply = await bodyOf<{ rows: Record<string, unknown>[]; next_cursor: string | null }>(
      api.get(`${path}/segments/timeseries?${query}`),
    );
    return reply.rows;
  };

  it('has its days with their returns, flows and weights', async () => {
    const shares = await rows('key=shares');
    const members = ['date', 'bod_cashflow', 'eod_cashflow', 'eod_market_value', 'twr', 'index', 'weight'];
    expect(shares.map((row) => members.map((member) => row[member]))).toEqual([
      ['2025-01-01', '500.00', '0.00', '500.00', '0', '1', '0.5'],
      // 550 / 1,050
      ['2025-01-02', '0.00', '0.00', '550.00', '0.1', '1.1', '0.52380952381'],
      ['2025-01-03', '0.00', '-495.00', '0.00', '-0.1', '0.99', '0'],
    ]);
    expect(await rows('by=security&key=A')).toEqual(shares);
  });

  it('is linked in coarser rows, from the first day of the range on', async () => {
    const [month, ...more] = await rows(`key=shares&from=2025-01-02&frequency=monthly`);
    expect(more).toEqual([]);
    expect(month).toMatchObject({
      from: '2025-01-02',
      date: '2025-01-03',
      bod_market_value: '500.00',
      eod_cashflow: '-495.00',
      twr: '-0.01',
      index: '0.99',
    });
  });

  it('of a whole portfolio is that of the portfolio', async () => {
    const members = [
      'date',
      'bod_market_value',
      'bod_cashflow',
      'eod_cashflow',
      'eod_market_value',
      'twr',
      'index',
    ];
    const whole = await bodyOf<{ rows: Record<string, unknown>[] }>(api.get(`${path}/timeseries`));
    const figures = (of: readonly Record<string, unknown>[]) =>
      of.map((row) => members.map((member) => row[member]));
    expect(figures(await rows('by=portfolio&key=PORT_001'))).toEqual(figures(whole.rows));
  });

  it('comes in pages and as text, and of parts that there are', async () => {
    const page = await bodyOf<{ rows: unknown[]; next_cursor: string }>(
      api.get(`${path}/segments/timeseries?key=shares&limit=2`),
    );
    expect(page.rows).toHaveLength(2);
    expect(await rows(`key=shares&limit=2&cursor=${page.next_cursor}`)).toMatchObject([
      { date: '2025-01-03' },
    ]);
    const text = await (await api.get(`${path}/segments/timeseries?key=shares&format=csv`)).text();
    expect(text.split('\n')[0]).toMatch(/^date,from,bod_market_value,.*,weight/);
    for (const query of ['', 'key=bonds', 'key=A&by=position'])
      expect((await api.get(`${path}/segments/timeseries?${query}`)).status, query).toBe(400);
    expect((await api.get('/v1/portfolios/NONE/segments/timeseries?key=shares')).status).toBe(404);
  });
});
