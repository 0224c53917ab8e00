import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkingFactors, returnBetween } from '../../../domain/attribution/linking.ts';
import { effectTable } from '../../../domain/attribution/table.ts';
import { add, decimal, format, multiply, ONE, round, subtract, sum, ZERO } from '../../../domain/decimal.ts';
import type { Decimal } from '../../../domain/decimal.ts';

const product = (returns: readonly Decimal[]) =>
  returns.reduce((total, value) => multiply(total, add(ONE, value)), ONE);

describe('linking effects over days', () => {
  it('grows them with the portfolio before and with the benchmark after', () => {
    // 10 % and -5 % against 5 % and 2 %: 1.1 × 0.95 − 1.05 × 1.02 = −0.026.
    const factors = linkingFactors([
      { portfolio: decimal('0.1'), benchmark: decimal('0.05') },
      { portfolio: decimal('-0.05'), benchmark: decimal('0.02') },
    ]);
    expect(factors.map(format)).toEqual(['1.02', '1.1']);
    // 0.05 × 1.02 − 0.07 × 1.1
    const linked = add(multiply(decimal('0.05'), factors[0]!), multiply(decimal('-0.07'), factors[1]!));
    expect(format(linked)).toBe('-0.026');
  });

  it('leaves nothing over, whatever the returns', () => {
    const value = fc
      .integer({ min: -300, max: 300 })
      .map((n): Decimal => ({ coefficient: BigInt(n), scale: 3 }));
    const days = fc.array(fc.record({ portfolio: value, benchmark: value }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(days, (pairs) => {
        const factors = linkingFactors(pairs);
        const linked = sum(
          pairs.map(({ portfolio, benchmark }, i) => multiply(subtract(portfolio, benchmark), factors[i]!)),
        );
        const excess = subtract(
          product(pairs.map((pair) => pair.portfolio)),
          product(pairs.map((pair) => pair.benchmark)),
        );
        expect(format(round(subtract(linked, excess), 20))).toBe('0');
      }),
    );
  });

  it('knows the return between two levels', () => {
    expect(format(returnBetween(decimal('1.25'), decimal('1.5')))).toBe('0.2');
  });
});

describe('the printed effects', () => {
  const third = {
    allocation: decimal('0.000000000000333'),
    selection: ZERO,
    interaction: ZERO,
    currency: ZERO,
  };

  it('add up to the printed difference', () => {
    const { lines, total, unattributed } = effectTable([third, third, third], decimal('0.000000000001'));
    expect(lines.map((line) => format(line.total))).toEqual(['0.000000000001', '0', '0']);
    expect([format(total.total), unattributed]).toEqual(['0.000000000001', undefined]);
  });

  it('show what belongs to no segment', () => {
    const table = effectTable([{ ...third, allocation: decimal('0.01') }], decimal('-0.02'));
    expect(format(table.unattributed!)).toBe('-0.03');
    expect(format(table.total.total)).toBe('-0.02');
  });
});
