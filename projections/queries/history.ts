/** A position's state after each of its transactions. */
import { moneyOrNull, moneyText, plainText } from './numbers.ts';
import { pageOf } from './paging.ts';
import type { Paged } from './paging.ts';
import { found, notFound } from './reading.ts';
import type { ReadContext, Reader, Reading } from './reading.ts';
import type { HistoryKey, Page } from './read-model.ts';
import type { HistoryRow } from './rows.ts';

export type HistoryView = Omit<HistoryRow, 'rank'>;

export interface History extends Paged<HistoryView, HistoryKey> {
  readonly portfolio_id: string;
  readonly security_id: string;
  readonly currency: string;
  readonly base_currency: string;
  readonly complete_through: string | null;
}

export function positionHistory(
  reader: Reader,
  portfolioId: string,
  securityId: string,
  page: Page<HistoryKey>,
  context: ReadContext = {},
): Promise<Reading<History>> {
  return reader.portfolio(portfolioId, context, async (model, portfolio) => {
    const currency = await model.securityCurrency(securityId);
    if (currency === undefined) return notFound('security', securityId);
    const { rows, next } = await pageOf(
      page.limit,
      (limit) => model.history(portfolioId, securityId, { ...page, limit }),
      (row) => ({ at: row.transaction_date, rank: row.rank, transactionId: row.transaction_id }),
    );
    return found({
      portfolio_id: portfolioId,
      security_id: securityId,
      currency,
      base_currency: portfolio.base_currency,
      complete_through: portfolio.complete_through,
      rows: rows.map(historyView),
      ...(next === undefined ? {} : { next }),
    });
  });
}

function historyView(row: HistoryRow): HistoryView {
  return {
    transaction_id: row.transaction_id,
    transaction_date: row.transaction_date,
    transaction_type: row.transaction_type,
    quantity: plainText(row.quantity),
    cost_basis: moneyOrNull(row.cost_basis),
    cost_basis_local: moneyText(row.cost_basis_local),
    realized_gain: moneyOrNull(row.realized_gain),
    realized_gain_local: moneyText(row.realized_gain_local),
    realized_price_gain: moneyOrNull(row.realized_price_gain),
    realized_fx_gain: moneyOrNull(row.realized_fx_gain),
    epoch: row.epoch,
  };
}
