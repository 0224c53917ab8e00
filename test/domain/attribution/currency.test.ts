import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EFFECTS, totalEffect } from '../../../domain/attribution/brinson.ts';
import type { SegmentDay } from '../../../domain/attribution/brinson.ts';
import { effectsApart } from '../../../domain/attribution/currency.ts';
import { decimal, format, multiply, subtract, sum, ZERO } from '../../../domain/decimal.ts';
import type { Decimal } from '../../../domain/decimal.ts';

describe('the effect of exchange rates', () => {
  // 40 % against 50 % of a share that gains 10 % in pounds, which gain 10 % as well: 21 %, 11 of it its own.
  const share: SegmentDay = {
    weight: decimal('0.4'),
    contribution: decimal('0.084'),
    ownReturn: decimal('0.21'),
    benchmarkWeight: decimal('0.5'),
    benchmarkReturn: decimal('0.21'),
  };
  const cash: SegmentDay = {
    weight: decimal('0.6'),
    contribution: ZERO,
    ownReturn: ZERO,
    benchmarkWeight: decimal('0.5'),
    benchmarkReturn: ZERO,
  };
  // Half of the benchmark gained 10 % by the pound.
  const benchmarkTotal = decimal('0.05');
  const none = { contribution: ZERO, ownReturn: ZERO, benchmarkReturn: ZERO, benchmarkTotal };
  const printed = (...of: Parameters<typeof effectsApart>) => {
    const effects = effectsApart(...of);
    return EFFECTS.map((effect) => format(effects[effect]));
  };

  it('is taken out of the others, by hand', () => {
    const pound = decimal('0.1');
    const by = {
      contribution: decimal('0.04'),
      ownReturn: pound,
      benchmarkReturn: pound,
      benchmarkTotal,
    };
    // -0.1 (0.11 - 0.055); nothing; nothing; 0.04 - 0.05 + 0.1 × 0.05
    expect(printed(share, decimal('0.105'), by)).toEqual(['-0.0055', '0', '0', '-0.005']);
    // 0.1 (0 - 0.055) and -0.1 × 0.05: what is not in pounds has missed them.
    expect(printed(cash, decimal('0.105'), none)).toEqual(['-0.0055', '0', '0', '-0.005']);
  });

  it('is there for what the benchmark has nothing of', () => {
    const only = { ...share, benchmarkWeight: ZERO, benchmarkReturn: null };
    const by = { ...none, contribution: decimal('0.04'), ownReturn: decimal('0.1'), benchmarkReturn: null };
    // 0.044 - 0.4 × 0.055, and 0.04 - 0.4 × 0.05
    expect(printed(only, decimal('0.105'), by)).toEqual(['0.022', '0', '0', '0.02']);
  });

  it('moves something between the effects and nothing in their sum', () => {
    const fraction = fc
      .integer({ min: -500, max: 500 })
      .map((n): Decimal => ({ coefficient: BigInt(n), scale: 3 }));
    const pair = fc.tuple(fraction, fraction);
    fc.assert(
      fc.property(pair, pair, pair, pair, pair, (weights, bench, own, fx, benchFx) => {
        const [w, b] = [weights, bench].map(([first]) => [first, subtract(decimal(1), first)] as const);
        const total = (of: readonly Decimal[]) => sum(of.map((value, i) => multiply(b![i]!, value)));
        const returns = bench.map((_, i) => subtract(bench[1 - i]!, own[i]!));
        const effects = own.map((value, i) =>
          effectsApart(
            {
              weight: w![i]!,
              contribution: multiply(w![i]!, value),
              ownReturn: value,
              benchmarkWeight: b![i]!,
              benchmarkReturn: b![i]!.coefficient === 0n ? null : returns[i]!,
            },
            total(returns),
            {
              contribution: multiply(w![i]!, fx[i]!),
              ownReturn: fx[i]!,
              benchmarkReturn: b![i]!.coefficient === 0n ? null : benchFx[i]!,
              benchmarkTotal: total(benchFx),
            },
          ),
        );
        const portfolio = (of: readonly Decimal[]) => sum(of.map((value, i) => multiply(w![i]!, value)));
        expect(format(sum(effects.map(totalEffect)))).toBe(format(subtract(portfolio(own), total(returns))));
        expect(format(sum(effects.map(({ currency }) => currency)))).toBe(
          format(subtract(portfolio(fx), total(benchFx))),
        );
      }),
    );
  });
});
