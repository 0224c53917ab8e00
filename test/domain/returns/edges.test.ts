/** Every rule of the edges of returns in one place, with numbers small enough for a slip of paper. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  decimal,
  divide,
  equal,
  format,
  multiply,
  sign,
  subtract,
  toNumber,
} from '../../../domain/decimal.ts';
import { day } from '../../../domain/dates.ts';
import { dayReturn, dayReturnFraction } from '../../../domain/returns/daily.ts';
import { linkDays } from '../../../domain/returns/link.ts';
import { formatFraction, type ReturnDay, type ReturnOptions } from '../../../domain/returns/model.ts';
import { performance } from '../../../domain/returns/performance.ts';
import { aDay, days, moved, withOptions, type Move } from './given-days.ts';

function over(rows: readonly ReturnDay[], from: string, to: string, options: Partial<ReturnOptions> = {}) {
  const period = { label: 'custom', from: day(from), to: day(to), empty: false, notes: [] };
  return performance(rows, [period], withOptions(options))[0]!;
}

const twr = (rows: readonly ReturnDay[], from: string, to: string, options: Partial<ReturnOptions> = {}) =>
  formatFraction(over(rows, from, to, options).twr);

/** Monday to Friday: 100 comes in and makes 1, 2, 3, 4 and 5 %. */
const week = days('2024-03-04', '0', [
  { bodFlow: '100', eod: '101' },
  { eod: '103.02' },
  { eod: '106.1106' },
  { eod: '110.355024' },
  { eod: '115.8727752' },
]);

describe('first and last day', () => {
  it('the first day of the history counts: what comes in at its beginning is its capital', () => {
    expect(twr(week, '2024-03-04', '2024-03-04')).toBe('0.01');
  });

  it('from and to both count, the opening value is the close before', () => {
    const two = over(week, '2024-03-05', '2024-03-06');
    // 1.02 · 1.03, from 101 to 106.1106.
    expect(formatFraction(two.twr)).toBe('0.0506');
    expect([two.beginMarketValue, two.endMarketValue].map((value) => format(value!))).toEqual([
      '101',
      '106.1106',
    ]);
    expect(twr(week, '2024-03-08', '2024-03-08')).toBe('0.05');
  });

  it('periods that follow each other leave no day out and count none twice', () => {
    // 1.01 · 1.02 · 1.03 · 1.04 · 1.05
    expect(twr(week, '2024-03-04', '2024-03-08')).toBe('0.158727752');
    const [first, second] = [over(week, '2024-03-04', '2024-03-06'), over(week, '2024-03-07', '2024-03-08')];
    // 1.061106 · 1.092
    expect((1 + toNumber(first.twr!)) * (1 + toNumber(second.twr!))).toBeCloseTo(1.158727752, 12);
  });

  it('the first day with the money counted at its end has no capital, and earns from the second on', () => {
    const rows = days('2024-03-04', '0', [{ eodFlow: '100', eod: '100' }, { eod: '110' }]);
    expect(twr(rows, '2024-03-04', '2024-03-05')).toBe('0.1');
    expect(over(rows, '2024-03-04', '2024-03-04').reasons).toContainEqual(
      expect.objectContaining({ figure: 'twr', code: 'no_capital' }),
    );
  });
});

describe('flows on the same day in both directions', () => {
  const rows = days('2024-03-04', '1000', [{ bodFlow: '1112', eodFlow: '-626', eod: '1674' }]);

  it('in the denominator what comes, in the numerator what goes; the money of both shows', () => {
    const figures = over(rows, '2024-03-04', '2024-03-04');
    // 188 / 2112
    expect(formatFraction(figures.twr)).toBe('0.089015151515');
    expect([figures.inflows, figures.outflows, figures.gain].map((value) => format(value!))).toEqual([
      '1112',
      '-626',
      '188',
    ]);
  });

  it('what comes and goes untouched changes no return', () => {
    const still = days('2024-03-04', '1000', [
      { bodFlow: '500', eodFlow: '-500', eod: '1000' },
      { eod: '1010' },
    ]);
    for (const flowTiming of ['in-begin-out-end', 'begin', 'end'] as const)
      expect(twr(still, '2024-03-04', '2024-03-05', { flowTiming })).toBe('0.01');
  });
});

describe('days without trading', () => {
  it('have a return of nothing, and change no longer one', () => {
    const rows = days('2024-03-08', '100', [{ eod: '101' }, {}, {}, { eod: '102.01' }]);
    expect(twr(rows, '2024-03-09', '2024-03-10')).toBe('0');
    expect(twr(rows, '2024-03-08', '2024-03-11')).toBe('0.0201');
  });
});

describe('costs charged on their own', () => {
  // A fee of 10 and then taxes of 9.9: 1 % each, on days when nothing else happens.
  const rows = days('2024-03-04', '1000', [
    { eod: '990', fees: '10' },
    { eod: '980.1', taxes: '9.9' },
  ]);

  it('are a loss after them and none before them', () => {
    const all = (options: Partial<ReturnOptions>) => twr(rows, '2024-03-04', '2024-03-05', options);
    expect(all({})).toBe('-0.0199');
    expect(all({ basis: 'gross' })).toBe('-0.01');
    expect(all({ taxes: 'before' })).toBe('-0.01');
    expect(all({ basis: 'gross', taxes: 'before' })).toBe('0');
  });

  it('are no flows', () => {
    const { inflows, outflows, gain, fees, taxes } = over(rows, '2024-03-04', '2024-03-05');
    const money = [inflows, outflows, gain, fees, taxes].map((value) => format(value!));
    expect(money).toEqual(['0', '0', '-19.9', '10', '9.9']);
  });
});

describe('liquidation and re-entry', () => {
  it('links across days of nothing: 1.1 · 1.2', () => {
    const rows = days('2024-03-04', '100', [
      { eodFlow: '-110', eod: '0' },
      {},
      {},
      { bodFlow: '50', eod: '60' },
    ]);
    const figures = over(rows, '2024-03-04', '2024-03-07');
    expect(formatFraction(figures.twr)).toBe('0.32');
    expect(figures.flags).toEqual([]);
  });
});

describe('denominators', () => {
  it.each([
    ['nothing and nothing', {}, 'none'],
    ['nothing, and value all the same', { eod: '5' }, 'none'],
    ['capital below zero', { bod: '10', bodFlow: '-20', eod: '5' }, 'undefined'],
    ['an opening value below zero', { bod: '-10', bodFlow: '30', eod: '25' }, 'undefined'],
    ['a closing value below zero', { bod: '10', eod: '-1' }, 'undefined'],
    ['more flowing in at the end than is there', { bod: '10', eodFlow: '20', eod: '15' }, 'undefined'],
    ['all lost', { bod: '10', eod: '0' }, 'return'],
  ])('%s', (_name, given, kind) => {
    expect(dayReturn(aDay('2024-03-04', given), withOptions({})).kind).toBe(kind);
  });
});

describe('properties', () => {
  const factor = fc.integer({ min: 700, max: 1300 }).map((n) => divide(decimal(n), decimal(1000), 3));
  const cost = fc.integer({ min: 0, max: 5 }).map((n) => decimal(n));
  const flow = fc.integer({ min: 0, max: 400 }).map((n) => decimal(n));
  const moves: fc.Arbitrary<Move[]> = fc.array(
    fc.record({
      factor,
      inflow: flow,
      outflow: flow.map((n) => multiply(n, decimal(-1))),
      fees: cost,
      taxes: cost,
    }),
    { minLength: 1, maxLength: 30 },
  );
  /** Whatever the draw, 10,000 stay in: nothing turns negative. */
  const history = moves.map((given) => {
    const kept: Move[] = [];
    for (const move of given) {
      const rows = moved('2024-03-04', decimal('20000'), [...kept, move]);
      if (sign(subtract(rows.at(-1)!.eodMarketValue, decimal('1000'))) > 0) kept.push(move);
    }
    return moved('2024-03-04', decimal('20000'), kept.length > 0 ? kept : [{ factor: decimal('1') }]);
  });

  it('gross gain is net gain and costs, to the last digit; of a day the returns differ by costs over capital', () => {
    fc.assert(
      fc.property(history, (rows) => {
        const last = rows.at(-1)!.day;
        const period = { label: 'x', from: rows[0]!.day, to: last, empty: false, notes: [] };
        const [net, gross] = (['net', 'gross'] as const).map(
          (basis) => performance(rows, [period], withOptions({ basis }))[0]!,
        );
        expect(equal(add(net!.gain!, net!.fees!), gross!.gain!)).toBe(true);
        for (const row of rows) {
          const [a, b] = (['net', 'gross'] as const).map((basis) =>
            toNumber(dayReturnFraction(dayReturn(row, withOptions({ basis })))!),
          );
          const capital = toNumber(add(row.bodMarketValue, row.bodCashflow));
          expect(b! - a!).toBeCloseTo(toNumber(row.fees) / capital, 12);
        }
      }),
    );
  });

  it('the money-weighted return discounts what went in and came out to nothing', () => {
    fc.assert(
      fc.property(history, (rows) => {
        const [first, last] = [rows[0]!, rows.at(-1)!];
        const period = { label: 'x', from: first.day, to: last.day, empty: false, notes: [] };
        const { mwr } = performance(rows, [period], withOptions({}))[0]!;
        if (mwr === null) return;
        // Night 0 is the close before the first day.
        const value = (night: number, amount: number) => amount * (1 + toNumber(mwr)) ** (-night / 365);
        const terms = [
          -value(0, toNumber(first.bodMarketValue)),
          value(rows.length, toNumber(last.eodMarketValue)),
        ];
        for (const [i, row] of rows.entries())
          terms.push(-value(i, toNumber(row.bodCashflow)), -value(i + 1, toNumber(row.eodCashflow)));
        const gross = terms.reduce((sum, term) => sum + Math.abs(term), 0);
        // A rate is given to 12 places, which is coarse beside a growth of nearly nothing.
        const resolution = 1e-11 + 1e-12 / (1 + toNumber(mwr));
        expect(Math.abs(terms.reduce((sum, term) => sum + term, 0)) / gross).toBeLessThan(resolution);
      }),
    );
  });

  it('in another currency, a return is that of the portfolio and that of the rate', () => {
    const rate = fc.integer({ min: 500, max: 2000 }).map((n) => divide(decimal(n), decimal(1000), 3));
    fc.assert(
      fc.property(fc.array(fc.tuple(factor, rate), { minLength: 2, maxLength: 30 }), (given) => {
        const rates = given.map(([, value]) => value);
        const rows = moved(
          '2024-03-04',
          decimal('1000'),
          given.slice(1).map(([value]) => ({ factor: value })),
        );
        const converted = rows.map((row, i) => ({
          ...row,
          bodMarketValue: multiply(row.bodMarketValue, rates[i]!),
          eodMarketValue: multiply(row.eodMarketValue, rates[i + 1]!),
        }));
        const growth = (all: readonly ReturnDay[]) =>
          toNumber(linkDays(all, withOptions({})).products.at(-1)!);
        const ofRate = toNumber(rates.at(-1)!) / toNumber(rates[0]!);
        expect(growth(converted) / (growth(rows) * ofRate)).toBeCloseTo(1, 11);
      }),
    );
  });
});
