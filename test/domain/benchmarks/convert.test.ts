import fc from 'fast-check';
import { expect, it } from 'vitest';
import { convertIndex, usableRates } from '../../../domain/benchmarks/convert.ts';
import { createSeries } from '../../../domain/books/series.ts';
import { decimal, format, toNumber } from '../../../domain/decimal.ts';

const index = (...levels: string[]) => ({ first: 100, index: levels.map(decimal) });

it('takes each day at its own rate, and begins with the first rate', () => {
  const rates = createSeries([
    [101, '1.25'],
    [103, '1.2'],
  ]);
  const converted = convertIndex(index('1', '2', '2.5', '2.5'), rates)!;
  expect(converted.first).toBe(101);
  // 1; 2.5 × 1.25 / 2.5; 2.5 × 1.2 / 2.5
  expect(converted.index.map(format)).toEqual(['1', '1.25', '1.2']);
});

it('has no day where there is no rate: a missing one is never 1', () => {
  expect(convertIndex(index('1', '2'), createSeries([]))).toBeUndefined();
  expect(convertIndex(index('1', '2'), createSeries([[102, '1.1']]))).toBeUndefined();
});

it('takes a rate that was rounded to nothing for none', () => {
  const rates = createSeries([
    [100, '0'],
    [101, '2'],
  ]);
  expect(usableRates(rates).points.map((point) => point.day)).toEqual([101]);
});

it('compounds the return of a day with that of the rate', () => {
  const values = fc.array(fc.integer({ min: 10, max: 1000 }), { minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(values, values, (levels, rates) => {
      const days = Math.min(levels.length, rates.length);
      const series = createSeries(rates.map((rate, i) => [100 + i, String(rate)] as const));
      const converted = convertIndex(index(...levels.slice(0, days).map(String)), series)!;
      for (let i = 1; i < days; i++) {
        const expected = (levels[i]! / levels[i - 1]!) * (rates[i]! / rates[i - 1]!);
        const got = toNumber(converted.index[i]!) / toNumber(converted.index[i - 1]!);
        expect(got).toBeCloseTo(expected, 10);
      }
    }),
    { numRuns: 30 },
  );
});
