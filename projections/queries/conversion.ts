/** Amounts, and a portfolio's days, in a currency that is not their own. */
import { createFxTable } from '../../domain/books/fx.ts';
import type { FxTable, QuotedRates } from '../../domain/books/fx.ts';
import { day, isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { decimal, format, isZero, multiplyAmount, ZERO } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { found, rejected } from './reading.ts';
import type { Outcome } from './reading.ts';
import type { DateRange, ReadModel } from './read-model.ts';
import type { FxRateRow, PortfolioDayRow, PortfolioRow } from './rows.ts';

/** Amounts turned into one currency. A missing rate is never 1. */
export interface Conversion {
  /** At the rate of a day; zero where there is none, which `missing` then tells. */
  at(amount: Decimal, from: string, on: Day): Decimal;
  /** The same, and `null` where there is no rate. */
  known(amount: Decimal, from: string, on: Day): Decimal | null;
  /** Why what was converted by `at` cannot be used. */
  missing(): Outcome<never> | undefined;
}

/** @param to the last day whose rate is needed */
export async function conversionInto(
  currency: string,
  model: ReadModel,
  from: readonly string[],
  to?: string,
): Promise<Conversion> {
  return conversionBy(await fxTableOf(currency, model, from, to), currency);
}

/** The rates between a currency and others. */
export async function fxTableOf(
  currency: string,
  model: ReadModel,
  from: readonly string[],
  to?: string,
): Promise<FxTable> {
  const others = [...new Set(from)].filter((each) => each !== currency);
  return createFxTable(quotes(others.length === 0 ? [] : await model.fxRates([currency, ...others], to)));
}

/** A new one for each series of amounts: what is missing is told of all that it converted. */
export function conversionBy(table: FxTable, currency: string): Conversion {
  let first: { readonly from: string; readonly on: Day } | undefined;
  const known: Conversion['known'] = (amount, base, on) => {
    if (base === currency || isZero(amount)) return amount;
    const rate = table.series(base, currency).at(on);
    return rate ? multiplyAmount(amount, rate.price) : null;
  };
  return {
    known,
    at(amount, base, on) {
      const converted = known(amount, base, on);
      if (!converted) first ??= { from: base, on };
      return converted ?? ZERO;
    },
    missing() {
      if (!first) return undefined;
      const pair = `${first.from} to ${currency}`;
      const message = `cannot be used: there is no rate from ${pair} for ${isoDate(first.on)}`;
      return rejected('currency', 'no_rate', message);
    },
  };
}

/**
 * The days of a range, in base currency or converted at each day's rate: the opening value at the rate
 * of the day before, which makes it the closing value of that day. A day without a rate is refused.
 */
export async function daysIn(
  currency: string | undefined,
  model: ReadModel,
  portfolio: PortfolioRow,
  range: DateRange,
): Promise<Outcome<PortfolioDayRow[]>> {
  const rows = await model.portfolioDays(portfolio.portfolio_id, range);
  const base = portfolio.base_currency;
  if (currency === undefined || currency === base) return found(rows);
  const conversion = await conversionInto(currency, model, [base], range.to);
  const at = (amount: string, on: Day): string => format(conversion.at(decimal(amount), base, on));
  const result = rows.map((row) => {
    const today = day(row.date);
    return {
      ...row,
      bod_market_value: at(row.bod_market_value, today - 1),
      bod_cashflow: at(row.bod_cashflow, today),
      eod_cashflow: at(row.eod_cashflow, today),
      eod_market_value: at(row.eod_market_value, today),
      income: at(row.income, today),
      fees: at(row.fees, today),
      taxes: at(row.taxes, today),
      cost: at(row.cost, today),
    };
  });
  return conversion.missing() ?? found(result);
}

export function quotes(rows: readonly FxRateRow[]): QuotedRates[] {
  const pairs = new Map<string, { from: string; to: string; rates: [Day, string][] }>();
  for (const { from_currency: from, to_currency: to, date, rate } of rows) {
    const name = `${from}/${to}`;
    const pair = pairs.get(name) ?? { from, to, rates: [] };
    pair.rates.push([day(date), rate]);
    pairs.set(name, pair);
  }
  return [...pairs.values()];
}
