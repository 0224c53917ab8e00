import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textOfUnits } from '../../../domain/market/units.ts';
import { storedUnits } from '../../../infra/market-store/stored-units.ts';

/** As `numeric` columns with eight decimals write it. */
function stored(units: bigint): string {
  const [whole, fraction = ''] = textOfUnits(units).split('.');
  return `${whole!}.${fraction.padEnd(8, '0')}`;
}

test('reads back what the tables hold, of any size', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 28n - 1n), (units) => {
      expect(storedUnits(stored(units))).toBe(units);
    }),
  );
});

test('reads a whole number, such as the sum of nothing', () => {
  expect(storedUnits('0')).toBe(0n);
  expect(storedUnits('123456789012')).toBe(123_456_789_012n * 100_000_000n);
});
