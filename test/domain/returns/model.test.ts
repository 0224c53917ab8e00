import { describe, expect, it } from 'vitest';
import { decimal } from '../../../domain/decimal.ts';
import { formatFraction, qualityOf } from '../../../domain/returns/model.ts';

describe('fractions in replies', () => {
  it.each([
    ['0.0523', '0.0523'],
    ['0.33333333333333333333', '0.333333333333'],
    ['0.0000000000005', '0'],
    ['0.0000000000015', '0.000000000002'],
    ['-0.00000000000001', '0'],
    ['1.10', '1.1'],
  ])('%s is shown as %s', (value, expected) => {
    expect(formatFraction(decimal(value))).toBe(expected);
  });

  it('null stays null', () => {
    expect(formatFraction(null)).toBeNull();
  });
});

describe('quality', () => {
  it('an estimate weighs more than an open day', () => {
    expect([qualityOf(false, false), qualityOf(false, true), qualityOf(true, true)]).toEqual([
      'final',
      'open_day',
      'estimated',
    ]);
  });
});
