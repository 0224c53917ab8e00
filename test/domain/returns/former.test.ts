/** What is made from a former state of the same series is what would be made without it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { day, isoDate } from '../../../domain/dates.ts';
import { DEFAULT_RETURN_OPTIONS, type ReturnDay } from '../../../domain/returns/model.ts';
import { linkDays, sharedDays } from '../../../domain/returns/link.ts';
import { performanceBasis } from '../../../domain/returns/performance.ts';
import { dailyLevels } from '../../../domain/risk/levels.ts';
import { aDay } from './given-days.ts';

const START = day('2024-01-01');
const values = fc.constantFrom('0', '0', '-5', '10', '90', '100', '100.5', '250');
const flows = fc.constantFrom('0', '0', '0', '25', '-25', '-100');

/** Days with gaps between some, flows, costs, total losses, and returns that are not defined. */
const series = fc
  .array(fc.tuple(fc.constantFrom(1, 1, 1, 3), values, values, flows, flows, fc.boolean()), { maxLength: 12 })
  .map((given) => {
    let at = START;
    return given.map(([step, bod, eod, bodFlow, eodFlow, open]): ReturnDay => {
      at += step;
      const made = aDay(isoDate(at), { bod, eod, bodFlow, eodFlow });
      return { ...made, fees: made.bodCashflow, open, estimated: !open };
    });
  });

/** Two series that begin with the very same days. */
const states = fc.tuple(series, fc.nat(), series).map(([former, cut, other]) => {
  const shared = former.slice(0, cut % (former.length + 1));
  const last = shared.at(-1)?.day ?? START;
  const moved = other.map((each) => ({ ...each, day: each.day - START + last }));
  return { former, shared: shared.length, now: [...shared, ...moved] };
});
const options = { ...DEFAULT_RETURN_OPTIONS, basis: 'gross' as const };

describe('a series that is brought forward or cut back', () => {
  it('has the chain, the totals and the levels of one made anew', () => {
    fc.assert(
      fc.property(states, ({ former, now }) => {
        const before = performanceBasis(former, options);
        const basis = performanceBasis(now, options, before);
        expect(basis).toEqual(performanceBasis(now, options));
        const known = { chain: before.chain, levels: dailyLevels(before.chain) };
        expect(dailyLevels(basis.chain, known)).toEqual(dailyLevels(basis.chain));
      }),
      { numRuns: 300 },
    );
  });

  it('shares what stands in both, as the same objects, and nothing that only looks the same', () => {
    const rows = [1, 2, 3, 4].map((i) => aDay(isoDate(START + i), { bod: '100', eod: String(100 + i) }));
    const changed = [...rows.slice(0, 2), { ...rows[2]! }, rows[3]!];
    expect(sharedDays(rows, changed)).toBe(2);
    const before = linkDays(rows, options);
    const chain = linkDays(changed, options, before);
    expect(chain.products.slice(0, 3).every((product, i) => product === before.products[i])).toBe(true);
    expect(chain.products[3]).not.toBe(before.products[3]);
  });

  it('still refuses days that do not ascend', () => {
    const rows = [1, 2].map((i) => aDay(isoDate(START + i), { bod: '100', eod: '100' }));
    const chain = linkDays(rows, options);
    expect(() => linkDays([...rows, rows[1]!], options, chain)).toThrow(RangeError);
  });
});
