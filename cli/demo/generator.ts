/**
 * The demo's data: invented portfolios, securities, markets and every kind of transaction, the same for
 * the same options for ever. Pure: no clock, no randomness but the seed's.
 */
import { day, isoDate, monthOf } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { decimal, format, formatMoney, multiply, sign } from '../../domain/decimal.ts';
import { planActions } from './actions.ts';
import type { Agenda } from './actions.ts';
import type { DemoData, FxRateBody, PriceBody, SplitBody, TransactionBody } from './bodies.ts';
import { held, money, openBook } from './book.ts';
import { businessDays } from './calendar.ts';
import type { SecuritySpec } from './catalogue.ts';
import { bookAction, handOver } from './holder.ts';
import { begin, month, monthText, quarter } from './life.ts';
import { moment, quoteAt, simulateMarket } from './market.ts';
import type { DemoMarket } from './market.ts';
import { wholeUnits } from './orders.ts';
import type { Desk } from './orders.ts';
import { randomStream } from './random.ts';
import { HANDOVERS, portfolioBody, templateOf } from './templates.ts';
import type { Template } from './templates.ts';
import { securityBody, universe } from './universe.ts';

export interface DemoOptions {
  readonly seed: number;
  /** Years of history; fractions are taken to the month. */
  readonly years: number;
  readonly portfolios: number;
  readonly securities: number;
  /** The latest business date, ISO. */
  readonly until: string;
  /** Securities held by each portfolio beyond the fifth. */
  readonly holdings: number;
}

export const DEMO_DEFAULTS: DemoOptions = {
  seed: 20_251_231,
  years: 10,
  portfolios: 5,
  securities: 30,
  until: '2025-12-31',
  holdings: 12,
};

interface Resident {
  readonly desk: Desk;
  readonly template: Template;
}

/** The plan's day is the first business day on or after the fifth of a month. */
function isPlanDay(desk: Desk, index: number): boolean {
  const date = (at: number): number => Number(isoDate(desk.market.days[at]!).slice(8));
  const before = index > 0 && monthText(desk, index - 1) === monthText(desk, index) ? date(index - 1) : 0;
  return date(index) >= 5 && before < 5;
}

function isQuarterEnd(days: readonly Day[], index: number): boolean {
  const next = days[index + 1];
  return monthOf(days[index]!) % 3 === 0 && (next === undefined || monthOf(next) !== monthOf(days[index]!));
}

function settleHandovers(residents: readonly Resident[], index: number): void {
  for (const { at, id, from, to, part } of HANDOVERS) {
    const desk = residents[from]?.desk;
    if (!desk || moment(at, desk.market.days) !== index) continue;
    const price = quoteAt(desk.market, id, index);
    const spec = desk.specs.get(id);
    if (!spec || price === undefined) continue;
    const units = wholeUnits(spec, Number(format(held(desk.book, id))) * part);
    if (sign(units) <= 0) continue;
    const value = formatMoney(money(multiply(units, decimal(price))));
    handOver(desk, residents[to]?.desk, id, { units: format(units), price, value }, index);
  }
}

/** Lives through all days; the residents' books hold the transactions afterwards. */
function live(residents: readonly Resident[], days: readonly Day[], agenda: Agenda): void {
  for (const { desk, template } of residents) begin(desk, template);
  for (let index = 1; index < days.length; index++) {
    const actions = agenda.actions.get(index) ?? [];
    const ends = isQuarterEnd(days, index);
    for (const { desk, template } of residents) {
      for (const action of actions) bookAction(desk, action, index);
      if (isPlanDay(desk, index)) month(desk, template, index);
      if (ends) quarter(desk, template, index);
    }
    settleHandovers(residents, index);
  }
}

function splitsOf(specs: readonly SecuritySpec[], days: readonly Day[]): SplitBody[] {
  return specs.flatMap(({ id, split }) =>
    split
      ? [
          {
            security_id: id,
            date: isoDate(days[moment(split.at, days)]!),
            ratio: String(split.ratio),
            prices_adjusted: split.adjusted,
          },
        ]
      : [],
  );
}

function pricesOf(specs: readonly SecuritySpec[], market: DemoMarket): PriceBody[] {
  return specs.flatMap(({ id, currency }) =>
    (market.quotes.get(id)?.published ?? []).map(([date, price]) => ({
      security_id: id,
      date: isoDate(date),
      price,
      currency,
    })),
  );
}

function ratesOf(market: DemoMarket): FxRateBody[] {
  return [...market.perEuro].flatMap(([currency, rates]) =>
    rates.map((rate, index) => ({
      from_currency: 'EUR',
      to_currency: currency,
      date: isoDate(market.days[index]!),
      rate,
    })),
  );
}

function byTime(a: TransactionBody, b: TransactionBody): number {
  if (a.transaction_date !== b.transaction_date) return a.transaction_date < b.transaction_date ? -1 : 1;
  return a.transaction_id < b.transaction_id ? -1 : 1;
}

/** Generates a demo; what is not given is as in `DEMO_DEFAULTS`. */
export function generateDemo(options: Partial<DemoOptions> = {}): DemoData {
  const { seed, years, portfolios, securities, until, holdings } = { ...DEMO_DEFAULTS, ...options };
  const days = businessDays(day(until), years);
  const specs = universe(seed, securities);
  const market = simulateMarket(seed, specs, days);
  const agenda = planActions(seed, specs, market);
  const byId = new Map(specs.map((spec) => [spec.id, spec]));
  const residents = Array.from({ length: portfolios }, (_, place): Resident => {
    const template = templateOf(place, seed, specs, holdings);
    const book = openBook(portfolioBody(place, template, isoDate(days[0]!)));
    const random = randomStream(seed, `portfolio/${place}`);
    return { desk: { book, market, agenda, specs: byId, random }, template };
  });
  live(residents, days, agenda);
  return {
    portfolios: residents.map(({ desk }) => desk.book.settings),
    securities: specs.map((spec, i) => securityBody(spec, i + 1)),
    splits: splitsOf(specs, days),
    transactions: residents.flatMap(({ desk }) => desk.book.transactions).sort(byTime),
    prices: pricesOf(specs, market),
    fx_rates: ratesOf(market),
    business_dates: days.map((date) => ({ date: isoDate(date) })),
  };
}
