import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSeries } from '../../../domain/books/series.ts';
import { blend } from '../../../domain/benchmarks/blend.ts';
import type { Blend, BlendPart } from '../../../domain/benchmarks/blend.ts';
import { ALWAYS_ONE } from '../../../domain/benchmarks/closes.ts';
import { day, isoDate } from '../../../domain/dates.ts';
import { decimal, format, round, toNumber } from '../../../domain/decimal.ts';
import type { Decimal } from '../../../domain/decimal.ts';
import type { Rebalancing } from '../../../domain/events.ts';

type Dated = Readonly<Record<string, string>>;

function series(values: Dated) {
  return createSeries(Object.entries(values).map(([date, value]) => [day(date), value] as const));
}

function part(weight: string, levels: Dated, rates?: Dated): BlendPart {
  return { weight: decimal(weight), levels: series(levels), rates: rates ? series(rates) : ALWAYS_ONE };
}

/** Dates with the list's values, to 12 places. */
function dated({ first }: Blend, list: readonly Decimal[]): Record<string, string> {
  return Object.fromEntries(list.map((value, i) => [isoDate(first + i), format(round(value, 12))]));
}

const A = { '2025-01-30': '100', '2025-01-31': '110', '2025-02-01': '121', '2025-02-02': '121' };
const B = { '2025-01-30': '50', '2025-01-31': '45', '2025-02-01': '45', '2025-02-02': '54' };

describe('a blend of 60 % of A and 40 % of B', () => {
  const parts = [part('0.6', A), part('0.4', B)];
  const through = day('2025-02-02');

  it('drifts within a month, and restores its weights at the close before the next', () => {
    const made = blend(parts, 'monthly', through)!;
    expect(dated(made, made.index)).toEqual({
      '2025-01-30': '1',
      // 0.6 × 1.1 + 0.4 × 0.9 = 0.66 + 0.36
      '2025-01-31': '1.02',
      // Restored at 1.02: × (0.6 × 1.1 + 0.4 × 1)
      '2025-02-01': '1.0812',
      // Drifted: 1.02 × (0.6 × 1.1 + 0.4 × 1.2)
      '2025-02-02': '1.1628',
    });
    expect(dated(made, made.parts[0]!.weights)).toEqual({
      '2025-01-30': '0.6',
      '2025-01-31': '0.6',
      '2025-02-01': '0.6',
      // 0.66 / 1.06
      '2025-02-02': '0.622641509434',
    });
    expect(dated(made, made.parts[1]!.weights)['2025-02-02']).toBe('0.377358490566');
  });

  it('never rebalanced is what was bought once', () => {
    const made = blend(parts, 'never', through)!;
    expect(dated(made, made.index)).toEqual({
      '2025-01-30': '1',
      '2025-01-31': '1.02',
      // 0.6 × 1.21 + 0.4 × 0.9
      '2025-02-01': '1.086',
      // 0.6 × 1.21 + 0.4 × 1.08
      '2025-02-02': '1.158',
    });
  });

  it('rebalanced daily has the weighted return of each day', () => {
    const made = blend(parts, 'daily', through)!;
    expect(dated(made, made.index)).toEqual({
      '2025-01-30': '1',
      '2025-01-31': '1.02',
      // × (1 + 0.6 × 0.1 + 0.4 × 0)
      '2025-02-01': '1.0812',
      // × (1 + 0.6 × 0 + 0.4 × 0.2)
      '2025-02-02': '1.167696',
    });
  });
});

it.each<[Rebalancing, Record<string, string>]>([
  // The parts double in turn. Restored before each doubling, 1 becomes 1.5 every time.
  ['quarterly', { '2025-03-31': '1.5', '2025-04-01': '2.25', '2025-12-31': '3.375', '2026-01-01': '5.0625' }],
  // Within the year 0.5 × 2 + 0.5 × 1, 0.5 × 2 + 0.5 × 2, 0.5 × 4 + 0.5 × 2; then × 1.5.
  ['yearly', { '2025-03-31': '1.5', '2025-04-01': '2', '2025-12-31': '3', '2026-01-01': '4.5' }],
])('%s periods begin with the calendar', (rebalancing, expected) => {
  const one = { '2025-01-01': '1', '2025-03-31': '2', '2025-12-31': '4' };
  const other = { '2025-01-01': '1', '2025-04-01': '2', '2026-01-01': '4' };
  const made = blend([part('0.5', one), part('0.5', other)], rebalancing, day('2026-01-01'))!;
  const levels = dated(made, made.index);
  expect(Object.fromEntries(Object.keys(expected).map((date) => [date, levels[date]]))).toEqual(expected);
});

it('begins when all parts are known, and carries the last close over days without one', () => {
  const late = { '2025-01-03': '10', '2025-01-06': '11' };
  const early = { '2024-12-30': '7', '2025-01-02': '8', '2025-01-07': '10' };
  const made = blend([part('0.5', early), part('0.5', late)], 'never', day('2025-01-08'))!;
  expect(dated(made, made.index)).toEqual({
    '2025-01-03': '1',
    '2025-01-04': '1',
    '2025-01-05': '1',
    '2025-01-06': '1.05',
    // 0.5 × 10/8 + 0.5 × 1.1
    '2025-01-07': '1.175',
    '2025-01-08': '1.175',
  });
  expect(blend([part('1', late)], 'never', day('2025-01-02'))).toBeUndefined();
});

it('what is worth something never becomes nothing', () => {
  const made = blend(
    [part('1', { '2025-01-01': '1000000000000', '2025-01-02': '0.000000001' })],
    'never',
    day('2025-01-02'),
  )!;
  expect(made.index.map(format)).toEqual(['1', '0.00000000000000000001']);
});

it('converts a part daily, at the last rate known, and begins no earlier than its rates', () => {
  const rates = { '2025-01-31': '2', '2025-02-01': '1.9' };
  const made = blend([part('1', A, rates)], 'monthly', day('2025-02-02'))!;
  expect(dated(made, made.index)).toEqual({
    '2025-01-31': '1',
    // 121 × 1.9 / (110 × 2)
    '2025-02-01': '1.045',
    '2025-02-02': '1.045',
  });
});

describe('properties', () => {
  const levels = fc.array(fc.integer({ min: 50, max: 200 }), { minLength: 2, maxLength: 80 });
  const start = day('2025-01-20');
  const partOf = (weight: string, values: readonly number[]): BlendPart => ({
    weight: decimal(weight),
    levels: createSeries(values.map((value, i) => [start + i, String(value)] as const)),
    rates: ALWAYS_ONE,
  });
  const rebalancing = fc.constantFrom<Rebalancing>('daily', 'monthly', 'quarterly', 'yearly', 'never');

  it('a blend of one part is that part', () => {
    fc.assert(
      fc.property(levels, rebalancing, (values, how) => {
        const made = blend([partOf('1', values)], how, start + values.length - 1)!;
        made.index.forEach((level, i) => expect(toNumber(level)).toBeCloseTo(values[i]! / values[0]!, 14));
        expect(made.index).toEqual(made.parts[0]!.index);
      }),
      { numRuns: 30 },
    );
  });

  it("a day's return is the sum of the opening weights times the returns of the parts", () => {
    fc.assert(
      fc.property(levels, levels, rebalancing, (a, b, how) => {
        const days = Math.min(a.length, b.length);
        const made = blend([partOf('0.3', a), partOf('0.7', b)], how, start + days - 1)!;
        for (let i = 1; i < days; i++) {
          const [w, v] = made.parts.map(({ weights }) => toNumber(weights[i]!));
          const expected = w! * (a[i]! / a[i - 1]! - 1) + v! * (b[i]! / b[i - 1]! - 1);
          expect(toNumber(made.index[i]!) / toNumber(made.index[i - 1]!) - 1).toBeCloseTo(expected, 12);
          expect(w! + v!).toBeCloseTo(1, 14);
        }
      }),
      { numRuns: 30 },
    );
  });
});
