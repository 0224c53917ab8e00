import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodyOf, createTestApi } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';

/**
 * What is asked beyond the history, and what is left of a portfolio that loses nearly everything:
 *
 *     GONE      1 March 2024: 100 come in, 102 go out on 2 March (2 are earned by interest). On 6 March units
 *               come in that have no price yet, so that the 5th is the last complete day. Today is the 20th.
 *     COLLAPSE  three times 10^8 buy something that is worth 10^-10 the next day; the last of it then doubles.
 *     ABROAD    a share in dollars whose last close is of 1 March, in a portfolio in euros.
 */
let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await api.given(
    '/v1/portfolios',
    ['GONE', 'COLLAPSE', 'ABROAD'].map((portfolio_id) => ({ portfolio_id, base_currency: 'EUR' })),
  );
  await api.given('/v1/securities', [
    ...['UNPRICED', 'A', 'B', 'C'].map((security_id) => ({ security_id, currency: 'EUR', type: 'equity' })),
    { security_id: 'US', currency: 'USD', type: 'equity' },
  ]);
  await api.given('/v1/fx-rates', {
    from_currency: 'EUR',
    to_currency: 'USD',
    date: '2024-03-01',
    rate: '1.25',
  });
  const fall = (security_id: string, days: readonly [string, string]) => [
    { security_id, date: `2024-03-${days[0]}`, price: '10000' },
    { security_id, date: `2024-03-${days[1]}`, price: '0.00000000000001' },
  ];
  await api.given('/v1/prices', [
    ...fall('A', ['04', '05']),
    ...fall('B', ['06', '07']),
    ...fall('C', ['08', '09']),
    { security_id: 'C', date: '2024-03-11', price: '0.00000000000004' },
    { security_id: 'US', date: '2024-03-01', price: '50' },
  ]);
  await api.given('/v1/transactions', [
    cash('GONE', '01', 'DEPOSIT', '100'),
    cash('GONE', '02', 'INTEREST', '2'),
    cash('GONE', '02', 'WITHDRAWAL', '102'),
    ...(['A', 'B', 'C'] as const).flatMap((security, i) => {
      const date = ['04', '06', '08'][i]!;
      return [
        cash('COLLAPSE', date, 'DEPOSIT', '100000000'),
        moved('COLLAPSE', date, 'BUY', { security_id: security, quantity: '10000', price: '10000' }),
      ];
    }),
    moved('ABROAD', '01', 'TRANSFER_IN', { security_id: 'US', quantity: '4', currency: 'USD' }),
  ]);
  await api.post(
    '/v1/transactions',
    moved('GONE', '06', 'TRANSFER_IN', { security_id: 'UNPRICED', quantity: '5' }),
  );
  await api.given('/v1/business-dates', { date: '2024-03-20' });
});
afterAll(() => api.close());

let transactions = 0;
function moved(portfolio_id: string, date: string, transaction_type: string, fields: Record<string, string>) {
  transactions += 1;
  return {
    transaction_id: `T${transactions}`,
    portfolio_id,
    transaction_date: `2024-03-${date}T10:00:${String(transactions).padStart(2, '0')}Z`,
    transaction_type,
    currency: 'EUR',
    ...fields,
  };
}

function cash(portfolio: string, date: string, type: string, amount: string) {
  return moved(portfolio, date, type, { security_id: 'CASH_EUR', gross_transaction_amount: amount });
}

interface Period {
  readonly period: string;
  readonly from: string;
  readonly to: string;
  readonly days: number;
  readonly twr: string | null;
  readonly end_market_value: string | null;
  readonly quality: string;
  readonly flags: readonly { readonly code: string }[];
  readonly reasons: readonly { readonly figure: string; readonly code: string; readonly date?: string }[];
}

interface Report {
  readonly inception: string | null;
  readonly complete_through: string | null;
  readonly conventions: Record<string, string>;
  readonly periods: readonly Period[];
}

const performance = (of: string, query: string) =>
  bodyOf<Report>(api.get(`/v1/portfolios/${of}/performance?risk=false&${query}`));

describe('outside the history', () => {
  const outside = { figure: 'all', code: 'outside_history' };

  test('each period asked for is told to be, before the first day as after the last', async () => {
    const { periods, inception } = await performance('GONE', 'periods=MTD,1Y,SI,2024&date=2023-06-30');
    expect(inception).toBeNull();
    expect(periods.map(({ period }) => period)).toEqual(['MTD', '1Y', 'SI', '2024']);
    for (const { twr, reasons } of periods) {
      expect(twr).toBeNull();
      expect(reasons).toEqual([expect.objectContaining(outside)]);
    }
  });

  test('a period has its days the right way round', async () => {
    for (const [query, day] of [
      ['from=2030-01-01', '2030-01-01'],
      ['to=1999-12-31', '1999-12-31'],
    ] as const) {
      const { periods } = await performance('COLLAPSE', query);
      expect(periods).toEqual([
        expect.objectContaining({
          from: day,
          to: day,
          days: 1,
          twr: null,
          reasons: [expect.objectContaining(outside)],
        }),
      ]);
    }
  });

  test('other reports say so too', async () => {
    const asked = 'periods=YTD&date=2023-06-30';
    for (const report of ['contributions', 'attribution']) {
      const benchmark = report === 'attribution' ? '&benchmark=security:C' : '';
      const { periods } = await bodyOf<Report>(
        api.get(`/v1/portfolios/COLLAPSE/${report}?${asked}${benchmark}`),
      );
      expect(periods.map(({ reasons }) => reasons.map(({ code }) => code))).toEqual([['outside_history']]);
    }
    const position = await bodyOf<Report>(
      api.get(`/v1/portfolios/COLLAPSE/positions/A/performance?${asked}`),
    );
    expect(position.periods).toEqual([
      expect.objectContaining({ reasons: [expect.objectContaining(outside)] }),
    ]);
  });
});

test('days the wrong way round are refused, rather than answered with nothing', async () => {
  for (const read of ['timeseries', 'performance', 'cashflows', 'rolling', 'positions/A/timeseries']) {
    const reply = await api.get(`/v1/portfolios/COLLAPSE/${read}?from=2024-03-02&to=2024-03-01`);
    expect([read, reply.status]).toEqual([read, 400]);
    expect(await reply.json()).toMatchObject({
      detail: 'from is after to (2024-03-01)',
      errors: [{ field: 'from', rule: 'order' }],
    });
  }
});

test('a day that is not complete is not one on which nothing was held', async () => {
  const known = await performance('GONE', 'periods=SI');
  expect(known.complete_through).toBe('2024-03-05');
  expect(known.periods).toEqual([
    expect.objectContaining({ to: '2024-03-05', twr: '0.02', end_market_value: '0.00' }),
  ]);
  const later = await performance('GONE', 'periods=SI,MTD&date=2024-03-12&to=2024-03-05');
  const missing = expect.objectContaining({ figure: 'all', code: 'missing_day', date: '2024-03-06' });
  expect(later.periods).toEqual([
    expect.objectContaining({ twr: null, end_market_value: null, flags: [], reasons: [missing] }),
    expect.objectContaining({ twr: null, end_market_value: null, flags: [], reasons: [missing] }),
    expect.objectContaining({ period: 'custom', twr: '0.02', end_market_value: '0.00' }),
  ]);
});

describe('after nearly everything is lost, three times', () => {
  test('later periods have their own return', async () => {
    const { periods } = await performance('COLLAPSE', 'from=2024-03-10&to=2024-03-20');
    // 10^-10 each of A, B and C, of which C then has four.
    expect(periods).toEqual([expect.objectContaining({ twr: '1', end_market_value: '0.0000000006' })]);
  });

  test('so have series, drawdowns, and contributions that add up', async () => {
    const path = '/v1/portfolios/COLLAPSE';
    const { rows } = await bodyOf<{ rows: readonly { date: string; twr: string; index: string }[] }>(
      api.get(`${path}/timeseries`),
    );
    expect(rows.find(({ date }) => date === '2024-03-11')).toMatchObject({ twr: '1', index: '0' });
    expect((await api.get(`${path}/drawdowns`)).status).toBe(200);
    const { periods } = await bodyOf<{
      periods: readonly { lines: readonly { contribution: string; security_id?: string }[] }[];
    }>(api.get(`${path}/contributions?from=2024-03-10&to=2024-03-20`));
    const contributions = periods[0]!.lines.map(({ contribution }) => Number(contribution));
    expect(contributions.filter((value) => value !== 0)).toEqual([1]);
  });
});

test('an old close makes a position an estimate in its own currency as in that of the portfolio', async () => {
  for (const currency of ['USD', 'EUR']) {
    const at = async (date: string) =>
      (
        await bodyOf<Report>(
          api.get(
            `/v1/portfolios/ABROAD/positions/US/performance?periods=SI&date=${date}&currency=${currency}`,
          ),
        )
      ).periods[0]!.quality;
    expect([currency, await at('2024-03-08'), await at('2024-03-09')]).toEqual([
      currency,
      'final',
      'estimated',
    ]);
  }
});

test('every reply with returns says by what rules they were made', async () => {
  const path = '/v1/portfolios/COLLAPSE';
  for (const reply of ['performance', 'timeseries', 'positions/A/performance']) {
    const query = 'flow_timing=end&basis=gross&taxes=before';
    const { conventions } = await bodyOf<Report>(api.get(`${path}/${reply}?${query}`));
    expect(conventions).toMatchObject({
      basis: 'gross',
      taxes: 'before',
      flow_timing: 'end',
      annualization: 'actual/365',
      opening_value: 'close of the day before from',
      linking: 'daily, geometric',
    });
  }
});

test('by default flows count where the portfolio is set to have them, and the reply says where', async () => {
  const settings = [
    ['NOON', {}, 'in-begin-out-end', '0.1'],
    ['DAWN', { outflow_timing: 'bod' }, 'begin', '0.125'],
    ['DUSK', { inflow_timing: 'eod' }, 'end', '0.2'],
    ['BOTH', { inflow_timing: 'eod', outflow_timing: 'bod' }, 'in-end-out-begin', '0.333333333333'],
  ] as const;
  for (const [portfolio_id, timing] of settings) {
    await api.given('/v1/portfolios', { portfolio_id, base_currency: 'EUR', ...timing });
    await api.given('/v1/transactions', [
      cash(portfolio_id, '13', 'DEPOSIT', '1000'),
      cash(portfolio_id, '14', 'DEPOSIT', '1000'),
      cash(portfolio_id, '14', 'WITHDRAWAL', '400'),
      cash(portfolio_id, '14', 'INTEREST', '200'),
    ]);
  }
  for (const [portfolio_id, , timing, twr] of settings) {
    // A gain of 200 on 2,000; on 1,600; on 1,000; on 600.
    const { conventions, periods } = await performance(portfolio_id, 'from=2024-03-14&to=2024-03-14');
    expect([conventions['flow_timing'], periods[0]!.twr]).toEqual([timing, twr]);
    const chosen = await performance(portfolio_id, 'periods=SI&flow_timing=begin');
    expect(chosen.conventions['flow_timing']).toBe('begin');
  }
  const { conventions } = await bodyOf<Report>(api.get('/v1/groups/NOON,DUSK/performance?periods=SI'));
  expect(conventions['flow_timing']).toBe('as set for each portfolio');
});
