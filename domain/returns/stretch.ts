/** Where a period lies in a series of days, and whether its days are all there. */
import type { Day } from '../dates.ts';
import { nothingHeld, type ReturnChain } from './link.ts';

/**
 * Rows `first` to `last`. `missing` is the first day of the period that has no row although something
 * was held; days without a row while nothing was held only make it `bridged`. Without any row `last` is
 * before `first`.
 */
export interface Stretch {
  readonly first: number;
  readonly last: number;
  readonly missing?: Day;
  readonly bridged: boolean;
}

export function findStretch(chain: ReturnChain, from: Day, to: Day): Stretch {
  const { days } = chain;
  const first = firstAtLeast(days.length, (row) => days[row]!.day >= from);
  const last = firstAtLeast(days.length, (row) => days[row]!.day > to) - 1;
  const headMissing = first > last || days[first]!.day > from;
  if (headMissing && !nothingHeld(days[first - 1], days[first]))
    return { first, last, missing: from, bridged: false };
  if (first > last) return { first, last, bridged: true };
  const gap = rowsBetween(chain.gapRows, first + 1, last)[0];
  if (gap !== undefined) return { first, last, missing: days[gap - 1]!.day + 1, bridged: false };
  const tailMissing = days[last]!.day < to;
  if (tailMissing && !nothingHeld(days[last], days[last + 1]))
    return { first, last, missing: days[last]!.day + 1, bridged: false };
  const bridged = headMissing || tailMissing || rowsBetween(chain.bridgedRows, first + 1, last).length > 0;
  return { first, last, bridged };
}

/** The members of an ascending list of rows from `first` to `last`. */
export function rowsBetween(rows: readonly number[], first: number, last: number): readonly number[] {
  const start = firstAtLeast(rows.length, (i) => rows[i]! >= first);
  const end = firstAtLeast(rows.length, (i) => rows[i]! > last);
  return rows.slice(start, end);
}

/** The first of `0 … count − 1` for which an ascending condition holds, `count` when there is none. */
export function firstAtLeast(count: number, holds: (i: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
