/** An index in another currency. */
import type { Day } from '../dates.ts';
import { divide, isZero, multiply } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import type { Series } from '../books/series.ts';
import { seriesOf } from '../books/series.ts';
import { aboveZero, INDEX_SCALE } from './blend.ts';

/** An index by calendar day from `first` on. */
export interface DailyIndex {
  readonly first: Day;
  readonly index: readonly Decimal[];
}

/** A rate so small that it was rounded to nothing is as good as none. */
export function usableRates(rates: Series): Series {
  return rates.points.some(({ price }) => isZero(price))
    ? seriesOf(rates.points.filter(({ price }) => !isZero(price)))
    : rates;
}

/**
 * The index converted at the rate of each day, so that a day's return is (1 + r)(1 + r of the rate) − 1;
 * 1 on its first day, which is the first with a rate. A missing rate is never 1: days before it are left out.
 * @param rates units of the other currency for one of the index
 * @returns undefined when no day has a rate
 */
export function convertIndex({ first, index }: DailyIndex, rates: Series): DailyIndex | undefined {
  const start = Math.max(first, rates.points[0]?.day ?? Infinity);
  if (start > first + index.length - 1) return undefined;
  const rebased = multiply(index[start - first]!, rates.at(start)!.price);
  const converted: Decimal[] = [];
  for (let day = start; day < first + index.length; day++)
    converted.push(
      aboveZero(divide(multiply(index[day - first]!, rates.at(day)!.price), rebased, INDEX_SCALE)),
    );
  return { first: start, index: converted };
}
