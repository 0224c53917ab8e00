/** Dated numbers (closes, rates): the latest at or before a day. */
import { decimal } from '../decimal.ts';
import type { Day } from '../dates.ts';
import type { PricePoint } from './model.ts';

/** A dated number as it comes from storage: its day and its decimal text. */
export type DatedText = readonly [day: Day, value: string];

/**
 * Immutable but for a cursor: asked with rising days, as a valuation does, it answers in constant time,
 * otherwise by binary search. May be shared by everything in one thread.
 */
export interface Series {
  /** In the order of their days, one a day. */
  readonly points: readonly PricePoint[];
  /** The latest point at or before a day, always the same object for the same point. */
  at(day: Day): PricePoint | undefined;
}

/** Index of the last point at or before a day, −1 when there is none. */
function locate(points: readonly PricePoint[], day: Day): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (points[middle]!.day <= day) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** A series of points already sorted by day. */
export function seriesOf(points: readonly PricePoint[]): Series {
  let cursor = -1;
  let from = -Infinity;
  let before = points.length > 0 ? points[0]!.day : Infinity;
  const moveTo = (index: number): void => {
    cursor = index;
    from = index < 0 ? -Infinity : points[index]!.day;
    before = index + 1 < points.length ? points[index + 1]!.day : Infinity;
  };
  return {
    points,
    at(day) {
      if (day < from || day >= before) {
        if (day >= before) moveTo(cursor + 1);
        if (day < from || day >= before) moveTo(locate(points, day));
      }
      return points[cursor];
    },
  };
}

/** Builds a series from rows in any order; of two rows of a day the later one counts. */
export function createSeries(rows: readonly DatedText[]): Series {
  let sorted = true;
  for (let i = 1; i < rows.length && sorted; i++) sorted = rows[i - 1]![0] < rows[i]![0];
  const ordered = sorted ? rows : [...new Map(rows).entries()].sort((a, b) => a[0] - b[0]);
  return seriesOf(ordered.map(([day, value]) => ({ price: decimal(value), day })));
}
