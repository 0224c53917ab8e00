import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, divide, format, subtract, ONE, ZERO } from '../../../domain/decimal.ts';
import { modifiedDietz } from '../../../domain/returns/dietz.ts';
import { formatFraction } from '../../../domain/returns/model.ts';

describe('modified Dietz', () => {
  it('weights a flow by the days it was at work', () => {
    // 1000 opens a month of 30 days, 300 comes in after 10 days (20 days at work), 1365 is left:
    // 65 gained on 1000 + 300 × 20/30 = 1200.
    const value = modifiedDietz({
      beginMarketValue: decimal('1000'),
      endMarketValue: decimal('1365'),
      flows: decimal('300'),
      flowDays: decimal('6000'),
      days: 30,
    });
    expect(formatFraction(value)).toBe('0.054166666667');
  });

  it('is the simple return when nothing flows', () => {
    const money = fc.integer({ min: 1, max: 10 ** 9 }).map((n) => decimal(n));
    fc.assert(
      fc.property(money, money, fc.integer({ min: 1, max: 4000 }), (begin, end, days) => {
        const value = modifiedDietz({
          beginMarketValue: begin,
          endMarketValue: end,
          flows: ZERO,
          flowDays: ZERO,
          days,
        });
        expect(format(value!)).toBe(format(subtract(divide(end, begin, 20), ONE)));
      }),
    );
  });

  it('has nothing to say without capital', () => {
    const nothing = { beginMarketValue: ZERO, endMarketValue: ONE, flows: ONE, flowDays: ZERO, days: 30 };
    expect(modifiedDietz(nothing)).toBeNull();
    expect(modifiedDietz({ ...nothing, flowDays: decimal('-1') })).toBeNull();
  });
});
