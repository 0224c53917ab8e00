/**
 * Where a set of rows lies, as constants for a statement that finds the rows by a join.
 *
 * A join tells the planner nothing about which chunks of a hypertable it needs; a pair of days does. And a
 * write into a compressed chunk unpacks every batch that the constants of the statement admit, whatever
 * the join leaves of it: with the keys among them only the batches of those keys are.
 */
import { isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';

/** First and last day; nulls for no days. */
export function dayExtent(days: Iterable<Day>): [Day | null, Day | null] {
  let [first, last]: [Day | null, Day | null] = [null, null];
  for (const day of days) {
    if (first === null || day < first) first = day;
    if (last === null || day > last) last = day;
  }
  return [first, last];
}

/** First and last date, and the portfolios, each once. */
export function portfolioExtent(
  rows: readonly { readonly portfolioNo: number; readonly day: Day }[],
): [string | null, string | null, number[]] {
  const [first, last] = dayExtent(rows.map((row) => row.day));
  const iso = (day: Day | null): string | null => (day === null ? null : isoDate(day));
  return [iso(first), iso(last), [...new Set(rows.map((row) => row.portfolioNo))]];
}

/** First and last date, the portfolios and the securities, each once. */
export function keyExtent(
  rows: readonly { readonly portfolioNo: number; readonly securityNo: number; readonly day: Day }[],
): [string | null, string | null, number[], number[]] {
  return [...portfolioExtent(rows), [...new Set(rows.map((row) => row.securityNo))]];
}
