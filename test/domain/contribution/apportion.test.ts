import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apportion } from '../../../domain/contribution/apportion.ts';
import { abs, compare, decimal, format, round, subtract, sum } from '../../../domain/decimal.ts';

function printed(parts: string[], total: string, scale: number): string[] {
  return apportion(parts.map(decimal), decimal(total), scale).map(format);
}

describe('apportioning a printed total', () => {
  it('gives the units of the last place that are missing to the largest remainders', () => {
    // 33.3 + 33.3 + 33.3 = 99.9: the first of equals gets the missing tenth.
    expect(printed(['33.333', '33.333', '33.334'], '100', 1)).toEqual(['33.3', '33.3', '33.4']);
    expect(printed(['33.33', '33.33', '33.33'], '100', 1)).toEqual(['33.4', '33.3', '33.3']);
  });

  it('takes what is too much from those that were rounded up most', () => {
    // 0.6 and 0.7 round to 1 each, which is one more than 1.3 rounds to.
    expect(printed(['0.6', '0.7'], '1', 0)).toEqual(['0', '1']);
  });

  it('leaves alone what needed no rounding', () => {
    expect(printed(['0', '0.26', '5'], '5.2', 1)).toEqual(['0', '0.2', '5']);
  });

  it('puts what no rounding explains on the largest part', () => {
    expect(printed(['1', '-100', '2'], '-90', 0)).toEqual(['1', '-93', '2']);
  });

  it('has no parts for nothing only', () => {
    expect(apportion([], decimal('0'), 2)).toEqual([]);
    expect(() => apportion([], decimal('1'), 2)).toThrow(RangeError);
  });

  it('adds up and stays within a unit of each part, whatever the parts', () => {
    const part = fc
      .integer({ min: -1_000_000, max: 1_000_000 })
      .map((n) => decimal(n))
      .map((d) => ({ ...d, scale: 5 }));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 12 }), (parts) => {
        const total = round(sum(parts), 2);
        const found = apportion(parts, total, 2);
        expect(format(sum(found))).toBe(format(total));
        for (const [i, each] of found.entries())
          expect(compare(abs(subtract(each, parts[i]!)), decimal('0.01'))).toBeLessThan(1);
      }),
    );
  });
});
