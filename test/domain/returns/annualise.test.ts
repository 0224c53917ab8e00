import { describe, expect, it } from 'vitest';
import { decimal, toNumber } from '../../../domain/decimal.ts';
import { annualise, holdingPeriodRate, rateOf } from '../../../domain/returns/annualise.ts';
import { formatFraction } from '../../../domain/returns/model.ts';

const yearly = (total: string, days: number, short = false) =>
  formatFraction(annualise(decimal(total), days, short));

describe('annualising', () => {
  it('takes the root over two years of 365 days', () => {
    expect(yearly('0.21', 730)).toBe('0.1');
  });

  it('leaves a year of 365 days as it is', () => {
    expect(yearly('0.0712345', 365)).toBe('0.0712345');
  });

  it('counts a leap year as 366 days of 365', () => {
    expect(toNumber(annualise(decimal('0.1'), 366)!)).toBeCloseTo(1.1 ** (365 / 366) - 1, 12);
  });

  it('gives nothing below a year unless asked', () => {
    expect(yearly('0.01', 364)).toBeNull();
    expect(yearly('0.1', 73, true)).toBe('0.61051');
  });

  it('keeps a total loss, and states nothing beyond one', () => {
    expect(yearly('-1', 800)).toBe('-1');
    expect(yearly('-1.5', 800)).toBeNull();
  });

  it('keeps the digits of what a loss of nearly everything leaves', () => {
    // 10^-10 over ten years is 10^-1 in each.
    expect(yearly('-0.9999999999', 3650)).toBe('-0.9');
  });

  it('states no rate beyond all sense', () => {
    expect(yearly('0.5', 1, true)).toBeNull();
    expect(yearly('-0.5', 1, true)).toBeNull();
    expect(rateOf(Number.NaN)).toBeNull();
  });

  it('turns a yearly rate back into that of a number of days', () => {
    expect(formatFraction(holdingPeriodRate(Math.log(1.1), 730))).toBe('0.21');
  });
});
