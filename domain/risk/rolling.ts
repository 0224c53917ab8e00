/** Figures of a window that moves along a series, one row for each return of the frequency. */
import type { Day } from '../dates.ts';
import { RETURNS_PER_YEAR, type Bucket, type RiskFrequency } from './frequency.ts';
import { growthOver, hadCapital, openingOf, type DailyLevels } from './levels.ts';
import { indexReturn, risklessReturn, sampleOf, type IndexLevels, type Sample } from './sample.ts';
import { sliding, slidingCovariance, type Window } from './sliding.ts';
import { slidingDrawdown } from './sliding-drawdown.ts';
import { windowStart, type WindowLength } from './window.ts';
import type { RiskFree } from '../benchmarks/risk-free.ts';

export const ROLLING_STATISTICS = [
  'mean_return',
  'volatility',
  'downside_deviation',
  'sharpe',
  'sortino',
  'max_drawdown',
  'active_return',
  'tracking_error',
  'information_ratio',
  'beta',
  'alpha',
  'correlation',
] as const;
export type RollingStatistic = (typeof ROLLING_STATISTICS)[number];

/** Those that need a benchmark. */
export const NEED_BENCHMARK: ReadonlySet<string> = new Set<RollingStatistic>([
  'active_return',
  'tracking_error',
  'information_ratio',
  'beta',
  'alpha',
  'correlation',
]);

export interface RollingInput {
  readonly levels: DailyLevels;
  /** The first and the last day of the history. */
  readonly first: Day;
  readonly last: Day;
  readonly frequency: RiskFrequency;
  readonly window: WindowLength;
  readonly benchmark?: IndexLevels;
  readonly riskFree?: RiskFree;
}

/** A window that lies in the history wholly. */
export interface RollingWindow {
  readonly from: Day;
  readonly to: Day;
  /** How many whole returns it holds. */
  readonly returns: number;
  /** Those of the history's returns that it holds wholly. */
  readonly entries: Window;
  /** The Monday whose weekend its first day cuts. */
  readonly cut?: Bucket;
}

export interface Rolling {
  readonly windows: readonly RollingWindow[];
  /**
   * The statistics of a window of at least two returns, annualised; not finite where one divides by nothing or
   * by what is not known. Windows may only be asked for in their order.
   */
  statistics(window: RollingWindow): Record<RollingStatistic, number>;
}

/** A window for each return of the history that has a whole one behind it. */
export function rolling(input: RollingInput): Rolling {
  const { levels, first, frequency, benchmark, riskFree } = input;
  const sample = sampleOf(levels, first, input.last, frequency);
  const lists = seriesOf(sample, benchmark, riskFree);
  const perYear = RETURNS_PER_YEAR[frequency];
  const root = Math.sqrt(perYear);
  const fall = slidingDrawdown(levels.growth);

  function deepest({ from, to }: RollingWindow): number {
    const [start, end] = [openingOf(levels, from), openingOf(levels, to + 1)];
    const depth = fall(start, end);
    return levels.losses[end]! > levels.losses[start]! ? -1 : depth;
  }

  function extraOf({ cut }: RollingWindow): Extra | undefined {
    if (!cut) return undefined;
    const own = growthOver(levels, cut.from, cut.to) - 1;
    const riskless = riskFree ? risklessReturn(riskFree, cut) : 0;
    const market = benchmark ? indexReturn(benchmark, cut) : NaN;
    return { own, excess: own - riskless, market: market - riskless, active: own - market };
  }

  return {
    windows: windowsOf(sample, input),
    statistics(window) {
      const extra = extraOf(window);
      const own = lists.own.moments(window.entries, extra?.own);
      const excess = lists.excess.moments(window.entries, extra?.excess);
      const market = lists.market.moments(window.entries, extra?.market);
      const active = lists.active.moments(window.entries, extra?.active);
      const downside = lists.excess.downside(window.entries, extra?.excess);
      const together = lists.together(window.entries, extra && [extra.excess, extra.market]);
      const beta = together / market.deviation ** 2;
      return {
        mean_return: own.mean * perYear,
        volatility: own.deviation * root,
        downside_deviation: downside * root,
        sharpe: (excess.mean / excess.deviation) * root,
        sortino: (excess.mean / downside) * root,
        max_drawdown: deepest(window),
        active_return: active.mean * perYear,
        tracking_error: active.deviation * root,
        information_ratio: (active.mean / active.deviation) * root,
        beta,
        alpha: (excess.mean - beta * market.mean) * perYear,
        correlation: together / (excess.deviation * market.deviation),
      };
    },
  };
}

interface Extra {
  readonly own: number;
  readonly excess: number;
  readonly market: number;
  readonly active: number;
}

/** NaN where a rate or a level is not known, which makes the figures of each window over it NaN. */
function seriesOf(sample: Sample, benchmark: IndexLevels | undefined, riskFree: RiskFree | undefined) {
  const { returns, buckets } = sample;
  const riskless = Float64Array.from(buckets, (bucket) => (riskFree ? risklessReturn(riskFree, bucket) : 0));
  const market = Float64Array.from(buckets, (bucket) => (benchmark ? indexReturn(benchmark, bucket) : NaN));
  const excess = returns.map((value, i) => value - riskless[i]!);
  const over = market.map((value, i) => value - riskless[i]!);
  return {
    own: sliding(returns),
    excess: sliding(excess),
    market: sliding(over),
    active: sliding(returns.map((value, i) => value - market[i]!)),
    together: slidingCovariance(excess, over),
  };
}

function windowsOf({ buckets }: Sample, { levels, first, frequency, window }: RollingInput): RollingWindow[] {
  const windows: RollingWindow[] = [];
  let start = 0;
  for (const [i, { to }] of buckets.entries()) {
    const from = windowStart(window, to);
    if (from < first) continue;
    while (start <= i && buckets[start]!.from < from) start++;
    const before = buckets[start - 1];
    const cuts = frequency === 'daily' && before !== undefined && before.to >= from;
    const cut = cuts && hadCapital(levels, from, before.to) ? { from, to: before.to } : undefined;
    const entries = { start, end: i + 1 };
    windows.push({ from, to, returns: i + 1 - start + (cut ? 1 : 0), entries, ...(cut ? { cut } : {}) });
  }
  return windows;
}
