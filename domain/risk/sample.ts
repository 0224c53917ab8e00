/** The returns of a period at a frequency, and what stood beside them: the benchmark and the riskless rate. */
import type { Day } from '../dates.ts';
import type { RiskFree } from '../benchmarks/risk-free.ts';
import { bucketOf, bucketsWithin, type Bucket, type RiskFrequency } from './frequency.ts';
import { growthOver, hadCapital, lastDay, type DailyLevels } from './levels.ts';

export interface Sample {
  readonly buckets: readonly Bucket[];
  readonly returns: Float64Array;
}

/** Whole buckets of the period in which there was capital on any day. */
export function sampleOf(levels: DailyLevels, from: Day, to: Day, frequency: RiskFrequency): Sample {
  // What lies beyond the bucket of the last day has no capital, however far the period reaches.
  const end = Math.min(to, bucketOf(lastDay(levels), frequency).to);
  const buckets = bucketsWithin(from, end, frequency).filter((bucket) =>
    hadCapital(levels, bucket.from, bucket.to),
  );
  const returns = Float64Array.from(buckets, (bucket) => growthOver(levels, bucket.from, bucket.to) - 1);
  return { buckets, returns };
}

/** The levels of an index by calendar day, as floats. */
export interface IndexLevels {
  readonly first: Day;
  readonly levels: Float64Array;
}

/** The first day of those on which a level is needed that has none. */
export function unknownLevelDay(index: IndexLevels, { buckets }: Sample): Day | undefined {
  const [opening, closing] = [buckets[0]!.from - 1, buckets.at(-1)!.to];
  if (opening < index.first) return opening;
  const last = index.first + index.levels.length - 1;
  return closing > last ? last + 1 : undefined;
}

/** The index's returns over the same days. */
export function indexReturns(index: IndexLevels, { buckets }: Sample): Float64Array {
  return Float64Array.from(buckets, (bucket) => indexReturn(index, bucket));
}

/** NaN where a level is not known. */
export function indexReturn({ first, levels }: IndexLevels, { from, to }: Bucket): number {
  return (levels[to - first] ?? NaN) / (levels[from - 1 - first] ?? NaN) - 1;
}

/** What money without risk earned over the days of each return; where a day has no rate, that day instead. */
export function risklessReturns(riskFree: RiskFree, { buckets }: Sample): Float64Array | Day {
  const returns = Float64Array.from(buckets, (bucket) => risklessReturn(riskFree, bucket));
  const unknown = returns.findIndex(Number.isNaN);
  return unknown < 0 ? returns : firstWithout(riskFree, buckets[unknown]!.from);
}

/** NaN where a day has no rate. */
export function risklessReturn(riskFree: RiskFree, { from, to }: Bucket): number {
  return riskFree.between(from - 1, to) ?? NaN;
}

/** The first day from one on that has no rate. */
export function firstWithout(riskFree: RiskFree, from: Day): Day {
  let day = from;
  while (riskFree.on(day) !== undefined) day++;
  return day;
}
