import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayEffects, totalEffect } from '../../../domain/attribution/brinson.ts';
import type { SegmentDay } from '../../../domain/attribution/brinson.ts';
import { decimal, format, multiply, subtract, sum, ZERO } from '../../../domain/decimal.ts';

function segment(weight: string, own: string, benchmarkWeight: string, benchmarkReturn: string): SegmentDay {
  return {
    weight: decimal(weight),
    contribution: multiply(decimal(weight), decimal(own)),
    ownReturn: decimal(own),
    benchmarkWeight: decimal(benchmarkWeight),
    benchmarkReturn: decimal(benchmarkReturn),
  };
}

function printed(day: SegmentDay, benchmark: string): string[] {
  const { allocation, selection, interaction } = dayEffects(day, decimal(benchmark));
  return [allocation, selection, interaction].map(format);
}

describe('Brinson and Fachler', () => {
  // 40/30/30 with 20, -5 and 6 % against 40/20/40 with 10, -4 and 8 %: 8.3 % against 6.4 %.
  const home = segment('0.4', '0.2', '0.4', '0.1');
  const japan = segment('0.3', '-0.05', '0.2', '-0.04');
  const america = segment('0.3', '0.06', '0.4', '0.08');

  it('is the table worked out by hand', () => {
    // (0.4 - 0.4)(0.1 - 0.064); 0.4 (0.2 - 0.1); nothing
    expect(printed(home, '0.064')).toEqual(['0', '0.04', '0']);
    // 0.1 (-0.04 - 0.064); 0.2 (-0.01); 0.1 (-0.01)
    expect(printed(japan, '0.064')).toEqual(['-0.0104', '-0.002', '-0.001']);
    // -0.1 (0.08 - 0.064); 0.4 (-0.02); -0.1 (-0.02)
    expect(printed(america, '0.064')).toEqual(['-0.0016', '-0.008', '0.002']);
    const total = sum([home, japan, america].map((each) => totalEffect(dayEffects(each, decimal('0.064')))));
    expect(format(total)).toBe('0.019');
  });

  it('takes what the benchmark has nothing of for allocation', () => {
    const cash: SegmentDay = {
      weight: decimal('0.1'),
      contribution: decimal('0.001'),
      ownReturn: decimal('0.01'),
      benchmarkWeight: ZERO,
      benchmarkReturn: null,
    };
    // 0.1 × (0.01 − 0.064)
    expect(printed(cash, '0.064')).toEqual(['-0.0054', '0', '0']);
  });

  it('has no selection where the portfolio has no capital', () => {
    const absent = { ...segment('0', '0', '0.2', '0.1'), ownReturn: null };
    // (0 − 0.2)(0.1 − 0.064)
    expect(printed(absent, '0.064')).toEqual(['-0.0072', '0', '0']);
  });

  it('adds up to the difference of the returns for any weights of a hundred percent', () => {
    const fraction = fc.integer({ min: -500, max: 500 }).map((n) => ({ coefficient: BigInt(n), scale: 3 }));
    const weights = fc.tuple(fraction, fraction).map(([a, b]) => [a, b, subtract(decimal(1), sum([a, b]))]);
    fc.assert(
      fc.property(
        weights,
        weights,
        fc.tuple(fraction, fraction, fraction),
        fc.tuple(fraction, fraction, fraction),
        (w, b, own, returns) => {
          const segments = w.map((weight, i): SegmentDay => ({
            weight,
            contribution: multiply(weight, own[i]!),
            ownReturn: own[i]!,
            benchmarkWeight: b[i]!,
            benchmarkReturn: b[i]!.coefficient === 0n ? null : returns[i]!,
          }));
          const benchmark = sum(b.map((weight, i) => multiply(weight, returns[i]!)));
          const portfolio = sum(segments.map(({ contribution }) => contribution));
          const total = sum(segments.map((each) => totalEffect(dayEffects(each, benchmark))));
          expect(format(total)).toBe(format(subtract(portfolio, benchmark)));
        },
      ),
    );
  });
});
