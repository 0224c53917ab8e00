/** Exchange rates between any two currencies, from the pairs that are quoted. */
import { divide, multiply, ONE, RATE_SCALE, round } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import type { Day } from '../dates.ts';
import type { PricePoint } from './model.ts';
import { createSeries, seriesOf } from './series.ts';
import type { DatedText, Series } from './series.ts';

export interface QuotedRates {
  readonly from: string;
  readonly to: string;
  /** Units of `to` for one of `from`. */
  readonly rates: readonly DatedText[];
}

/** The rates of all pairs; may be shared by every portfolio. */
export interface FxTable {
  /**
   * The rates from one currency to another, each day's the first known of: the latest direct rate; the
   * inverse of the latest rate the other way round; a cross through one currency, EUR and USD first, then
   * by name. Inverses and crosses carry 18 decimals.
   */
  series(from: string, to: string): Series;
  /** Units of `to` for one of `from`, never from a later day; `undefined` when none is known. */
  rate(from: string, to: string, day: Day): Decimal | undefined;
}

const EMPTY = seriesOf([]);
const ALWAYS_ONE = seriesOf([{ price: ONE, day: -Infinity }]);
const PREFERRED_PIVOTS = ['EUR', 'USD'];

function inverse(series: Series): Series {
  return seriesOf(series.points.map(({ price, day }) => ({ price: divide(ONE, price, RATE_SCALE), day })));
}

function firstDay(series: Series): Day {
  return series.points[0]?.day ?? Infinity;
}

/** `first` from its first day on, `second` before it. */
function preferring(first: Series, second: Series): Series {
  const start = firstDay(first);
  const earlier = second.points.filter((point) => point.day < start);
  return earlier.length === 0 ? first : seriesOf([...earlier, ...first.points]);
}

function product(a: Series, b: Series): Series {
  const days = new Set([...a.points, ...b.points].map((point) => point.day));
  const points: PricePoint[] = [];
  for (const day of [...days].sort((x, y) => x - y)) {
    const [left, right] = [a.at(day), b.at(day)];
    if (left && right) points.push({ price: round(multiply(left.price, right.price), RATE_SCALE), day });
  }
  return seriesOf(points);
}

export function createFxTable(quotes: readonly QuotedRates[]): FxTable {
  const quoted = new Map<string, Map<string, Series>>();
  const currencies = new Set<string>();
  for (const { from, to, rates } of quotes) {
    if (!quoted.has(from)) quoted.set(from, new Map<string, Series>());
    quoted.get(from)!.set(to, createSeries(rates));
    currencies.add(from).add(to);
  }
  const pivots = [
    ...PREFERRED_PIVOTS,
    ...[...currencies].filter((currency) => !PREFERRED_PIVOTS.includes(currency)).sort(),
  ];
  const pair = (from: string, to: string): Series => {
    const other = quoted.get(to)?.get(from);
    return preferring(quoted.get(from)?.get(to) ?? EMPTY, other ? inverse(other) : EMPTY);
  };
  const derive = (from: string, to: string): Series => {
    let derived = pair(from, to);
    for (const pivot of pivots) {
      if (pivot === from || pivot === to || !currencies.has(pivot)) continue;
      const [left, right] = [pair(from, pivot), pair(pivot, to)];
      if (left.points.length === 0 || right.points.length === 0) continue;
      if (Math.max(firstDay(left), firstDay(right)) < firstDay(derived))
        derived = preferring(derived, product(left, right));
    }
    return derived;
  };
  const known = new Map<string, Map<string, Series>>();
  const series = (from: string, to: string): Series => {
    if (from === to) return ALWAYS_ONE;
    let row = known.get(from);
    if (!row) known.set(from, (row = new Map<string, Series>()));
    let found = row.get(to);
    if (!found) row.set(to, (found = derive(from, to)));
    return found;
  };
  return { series, rate: (from, to, day) => series(from, to).at(day)?.price };
}
