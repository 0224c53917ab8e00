import { describe, expect, it } from 'vitest';
import { constantRate, variableRate } from '../../../domain/benchmarks/risk-free.ts';
import { createSeries } from '../../../domain/books/series.ts';
import { day } from '../../../domain/dates.ts';
import { linkDays } from '../../../domain/returns/link.ts';
import { dailyLevels } from '../../../domain/risk/levels.ts';
import { indexReturns, risklessReturns, sampleOf, unknownLevelDay } from '../../../domain/risk/sample.ts';
import { aDay, withOptions } from '../returns/given-days.ts';
import { fromReturns } from './given-levels.ts';

/** Friday 1 March to Tuesday 5 March 2024, 1 % a day: three returns on business days. */
const levels = fromReturns('2024-03-01', ['0.01', '0.01', '0.01', '0.01', '0.01']);
const sample = sampleOf(levels, day('2024-03-01'), day('2024-03-05'), 'daily');

describe('returns of a period', () => {
  it('are left out where nothing was held', () => {
    const rows = [
      aDay('2024-03-04', { bodFlow: '100', eod: '0', eodFlow: '-110' }),
      aDay('2024-03-07', { bodFlow: '50', eod: '60' }),
    ];
    const bridged = dailyLevels(linkDays(rows, withOptions({})));
    const { buckets } = sampleOf(bridged, day('2024-03-04'), day('2024-03-07'), 'daily');
    expect(buckets.map(({ to }) => to - day('2024-03-04'))).toEqual([0, 3]);
  });
});

describe('a period that reaches far beyond the history', () => {
  it('has the returns up to its end, and that of the month it ends in', () => {
    const far = [day('2024-03-01'), day('9999-12-31')] as const;
    expect(sampleOf(levels, ...far, 'daily').buckets).toEqual(sample.buckets);
    expect(sampleOf(levels, ...far, 'monthly').buckets).toEqual([
      { from: day('2024-03-01'), to: day('2024-03-31') },
    ]);
  });
});

describe('an index beside them', () => {
  const index = { first: day('2024-02-29'), levels: Float64Array.of(1, 2, 2, 3, 4, 5) };

  it('has its returns over the same days', () => {
    expect([...indexReturns(index, sample)]).toEqual([1, 1, 0.25]);
    expect(unknownLevelDay(index, sample)).toBeUndefined();
  });

  it('tells the first day that it is not known on', () => {
    expect(unknownLevelDay({ ...index, first: day('2024-03-01') }, sample)).toBe(day('2024-02-29'));
    const short = { ...index, levels: index.levels.slice(0, 4) };
    expect(unknownLevelDay(short, sample)).toBe(day('2024-03-04'));
  });
});

describe('the riskless rate beside them', () => {
  it('is earned by the days of each return', () => {
    const returns = risklessReturns(constantRate(0.365), sample);
    // One night, three over the weekend, one.
    expect(returns).toBeInstanceOf(Float64Array);
    if (typeof returns === 'number') return;
    expect(returns[0]).toBeCloseTo(1.365 ** (1 / 365) - 1, 15);
    expect(returns[1]).toBeCloseTo(1.365 ** (3 / 365) - 1, 15);
  });

  it('changes with the days', () => {
    const rates = variableRate(
      createSeries([
        [day('2024-03-01'), '0.02'],
        [day('2024-03-03'), '0.04'],
      ]),
    );
    const returns = risklessReturns(rates, sample);
    if (typeof returns === 'number') throw new Error('a rate is missing');
    // Saturday at 2 %, Sunday and Monday at 4 %.
    expect(returns[1]).toBeCloseTo(1.02 ** (1 / 365) * 1.04 ** (2 / 365) - 1, 15);
  });

  it('tells the first day without one', () => {
    const late = variableRate(createSeries([[day('2024-03-04'), '0.02']]));
    expect(risklessReturns(late, sample)).toBe(day('2024-03-01'));
  });
});
