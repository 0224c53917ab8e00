/** Portfolios: their settings, and how far and how well their rows are made. */
import { pageOf } from './paging.ts';
import type { Paged } from './paging.ts';
import { found } from './reading.ts';
import type { ReadContext, Reader, Reading } from './reading.ts';
import type { Page } from './read-model.ts';
import type { BlockedDayRow, PendingRow, PortfolioRow, QuarantineRow } from './rows.ts';

/** How many blocked days a reply lists: the first ones are those to mend. */
const BLOCKED_DAYS_SHOWN = 100;

export interface PortfolioSummary extends PortfolioRow {
  readonly blocked_days: readonly Omit<BlockedDayRow, 'portfolio_id'>[];
}

export interface PortfolioDetails extends PortfolioSummary {
  readonly pending_transactions: readonly PendingRow[];
  readonly quarantined: readonly QuarantineRow[];
}

export function listPortfolios(
  reader: Reader,
  page: Page<string>,
  context: ReadContext = {},
): Promise<Reading<Paged<PortfolioSummary, string>>> {
  return reader.all(context, async (model) => {
    const { rows, next } = await pageOf(
      page.limit,
      (limit) => model.portfolios({ ...page, limit }),
      (row) => row.portfolio_id,
    );
    const blocked = await model.blockedDays(
      rows.map((row) => row.portfolio_id),
      BLOCKED_DAYS_SHOWN,
    );
    const summaries = rows.map((row) => summary(row, blocked));
    return found({ rows: summaries, ...(next === undefined ? {} : { next }) });
  });
}

export function onePortfolio(
  reader: Reader,
  portfolioId: string,
  context: ReadContext = {},
): Promise<Reading<PortfolioDetails>> {
  return reader.portfolio(portfolioId, context, async (model, portfolio) =>
    found({
      ...summary(portfolio, await model.blockedDays([portfolioId], BLOCKED_DAYS_SHOWN)),
      pending_transactions: await model.pendingTransactions(portfolioId),
      quarantined: await model.quarantined(portfolioId),
    }),
  );
}

function summary(row: PortfolioRow, blocked: readonly BlockedDayRow[]): PortfolioSummary {
  return {
    ...row,
    blocked_days: blocked
      .filter((day) => day.portfolio_id === row.portfolio_id)
      .map(({ date, reason, security_id }) => ({ date, reason, security_id })),
  };
}
