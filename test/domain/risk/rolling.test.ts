import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constantRate } from '../../../domain/benchmarks/risk-free.ts';
import { day, isoDate } from '../../../domain/dates.ts';
import { relativeRisk } from '../../../domain/risk/relative.ts';
import { riskOf } from '../../../domain/risk/risk.ts';
import { rolling, ROLLING_STATISTICS, type RollingInput } from '../../../domain/risk/rolling.ts';
import { indexReturns, risklessReturn, risklessReturns, sampleOf } from '../../../domain/risk/sample.ts';
import { tryWindow } from '../../../domain/risk/window.ts';
import { fromReturns } from './given-levels.ts';

const FIRST = day('2024-01-03');

function given(returns: readonly number[], index: readonly number[], window: string): RollingInput {
  const levels = [1];
  for (const value of index) levels.push(levels.at(-1)! * (1 + value));
  return {
    levels: fromReturns(
      isoDate(FIRST),
      returns.map((value) => value.toFixed(4)),
    ),
    first: FIRST,
    last: FIRST + returns.length - 1,
    frequency: 'daily',
    perYear: 252,
    window: tryWindow(window)!,
    benchmark: { first: FIRST - 1, levels: Float64Array.from(levels) },
    riskFree: constantRate(0.02),
  };
}

/** The figures of one window by the way of periods, which goes over its returns twice. */
function directly(input: RollingInput, from: number, to: number): Readonly<Record<string, number | null>> {
  const sample = sampleOf(input.levels, from, to, input.frequency);
  const riskless = risklessReturns(input.riskFree!, sample);
  const { levels, perYear, acceptable } = input;
  const { figures } = riskOf({
    levels,
    perYear,
    from,
    to,
    confidence: 0.95,
    returns: sample.returns,
    riskless,
    ...(acceptable
      ? { acceptable: Float64Array.from(sample.buckets, (each) => risklessReturn(acceptable, each)) }
      : {}),
    twrAnnualized: null,
  });
  const market = indexReturns(input.benchmark!, sample);
  return { ...figures, ...relativeRisk(sample.returns, market, riskless, input.perYear).figures };
}

describe('windows', () => {
  const windows = (window: string, frequency: RollingInput['frequency']) =>
    rolling({ ...given(Array(120).fill(0.001), Array(120).fill(0.001), window), frequency }).windows.map(
      ({ from, to, returns }) => [isoDate(from), isoDate(to), returns],
    );

  it('begin where a whole one is behind the return', () => {
    // From Wednesday 3 January; 30 days later is Thursday 1 February, of 22 business days.
    expect(windows('30d', 'daily')[0]).toEqual(['2024-01-03', '2024-02-01', 22]);
    expect(windows('30d', 'daily')[1]).toEqual(['2024-01-04', '2024-02-02', 22]);
  });

  it('are those of the calendar', () => {
    // The months of the period end on the last of each; a window of two at the end of March begins in February.
    expect(windows('2M', 'monthly')).toEqual([
      ['2024-02-01', '2024-03-31', 2],
      ['2024-03-01', '2024-04-30', 2],
    ]);
    expect(windows('4W', 'weekly')[0]).toEqual(['2024-01-08', '2024-02-04', 4]);
  });

  it('are none in a history that is too short', () => {
    expect(windows('1Y', 'daily')).toEqual([]);
  });
});

describe('statistics', () => {
  const move = fc.integer({ min: -500, max: 500 }).map((n) => n / 10_000);
  const moves = fc.array(fc.tuple(move, move), { minLength: 25, maxLength: 80 });

  it('are those of the period of each window', () => {
    fc.assert(
      fc.property(moves, fc.constantFrom('9d', '14d', '20d', '3W'), fc.boolean(), (pairs, window, over) => {
        const input = {
          ...given(
            pairs.map(([a]) => a),
            pairs.map(([, b]) => b),
            window,
          ),
          ...(over ? { acceptable: constantRate(0.1) } : {}),
        };
        const made = rolling(input);
        for (const one of made.windows) {
          const rolled = { ...made.statistics(one), max_drawdown: made.maxDrawdown(one) };
          const plain = directly(input, one.from, one.to);
          for (const name of ROLLING_STATISTICS) {
            const [a, b] = [rolled[name], plain[name] ?? null];
            if (b === null) expect(Number.isFinite(a), name).toBe(false);
            else expect(Math.abs(a - b), name).toBeLessThanOrEqual(1e-10 * Math.max(1, Math.abs(b)));
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keep their digits in a quiet stretch far from the mean of a wild one', () => {
    const wild = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 0.05 : -0.04));
    const quiet = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 0.0001 : 0.0002));
    const input = given([...wild, ...quiet], [...quiet, ...wild], '20d');
    const made = rolling(input);
    const last = made.windows.map((one) => ({ one, figures: made.statistics(one) })).at(-1)!;
    const plain = directly(input, last.one.from, last.one.to);
    expect(last.figures.volatility / plain['volatility']!).toBeCloseTo(1, 11);
    expect(last.figures.beta / plain['beta']!).toBeCloseTo(1, 9);
  });

  it('do not correlate beyond 1', () => {
    // The same quiet moves after wild ones, where running sums have lost digits.
    const wild = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 0.05 : -0.04));
    const quiet = Array.from({ length: 60 }, (_, i) => ((i * 7) % 11) / 10_000);
    const made = rolling(given([...wild, ...quiet], [...wild.map((value) => -value), ...quiet], '20d'));
    const found = made.windows.map((one) => made.statistics(one).correlation);
    for (const correlation of found) expect(Math.abs(correlation)).toBeLessThanOrEqual(1);
    // Not quite −1: weekends compound, and the riskless rate is taken off both.
    expect(found[0]).toBeLessThan(-0.99);
    expect(found.at(-1)).toBeCloseTo(1, 10);
  });

  it('do not correlate where one does not move', () => {
    const moving = Array.from({ length: 90 }, (_, i) => ((i * 7) % 11) / 1000);
    const made = rolling({ ...given(Array(90).fill(0.0007), moving, '6W'), frequency: 'weekly' });
    expect(made.windows.length).toBeGreaterThan(5);
    for (const one of made.windows) expect(made.statistics(one).correlation).not.toSatisfy(Number.isFinite);
  });

  it('are not numbers in windows that an index does not reach back to, and are in later ones', () => {
    const input = given(
      Array.from({ length: 40 }, (_, i) => (i % 7) / 1000),
      Array(40).fill(0.001),
      '10d',
    );
    const { first, levels } = input.benchmark!;
    const made = rolling({ ...input, benchmark: { first: first + 20, levels: levels.slice(20) } });
    const betas = made.windows.map(
      (one) => [one.from > first + 20, made.statistics(one).tracking_error] as const,
    );
    for (const [known, value] of betas) expect(Number.isFinite(value)).toBe(known);
    expect(betas.some(([known]) => known) && betas.some(([known]) => !known)).toBe(true);
  });
});

describe('lengths of windows', () => {
  it.each([
    ['90d', { unit: 'days', count: 90 }],
    ['12W', { unit: 'days', count: 84 }],
    ['6m', { unit: 'months', count: 6 }],
    ['1Y', { unit: 'months', count: 12 }],
  ])('%s', (text, expected) => {
    expect(tryWindow(text)).toEqual(expected);
  });

  it.each(['', '0d', '1', 'Y', '1.5Y', '101Y', '40000d', '-1M'])('not %j', (text) => {
    expect(tryWindow(text)).toBeUndefined();
  });
});
