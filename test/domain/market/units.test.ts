import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberOfUnits, textOfUnits, unitsOfNumber, unitsOfText } from '../../../domain/market/units.ts';

describe('units of 10^-8', () => {
  it('of text are exact', () => {
    expect(unitsOfText('187.32')).toBe(18_732_000_000n);
    expect(unitsOfText('-0.00000001')).toBe(-1n);
    expect(unitsOfText('999999999999.99999999')).toBe(99_999_999_999_999_999_999n);
    expect(unitsOfText('+007')).toBe(700_000_000n);
  });

  it('are rounded half-even beyond the eighth decimal', () => {
    expect(unitsOfText('0.000000025')).toBe(2n);
    expect(unitsOfText('0.0000000250001')).toBe(3n);
    expect(unitsOfText('0.000000035')).toBe(4n);
    expect(unitsOfText('-0.000000015')).toBe(-2n);
    expect(unitsOfNumber(5e-9)).toBe(0n);
    expect(unitsOfNumber(1.5e-8)).toBe(2n);
    expect(unitsOfNumber(4.9e-324)).toBe(0n);
  });

  it('are not made of exponents, words, blanks or too many digits', () => {
    for (const text of ['', '1e3', '0x10', ' 1', '1.', '.5', 'NaN', '1,5', '1000000000000', '٣'])
      expect(unitsOfText(text), text).toBeUndefined();
    for (const value of [NaN, Infinity, -Infinity, 1e12, -1e12, 1e21, 1e300])
      expect(unitsOfNumber(value), String(value)).toBeUndefined();
    expect(unitsOfText('999999999999.999999995')).toBeUndefined();
  });

  it('of a number are those of the text it is written as', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e12, max: 1e12, noNaN: true, maxExcluded: true, minExcluded: true }),
        (value) => {
          if (/e/.test(String(value))) return;
          expect(unitsOfNumber(value)).toBe(unitsOfText(String(value)));
        },
      ),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), (units) => {
        expect(unitsOfNumber(Number(textOfUnits(units)))).toBe(units);
      }),
    );
  });

  it('come back as the text and the number they were', () => {
    expect(textOfUnits(0n)).toBe('0');
    expect(textOfUnits(-150_000_000n)).toBe('-1.5');
    expect(textOfUnits(10_000_000_000n)).toBe('100');
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n) + 1n, max: 10n ** 20n - 1n }), (units) => {
        expect(unitsOfText(textOfUnits(units))).toBe(units);
        expect(numberOfUnits(units)).toBe(Number(textOfUnits(units)));
      }),
    );
  });
});
