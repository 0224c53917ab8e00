/** Figures of a window that moves along a series, one row for each return of the frequency. */
import type { Day } from '../dates.ts';
import type { Bucket, RiskFrequency } from './frequency.ts';
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
  /** Returns per year. */
  readonly perYear: number;
  readonly window: WindowLength;
  readonly benchmark?: IndexLevels;
  readonly riskFree?: RiskFree;
  /** The minimum acceptable return; the riskless rate unless given. */
  readonly acceptable?: RiskFree;
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

/** Windows may only be asked for in their order. */
export interface Rolling {
  readonly windows: readonly RollingWindow[];
  /**
   * The statistics of a window of at least two returns, annualised; not finite where one divides by nothing or
   * by what is not known.
   */
  statistics(window: RollingWindow): Record<Exclude<RollingStatistic, 'max_drawdown'>, number>;
  /** The deepest fall of its closes, however few its returns. */
  maxDrawdown(window: RollingWindow): number;
}

/** A window for each return of the history that has a whole one behind it. */
export function rolling(input: RollingInput): Rolling {
  const { levels, first, frequency, perYear, benchmark, riskFree, acceptable = riskFree } = input;
  const sample = sampleOf(levels, first, input.last, frequency);
  const lists = seriesOf(sample, benchmark, riskFree, acceptable);
  const root = Math.sqrt(perYear);
  const fall = slidingDrawdown(levels.growth);

  function extraOf({ cut }: RollingWindow): Extra | undefined {
    if (!cut) return undefined;
    const own = growthOver(levels, cut.from, cut.to) - 1;
    const riskless = riskFree ? risklessReturn(riskFree, cut) : 0;
    const least = acceptable ? risklessReturn(acceptable, cut) : 0;
    const market = benchmark ? indexReturn(benchmark, cut) : NaN;
    return {
      own,
      excess: own - riskless,
      over: own - least,
      market: market - riskless,
      active: own - market,
    };
  }

  return {
    windows: windowsOf(sample, input),
    statistics(window) {
      const extra = extraOf(window);
      const own = lists.own.moments(window.entries, extra?.own);
      const excess = lists.excess.moments(window.entries, extra?.excess);
      const market = lists.market.moments(window.entries, extra?.market);
      const active = lists.active.moments(window.entries, extra?.active);
      const over = lists.over.moments(window.entries, extra?.over);
      const downside = lists.over.downside(window.entries, extra?.over);
      const together = lists.together(window.entries, extra && [extra.excess, extra.market]);
      const beta = together / market.deviation ** 2;
      return {
        mean_return: own.mean * perYear,
        volatility: own.deviation * root,
        downside_deviation: downside * root,
        sharpe: (excess.mean / excess.deviation) * root,
        sortino: (over.mean / downside) * root,
        active_return: active.mean * perYear,
        tracking_error: active.deviation * root,
        information_ratio: (active.mean / active.deviation) * root,
        beta,
        alpha: (excess.mean - beta * market.mean) * perYear,
        correlation: withinOne(together / (excess.deviation * market.deviation)),
      };
    },
    maxDrawdown({ from, to }) {
      const [start, end] = [openingOf(levels, from), openingOf(levels, to + 1)];
      const depth = fall(start, end);
      return levels.losses[end]! > levels.losses[start]! ? -1 : depth;
    },
  };
}

/** Running sums may leave a correlation some digits beyond 1; what is not finite stays so. */
function withinOne(correlation: number): number {
  return Number.isFinite(correlation) ? Math.min(Math.max(correlation, -1), 1) : NaN;
}

interface Extra {
  readonly own: number;
  /** Over the riskless rate. */
  readonly excess: number;
  /** Over the minimum acceptable return. */
  readonly over: number;
  readonly market: number;
  readonly active: number;
}

/** NaN where a rate or a level is not known, which makes the figures of each window over it NaN. */
function seriesOf(
  sample: Sample,
  benchmark: IndexLevels | undefined,
  riskFree: RiskFree | undefined,
  acceptable: RiskFree | undefined,
) {
  const { returns, buckets } = sample;
  const earned = (rate: RiskFree | undefined) =>
    Float64Array.from(buckets, (bucket) => (rate ? risklessReturn(rate, bucket) : 0));
  const riskless = earned(riskFree);
  const least = acceptable === riskFree ? riskless : earned(acceptable);
  const market = Float64Array.from(buckets, (bucket) => (benchmark ? indexReturn(benchmark, bucket) : NaN));
  const excess = returns.map((value, i) => value - riskless[i]!);
  const overRiskless = sliding(excess);
  const marketExcess = market.map((value, i) => value - riskless[i]!);
  return {
    own: sliding(returns),
    excess: overRiskless,
    over: least === riskless ? overRiskless : sliding(returns.map((value, i) => value - least[i]!)),
    market: sliding(marketExcess),
    active: sliding(returns.map((value, i) => value - market[i]!)),
    together: slidingCovariance(excess, marketExcess),
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
