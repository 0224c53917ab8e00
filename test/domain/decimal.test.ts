import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  abs,
  add,
  amount,
  compare,
  decimal,
  divide,
  equal,
  format,
  formatMoney,
  fromNumber,
  isZero,
  max,
  min,
  multiply,
  multiplyAmount,
  negate,
  round,
  sign,
  subtract,
  sum,
  toNumber,
  tryDecimal,
  ZERO,
} from '../../domain/decimal.ts';

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 18 }))
  .map(([coefficient, scale]) => ({ coefficient, scale }));

describe('text', () => {
  it.each(['', '.', '1.', '.5', '1e3', '0x1', ' 1', '1 ', '--1', '1,5', 'NaN', '1.2.3', '1\n'])(
    '%j is no number',
    (text) => {
      expect(tryDecimal(text)).toBeUndefined();
      expect(() => decimal(text)).toThrow(RangeError);
    },
  );

  it.each([
    ['+1.50', '1.5'],
    ['-0.00', '0'],
    ['007', '7'],
    ['-0.010', '-0.01'],
    ['100', '100'],
    ['12345678901234567890.123456789012345678', '12345678901234567890.123456789012345678'],
  ])('%s prints as %s', (text, printed) => {
    expect(format(decimal(text))).toBe(printed);
  });

  it('comes back equal, and equal values print equally', () => {
    fc.assert(
      fc.property(decimals, fc.integer({ min: 0, max: 5 }), (a, zeros) => {
        expect(equal(decimal(format(a)), a)).toBe(true);
        const padded = { coefficient: a.coefficient * 10n ** BigInt(zeros), scale: a.scale + zeros };
        expect(format(padded)).toBe(format(a));
        expect(equal(padded, a)).toBe(true);
      }),
    );
  });

  it.each([
    ['1505', '1505.00'],
    ['0', '0.00'],
    ['1.5', '1.50'],
    ['-0.125', '-0.125'],
  ])('%s is %s as money', (text, money) => {
    expect(formatMoney(decimal(text))).toBe(money);
  });
});

describe('arithmetic', () => {
  it('is exact and keeps the laws', () => {
    fc.assert(
      fc.property(decimals, decimals, decimals, (a, b, c) => {
        expect(equal(add(a, b), add(b, a))).toBe(true);
        expect(equal(add(add(a, b), c), add(a, add(b, c)))).toBe(true);
        expect(equal(subtract(add(a, b), b), a)).toBe(true);
        expect(equal(multiply(a, add(b, c)), add(multiply(a, b), multiply(a, c)))).toBe(true);
        expect(isZero(add(a, negate(a)))).toBe(true);
        expect(equal(sum([a, b, c]), add(c, add(b, a)))).toBe(true);
        expect(sign(subtract(a, b))).toBe(Math.sign(compare(a, b)));
        expect(equal(add(min(a, b), max(a, b)), add(a, b))).toBe(true);
        expect(sign(abs(a))).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('divides to within half a unit of the last place', () => {
    fc.assert(
      fc.property(decimals, decimals, fc.integer({ min: 0, max: 20 }), (a, b, scale) => {
        fc.pre(!isZero(b));
        const quotient = divide(a, b, scale);
        expect(quotient.scale).toBe(scale);
        const error = abs(subtract(multiply(quotient, b), a));
        expect(
          compare(multiply(error, decimal(2)), multiply(abs(b), { coefficient: 1n, scale })),
        ).toBeLessThanOrEqual(0);
      }),
    );
    expect(() => divide(decimal(1), ZERO, 2)).toThrow(RangeError);
  });

  it.each([
    ['0.5', '0'],
    ['1.5', '2'],
    ['2.5', '2'],
    ['-0.5', '0'],
    ['-1.5', '-2'],
    ['2.500001', '3'],
  ])('rounds %s to %s', (text, rounded) => {
    expect(format(round(decimal(text), 0))).toBe(rounded);
  });

  it('keeps amounts to ten decimals, half-even', () => {
    expect(format(amount(decimal('0.00000000005')))).toBe('0');
    expect(format(amount(decimal('0.00000000015')))).toBe('0.0000000002');
    expect(format(multiplyAmount(decimal('1000000000000'), decimal('0.333333333333')))).toBe('333333333333');
  });
});

describe('floats', () => {
  it('are taken and given without exponents', () => {
    expect(toNumber(decimal('-0.1'))).toBe(-0.1);
    expect(format(fromNumber(-1e-9, 4))).toBe('0');
    expect(format(fromNumber(0.0523, 10))).toBe('0.0523');
    expect(() => fromNumber(Number.NaN, 2)).toThrow(RangeError);
  });
});
