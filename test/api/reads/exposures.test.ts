import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, createTestApi, transaction } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';

interface Report {
  readonly date: string;
  readonly currency: string;
  readonly total: Record<string, unknown>;
  readonly segments: readonly Record<string, unknown>[];
  readonly concentration: Record<string, unknown>;
  readonly reasons: readonly { readonly code: string }[];
}

let api: TestApi;

/** P holds 500 of A, 300 of B and 200 of cash in dollars; Q holds 100 of A and as much cash in euros at 1.25. */
beforeAll(async () => {
  api = await createTestApi();
  await api.given('/v1/portfolios', [
    { portfolio_id: 'P', base_currency: 'USD' },
    { portfolio_id: 'Q', base_currency: 'EUR' },
  ]);
  await api.given('/v1/securities', [
    { security_id: 'A', currency: 'USD', type: 'equity', sector: 'Tech', country: 'US' },
    { security_id: 'B', currency: 'USD', type: 'bond' },
  ]);
  await api.given('/v1/fx-rates', {
    from_currency: 'EUR',
    to_currency: 'USD',
    date: '2025-01-01',
    rate: '1.25',
  });
  await api.given('/v1/prices', [
    { security_id: 'A', date: '2025-01-01', price: '10' },
    { security_id: 'B', date: '2025-01-01', price: '100' },
  ]);
  const of = (portfolio_id: string, security_id: string, fields: Record<string, unknown>) =>
    transaction(
      `${portfolio_id}-${security_id}-${Object.keys(fields)[0]}`,
      fields['quantity'] ? 'BUY' : 'DEPOSIT',
      '2025-01-01',
      {
        portfolio_id,
        security_id,
        ...fields,
      },
    );
  await api.given('/v1/transactions', [
    of('P', 'CASH_USD', { gross_transaction_amount: '1000' }),
    of('P', 'A', { quantity: '50', price: '10' }),
    of('P', 'B', { quantity: '3', price: '100' }),
    of('Q', 'CASH_USD', { gross_transaction_amount: '100' }),
    of('Q', 'CASH_EUR', { gross_transaction_amount: '80', currency: 'EUR' }),
    of('Q', 'A', { quantity: '10', price: '10' }),
  ]);
  await api.given('/v1/business-dates', { date: '2025-01-02' });
});
afterAll(() => api.close());

const exposures = (path: string) => bodyOf<Report>(api.get(`/v1/${path}`));
const lines = ({ segments }: Report, ...members: string[]) =>
  segments.map((segment) => members.map((member) => segment[member]));

describe('exposures of a portfolio', () => {
  it('are values and weights by an attribute', async () => {
    const report = await exposures('portfolios/P/exposures?by=type');
    expect(report.date).toBe('2025-01-02');
    expect(lines(report, 'key', 'value', 'weight', 'securities')).toEqual([
      ['bond', '300.00', '0.3', 1],
      ['cash', '200.00', '0.2', 1],
      ['equity', '500.00', '0.5', 1],
    ]);
    expect(report.total).toMatchObject({ value: '1000.00', weight: '1', gross_value: '1000.00' });
  });

  it('tell how concentrated it is', async () => {
    const { concentration } = await exposures('portfolios/P/exposures?top=1,2');
    // 0.25 + 0.09 + 0.04 = 0.38
    expect(concentration).toEqual({
      holdings: 3,
      largest: { security_id: 'A', weight: '0.5' },
      top: [
        { n: 1, weight: '0.5' },
        { n: 2, weight: '0.8' },
      ],
      herfindahl: '0.38',
      effective_holdings: '2.631578947368',
    });
  });

  it('can leave cash out', async () => {
    const report = await exposures('portfolios/P/exposures?by=type&cash=exclude');
    expect(lines(report, 'key', 'weight')).toEqual([
      ['bond', '0.375'],
      ['equity', '0.625'],
    ]);
  });

  it('come in another currency', async () => {
    const report = await exposures('portfolios/P/exposures?by=type&currency=EUR');
    expect(lines(report, 'key', 'value')).toEqual([
      ['bond', '240.00'],
      ['cash', '160.00'],
      ['equity', '400.00'],
    ]);
  });

  it('are not nothing on days that are not known yet, but nothing before the first', async () => {
    for (const of of ['portfolios/P', 'groups/P,Q']) {
      const later = await exposures(`${of}/exposures?date=2025-01-03`);
      expect(later.total).toMatchObject({ value: null, weight: null, gross_value: null });
      expect(later.concentration).toMatchObject({ largest: null, herfindahl: null });
      expect(later.reasons).toMatchObject([{ figure: 'all', code: 'missing_day', date: '2025-01-03' }]);
      const before = await exposures(`${of}/exposures?date=2024-12-31`);
      expect(before.total).toMatchObject({ value: '0.00', securities: 0 });
      expect(before.reasons).toEqual([]);
    }
  });

  it('refuse what they do not know', async () => {
    for (const query of ['top=0', 'top=a', 'cash=some', 'by=colour'])
      expect((await api.get(`/v1/portfolios/P/exposures?${query}`)).status, query).toBe(400);
  });
});

describe('exposures of a group', () => {
  it('take the same security in several portfolios for one', async () => {
    const report = await exposures('groups/P,Q/exposures?by=security');
    // Of 1,200 dollars; A is 500 and 100.
    expect(lines(report, 'key', 'value', 'weight')).toEqual([
      ['A', '600.00', '0.5'],
      ['B', '300.00', '0.25'],
      ['CASH_EUR', '100.00', '0.083333333333'],
      ['CASH_USD', '200.00', '0.166666666667'],
    ]);
    expect(report.concentration['holdings']).toBe(4);
  });

  it('show positions apart when asked for them', async () => {
    const report = await exposures('groups/P,Q/exposures?by=position&cash=exclude');
    expect(lines(report, 'portfolio_id', 'key', 'value')).toEqual([
      ['P', 'A', '500.00'],
      ['P', 'B', '300.00'],
      ['Q', 'A', '100.00'],
    ]);
  });
});
