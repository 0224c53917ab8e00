/** Stored portfolio days as the input of returns. */
import { day } from '../../domain/dates.ts';
import { decimal } from '../../domain/decimal.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type { ReturnDay } from '../../domain/returns/model.ts';
import type { PortfolioDayRow } from './rows.ts';

export type CostedDay = ReturnDay & { readonly cost: Decimal };

/** `openDate` is the day that may still change in place. */
export function returnDays(rows: readonly PortfolioDayRow[], openDate: string | null): CostedDay[] {
  return rows.map((row) => ({
    day: day(row.date),
    bodMarketValue: decimal(row.bod_market_value),
    bodCashflow: decimal(row.bod_cashflow),
    eodCashflow: decimal(row.eod_cashflow),
    eodMarketValue: decimal(row.eod_market_value),
    income: decimal(row.income),
    fees: decimal(row.fees),
    taxes: decimal(row.taxes),
    cost: decimal(row.cost),
    estimated: row.estimated_positions > 0,
    open: row.date === openDate,
  }));
}
