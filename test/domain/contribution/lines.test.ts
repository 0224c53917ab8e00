import { describe, expect, it } from 'vitest';
import { contributionTable } from '../../../domain/contribution/lines.ts';
import type { PartSums } from '../../../domain/contribution/lines.ts';
import { causesOf } from '../../../domain/contribution/model.ts';
import { decimal, format, ONE, ZERO } from '../../../domain/decimal.ts';
import { DEFAULT_RETURN_OPTIONS } from '../../../domain/returns/model.ts';

const NOTHING = { price: ZERO, income: ZERO, fees: ZERO, taxes: ZERO };

/** A part that gained by price, less a fee, of a whole that opened with 300. */
function part(opening: string, price: string, fee = '0'): PartSums {
  const gain = causesOf(decimal(Number(price) - Number(fee)), {
    ...NOTHING,
    price: decimal(price),
    fees: decimal(fee),
  });
  return {
    opening: decimal(opening),
    closing: decimal(Number(opening) + Number(price) - Number(fee)),
    gain,
    linked: gain,
    share: decimal(opening),
  };
}

const WHOLE = { begin: decimal('300'), flows: ZERO, growth: decimal('300'), weighedDays: 300 };
const EXACT = { gain: ZERO, contribution: decimal('0.000000000001') };

describe('the table of contributions', () => {
  it('prints thirds that add up', () => {
    const parts = [part('100', '1'), part('100', '1'), part('100', '1')];
    const whole = { ...WHOLE, twr: decimal('0.01'), end: decimal('303'), gain: decimal('3') };
    const { lines, total, unattributed } = contributionTable(parts, whole, DEFAULT_RETURN_OPTIONS, EXACT);
    // A third of a hundredth each: the first gets what rounding leaves.
    expect(lines.map((line) => format(line.contribution!))).toEqual([
      '0.003333333334',
      '0.003333333333',
      '0.003333333333',
    ]);
    expect(lines.map((line) => format(line.averageWeight!))).toEqual([
      '0.333333333334',
      '0.333333333333',
      '0.333333333333',
    ]);
    expect(format(total.averageWeight!)).toBe('1');
    expect(unattributed).toBeUndefined();
  });

  it('counts no fees when they are added back, and says what was paid out for them in the flows', () => {
    const whole = { ...WHOLE, begin: ONE, twr: decimal('0.02'), end: decimal('6'), gain: decimal('6') };
    const gross = { ...DEFAULT_RETURN_OPTIONS, basis: 'gross' } as const;
    const { lines } = contributionTable([part('1', '6', '1')], whole, gross, EXACT);
    expect(format(lines[0]!.gain)).toBe('6');
    expect(format(lines[0]!.gainBy!.fees)).toBe('0');
    // 1 + 0 + (6 − 1) = 6 on a net basis.
    expect(format(lines[0]!.flows)).toBe('0');
  });

  it('shows in a line of its own what belongs to no part', () => {
    const whole = { ...WHOLE, twr: decimal('0.05'), end: decimal('315'), gain: decimal('15') };
    const table = contributionTable([part('300', '3')], whole, DEFAULT_RETURN_OPTIONS, EXACT);
    expect(format(table.lines[0]!.gain)).toBe('3');
    expect(format(table.unattributed!.gain)).toBe('12');
    expect(format(table.unattributed!.contribution!)).toBe('0.04');
    expect(table.unattributed!.gainBy).toBeNull();
    expect(format(table.total.gain)).toBe('15');
  });

  it('has no contributions and weights without a return', () => {
    const whole = { ...WHOLE, twr: null, end: decimal('303'), gain: decimal('3') };
    const { lines, total } = contributionTable([part('300', '3')], whole, DEFAULT_RETURN_OPTIONS, EXACT);
    expect([lines[0]!.contribution, lines[0]!.averageWeight, total.contribution]).toEqual([null, null, null]);
    expect(format(lines[0]!.gain)).toBe('3');
  });
});
