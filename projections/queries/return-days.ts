/** Stored portfolio days as the input of returns. */
import { day, isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { decimal, ZERO } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type { ReturnDay } from '../../domain/returns/model.ts';
import type { PortfolioDayRow } from './rows.ts';

export type CostedDay = ReturnDay & { readonly cost: Decimal };

/** Rows and what was made of them, both in the order of days and of the same length. */
export interface MadeDays {
  readonly rows: readonly PortfolioDayRow[];
  readonly days: readonly CostedDay[];
}

/**
 * Rows in ascending order; `openDate` is the day that may still change in place.
 * @param former of the very same rows at the beginning the very same days are given back
 */
export function returnDays(
  rows: readonly PortfolioDayRow[],
  openDate: string | null,
  former?: MadeDays,
): CostedDay[] {
  let before: Day | undefined;
  return rows.map((row, i) => {
    const known = former?.rows[i] === row ? former.days[i] : undefined;
    if (known?.open === (row.date === openDate)) {
      before = known.day;
      return known;
    }
    // Nearly every row is of the day after the one before it, whose text is at hand.
    before = before !== undefined && isoDate(before + 1) === row.date ? before + 1 : day(row.date);
    return {
      day: before,
      bodMarketValue: amount(row.bod_market_value),
      bodCashflow: amount(row.bod_cashflow),
      eodCashflow: amount(row.eod_cashflow),
      eodMarketValue: amount(row.eod_market_value),
      income: amount(row.income),
      fees: amount(row.fees),
      taxes: amount(row.taxes),
      cost: amount(row.cost),
      estimated: row.estimated_positions > 0,
      open: row.date === openDate,
    };
  });
}

/** Most flows are zero and need not be parsed. */
function amount(text: string): Decimal {
  return text === '0' ? ZERO : decimal(text);
}
