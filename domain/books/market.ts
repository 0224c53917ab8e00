/** The market as one portfolio sees it: closes in the units its keys hold, rates to its base currency. */
import { divide, equal, multiply, ONE, RATE_SCALE } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import type { Day } from '../dates.ts';
import type { FxTable } from './fx.ts';
import type { KeySplit, Market, PricePoint } from './model.ts';
import type { Series } from './series.ts';

/** A split as the market announced it. */
export interface AnnouncedSplit {
  readonly day: Day;
  /** New units for one old. */
  readonly ratio: Decimal;
  /** Whether the closes before its day are given already divided by the ratio. */
  readonly pricesAdjusted: boolean;
}

/** Everything shared between portfolios; only the base currency is one portfolio's own. */
export interface MarketData {
  readonly baseCurrency: string;
  /** Closes by security, each in the security's currency. */
  readonly prices: { get(securityId: string): Series | undefined };
  readonly splits: { get(securityId: string): readonly AnnouncedSplit[] | undefined };
  readonly fx: FxTable;
}

/** A key's split within a week of an announcement of the same ratio is that one, booked on another day. */
const SAME_SPLIT_DAYS = 7;

function isSame(own: KeySplit, announced: AnnouncedSplit): boolean {
  if (own.day === announced.day) return true;
  return Math.abs(own.day - announced.day) <= SAME_SPLIT_DAYS && equal(own.ratio, announced.ratio);
}

const NONE: readonly never[] = [];

/**
 * What a close has to be multiplied and divided by, to be in the units held on `day`.
 *
 * Adjusted closes are in the units after the split: multiplied back while the old units are held. Closes
 * as quoted are in the units of their own day: divided by the splits between it and `day`. The key's own
 * split tells when it holds new units; without one, the announcement does.
 */
function factors(
  closeDay: Day,
  day: Day,
  announced: readonly AnnouncedSplit[],
  own: readonly KeySplit[],
): { times: Decimal; over: Decimal } {
  let [times, over] = [ONE, ONE];
  for (const split of announced) {
    const holdsNewUnits = split.day <= day || own.some((mine) => mine.day <= day && isSame(mine, split));
    if (split.pricesAdjusted) {
      if (!holdsNewUnits) times = multiply(times, split.ratio);
    } else if (closeDay < split.day && holdsNewUnits) over = multiply(over, split.ratio);
  }
  for (const mine of own)
    if (closeDay < mine.day && mine.day <= day && !announced.some((split) => isSame(mine, split)))
      over = multiply(over, mine.ratio);
  return { times, over };
}

function adjust(price: Decimal, times: Decimal, over: Decimal): Decimal {
  const multiplied = times === ONE ? price : multiply(price, times);
  return over === ONE ? multiplied : divide(multiplied, over, RATE_SCALE);
}

/** The market of a portfolio. Quotients carry 18 decimals. */
export function createMarket({ baseCurrency, prices, splits, fx }: MarketData): Market {
  const rates = new Map<string, Series>();
  // The last adjusted close of each security: a close that is carried over days is adjusted once.
  const adjusted = new Map<string, { from: PricePoint; times: Decimal; over: Decimal; to: PricePoint }>();
  return {
    close(securityId, day, own = NONE) {
      const point = prices.get(securityId)?.at(day);
      if (!point) return undefined;
      const announced = splits.get(securityId);
      if (own.length === 0 && (announced === undefined || announced.length === 0)) return point;
      const { times, over } = factors(point.day, day, announced ?? NONE, own);
      if (times === ONE && over === ONE) return point;
      const last = adjusted.get(securityId);
      if (last?.from === point && equal(last.times, times) && equal(last.over, over)) return last.to;
      const to = { price: adjust(point.price, times, over), day: point.day };
      adjusted.set(securityId, { from: point, times, over, to });
      return to;
    },
    fx(currency, day) {
      if (currency === baseCurrency) return ONE;
      let series = rates.get(currency);
      if (!series) rates.set(currency, (series = fx.series(currency, baseCurrency)));
      return series.at(day)?.price;
    },
  };
}
