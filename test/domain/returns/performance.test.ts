import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  compare,
  decimal,
  divide,
  format,
  multiply,
  subtract,
  toNumber,
  type ONE,
  ZERO,
} from '../../../domain/decimal.ts';
import { day, type Day } from '../../../domain/dates.ts';
import { linkReturns } from '../../../domain/returns/link.ts';
import { formatFraction, type ReturnDay } from '../../../domain/returns/model.ts';
import {
  performance,
  type PerformanceOptions,
  type PeriodPerformance,
} from '../../../domain/returns/performance.ts';
import type { Period } from '../../../domain/returns/periods.ts';
import { aDay, days, moved, withOptions, type Move } from './given-days.ts';

const between = (from: Day, to: Day): Period => ({ label: 'custom', from, to, empty: false, notes: [] });

function whole(rows: readonly ReturnDay[], options: Partial<PerformanceOptions> = {}): PeriodPerformance {
  const period = between(rows[0]!.day, rows.at(-1)!.day);
  return performance(rows, [period], { ...withOptions(options), ...options })[0]!;
}

function over(rows: readonly ReturnDay[], from: string, to: string): PeriodPerformance {
  return performance(rows, [between(day(from), day(to))])[0]!;
}

const codes = (list: readonly { code: string }[]) => list.map(({ code }) => code);

describe('a period by hand', () => {
  // 1000; +1 %; 500 comes in, +2 %; 300 goes out after −1 %.
  const rows = days('2024-03-01', '1000', [
    { eod: '1010', income: '4' },
    { bodFlow: '500', eod: '1540.2', fees: '2' },
    { eodFlow: '-300', eod: '1224.798', taxes: '1' },
  ]);
  const figures = whole(rows);

  it('links the days', () => {
    // 1.01 × 1.02 × 0.99
    expect(formatFraction(figures.twr)).toBe('0.019898');
    expect(figures.days).toBe(3);
  });

  it('adds up the money: begin + inflows + outflows + gain = end', () => {
    const { beginMarketValue, inflows, outflows, gain, endMarketValue, income, fees, taxes } = figures;
    const shown = [beginMarketValue, inflows, outflows, gain, endMarketValue, income, fees, taxes];
    expect(shown.map((value) => value && format(value))).toEqual([
      '1000',
      '500',
      '-300',
      '24.798',
      '1224.798',
      '4',
      '2',
      '1',
    ]);
  });

  it('weights the flows for modified Dietz: 24.798 / (1000 + 500 × 2/3 − 300 × 0/3)', () => {
    expect(formatFraction(figures.modifiedDietz)).toBe('0.0185985');
  });

  it('finds the rate at which opening value, flows and closing value balance', () => {
    const daily = 1 + toNumber(figures.mwr!);
    const at = (days: number) => daily ** (days / 365);
    expect(1000 * at(3) + 500 * at(2) - 300).toBeCloseTo(1224.798, 8);
    expect(toNumber(figures.mwrHoldingPeriod!)).toBeCloseTo(at(3) - 1, 12);
  });

  it('does not annualise three days unless asked', () => {
    expect(figures.twrAnnualized).toBeNull();
    const asked = whole(rows, { annualiseShort: true });
    expect(toNumber(asked.twrAnnualized!)).toBeCloseTo(1.019898 ** (365 / 3) - 1, 9);
  });

  it('reads a part of the days with its own opening value', () => {
    const last = over(rows, '2024-03-03', '2024-03-03');
    expect(formatFraction(last.twr)).toBe('-0.01');
    expect(format(last.beginMarketValue!)).toBe('1540.2');
    expect(last.inflows).toEqual(ZERO);
  });

  it('has the costs in the gain only on the basis asked for', () => {
    expect(format(whole(rows, { basis: 'gross', taxes: 'before' }).gain!)).toBe('27.798');
  });
});

describe('one deposit held for two years', () => {
  const rows = days('2021-01-01', '0', [
    { bodFlow: '100', eod: '100' },
    ...Array.from({ length: 728 }, () => ({})),
    { eod: '121' },
  ]);

  it('has the same yearly rate by time and by money', () => {
    const figures = whole(rows);
    expect(figures.days).toBe(730);
    expect(formatFraction(figures.twr)).toBe('0.21');
    expect(formatFraction(figures.twrAnnualized)).toBe('0.1');
    expect(formatFraction(figures.mwr)).toBe('0.1');
    expect(formatFraction(figures.mwrHoldingPeriod)).toBe('0.21');
    expect(formatFraction(figures.modifiedDietz)).toBe('0.21');
    expect(figures.reasons).toEqual([]);
  });
});

describe('figures that cannot be given', () => {
  it('names the missing day, and keeps the ends it knows', () => {
    const rows = [
      aDay('2024-03-01', { bod: '100', eod: '101' }),
      aDay('2024-03-03', { bod: '105', eod: '106' }),
      aDay('2024-03-04', { bod: '106', eod: '107' }),
    ];
    const figures = whole(rows);
    expect(figures).toMatchObject({ twr: null, mwr: null, modifiedDietz: null, gain: null, inflows: null });
    expect(figures.reasons).toMatchObject([{ figure: 'all', code: 'missing_day', day: day('2024-03-02') }]);
    expect([format(figures.beginMarketValue!), format(figures.endMarketValue!)]).toEqual(['100', '107']);
    expect(formatFraction(over(rows, '2024-03-03', '2024-03-04').twr)).toBe('0.019047619048');
    expect(over(rows, '2024-03-02', '2024-03-04').reasons).toMatchObject([{ day: day('2024-03-02') }]);
    expect(over(rows, '2024-03-04', '2024-03-06').reasons).toMatchObject([{ day: day('2024-03-05') }]);
    expect(over(rows, '2024-02-28', '2024-03-01').reasons).toMatchObject([{ day: day('2024-02-28') }]);
    expect(over(rows, '2024-03-02', '2024-03-02').reasons).toMatchObject([{ day: day('2024-03-02') }]);
  });

  it('names the day without a defined return, and gives the other figures', () => {
    const figures = whole(days('2024-03-01', '100', [{ eod: '90' }, { eod: '-5' }, { eod: '110' }]));
    expect(figures.twr).toBeNull();
    expect(figures.reasons).toMatchObject([
      { figure: 'twr', code: 'negative_closing_value', day: day('2024-03-02') },
    ]);
    expect(formatFraction(figures.modifiedDietz)).toBe('0.1');
    expect(formatFraction(figures.mwrHoldingPeriod)).toBe('0.1');
  });

  it('has no return without capital', () => {
    const figures = whole(days('2024-03-01', '0', [{}, {}]));
    expect(figures.twr).toBeNull();
    expect(codes(figures.reasons)).toEqual(['no_capital', 'no_flows', 'no_capital']);
    expect(figures.gain).toEqual(ZERO);
  });

  it('says that a rate per year is too extreme, and still gives that of the days', () => {
    const figures = whole(days('2024-03-01', '100', [{ eod: '120' }]));
    expect(figures.mwr).toBeNull();
    expect(figures.reasons).toMatchObject([
      { figure: 'twr_annualized', code: 'below_one_year' },
      { figure: 'mwr', code: 'out_of_range' },
    ]);
    expect(formatFraction(figures.mwrHoldingPeriod)).toBe('0.2');
    expect(
      whole(days('2024-03-01', '100', [{ eod: '120' }]), { annualiseShort: true }).reasons,
    ).toMatchObject([
      { figure: 'twr_annualized', code: 'out_of_range' },
      { figure: 'mwr', code: 'out_of_range' },
    ]);
  });

  it('has no rate after a total loss', () => {
    const figures = whole(days('2024-03-01', '100', [{ eod: '0' }]));
    expect(formatFraction(figures.twr)).toBe('-1');
    expect(codes(figures.reasons)).toEqual(['below_one_year', 'one_sign']);
  });

  it('says that a rate per year makes too much of a period long after the money has gone', () => {
    // 2 % in a day is 1.02^365 − 1 a year, and that over twenty years more than can be stated.
    const rows = days('2004-03-01', '0', [{ bodFlow: '100', eodFlow: '-102' }, {}]);
    const figures = over(rows, '2004-03-01', '2024-03-01');
    expect(toNumber(figures.mwr!)).toBeCloseTo(1.02 ** 365 - 1, 8);
    expect(figures.mwrHoldingPeriod).toBeNull();
    expect(figures.reasons).toContainEqual(
      expect.objectContaining({ figure: 'mwr_holding_period', code: 'out_of_range' }),
    );
  });

  it('does not take a day that is not complete for one on which nothing was held', () => {
    const rows = days('2024-03-01', '0', [{ bodFlow: '100', eodFlow: '-110' }, {}]);
    const period = { ...between(day('2024-03-01'), day('2024-03-09')), incompleteFrom: day('2024-03-03') };
    const [figures] = performance(rows, [period]);
    expect(figures).toMatchObject({ twr: null, gain: null, endMarketValue: null, flags: [] });
    expect(figures!.reasons).toMatchObject([{ figure: 'all', code: 'missing_day', day: day('2024-03-03') }]);
  });

  it('has nothing to say on a period outside history', () => {
    const [figures] = performance([], [{ ...between(day('2019-01-01'), day('2019-12-31')), empty: true }]);
    expect(figures).toMatchObject({ twr: null, gain: null, days: 365 });
    expect(codes(figures!.reasons)).toEqual(['outside_history']);
  });
});

describe('flags', () => {
  it('links across days without rows while nothing was held', () => {
    const rows = [
      aDay('2024-03-01', { bodFlow: '100', eodFlow: '-110' }),
      aDay('2024-03-09', { bodFlow: '50', eod: '55' }),
    ];
    const figures = whole(rows);
    expect(formatFraction(figures.twr)).toBe('0.21');
    expect(codes(figures.flags)).toEqual(['linked_across_gap']);
    const within = over(rows, '2024-03-03', '2024-03-05');
    expect(codes(within.reasons)).toContain('no_capital');
    expect([within.beginMarketValue, within.endMarketValue]).toEqual([ZERO, ZERO]);
    const later = over(rows, '2024-03-05', '2024-03-09');
    expect(formatFraction(later.twr)).toBe('0.1');
    expect(codes(later.flags)).toEqual(['linked_across_gap']);
  });

  it('marks value that came without capital', () => {
    const figures = whole(days('2024-03-01', '0', [{ eod: '50' }, { eod: '55' }]));
    expect(formatFraction(figures.twr)).toBe('0.1');
    expect(figures.flags).toMatchObject([{ code: 'value_without_capital', day: day('2024-03-01') }]);
  });

  it('passes on how the period was clipped', () => {
    const rows = days('2024-03-01', '100', [{ eod: '101' }]);
    const period: Period = {
      ...between(day('2024-03-01'), day('2024-03-01')),
      notes: ['clipped_to_inception'],
    };
    expect(codes(performance(rows, [period])[0]!.flags)).toEqual(['clipped_to_inception']);
  });

  it('lists several rates and, having no modified Dietz return, takes the one nearest to zero', () => {
    const year = (last: object) => [...Array.from({ length: 364 }, () => ({})), last];
    // −1000, +2300 after a year, −1320 after two: 10 % and 20 %. The portfolio is overdrawn in between.
    const rows = days('2021-01-01', '1000', [
      ...year({ eodFlow: '-2300', eod: '-1200' }),
      ...year({ eodFlow: '1320', eod: '0' }),
    ]);
    const figures = whole(rows);
    expect(figures.mwrRates.map((rate) => toNumber(rate).toFixed(8))).toEqual(['0.10000000', '0.20000000']);
    expect(toNumber(figures.mwr!)).toBeCloseTo(0.1, 8);
    expect(codes(figures.flags)).toEqual(['several_rates']);
    expect(figures.twr).toBeNull();
  });
});

describe('quality', () => {
  const rows = days('2024-03-01', '100', [
    { eod: '101', estimated: true },
    {},
    { eod: '102' },
    { eod: '103', open: true },
  ]);

  it.each([
    ['2024-03-03', '2024-03-03', 'final'],
    ['2024-03-03', '2024-03-04', 'open_day'],
    ['2024-03-01', '2024-03-04', 'estimated'],
    ['2024-03-02', '2024-03-03', 'estimated'],
  ])('from %s to %s is %s, the opening value counted', (from, to, expected) => {
    expect(over(rows, from, to).quality).toBe(expected);
  });
});

describe('properties', () => {
  const factor = fc.integer({ min: 9500, max: 10500 }).map((n) => ({ coefficient: BigInt(n), scale: 4 }));
  const cents = (max: number) =>
    fc.integer({ min: 0, max }).map((n) => ({ coefficient: BigInt(n), scale: 2 }));
  const moves: fc.Arbitrary<Move[]> = fc.array(
    fc.record({ factor, inflow: cents(100000), fees: cents(300), taxes: cents(300) }),
    { minLength: 2, maxLength: 20 },
  );
  const opening = decimal('10000');

  it('a period split anywhere agrees with the whole, in return and in money', () => {
    fc.assert(
      fc.property(moves, fc.nat(), (given, at) => {
        const rows = moved('2024-01-01', opening, given);
        const split = at % (rows.length - 1);
        const [first, last, middle] = [rows[0]!.day, rows.at(-1)!.day, rows[split]!.day];
        const periods = [between(first, last), between(first, middle), between(middle + 1, last)];
        const [total, before, after] = performance(rows, periods);
        const linked = linkReturns([before!.twr!, after!.twr!]);
        expect(Math.abs(toNumber(subtract(linked, total!.twr!)))).toBeLessThan(1e-18);
        for (const name of ['gain', 'inflows', 'outflows', 'income', 'fees', 'taxes'] as const)
          expect(format(add(before![name]!, after![name]!))).toBe(format(total![name]!));
        expect(before!.endMarketValue).toEqual(after!.beginMarketValue);
      }),
    );
  });

  it('net of a day plus its fees over its capital is gross, likewise for taxes', () => {
    fc.assert(
      fc.property(moves, (given) => {
        const rows = moved('2024-01-01', opening, given);
        const each = rows.map((row) => between(row.day, row.day));
        const net = performance(rows, each);
        const gross = performance(rows, each, withOptions({ basis: 'gross' }));
        const before = performance(rows, each, withOptions({ taxes: 'before' }));
        for (const [i, row] of rows.entries()) {
          const capital = add(row.bodMarketValue, row.bodCashflow);
          const share = (cost: typeof ONE) => toNumber(divide(cost, capital, 20));
          expect(toNumber(subtract(gross[i]!.twr!, net[i]!.twr!))).toBeCloseTo(share(row.fees), 17);
          expect(toNumber(subtract(before[i]!.twr!, net[i]!.twr!))).toBeCloseTo(share(row.taxes), 17);
        }
        expect(compare(whole(rows, { basis: 'gross' }).twr!, whole(rows).twr!)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('without flows all three returns agree', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ factor }), { minLength: 1, maxLength: 20 }), (given) => {
        const figures = whole(moved('2024-01-01', opening, given));
        expect(formatFraction(figures.modifiedDietz)).toBe(formatFraction(figures.twr));
        expect(toNumber(figures.mwrHoldingPeriod!)).toBeCloseTo(toNumber(figures.twr!), 11);
      }),
    );
  });

  it('the scale of the money does not matter', () => {
    const scaled = (rows: readonly ReturnDay[], by: string) =>
      rows.map((row) => ({
        ...row,
        bodMarketValue: multiply(row.bodMarketValue, decimal(by)),
        bodCashflow: multiply(row.bodCashflow, decimal(by)),
        eodMarketValue: multiply(row.eodMarketValue, decimal(by)),
      }));
    fc.assert(
      fc.property(moves, (given) => {
        const rows = moved('2024-01-01', opening, given);
        const large = whole(scaled(rows, '1000000000000'));
        expect(formatFraction(large.twr)).toBe(formatFraction(whole(rows).twr));
        expect(formatFraction(large.modifiedDietz)).toBe(formatFraction(whole(rows).modifiedDietz));
      }),
    );
  });
});
