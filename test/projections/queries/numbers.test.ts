import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimal, format, formatMoney } from '../../../domain/decimal.ts';
import { moneyOrNull, moneyText, plainOrNull, plainText } from '../../../projections/queries/numbers.ts';

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat({ max: 18 }))
  .map(([coefficient, scale]) => {
    const digits = String(coefficient < 0n ? -coefficient : coefficient).padStart(scale + 1, '0');
    const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
    return coefficient < 0n ? `-${text}` : text;
  });

test('texts print as the numbers in them do', () => {
  fc.assert(
    fc.property(decimals, (text) => {
      expect(plainText(text)).toBe(format(decimal(text)));
      expect(moneyText(text)).toBe(formatMoney(decimal(text)));
    }),
  );
});

test('what is not known stays so', () => {
  expect(plainOrNull(null)).toBeNull();
  expect(moneyOrNull(null)).toBeNull();
  expect(moneyOrNull('1505')).toBe('1505.00');
});
