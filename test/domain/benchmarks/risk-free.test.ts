import { expect, it } from 'vitest';
import { constantRate, variableRate } from '../../../domain/benchmarks/risk-free.ts';
import { createSeries } from '../../../domain/books/series.ts';

it('makes of a yearly rate the daily one that compounds to it over 365 days', () => {
  const rate = constantRate(0.02);
  expect(rate.on(0)).toBeCloseTo(0.0000542552451, 12);
  expect((1 + rate.on(0)!) ** 365 - 1).toBeCloseTo(0.02, 12);
  expect(rate.between(0, 365)).toBeCloseTo(0.02, 14);
  expect(rate.between(10, 10)).toBe(0);
  expect(constantRate(-0.005).between(0, 730)).toBeCloseTo(0.995 ** 2 - 1, 14);
});

it('takes each rate from its day until the next', () => {
  const rates = variableRate(
    createSeries([
      [100, '0.02'],
      [110, '0.05'],
      [112, '-0.01'],
    ]),
  );
  expect(rates.on(99)).toBeUndefined();
  expect(rates.on(109)).toBeCloseTo(1.02 ** (1 / 365) - 1, 15);
  expect(rates.on(110)).toBeCloseTo(1.05 ** (1 / 365) - 1, 15);
  expect(rates.on(5_000)).toBeCloseTo(0.99 ** (1 / 365) - 1, 15);
  // The day after the first day of a stretch is its first: 98 has none, 99 begins with that of 100.
  expect(rates.between(98, 120)).toBeUndefined();
  expect(rates.between(99, 100)).toBeCloseTo(1.02 ** (1 / 365) - 1, 15);
  // Days 105 to 109 at 2 %, 110 and 111 at 5 %, 112 to 120 at −1 %.
  const expected = 1.02 ** (5 / 365) * 1.05 ** (2 / 365) * 0.99 ** (9 / 365) - 1;
  expect(rates.between(104, 120)).toBeCloseTo(expected, 14);
  expect(rates.between(104, 104)).toBe(0);
});
