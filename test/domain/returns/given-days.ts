/** Days of a made-up portfolio, for the tests of returns. */
import { add, decimal, multiply, ZERO, type Decimal } from '../../../domain/decimal.ts';
import { day } from '../../../domain/dates.ts';
import { DEFAULT_RETURN_OPTIONS, type ReturnDay, type ReturnOptions } from '../../../domain/returns/model.ts';

export interface GivenDay {
  readonly bod?: string;
  readonly bodFlow?: string;
  readonly eodFlow?: string;
  readonly eod?: string;
  readonly income?: string;
  readonly fees?: string;
  readonly taxes?: string;
  readonly estimated?: boolean;
  readonly open?: boolean;
}

/** One day with the amounts named; the rest is nothing. */
export function aDay(date: string, given: GivenDay = {}): ReturnDay {
  return {
    day: day(date),
    bodMarketValue: decimal(given.bod ?? '0'),
    bodCashflow: decimal(given.bodFlow ?? '0'),
    eodCashflow: decimal(given.eodFlow ?? '0'),
    eodMarketValue: decimal(given.eod ?? '0'),
    income: decimal(given.income ?? '0'),
    fees: decimal(given.fees ?? '0'),
    taxes: decimal(given.taxes ?? '0'),
    estimated: given.estimated ?? false,
    open: given.open ?? false,
  };
}

/** Consecutive days from a date, each opening where the day before closed. */
export function days(from: string, opening: string, given: readonly Omit<GivenDay, 'bod'>[]): ReturnDay[] {
  const rows: ReturnDay[] = [];
  for (const [i, one] of given.entries()) {
    const row = aDay(from, one);
    rows.push({
      ...row,
      day: row.day + i,
      bodMarketValue: rows[i - 1]?.eodMarketValue ?? decimal(opening),
      // A day that names no closing value keeps the one it opened with.
      eodMarketValue:
        one.eod === undefined ? (rows[i - 1]?.eodMarketValue ?? decimal(opening)) : row.eodMarketValue,
    });
  }
  return rows;
}

/** A day's market factor and what flows in before and (negative) out after it. */
export interface Move {
  readonly factor: Decimal;
  readonly inflow?: Decimal;
  readonly outflow?: Decimal;
  readonly fees?: Decimal;
  readonly taxes?: Decimal;
}

/** Exact consequences of market moves and flows, without any rounding. */
export function moved(from: string, opening: Decimal, moves: readonly Move[]): ReturnDay[] {
  let value = opening;
  return moves.map(({ factor, inflow = ZERO, outflow = ZERO, fees = ZERO, taxes = ZERO }, i) => {
    const bodMarketValue = value;
    const costs = multiply(add(fees, taxes), decimal(-1));
    value = add(add(multiply(add(value, inflow), factor), outflow), costs);
    return {
      ...aDay(from),
      day: day(from) + i,
      bodMarketValue,
      bodCashflow: inflow,
      eodCashflow: outflow,
      eodMarketValue: value,
      fees,
      taxes,
    };
  });
}

export function withOptions(options: Partial<ReturnOptions>): ReturnOptions {
  return { ...DEFAULT_RETURN_OPTIONS, ...options };
}
