import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodyOf, createTestApi, givenBooks } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await createTestApi();
  await givenBooks(api);
});
afterAll(() => api.close());

async function body(path: string): Promise<unknown> {
  const reply = await api.get(path);
  const text = await reply.text();
  expect([reply.status, text]).toEqual([200, expect.any(String)]);
  return JSON.parse(text);
}

const P = '/v1/portfolios/PORT_001';

describe('portfolios', () => {
  const portfolio = {
    portfolio_id: 'PORT_001',
    name: 'Growth',
    base_currency: 'USD',
    cost_basis_method: 'fifo',
    cash: 'derived',
    allow_short: false,
    time_zone: 'UTC',
    status: 'CURRENT',
    epoch: 0,
    first_date: '2025-08-11',
    latest_date: '2025-08-17',
    complete_through: '2025-08-17',
    blocked_days: [],
  };

  test('are listed with how far they have come', async () => {
    expect(await body('/v1/portfolios')).toMatchObject({ portfolios: [portfolio], next_cursor: null });
  });

  test('one tells what keeps it waiting', async () => {
    expect(await body(P)).toMatchObject({ ...portfolio, pending_transactions: [], quarantined: [] });
  });

  test('an unknown one is 404', async () => {
    const reply = await api.get('/v1/portfolios/NOPE/positions');
    expect(reply.status).toBe(404);
    expect(await reply.json()).toMatchObject({ detail: 'there is no portfolio NOPE' });
  });
});

describe('positions', () => {
  test('on the latest day: values, gains, weights', async () => {
    expect(await body(`${P}/positions`)).toEqual({
      portfolio_id: 'PORT_001',
      date: '2025-08-17',
      currency: 'USD',
      complete_through: '2025-08-17',
      positions: [
        expect.objectContaining({ security_id: 'CASH_USD', quantity: '9146', market_value: '9146.00' }),
        {
          security_id: 'SEC_AAPL',
          currency: 'USD',
          quantity: '6',
          cost_basis: '903.00',
          cost_basis_local: '903.00',
          market_price: '160',
          price_date: '2025-08-17',
          market_value: '960.00',
          market_value_local: '960.00',
          unrealized_gain: '57.00',
          unrealized_gain_local: '57.00',
          realized_gain: '37.00',
          realized_gain_local: '37.00',
          realized_price_gain: '37.00',
          realized_fx_gain: '0.00',
          weight: '0.0949930734',
          valuation_status: 'PRICED',
          epoch: 0,
        },
      ],
    });
  });

  test('on a date, and on one before the first', async () => {
    expect(await body(`${P}/positions?date=2025-08-13`)).toMatchObject({
      date: '2025-08-13',
      positions: [
        { security_id: 'CASH_USD' },
        { security_id: 'SEC_AAPL', quantity: '10', market_price: '152' },
      ],
    });
    expect(await body(`${P}/positions?date=2020-01-01`)).toMatchObject({ positions: [] });
  });

  test('history: the state after each transaction', async () => {
    expect(await body(`${P}/positions/SEC_AAPL/history`)).toMatchObject({
      security_id: 'SEC_AAPL',
      currency: 'USD',
      rows: [
        { transaction_id: 'T2', transaction_type: 'BUY', quantity: '10', cost_basis: '1505.00' },
        { transaction_id: 'T3', transaction_type: 'DIVIDEND', quantity: '10' },
        { transaction_id: 'T4', transaction_type: 'SELL', quantity: '6', realized_gain: '37.00' },
      ],
      next_cursor: null,
    });
  });

  test('lots: what is open, and what a sale took', async () => {
    expect(await body(`${P}/positions/SEC_AAPL/lots`)).toMatchObject({
      date: '2025-08-17',
      lots: [
        {
          lot_id: 'T2',
          opened: '2025-08-12',
          quantity: '6',
          cost_local: '903.00',
          cost: '903.00',
          fx_rate: '1',
        },
      ],
      disposals: [
        { transaction_id: 'T4', transaction_type: 'SELL', lot_id: 'T2', quantity: '4', cost_local: '602.00' },
      ],
    });
    expect(await body(`${P}/positions/SEC_AAPL/lots?date=2025-08-14`)).toMatchObject({
      lots: [{ quantity: '10' }],
      disposals: [],
    });
  });

  test('lots of derived cash follow the trades', async () => {
    expect(await body(`${P}/positions/CASH_USD/lots?date=2025-08-12`)).toMatchObject({
      lots: [{ lot_id: 'T1', quantity: '8495' }],
      disposals: [{ transaction_id: 'T2', quantity: '1505' }],
    });
  });

  test('timeseries: the next day opens where the last one closed', async () => {
    expect(await body(`${P}/positions/SEC_AAPL/timeseries?from=2025-08-14&to=2025-08-15`)).toMatchObject({
      currency: 'USD',
      rows: [
        { date: '2025-08-14', eod_market_value: '1540.00', income: '12.00', eod_cashflow_position: '-12.00' },
        {
          date: '2025-08-15',
          bod_market_value: '1540.00',
          eod_cashflow_position: '-639.00',
          fees: '1.00',
          quantity: '6',
        },
      ],
    });
  });

  test('of an unknown security are 404', async () => {
    for (const what of ['history', 'lots', 'timeseries'])
      expect((await api.get(`${P}/positions/NOPE/${what}`)).status).toBe(404);
  });
});

describe('timeseries of the portfolio', () => {
  test('daily, with the return of each day and an index from 1', async () => {
    const { rows } = await bodyOf<{ rows: unknown[] }>(api.get(`${P}/timeseries`));
    expect(rows).toHaveLength(7);
    expect(rows[1]).toEqual({
      date: '2025-08-12',
      from: '2025-08-12',
      bod_market_value: '10000.00',
      bod_cashflow: '0.00',
      eod_cashflow: '0.00',
      eod_market_value: '9995.00',
      income: '0.00',
      fees: '5.00',
      taxes: '0.00',
      cost: '10000.00',
      positions: 2,
      quality: 'final',
      twr: '-0.0005',
      index: '0.9995',
      epoch: 0,
    });
  });

  test('resampled rows link to the same return', async () => {
    expect(await body(`${P}/timeseries?frequency=monthly`)).toMatchObject({
      frequency: 'monthly',
      rows: [{ from: '2025-08-11', date: '2025-08-17', twr: '0.0106', index: '1.0106', quality: 'open_day' }],
    });
  });

  test('in another currency, at the rates of each day', async () => {
    const missing = await api.get(`${P}/timeseries?currency=EUR`);
    expect(missing.status).toBe(400);
    expect(await missing.json()).toMatchObject({ errors: [{ field: 'currency', rule: 'no_rate' }] });

    await api.given('/v1/fx-rates', [
      { from_currency: 'EUR', to_currency: 'USD', date: '2025-08-01', rate: '1.25' },
      { from_currency: 'EUR', to_currency: 'USD', date: '2025-08-13', rate: '1.6' },
    ]);
    expect(await body(`${P}/timeseries?currency=EUR&from=2025-08-12&to=2025-08-13`)).toMatchObject({
      currency: 'EUR',
      rows: [{ eod_market_value: '7996.00' }, { bod_market_value: '7996.00', eod_market_value: '6259.375' }],
    });
  });
});

describe('performance', () => {
  test('gives the standard periods by default', async () => {
    expect(await body(`${P}/performance`)).toMatchObject({
      currency: 'USD',
      date: '2025-08-17',
      inception: '2025-08-11',
      position: expect.any(Number),
      conventions: {
        basis: 'net',
        taxes: 'after',
        flow_timing: 'in-begin-out-end',
        annualization: 'actual/365',
      },
      periods: ['MTD', 'QTD', 'YTD', '1Y', '3Y', '5Y', '10Y', 'SI'].map((period) => ({ period })),
    });
  });

  test('gives the periods asked for, a custom one among them', async () => {
    const reply = await body(`${P}/performance?periods=SI,2025-08&from=2025-08-12&to=2025-08-13&basis=gross`);
    expect(reply).toMatchObject({
      conventions: { basis: 'gross' },
      periods: [
        {
          period: 'SI',
          twr_annualized: null,
          begin_market_value: '0.00',
          end_market_value: '10106.00',
          inflows: '10000.00',
        },
        { period: '2025-08' },
        { period: 'custom', from: '2025-08-12', to: '2025-08-13', begin_market_value: '10000.00' },
      ],
    });
  });

  test('follows the conventions asked for', async () => {
    const twr = async (query: string) => {
      const report = await bodyOf<{ periods: { twr: string }[] }>(
        api.get(`${P}/performance?periods=SI${query}`),
      );
      return report.periods[0]?.twr;
    };
    expect(await twr('')).toBe('0.0106');
    expect(await twr('&basis=gross')).not.toBe('0.0106');
    expect(await twr('')).toBe('0.0106');
  });

  test('refuses what is no period', async () => {
    const reply = await api.get(`${P}/performance?periods=YTD,XYZ`);
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({ errors: [{ field: 'periods', rule: 'period' }] });
  });

  test.each([
    ['performance', 400],
    ['contributions', 24],
  ])('%s takes at most %i periods at a time', async (report, most) => {
    const asked = (count: number) =>
      api.get(`${P}/${report}?periods=${Array.from({ length: count }, (_, at) => `${at + 1}M`).join(',')}`);
    expect((await asked(most)).status).toBe(200);
    const reply = await asked(most + 1);
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({ errors: [{ field: 'periods', rule: 'too_many' }] });
  });
});

describe('transactions and cash flows', () => {
  test('transactions in the order of their instants', async () => {
    const reply = await body(`${P}/transactions?security_id=SEC_AAPL&from=2025-08-13`);
    expect(reply).toMatchObject({
      transactions: [
        { transaction_id: 'T3', status: 'applied', gross_transaction_amount: '12.00' },
        { transaction_id: 'T4', status: 'applied', reason: null },
      ],
    });
  });

  test('cash flows of positions, and what crossed the boundary of the portfolio', async () => {
    expect(await body(`${P}/cashflows?to=2025-08-12`)).toMatchObject({
      cashflows: [
        { date: '2025-08-11', security_id: 'CASH_USD', bod_cashflow_portfolio: '10000.00' },
        {
          date: '2025-08-12',
          security_id: 'CASH_USD',
          eod_cashflow_position: '-1505.00',
          bod_cashflow_portfolio: '0.00',
        },
        { date: '2025-08-12', security_id: 'SEC_AAPL', bod_cashflow_position: '1505.00' },
      ],
    });
  });
});

describe('events', () => {
  test('come in order, filtered, with where to go on', async () => {
    const reply = await body('/v1/events?type=TransactionRecorded&limit=2');
    expect(reply).toMatchObject({
      events: [{ type: 'TransactionRecorded' }, { type: 'TransactionRecorded', version: expect.any(Number) }],
    });
    expect(await body('/v1/events?stream=portfolio-PORT_001')).toMatchObject({
      events: [{ position: 1, type: 'PortfolioOpened', data: { portfolio_id: 'PORT_001' } }],
    });
  });

  test('of an unknown type are refused', async () => {
    const reply = await api.get('/v1/events?type=Nope');
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({ errors: [{ field: 'type', rule: 'one_of' }] });
  });
});
