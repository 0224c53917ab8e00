import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { day } from '../../../domain/dates.ts';
import { xirr, type DatedFlow } from '../../../domain/returns/xirr.ts';

const flows = (...given: [string, number][]): DatedFlow[] =>
  given.map(([date, amount]) => ({ day: day(date), amount }));
/** Amounts a year of 365 days apart. */
const yearly = (...amounts: number[]): DatedFlow[] => amounts.map((amount, i) => ({ day: 365 * i, amount }));

function rates(given: readonly DatedFlow[]): number[] {
  const solved = xirr(given);
  return solved.kind === 'found' ? solved.logarithms.map((x) => Math.expm1(x)) : [];
}

/** The textbook sum Σ amount / growth^years, relative to the size of its terms. */
function imbalance(given: readonly DatedFlow[], growth: number): number {
  const start = Math.min(...given.map((flow) => flow.day));
  const terms = given.map(({ day: at, amount }) => amount / growth ** ((at - start) / 365));
  return Math.abs(terms.reduce((a, b) => a + b, 0)) / terms.reduce((a, b) => a + Math.abs(b), 0);
}

describe('one rate', () => {
  it.each([
    ['a year at 10 %', yearly(-100, 110), 0.1],
    ['two years at −20 %', yearly(-100, 0, 64), -0.2],
    ['no gain at all', yearly(-100, 40, 60), 0],
    ['a loan taken', yearly(100, -107), 0.07],
    ['a deposit on the way', yearly(-100, -100, 231), 0.1],
    ['a hundredfold year', yearly(-1, 100), 99],
    ['nearly everything lost', yearly(-10000, 2), -0.9998],
  ])('%s', (_name, given, expected) => {
    expect(rates(given)).toHaveLength(1);
    expect(rates(given)[0]).toBeCloseTo(expected, 11);
  });

  it('agrees with the published example of the spreadsheet function', () => {
    const given = flows(
      ['2008-01-01', -10000],
      ['2008-03-01', 2750],
      ['2008-10-30', 4250],
      ['2009-02-15', 3250],
      ['2009-04-01', 2750],
    );
    expect(rates(given)).toHaveLength(1);
    expect(rates(given)[0]).toBeCloseTo(0.373362535, 8);
  });

  it('is found over a single day, where the yearly rate is enormous', () => {
    const solved = xirr([
      { day: 0, amount: -100 },
      { day: 1, amount: 105 },
    ]);
    expect(solved.kind === 'found' && Math.expm1(solved.logarithms[0]! / 365)).toBeCloseTo(0.05, 12);
  });

  it('does not mind amounts that balance but for what floats lose', () => {
    expect(rates(yearly(-0.1, -0.2, 0.3))).toEqual([0]);
  });

  it('is zero, however many amounts of cents balance', () => {
    const cents = fc.array(fc.integer({ min: 1, max: 10 ** 7 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(cents, (given) => {
        const total = given.reduce((a, b) => a + b, 0) / 100;
        const found = rates([
          ...given.map((n, i) => ({ day: i * 7, amount: -n / 100 })),
          { day: 3000, amount: total },
        ]);
        expect(found.map((rate) => rate.toFixed(11).replace('-', ''))).toEqual(['0.00000000000']);
      }),
    );
  });

  it('nets amounts of one day and takes days in any order', () => {
    const given = [
      { day: 365, amount: 60 },
      { day: 0, amount: -100 },
      { day: 365, amount: 50 },
    ];
    expect(rates(given)[0]).toBeCloseTo(0.1, 12);
  });
});

describe('several rates', () => {
  it('finds both', () => {
    const found = rates(yearly(-1000, 2300, -1320));
    expect(found).toHaveLength(2);
    expect(found[0]).toBeCloseTo(0.1, 10);
    expect(found[1]).toBeCloseTo(0.2, 10);
  });

  it('finds one on either side of zero', () => {
    // −0.75 (v − 2)(v − 2/3), v the discount of a year
    const found = rates(yearly(-1, 2, -0.75));
    expect(found.map((rate) => Math.round(rate * 1e9) / 1e9)).toEqual([-0.5, 0.5]);
  });

  it('finds zero beside another', () => {
    const found = rates(yearly(-100, 210, -110));
    expect(found[0]).toBe(0);
    expect(found[1]).toBeCloseTo(0.1, 10);
    expect(found).toHaveLength(2);
  });

  it('finds two that lie closer than the scan looks', () => {
    // (v − 1/1.1)(v − 1/1.102)
    const found = rates(yearly(1, -(1.1 + 1.102), 1.1 * 1.102));
    expect(found.map((rate) => Math.round(rate * 1e7) / 1e7)).toEqual([0.1, 0.102]);
  });

  it('finds one that only touches zero', () => {
    const found = rates(yearly(-100, 220, -121));
    expect(found.length).toBeGreaterThan(0);
    for (const rate of found) expect(rate).toBeCloseTo(0.1, 5);
  });
});

describe('no rate', () => {
  it.each([
    ['nothing moved', [], 'no_flows'],
    [
      'all netted away',
      [
        { day: 3, amount: 5 },
        { day: 3, amount: -5 },
      ],
      'no_flows',
    ],
    ['everything was lost', yearly(-100, 0), 'one_sign'],
    ['value came from nowhere', yearly(0, 100), 'one_sign'],
    ['the flows never balance', yearly(-1000, 2000, -1500), 'no_root'],
  ] as const)('%s', (_name, given, reason) => {
    expect(xirr(given)).toEqual({ kind: 'none', reason });
  });
});

describe('properties', () => {
  const amounts = fc.array(
    fc.record({ day: fc.integer({ min: 0, max: 3650 }), amount: fc.integer({ min: -100000, max: 100000 }) }),
    { minLength: 2, maxLength: 40 },
  );

  it('every rate found discounts the flows to nothing', () => {
    fc.assert(
      fc.property(amounts, (given) => {
        const solved = xirr(given);
        if (solved.kind === 'none') return;
        // Beyond 10^±12 a year the textbook sum overflows; such rates are not stated either.
        for (const x of solved.logarithms.filter((x) => Math.abs(x) < 27))
          expect(imbalance(given, Math.exp(x))).toBeLessThan(1e-9);
      }),
      { numRuns: 300 },
    );
  });

  it('a portfolio that is paid into and then closed above zero has exactly one', () => {
    const paid = fc.array(
      fc.record({ day: fc.integer({ min: 0, max: 3649 }), amount: fc.integer({ min: 1, max: 100000 }) }),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(paid, fc.integer({ min: 50, max: 200 }), (given, percent) => {
        const total = given.reduce((sum, flow) => sum + flow.amount, 0);
        const all = [
          ...given.map((flow) => ({ ...flow, amount: -flow.amount })),
          { day: 3650, amount: (total * percent) / 100 },
        ];
        expect(rates(all)).toHaveLength(1);
      }),
    );
  });

  it('all the rates that a polynomial was made from are found', () => {
    const percents = fc.uniqueArray(fc.integer({ min: -10, max: 40 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(percents, (tenths) => {
        const growths = tenths.map((n) => 1 + n / 20).sort((a, b) => a - b);
        // Π (1 − growth·v), v the discount of a year
        const coefficients = growths.reduce(
          (poly, growth) => [...poly, 0].map((c, i) => c - growth * (poly[i - 1] ?? 0)),
          [1],
        );
        const found = rates(yearly(...coefficients.map((c) => c * 1000)));
        expect(found).toHaveLength(growths.length);
        for (const [i, rate] of found.entries()) expect(rate).toBeCloseTo(growths[i]! - 1, 6);
      }),
      { numRuns: 300 },
    );
  });
});
