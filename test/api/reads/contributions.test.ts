import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, createTestApi, transaction } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';

interface Line {
  readonly kind: string;
  readonly key: string;
  readonly [member: string]: unknown;
}
interface Report {
  readonly currency: string;
  readonly periods: readonly {
    readonly period: string;
    readonly lines: readonly Line[];
    readonly total: Line;
    readonly flags: readonly { readonly code: string }[];
    readonly reasons: readonly { readonly code: string; readonly figure: string }[];
  }[];
}
interface Performance {
  readonly periods: readonly Record<string, string>[];
}

let api: TestApi;
const RANGE = 'from=2025-01-01&to=2025-01-03';

/**
 * 1 January: 1,000 USD and 400 EUR at 1.00 come in and buy 50 A at 10 USD and 40 B at 10 EUR.
 * 2 January: A at 11, B at 10.50, the euro at 1.10; B pays 20 EUR less 3 of tax; the account is charged 7.
 * 3 January: 476.30 USD come in, which makes the capital 2,000; 10 A are sold at 12 with a fee of 2.
 */
beforeAll(async () => {
  api = await createTestApi();
  await api.given('/v1/portfolios', { portfolio_id: 'PORT_001', base_currency: 'USD' });
  await api.given('/v1/securities', [
    { security_id: 'A', currency: 'USD', type: 'equity', asset_class: 'shares', sector: 'Tech' },
    { security_id: 'B', currency: 'EUR', type: 'fund', name: 'Fund B', asset_class: 'shares' },
  ]);
  await api.given('/v1/fx-rates', [
    { from_currency: 'EUR', to_currency: 'USD', date: '2025-01-01', rate: '1' },
    { from_currency: 'EUR', to_currency: 'USD', date: '2025-01-02', rate: '1.1' },
  ]);
  await api.given('/v1/prices', [
    { security_id: 'A', date: '2025-01-01', price: '10' },
    { security_id: 'A', date: '2025-01-02', price: '11' },
    { security_id: 'A', date: '2025-01-03', price: '12' },
    { security_id: 'B', date: '2025-01-01', price: '10' },
    { security_id: 'B', date: '2025-01-02', price: '10.5' },
  ]);
  const of = (security_id: string, currency: string, fields: Record<string, unknown>) => ({
    security_id,
    currency,
    ...fields,
  });
  await api.given('/v1/transactions', [
    transaction('T1', 'DEPOSIT', '2025-01-01', of('CASH_USD', 'USD', { gross_transaction_amount: '1000' })),
    transaction('T2', 'DEPOSIT', '2025-01-01', of('CASH_EUR', 'EUR', { gross_transaction_amount: '400' })),
    transaction('T3', 'BUY', '2025-01-01', of('A', 'USD', { quantity: '50', price: '10' })),
    transaction('T4', 'BUY', '2025-01-01', of('B', 'EUR', { quantity: '40', price: '10' })),
    transaction(
      'T5',
      'DIVIDEND',
      '2025-01-02',
      of('B', 'EUR', { gross_transaction_amount: '20', taxes: '3' }),
    ),
    transaction('T6', 'FEE', '2025-01-02', of('CASH_USD', 'USD', { gross_transaction_amount: '7' })),
    transaction('T7', 'DEPOSIT', '2025-01-03', of('CASH_USD', 'USD', { gross_transaction_amount: '476.3' })),
    transaction('T8', 'SELL', '2025-01-03', of('A', 'USD', { quantity: '10', price: '12', trade_fee: '2' })),
  ]);
  await api.given('/v1/business-dates', { date: '2025-01-03' });
});
afterAll(() => api.close());

async function contributions(query: string): Promise<Report['periods'][number]> {
  const report = await bodyOf<Report>(api.get(`/v1/portfolios/PORT_001/contributions?${query}`));
  return report.periods[0]!;
}

function only(line: Line | undefined, ...members: string[]): unknown[] {
  return members.map((member) => line?.[member]);
}

const CONTRIBUTION = [
  'contribution',
  'contribution_price',
  'contribution_currency',
  'contribution_income',
  'contribution_fees',
  'contribution_taxes',
];
const GAIN = ['gain', 'gain_price', 'gain_currency', 'gain_income', 'gain_fees', 'gain_taxes'];

describe('contributions by position', () => {
  it('are those worked out by hand', async () => {
    const { lines } = await contributions(RANGE);
    expect(lines.map(({ key }) => key)).toEqual(['A', 'B', 'CASH_EUR', 'CASH_USD']);
    const [a, b, , usd] = lines;
    // (50 + 48 × 1,523.7 / 2,000) / 1,400; the price moved it by 100, of which the fee took 2.
    expect(only(a, ...GAIN)).toEqual(['98.00', '100.00', '0.00', '0.00', '2.00', '0.00']);
    expect(only(a, ...CONTRIBUTION)).toEqual([
      '0.061834857143',
      '0.062923214286',
      '0',
      '0',
      '0.001088357143',
      '0',
    ]);
    // 40 × 0.5 × 1.1 of price, 400 × 0.1 of currency, 20 × 1.1 of income, 3 × 1.1 of tax; over 1,400.
    expect(only(b, ...GAIN)).toEqual(['80.70', '22.00', '40.00', '22.00', '0.00', '3.30']);
    expect(only(b, ...CONTRIBUTION)).toEqual([
      '0.057642857143',
      '0.015714285714',
      '0.028571428572',
      '0.015714285714',
      '0',
      '0.002357142857',
    ]);
    expect(only(usd, ...GAIN)).toEqual(['-7.00', '0.00', '0.00', '0.00', '7.00', '0.00']);
    expect(usd?.['contribution']).toBe('-0.005');
  });

  it('have the whole as performance says it for their total', async () => {
    const { total } = await contributions(RANGE);
    const { periods } = await bodyOf<Performance>(api.get(`/v1/portfolios/PORT_001/performance?${RANGE}`));
    // 1,523.7 / 1,400 × 2,048 / 2,000 − 1, and 50 + 80.7 − 7 + 48.
    expect(only(total, 'contribution', 'gain')).toEqual(['0.114477714286', '171.70']);
    expect(periods[0]).toMatchObject({ twr: '0.114477714286', gain: '171.70' });
    expect(only(total, 'begin_market_value', 'flows', 'end_market_value')).toEqual([
      '0.00',
      '1876.30',
      '2048.00',
    ]);
  });

  it('weigh each part by its mean share of the opening value', async () => {
    const { lines } = await contributions(RANGE);
    // 500 / 1,400 and 550 / 1,523.7; the first day opened with nothing.
    expect(lines[0]!['average_weight']).toBe('0.359053150695');
  });

  it('move a flow between parts out of the one and into the other', async () => {
    const { lines } = await contributions('from=2025-01-03&to=2025-01-03');
    const [a, , , usd] = lines;
    expect(only(a, 'begin_market_value', 'flows', 'gain', 'end_market_value')).toEqual([
      '550.00',
      '-118.00',
      '48.00',
      '480.00',
    ]);
    expect(only(usd, 'begin_market_value', 'flows', 'gain', 'end_market_value')).toEqual([
      '493.00',
      '594.30',
      '0.00',
      '1087.30',
    ]);
  });

  it('count no fees on a gross basis and no taxes before tax', async () => {
    const { lines, total } = await contributions(`${RANGE}&basis=gross&taxes=before`);
    expect(only(lines[0], 'gain', 'gain_fees')).toEqual(['100.00', '0.00']);
    expect(only(lines[1], 'gain', 'gain_taxes')).toEqual(['84.00', '0.00']);
    expect(total['gain']).toBe('184.00');
  });
});

describe('contributions by attribute', () => {
  it('put positions together, cash and what has no attribute by themselves', async () => {
    const { lines } = await contributions(`${RANGE}&by=sector`);
    expect(lines.map((line) => only(line, 'key', 'positions', 'gain'))).toEqual([
      ['Tech', 1, '98.00'],
      ['cash', 2, '-7.00'],
      ['unclassified', 1, '80.70'],
    ]);
    const classes = (await contributions(`${RANGE}&by=asset_class`)).lines;
    expect(classes.map((line) => only(line, 'key', 'contribution'))).toEqual([
      ['cash', '-0.005'],
      ['shares', '0.119477714286'],
    ]);
  });

  it('cut a period into months', async () => {
    const reply = await bodyOf<Report>(
      api.get('/v1/portfolios/PORT_001/contributions?periods=SI&frequency=monthly&by=currency'),
    );
    expect(reply.periods.map(({ period }) => period)).toEqual(['2025-01']);
  });
});

describe('the reply', () => {
  it('is a table whose last line of each period is the total', async () => {
    const reply = await api.get(`/v1/portfolios/PORT_001/contributions?${RANGE}&by=type&format=csv`);
    const lines = (await reply.text()).trim().split('\n');
    expect(lines[0]).toMatch(
      /^period,from,to,kind,key,name,portfolio_id,positions,average_weight,contribution,/,
    );
    expect(lines.map((line) => line.split(',').slice(3, 5).join(' '))).toEqual([
      'kind key',
      'part cash',
      'part equity',
      'part fund',
      'total total',
    ]);
  });

  it('says why there is nothing to contribute to', async () => {
    const { lines, total, reasons } = await contributions('from=2024-01-01&to=2024-06-30');
    expect([lines, total['gain'], total['contribution']]).toEqual([[], null, null]);
    expect(reasons).toMatchObject([{ code: 'outside_history', figure: 'all' }]);
  });

  it('refuses what it does not know', async () => {
    for (const query of ['by=colour', 'frequency=hourly', 'periods=SOON', 'currency=XXX'])
      expect((await api.get(`/v1/portfolios/PORT_001/contributions?${query}`)).status, query).toBe(400);
    expect((await api.get('/v1/portfolios/NONE/contributions')).status).toBe(404);
  });

  it('is the same of what was known at the present position', async () => {
    const reply = await api.get(`/v1/portfolios/PORT_001/contributions?${RANGE}`);
    const position = reply.headers.get('X-Chronofolio-Position');
    const known = await api.get(`/v1/portfolios/PORT_001/contributions?${RANGE}&known_at=${position}`);
    expect(await known.text()).toBe(await reply.text());
  });
});

describe('gains that positions do not make by themselves', () => {
  beforeAll(async () => {
    await api.given('/v1/portfolios', [
      { portfolio_id: 'PORT_002', base_currency: 'EUR' },
      { portfolio_id: 'PORT_003', base_currency: 'USD', cash: 'explicit' },
    ]);
    const of = (portfolio_id: string, fields: Record<string, unknown>) => ({ portfolio_id, ...fields });
    await api.given('/v1/transactions', [
      transaction(
        'X1',
        'DEPOSIT',
        '2025-01-01',
        of('PORT_002', { security_id: 'CASH_EUR', currency: 'EUR', gross_transaction_amount: '10000' }),
      ),
      transaction(
        'X2',
        'EXCHANGE',
        '2025-01-02',
        of('PORT_002', {
          security_id: 'CASH_EUR',
          currency: 'EUR',
          target_security_id: 'CASH_USD',
          quantity: '4000',
          ratio: '1.089',
        }),
      ),
      transaction(
        'Y1',
        'DEPOSIT',
        '2025-01-01',
        of('PORT_003', { security_id: 'CASH_USD', gross_transaction_amount: '1000' }),
      ),
      transaction(
        'Y2',
        'BUY',
        '2025-01-02',
        of('PORT_003', { security_id: 'A', quantity: '10', price: '11' }),
      ),
    ]);
  });

  it('are a currency gain where one currency was exchanged for another', async () => {
    const report = await bodyOf<Report>(api.get(`/v1/portfolios/PORT_002/contributions?${RANGE}`));
    // 4,000 EUR brought 4,356 USD, which at 1.10 are 3,960 EUR: 40 of 10,000 lost.
    expect(report.periods[0]!.lines.map((line) => only(line, 'key', 'gain', 'contribution'))).toEqual([
      ['CASH_EUR', '0.00', '0'],
      ['CASH_USD', '-40.00', '-0.004'],
    ]);
    expect(report.periods[0]!.lines[1]!['gain_currency']).toBe(report.periods[0]!.lines[1]!['gain']);
  });

  it('are unattributed where the books were not told where the money came from', async () => {
    const report = await bodyOf<Report>(
      api.get('/v1/portfolios/PORT_003/contributions?from=2025-01-01&to=2025-01-02'),
    );
    const { lines, total } = report.periods[0]!;
    // 110 of shares appeared beside 1,000 of cash that nobody took anything from.
    expect(lines.map((line) => only(line, 'kind', 'gain', 'gain_price', 'contribution'))).toEqual([
      ['part', '0.00', '0.00', '0'],
      ['part', '0.00', '0.00', '0'],
      ['unattributed', '110.00', null, '0.11'],
    ]);
    expect(only(total, 'gain', 'contribution')).toEqual(['110.00', '0.11']);
  });

  it('of a group are those of its members', async () => {
    const report = await bodyOf<Report>(
      api.get(`/v1/groups/PORT_001,PORT_003/contributions?${RANGE}&by=portfolio`),
    );
    expect(report.periods[0]!.lines.map((line) => only(line, 'key', 'gain'))).toEqual([
      ['PORT_001', '171.70'],
      ['PORT_003', '10.00'],
      ['unattributed', '110.00'],
    ]);
  });

  it('of a portfolio with one position are its return', async () => {
    await api.given('/v1/portfolios', { portfolio_id: 'PORT_004', base_currency: 'USD', cash: 'explicit' });
    const fields = { portfolio_id: 'PORT_004', security_id: 'A', quantity: '10' };
    await api.given('/v1/transactions', transaction('Z1', 'TRANSFER_IN', '2025-01-01', fields));
    const report = await bodyOf<Report>(api.get(`/v1/portfolios/PORT_004/contributions?${RANGE}`));
    const { periods } = await bodyOf<Performance>(
      api.get(`/v1/portfolios/PORT_004/positions/A/performance?${RANGE}`),
    );
    // From 10 to 12.
    expect(
      report.periods[0]!.lines.map((line) => only(line, 'key', 'contribution', 'average_weight')),
    ).toEqual([['A', '0.2', '1']]);
    expect(periods[0]!['twr']).toBe('0.2');
  });
});
