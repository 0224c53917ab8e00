/** What a position's day adds to the gain of its portfolio, in base currency and exact. */
import type { DayRow } from '../books/model.ts';
import { add, multiply, subtract, ZERO, type Decimal } from '../decimal.ts';
import { causesOf } from './model.ts';

/**
 * Amounts of one position on one day in base currency. Flows are positive when value enters. `external`
 * flows cross the portfolio's boundary, `internal` ones come from and go to its other positions.
 */
export interface PositionDay {
  readonly opening: Decimal;
  readonly closing: Decimal;
  readonly bodExternal: Decimal;
  readonly eodExternal: Decimal;
  readonly bodInternal: Decimal;
  readonly eodInternal: Decimal;
  /** Gained by prices in the position's own currency, at the day's rate. */
  readonly price: Decimal;
  readonly income: Decimal;
  readonly fees: Decimal;
  readonly taxes: Decimal;
}

/**
 * Movements between positions are turned into base currency at the day's rate without rounding, so that
 * the two sides of a trade cancel to the last digit. `null` for a day that lacks a value or a rate.
 *
 * The price part takes out of the local gain what the income and the costs are: a dividend leaves the
 * position net of its costs, a purchase enters with them.
 */
export function positionDay(row: DayRow): PositionDay | null {
  const {
    bodMarketValueBase: opening,
    eodMarketValueBase: closing,
    bodExternalBase: bodExternal,
    eodExternalBase: eodExternal,
    incomeBase: income,
    feesBase: fees,
    taxesBase: taxes,
  } = row;
  const { bodMarketValue, eodMarketValue, bodFlow, eodFlow } = row;
  if (opening === null || closing === null || bodExternal === null || eodExternal === null) return null;
  if (income === null || fees === null || taxes === null) return null;
  if (bodMarketValue === null || eodMarketValue === null || bodFlow === null || eodFlow === null) return null;
  // Without a rate the position is worth nothing at any.
  const rate = row.fxRate ?? ZERO;
  const change = subtract(eodMarketValue, bodMarketValue);
  const localGain = subtract(change, add(bodFlow, eodFlow));
  const costs = subtract(add(row.fees, row.taxes), row.income);
  return {
    opening,
    closing,
    bodExternal,
    eodExternal,
    bodInternal: multiply(subtract(bodFlow, row.bodExternal ?? ZERO), rate),
    eodInternal: multiply(subtract(eodFlow, row.eodExternal ?? ZERO), rate),
    price: multiply(add(localGain, costs), rate),
    income,
    fees,
    taxes,
  };
}

export interface DayRates {
  /** Units of the report's currency for one of base: at the day's opening and at its close. */
  readonly opening: Decimal;
  readonly closing: Decimal;
}

/** What the position gained on the day in the report's currency, net of its costs. */
export function gainOn(day: PositionDay, rates: DayRates): Decimal {
  const flows = add(add(day.bodExternal, day.eodExternal), add(day.bodInternal, day.eodInternal));
  return subtract(
    multiply(subtract(day.closing, flows), rates.closing),
    multiply(day.opening, rates.opening),
  );
}

/** What of it exchange rates gained: what prices, income and costs leave. */
export function currencyGain(day: PositionDay, rates: DayRates): Decimal {
  const { price, income, fees, taxes } = day;
  const atClose = (amount: Decimal) => multiply(amount, rates.closing);
  return causesOf(gainOn(day, rates), {
    price: atClose(price),
    income: atClose(income),
    fees: atClose(fees),
    taxes: atClose(taxes),
  }).currency;
}
