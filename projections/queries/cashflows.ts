/** The days on which value flowed into or out of a portfolio's positions. */
import { moneyOrNull, moneyText, plainOrNull } from './numbers.ts';
import { pageOf } from './paging.ts';
import type { Paged } from './paging.ts';
import { found } from './reading.ts';
import type { ReadContext, Reader, Reading } from './reading.ts';
import type { CashflowKey, DateRange, Page } from './read-model.ts';
import type { CashflowRow } from './rows.ts';

export interface Cashflows extends Paged<CashflowRow, CashflowKey> {
  readonly portfolio_id: string;
  readonly complete_through: string | null;
}

export function cashflows(
  reader: Reader,
  portfolioId: string,
  range: DateRange,
  page: Page<CashflowKey>,
  context: ReadContext = {},
): Promise<Reading<Cashflows>> {
  return reader.portfolio(portfolioId, context, async (model, portfolio) => {
    const { rows, next } = await pageOf(
      page.limit,
      (limit) => model.cashflows(portfolioId, range, { ...page, limit }),
      (row) => ({ date: row.date, securityId: row.security_id }),
    );
    return found({
      portfolio_id: portfolioId,
      complete_through: portfolio.complete_through,
      rows: rows.map(cashflowView),
      ...(next === undefined ? {} : { next }),
    });
  });
}

function cashflowView(row: CashflowRow): CashflowRow {
  return {
    date: row.date,
    security_id: row.security_id,
    currency: row.currency,
    bod_cashflow_position: moneyOrNull(row.bod_cashflow_position),
    eod_cashflow_position: moneyOrNull(row.eod_cashflow_position),
    bod_cashflow_portfolio: moneyOrNull(row.bod_cashflow_portfolio),
    eod_cashflow_portfolio: moneyOrNull(row.eod_cashflow_portfolio),
    income: moneyText(row.income),
    fees: moneyText(row.fees),
    taxes: moneyText(row.taxes),
    fx_rate: plainOrNull(row.fx_rate),
    epoch: row.epoch,
  };
}
