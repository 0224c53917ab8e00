/** How a benchmark did over the days of a period, as replies show it. */
import { CLOSE_HOLDS_DAYS } from '../../domain/books/aggregate.ts';
import { day, isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { subtract } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { annualise, DAYS_PER_YEAR } from '../../domain/returns/annualise.ts';
import { formatFraction } from '../../domain/returns/model.ts';
import type { PerformanceBasis, PeriodPerformance } from '../../domain/returns/performance.ts';
import { because, unknownLevel } from '../../domain/risk/remarks.ts';
import { benchmarkReturn } from './comparison.ts';
import type { LoadedBenchmark } from './comparison.ts';

export interface BenchmarkView {
  readonly twr: string | null;
  readonly twr_annualized: string | null;
  /** The portfolio's return less the benchmark's. */
  readonly excess_return: string | null;
  readonly excess_return_annualized: string | null;
}

export interface BenchmarkFlag {
  readonly code: 'benchmark_carried_on';
  readonly message: string;
  /** The last day on which every component has a value of its own. */
  readonly day: Day;
}

/** Why a figure is null. */
export interface Remark {
  readonly figure: string;
  readonly code: string;
  readonly message: string;
  readonly day?: Day;
}

export function benchmarkView(
  { options }: PerformanceBasis,
  period: PeriodPerformance,
  benchmark: LoadedBenchmark,
  reasons: Remark[],
): BenchmarkView {
  const own = benchmarkReturn(benchmark, period.from, period.to);
  if (typeof own === 'number') {
    reasons.push(unknownLevel('benchmark', own));
    return { twr: null, twr_annualized: null, excess_return: null, excess_return_annualized: null };
  }
  const short = options.annualiseShort ?? false;
  const yearly = annualise(own, period.days, short);
  const [excess, excessYearly] = [difference(period.twr, own), difference(period.twrAnnualized, yearly)];
  const unsaid = short || period.days >= DAYS_PER_YEAR ? 'out_of_range' : 'below_one_year';
  if (yearly === null) reasons.push(because('benchmark.twr_annualized', unsaid));
  if (excess === null) reasons.push(...whyNoReturn(period, ['benchmark.excess_return']));
  if (excessYearly === null)
    reasons.push(
      ...(excess === null
        ? whyNoReturn(period, ['benchmark.excess_return_annualized'])
        : [because('benchmark.excess_return_annualized', unsaid)]),
    );
  return {
    twr: formatFraction(own),
    twr_annualized: formatFraction(yearly),
    excess_return: formatFraction(excess),
    excess_return_annualized: formatFraction(excessYearly),
  };
}

function difference(a: Decimal | null, b: Decimal | null): Decimal | null {
  return a === null || b === null ? null : subtract(a, b);
}

/** Beside a benchmark that has ended every figure is still given, of returns of 0. */
export function carriedOn({ name }: LoadedBenchmark, { to }: PeriodPerformance): BenchmarkFlag[] {
  const last = name.last_date === null ? undefined : day(name.last_date);
  if (last === undefined || to - last <= CLOSE_HOLDS_DAYS) return [];
  const message = `the benchmark has no values after ${isoDate(last)}, and keeps its last one from then on`;
  return [{ code: 'benchmark_carried_on', message, day: last }];
}

/** The reason of the return itself, for figures that need it. */
export function whyNoReturn({ reasons }: PeriodPerformance, figures: readonly string[]): Remark[] {
  const why = reasons.find(({ figure }) => figure === 'all' || figure === 'twr');
  return why ? figures.map((figure) => ({ ...why, figure })) : [];
}
