import fc from 'fast-check';
import { expect, it } from 'vitest';
import { partitionsOf } from '../../../projections/rebuild/partitions.ts';

it('puts every portfolio in one partition, in order, and none of them is empty', () => {
  const portfolios = fc
    .array(fc.nat(100_000))
    .map((rows) => rows.map((n, i) => ({ portfolioNo: i + 1, rows: n })));
  fc.assert(
    fc.property(portfolios, (given) => {
      const partitions = partitionsOf(given);
      expect(partitions.flat()).toEqual(given.map(({ portfolioNo }) => portfolioNo));
      expect(partitions.every((partition) => partition.length > 0)).toBe(true);
    }),
  );
});

it('keeps a large portfolio apart, and small ones together', () => {
  const small = Array.from({ length: 10 }, (_, i) => ({ portfolioNo: i + 1, rows: 100 }));
  const large = { portfolioNo: 11, rows: 1_000_000 };
  expect(partitionsOf([...small, large])).toEqual([small.map(({ portfolioNo }) => portfolioNo), [11]]);
});
