import { describe, expect, it } from 'vitest';

import { DEMO_DEFAULTS, generateDemo } from '../../../cli/demo/generator.ts';
import { add, compare, decimal, multiply, sign, subtract, sum, tryDecimal } from '../../../domain/decimal.ts';
import { tryDay, tryInstant } from '../../../domain/dates.ts';
import { parsers } from '../../../commands/schemas/commands.ts';
import { TRANSACTION_TYPES } from '../../../domain/events.ts';
import { keepLedger } from './ledger.ts';

const demo = generateDemo();
const closes = new Map(demo.prices.map((body) => [`${body.security_id}/${body.date}`, body.price]));
const currencies = new Map(demo.securities.map((body) => [body.security_id, body.currency]));

describe('generateDemo', () => {
  it('gives the same for the same seed and something else for another', () => {
    expect(generateDemo()).toEqual(demo);
    expect(generateDemo({ seed: DEMO_DEFAULTS.seed + 1 }).prices).not.toEqual(demo.prices);
  });

  it('holds ten years, five portfolios, two base currencies, every method and thirty securities', () => {
    expect(demo.business_dates.length).toBeGreaterThanOrEqual(2500);
    expect(demo.business_dates.at(-1)).toEqual({ date: '2025-12-31' });
    expect(new Set(demo.portfolios.map((p) => p.base_currency))).toEqual(new Set(['EUR', 'USD']));
    expect(demo.portfolios.map((p) => p.cost_basis_method).sort()).toEqual([
      'average',
      'fifo',
      'hifo',
      'lifo',
      'specific',
    ]);
    expect(demo.portfolios.filter((p) => p.allow_short)).toHaveLength(1);
    expect(demo.securities).toHaveLength(30);
    expect(new Set(currencies.values())).toEqual(new Set(['USD', 'EUR', 'GBP', 'CHF']));
    expect(new Set(demo.securities.map((s) => s.type))).toEqual(
      new Set(['equity', 'fund', 'bond', 'crypto']),
    );
  });

  it('has every type of transaction', () => {
    expect(new Set(demo.transactions.map((t) => t.transaction_type))).toEqual(new Set(TRANSACTION_TYPES));
    expect(demo.transactions.some((t) => t.accrued_interest !== undefined)).toBe(true);
    expect(demo.transactions.some((t) => t.transaction_type === 'DIVIDEND' && t.taxes !== undefined)).toBe(
      true,
    );
    expect(demo.transactions.some((t) => t.fx_rate !== undefined)).toBe(true);
    expect(demo.splits.map((split) => split.prices_adjusted).sort()).toEqual([false, true]);
  });

  it('gives nothing away that is not held and names only lots that are there', () => {
    const { complaints, holdings } = keepLedger(demo);
    expect(complaints).toEqual([]);
    expect([...holdings.values()].some((quantity) => sign(quantity) > 0)).toBe(true);
  });

  it('sells short only where that is allowed, and does', () => {
    const short = demo.portfolios.find((p) => p.allow_short)?.portfolio_id ?? '';
    const sold = demo.transactions.filter((t) => t.portfolio_id === short && t.note === 'sold short');
    expect(sold.length).toBeGreaterThan(3);
  });

  it('keeps the cash positive nearly always', () => {
    const balances = [...keepLedger(demo).cash.values()].flat();
    const overdrawn = balances.filter((balance) => sign(balance) < 0);
    expect(overdrawn.length / balances.length).toBeLessThan(0.02);
  });

  it('computes amounts exactly from quantity and price', () => {
    const wrong: string[] = [];
    const trades = demo.transactions.filter((t) => ['BUY', 'SELL'].includes(t.transaction_type));
    for (const t of trades) {
      const difference = subtract(
        multiply(decimal(t.quantity), decimal(t.price)),
        decimal(t.gross_transaction_amount),
      );
      if (
        compare(multiply(difference, difference), decimal('0.000025')) > 0 ||
        sign(decimal(t.quantity)) <= 0
      )
        wrong.push(t.transaction_id);
    }
    expect(wrong).toEqual([]);
  });

  it('trades near a close of that very day, in the currency of the security', () => {
    for (const t of demo.transactions) {
      if (!t.security_id.startsWith('SEC_')) continue;
      expect(t.currency).toBe(currencies.get(t.security_id));
      if (t.transaction_type !== 'BUY' || t.security_id === 'SEC_HALCYR') continue;
      const close = Number(closes.get(`${t.security_id}/${t.transaction_date.slice(0, 10)}`));
      expect(Math.abs(Number(t.price) / close - 1)).toBeLessThan(0.05);
    }
  });

  it('writes numbers as decimals, days as dates and times as instants', () => {
    const numbers = demo.transactions.flatMap((t) => [
      t.quantity,
      t.price,
      t.gross_transaction_amount,
      t.trade_fee,
    ]);
    expect(numbers.filter((text) => tryDecimal(text) === undefined)).toEqual([]);
    expect(demo.transactions.filter((t) => tryInstant(t.transaction_date) === undefined)).toEqual([]);
    expect(
      demo.prices.filter(({ date, price }) => tryDay(date) === undefined || !(Number(price) > 0)),
    ).toEqual([]);
    expect(demo.fx_rates.every(({ rate }) => Number(rate) > 0.5 && Number(rate) < 2)).toBe(true);
  });

  it.each([
    ['portfolios', demo.portfolios],
    ['securities', demo.securities],
    ['splits', demo.splits],
    ['transactions', demo.transactions],
    ['prices', demo.prices.slice(0, 1000)],
    ['fx-rates', demo.fx_rates.slice(0, 1000)],
    ['business-dates', demo.business_dates.slice(0, 1000)],
  ] as const)('gives %s that the commands accept', (name, bodies) => {
    expect(bodies.map((body) => parsers[name](body)).filter((parsed) => !parsed.ok)).toEqual([]);
  });

  it('has one close a day for each security and one id for each transaction', () => {
    expect(closes.size).toBe(demo.prices.length);
    expect(new Set(demo.transactions.map((t) => t.transaction_id)).size).toBe(demo.transactions.length);
  });

  it('lets some securities leave the market', () => {
    const last = new Map(demo.prices.map((body) => [body.security_id, body.date]));
    expect([...last.values()].filter((date) => date < '2025-12-01').length).toBeGreaterThanOrEqual(3);
  });

  it('divides the closes before an adjusted split only', () => {
    const jump = (id: string): number => {
      const date = demo.splits.find((split) => split.security_id === id)?.date ?? '';
      const series = demo.prices.filter((body) => body.security_id === id);
      const at = series.findIndex((body) => body.date === date);
      return Number(series[at - 1]?.price) / Number(series[at]?.price);
    };
    expect(jump('SEC_NORVANE')).toBeGreaterThan(3);
    expect(jump('SEC_HALCYR')).toBeLessThan(1.3);
  });

  it('moves securities together: the market is common to them', () => {
    const returns = (id: string): number[] => {
      const series = demo.prices.filter((body) => body.security_id === id).map((body) => Number(body.price));
      return series.slice(1).map((price, i) => Math.log(price / series[i]!));
    };
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    const [a, b] = [returns('SEC_WELTALL'), returns('SEC_USBROAD')];
    const covariance = mean(a.map((value, i) => (value - mean(a)) * (b[i]! - mean(b))));
    const deviation = (values: number[]): number =>
      Math.sqrt(mean(values.map((v) => (v - mean(values)) ** 2)));
    expect(covariance / (deviation(a) * deviation(b))).toBeGreaterThan(0.7);
  });

  it('grows on demand and leaves the market of what was there as it was', () => {
    const larger = generateDemo({ years: 2, portfolios: 12, securities: 60, holdings: 20 });
    const smaller = generateDemo({ years: 2, portfolios: 5, securities: 30 });
    expect(larger.portfolios).toHaveLength(12);
    expect(larger.securities).toHaveLength(60);
    expect(larger.prices.slice(0, smaller.prices.length)).toEqual(smaller.prices);
    expect(keepLedger(larger).complaints).toEqual([]);
    const total = sum(larger.transactions.map((t) => decimal(t.trade_fee)));
    expect(sign(add(total, decimal(0)))).toBe(1);
  });

  it('has every type in a single year too, and stands a handful of securities', () => {
    const year = generateDemo({ years: 1 });
    expect(new Set(year.transactions.map((t) => t.transaction_type))).toEqual(new Set(TRANSACTION_TYPES));
    expect(keepLedger(year).complaints).toEqual([]);
    expect(generateDemo({ years: 1, securities: 3, portfolios: 2 }).securities).toHaveLength(3);
  });
});
