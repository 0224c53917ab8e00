/** A position's days, in its own currency. */
import { moneyOrNull, moneyText, plainOrNull, plainText } from './numbers.ts';
import { pageOf } from './paging.ts';
import type { Paged } from './paging.ts';
import { found, notFound } from './reading.ts';
import type { ReadContext, Reader, Reading } from './reading.ts';
import type { DateRange, Page } from './read-model.ts';
import type { PositionDayRow } from './rows.ts';

/** `estimated` is said by the quality of what is made of the days. */
export type PositionDayView = Omit<PositionDayRow, 'estimated'>;

export interface PositionTimeseries extends Paged<PositionDayView, string> {
  readonly portfolio_id: string;
  readonly security_id: string;
  readonly currency: string;
  readonly complete_through: string | null;
}

/** The rows of a range; the key of a page is its last date. */
export function positionTimeseries(
  reader: Reader,
  portfolioId: string,
  securityId: string,
  range: DateRange,
  page: Page<string>,
  context: ReadContext = {},
): Promise<Reading<PositionTimeseries>> {
  return reader.portfolio(portfolioId, context, async (model, portfolio) => {
    const currency = await model.securityCurrency(securityId);
    if (currency === undefined) return notFound('security', securityId);
    const { rows, next } = await pageOf(
      page.limit,
      (limit) => model.positionDays(portfolioId, securityId, range, { ...page, limit }),
      (row) => row.date,
    );
    return found({
      portfolio_id: portfolioId,
      security_id: securityId,
      currency,
      complete_through: portfolio.complete_through,
      rows: rows.map(positionDayView),
      ...(next === undefined ? {} : { next }),
    });
  });
}

function positionDayView(row: PositionDayRow): PositionDayView {
  return {
    date: row.date,
    bod_market_value: moneyOrNull(row.bod_market_value),
    bod_cashflow_position: moneyOrNull(row.bod_cashflow_position),
    eod_cashflow_position: moneyOrNull(row.eod_cashflow_position),
    bod_cashflow_portfolio: moneyOrNull(row.bod_cashflow_portfolio),
    eod_cashflow_portfolio: moneyOrNull(row.eod_cashflow_portfolio),
    eod_market_value: moneyOrNull(row.eod_market_value),
    income: moneyText(row.income),
    fees: moneyText(row.fees),
    taxes: moneyText(row.taxes),
    quantity: plainText(row.quantity),
    cost: moneyText(row.cost),
    bod_fx_rate: plainOrNull(row.bod_fx_rate),
    fx_rate: plainOrNull(row.fx_rate),
    valuation_status: row.valuation_status,
    epoch: row.epoch,
  };
}
