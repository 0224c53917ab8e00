/** A portfolio's days in a currency that is not its own. */
import { createFxTable } from '../../domain/books/fx.ts';
import type { QuotedRates } from '../../domain/books/fx.ts';
import type { Series } from '../../domain/books/series.ts';
import { day, isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { decimal, format, isZero, multiplyAmount } from '../../domain/decimal.ts';
import { found, rejected } from './reading.ts';
import type { Outcome } from './reading.ts';
import type { DateRange, ReadModel } from './read-model.ts';
import type { FxRateRow, PortfolioDayRow, PortfolioRow } from './rows.ts';

/**
 * The days of a range, in base currency or converted at each day's rate: the opening value at the rate
 * of the day before, which makes it the closing value of that day. A day without a rate is refused: a
 * missing rate is never 1.
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
  const table = createFxTable(quotes(await model.fxRates([base, currency], range.to)));
  return converted(rows, table.series(base, currency), `${base} to ${currency}`);
}

function converted(
  rows: readonly PortfolioDayRow[],
  rates: Series,
  pair: string,
): Outcome<PortfolioDayRow[]> {
  let missing: Day | undefined;
  const at = (amount: string, on: Day): string => {
    const value = decimal(amount);
    if (isZero(value)) return '0';
    const rate = rates.at(on);
    if (!rate) missing ??= on;
    return rate ? format(multiplyAmount(value, rate.price)) : '0';
  };
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
  if (missing === undefined) return found(result);
  return rejected(
    'currency',
    'no_rate',
    `cannot be used: there is no rate from ${pair} for ${isoDate(missing)}`,
  );
}

function quotes(rows: readonly FxRateRow[]): QuotedRates[] {
  const pairs = new Map<string, { from: string; to: string; rates: [Day, string][] }>();
  for (const { from_currency: from, to_currency: to, date, rate } of rows) {
    const name = `${from}/${to}`;
    const pair = pairs.get(name) ?? { from, to, rates: [] };
    pair.rates.push([day(date), rate]);
    pairs.set(name, pair);
  }
  return [...pairs.values()];
}
