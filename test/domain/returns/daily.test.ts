import { describe, expect, it } from 'vitest';
import { format } from '../../../domain/decimal.ts';
import { dayReturn, dayReturnFraction } from '../../../domain/returns/daily.ts';
import { DEFAULT_RETURN_OPTIONS, formatFraction, type ReturnOptions } from '../../../domain/returns/model.ts';
import { aDay, withOptions, type GivenDay } from './given-days.ts';

function fraction(given: GivenDay, options: Partial<ReturnOptions> = {}): string | null {
  return formatFraction(dayReturnFraction(dayReturn(aDay('2024-03-15', given), withOptions(options))));
}

function kind(given: GivenDay, options: Partial<ReturnOptions> = {}): unknown {
  const value = dayReturn(aDay('2024-03-15', given), withOptions(options));
  if (value.kind === 'return') return 'return';
  return value.kind === 'none' ? { valueChanged: value.valueChanged } : value.code;
}

describe('the return of a day', () => {
  it('is the growth of the value when nothing flows', () => {
    expect(fraction({ bod: '200', eod: '210' })).toBe('0.05');
  });

  it('has inflows in the capital and outflows in the result', () => {
    // (1090 + 60) / (1000 + 100) = 1150 / 1100
    expect(fraction({ bod: '1000', bodFlow: '100', eodFlow: '-60', eod: '1090' })).toBe('0.045454545455');
  });

  it('is taken to 20 places', () => {
    const value = dayReturnFraction(
      dayReturn(aDay('2024-03-15', { bod: '3', eod: '4' }), DEFAULT_RETURN_OPTIONS),
    );
    expect(format(value!)).toBe('0.33333333333333333333');
  });

  it('can be minus 100 %', () => {
    expect(fraction({ bod: '100', eod: '0' })).toBe('-1');
  });

  it('is 0, not −100 %, on the day everything is taken out', () => {
    expect(fraction({ bod: '100', eodFlow: '-100', eod: '0' })).toBe('0');
  });

  it('is exact for large amounts', () => {
    expect(fraction({ bod: '1000000000000.0000000001', eod: '1000000000001.0000000001' })).toBe(
      '0.000000000001',
    );
  });
});

describe('three conventions for the same day', () => {
  // 1000 opens, 1112 comes in, 626 goes out, 1674 is left: a gain of 188 either way.
  const given: GivenDay = { bod: '1000', bodFlow: '1112', eodFlow: '-626', eod: '1674' };

  it('in at the beginning, out at the end: (1674 + 626) / 2112', () => {
    expect(fraction(given)).toBe('0.089015151515');
  });

  it('all at the beginning: 1674 / (1000 + 486)', () => {
    expect(fraction(given, { flowTiming: 'begin' })).toBe('0.126514131898');
  });

  it('all at the end: (1674 − 486) / 1000', () => {
    expect(fraction(given, { flowTiming: 'end' })).toBe('0.188');
  });
});

describe('costs added back', () => {
  // 1000 grows to 1030, of which 10 go in fees and 5 in taxes.
  const given: GivenDay = { bod: '1000', eod: '1015', fees: '10', taxes: '5' };

  it.each([
    [{}, '0.015'],
    [{ basis: 'gross' }, '0.025'],
    [{ taxes: 'before' }, '0.02'],
    [{ basis: 'gross', taxes: 'before' }, '0.03'],
    [{ basis: 'gross', taxes: 'before', flowTiming: 'begin' }, '0.03'],
  ] as const)('%j reads %s', (options, expected) => {
    expect(fraction(given, options)).toBe(expected);
  });
});

describe('edges', () => {
  it('without capital there is no return', () => {
    expect(kind({})).toEqual({ valueChanged: false });
  });

  it('without capital a value out of nowhere is noted', () => {
    expect(kind({ eod: '50' })).toEqual({ valueChanged: true });
  });

  it('a first inflow counted at the end leaves no capital, and no change', () => {
    expect(kind({ bodFlow: '50', eod: '50' }, { flowTiming: 'end' })).toEqual({ valueChanged: false });
  });

  it.each([
    ['negative_opening_value', { bod: '-1', eod: '5' }],
    ['negative_closing_value', { bod: '5', eod: '-1' }],
    ['negative_capital', { bod: '5', bodFlow: '-6', eod: '0' }],
    ['negative_result', { bod: '5', eodFlow: '10', eod: '4' }],
  ])('%s leaves the day undefined', (code, given) => {
    expect(kind(given)).toBe(code);
    expect(fraction(given)).toBeNull();
  });

  it('a closing value below zero is not mended by fees added back', () => {
    expect(kind({ bod: '5', eod: '-1', fees: '3' }, { basis: 'gross' })).toBe('negative_closing_value');
  });
});
