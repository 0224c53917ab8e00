/** The closes of a security as one series in its newest units, so that no split shows as a gain or loss. */
import type { Day } from '../dates.ts';
import { decimal, divide, isZero, multiply, ONE, RATE_SCALE } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import type { AnnouncedSplit } from '../books/market.ts';
import type { Series } from '../books/series.ts';
import { seriesOf } from '../books/series.ts';

/** What is worth 1 on every day: cash in its own currency. */
export const ALWAYS_ONE: Series = seriesOf([{ price: ONE, day: -Infinity }]);

/**
 * Closes in units after the last split. As in the books (a close belongs to the units of its own day unless
 * its split was announced as adjusted for), closes from before a split are divided by its ratio where they
 * were given as quoted, and left alone where they had been divided already. Quotients carry 18 decimals.
 */
export function closesInNewestUnits(
  closes: ReadonlyMap<Day, string>,
  splits: readonly AnnouncedSplit[],
): Series {
  const quoted = splits.filter((split) => !split.pricesAdjusted).sort((a, b) => b.day - a.day);
  const latestFirst = [...closes].sort(([a], [b]) => b - a);
  let over: Decimal = ONE;
  let next = 0;
  const points = latestFirst.map(([day, close]) => {
    for (; next < quoted.length && day < quoted[next]!.day; next++)
      over = multiply(over, quoted[next]!.ratio);
    const price = decimal(close);
    return { day, price: over === ONE ? price : divide(price, over, RATE_SCALE) };
  });
  // What a ratio has divided down to nothing can be no base of a growth.
  return seriesOf(points.filter(({ price }) => !isZero(price)).reverse());
}
