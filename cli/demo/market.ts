/**
 * Invented markets: geometric Brownian motion with one common factor, so that securities move together
 * and crises are shared, and exchange rates that wander around a level. Computed in floats and printed
 * with two to four decimals: the printed text is the fact.
 */
import { weekday } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import type { SecuritySpec } from './catalogue.ts';
import { randomStream } from './random.ts';
import type { RandomStream } from './random.ts';

/** What a security traded at, day by day from its listing on. */
export interface Quotes {
  /** Indices into the demo's business days; both included. */
  readonly first: number;
  readonly last: number;
  /** As traded, unadjusted. `quoted[0]` is the price of the day `first`. */
  readonly quoted: readonly string[];
  /** As a data vendor publishes them: adjusted where the split says so, weekends for crypto. */
  readonly published: readonly (readonly [day: Day, price: string])[];
}

export interface DemoMarket {
  readonly days: readonly Day[];
  readonly quotes: ReadonlyMap<string, Quotes>;
  /** Units of a currency for one euro, by business day. */
  readonly perEuro: ReadonlyMap<string, readonly string[]>;
}

const DAYS_A_YEAR = 252;
const MARKET_DRIFT = 0.035;
const CALM = 0.0075;
const STRESSED = 0.021;

/** Daily log returns of the market, calm most of the time and stressed for a few weeks now and then. */
function commonFactor(random: RandomStream, length: number): number[] {
  let stressed = false;
  return Array.from({ length }, () => {
    stressed = random.chance(stressed ? 0.04 : 0.0035) ? !stressed : stressed;
    const drift = stressed ? -0.0006 : MARKET_DRIFT / DAYS_A_YEAR + 0.0001;
    return drift + (stressed ? STRESSED : CALM) * random.normal();
  });
}

const CURRENCIES = [
  { currency: 'USD', start: 1.09, level: 1.12, volatility: 0.065 },
  { currency: 'GBP', start: 0.79, level: 0.86, volatility: 0.055 },
  { currency: 'CHF', start: 1.09, level: 1.02, volatility: 0.045 },
] as const;

function exchangeRates(seed: number, factor: readonly number[]): Map<string, string[]> {
  return new Map(
    CURRENCIES.map(({ currency, start, level, volatility }) => {
      const random = randomStream(seed, `fx/${currency}`);
      let log = Math.log(start);
      const rates = factor.map((market) => {
        log += 0.0025 * (Math.log(level) - log) + 0.06 * market;
        log += (volatility / Math.sqrt(DAYS_A_YEAR)) * random.normal();
        return Math.exp(log).toFixed(4);
      });
      return [currency, rates];
    }),
  );
}

/** The index of a moment given as a fraction of the span. */
export function moment(at: number, days: readonly Day[]): number {
  return Math.floor(at * (days.length - 1));
}

function decimals(spec: SecuritySpec): number {
  if (spec.type === 'bond') return 3;
  return spec.type === 'fund' || spec.start < 10 ? 4 : 2;
}

/** A bond's deviation from par, pulled back to it and tighter as its maturity comes near. */
function bondStep(spec: SecuritySpec, deviation: number, left: number, shock: number): number {
  const pull = spec.ends ? 1 / Math.max(left, 2) : 0.002;
  return deviation * (1 - pull) + shock * Math.min(1, left / DAYS_A_YEAR);
}

function levels(seed: number, spec: SecuritySpec, start: number, factor: readonly number[]): number[] {
  const random = randomStream(seed, `price/${spec.id}`);
  const daily = spec.volatility / Math.sqrt(DAYS_A_YEAR);
  const drift = (spec.drift - spec.volatility ** 2 / 2) / DAYS_A_YEAR;
  let log = Math.log(spec.type === 'bond' ? start / 100 : start);
  return factor.map((market, i) => {
    const shock = spec.beta * market + daily * random.normal();
    if (spec.type === 'bond') log = bondStep(spec, log, factor.length - 1 - i, shock);
    else if (i > 0) log += drift + shock;
    return Math.exp(log) * (spec.type === 'bond' ? 100 : 1);
  });
}

/** Closes on the weekend days after a business day, for what trades every day. */
function weekendCloses(day: Day, price: number, random: RandomStream, digits: number): [Day, string][] {
  const closes: [Day, string][] = [];
  for (let next = day + 1; weekday(next) === 6 || weekday(next) === 0; next++) {
    closes.push([next, (price * Math.exp(0.02 * random.normal())).toFixed(digits)]);
  }
  return closes;
}

function quotesOf(
  seed: number,
  spec: SecuritySpec,
  days: readonly Day[],
  factor: readonly number[],
  known: ReadonlyMap<string, Quotes>,
  spinOffs: ReadonlyMap<string, { readonly index: number; readonly fraction: number }>,
): Quotes {
  const digits = decimals(spec);
  const from = spec.spunOffFrom;
  const first = from ? moment(from.at, days) : 0;
  const last = spec.ends ? moment(spec.ends.at, days) : days.length - 1;
  const parent = from && known.get(from.id);
  // The parent's close has already lost the part spun off: parent × f / (1 − f) is that part.
  const start =
    from && parent
      ? (Number(parent.quoted[first - parent.first]) * Number(from.fraction)) /
        (1 - Number(from.fraction)) /
        Number(from.ratio)
      : spec.start;
  const split = spec.split && { ...spec.split, index: moment(spec.split.at, days) };
  const spun = spinOffs.get(spec.id);
  const quoted = levels(seed, spec, start, factor.slice(first, last + 1)).map((level, i) => {
    const afterSplit = split && first + i >= split.index ? level / split.ratio : level;
    const value = spun && first + i >= spun.index ? afterSplit * (1 - spun.fraction) : afterSplit;
    return Math.max(value, 10 ** -digits).toFixed(digits);
  });
  const weekends = randomStream(seed, `weekend/${spec.id}`);
  const published = quoted.flatMap((price, i): [Day, string][] => {
    const day = days[first + i]!;
    if (spec.type === 'crypto') {
      return [[day, price], ...weekendCloses(day, Number(price), weekends, digits)];
    }
    const adjust = split?.adjusted && first + i < split.index;
    return [[day, adjust ? (Number(price) / split.ratio).toFixed(4) : price]];
  });
  const end = days.at(-1)!;
  return { first, last, quoted, published: published.filter(([day]) => day <= end) };
}

/** The whole market of a demo. Spin-offs must stand behind their parents in `specs`. */
export function simulateMarket(
  seed: number,
  specs: readonly SecuritySpec[],
  days: readonly Day[],
): DemoMarket {
  const factor = commonFactor(randomStream(seed, 'market'), days.length);
  const spinOffs = new Map(
    specs.flatMap(({ spunOffFrom: from }) =>
      from ? [[from.id, { index: moment(from.at, days), fraction: Number(from.fraction) }] as const] : [],
    ),
  );
  const quotes = new Map<string, Quotes>();
  for (const spec of specs) quotes.set(spec.id, quotesOf(seed, spec, days, factor, quotes, spinOffs));
  return { days, quotes, perEuro: exchangeRates(seed, factor) };
}

/** The price a security traded at on a business day; `undefined` while it is not listed. */
export function quoteAt(market: DemoMarket, securityId: string, index: number): string | undefined {
  const quotes = market.quotes.get(securityId);
  return quotes && index >= quotes.first && index <= quotes.last
    ? quotes.quoted[index - quotes.first]
    : undefined;
}

/** One unit of a currency in another on a business day, for sizing orders. */
export function rateAt(market: DemoMarket, from: string, to: string, index: number): number {
  const perEuro = (currency: string): number =>
    currency === 'EUR' ? 1 : Number(market.perEuro.get(currency)?.[index] ?? Number.NaN);
  return perEuro(to) / perEuro(from);
}
