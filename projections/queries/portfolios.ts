/** Portfolios: their settings, and how far and how well their rows are made. */
import { shownPosition } from './concealed.ts';
import { pageOf } from './paging.ts';
import type { Paged } from './paging.ts';
import { found } from './reading.ts';
import type { ReadContext, Reader, Reading } from './reading.ts';
import type { Page, ReadModel } from './read-model.ts';
import type { BlockedDayRow, PendingRow, PortfolioRow, QuarantineRow } from './rows.ts';

/** How many blocked days a reply lists: the first ones are those to mend. */
const BLOCKED_DAYS_SHOWN = 100;

export interface PortfolioSummary extends PortfolioRow {
  readonly blocked_days: readonly Omit<BlockedDayRow, 'portfolio_id'>[];
}

export interface PortfolioDetails extends PortfolioSummary {
  readonly pending_transactions: readonly PendingRow[];
  /** `position` is `null` where it may not be told. */
  readonly quarantined: readonly (Omit<QuarantineRow, 'position'> & { readonly position: number | null })[];
}

export function listPortfolios(
  reader: Reader,
  page: Page<string>,
  context: ReadContext = {},
): Promise<Reading<Paged<PortfolioSummary, string>>> {
  return reader.all(context, async (model) => {
    const { rows, next } = await pageOf(
      page.limit,
      (limit) => visible(model, { ...page, limit }, context.portfolios),
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
      quarantined: (await model.quarantined(portfolioId)).map((row) => ({
        ...row,
        position: shownPosition(context, row.position),
      })),
    }),
  );
}

/** A page of all portfolios, or of those that may be known of. */
async function visible(
  model: ReadModel,
  page: Page<string>,
  among: ReadonlySet<string> | undefined,
): Promise<readonly PortfolioRow[]> {
  if (!among) return model.portfolios(page);
  const { after } = page;
  const ids = [...among].filter((id) => after === undefined || byCodePoint(id, after) > 0);
  if (ids.length === 0) return [];
  const members = await model.members(ids);
  const rows = members.map(({ portfolio }) => portfolio);
  return rows.sort((one, other) => byCodePoint(one.portfolio_id, other.portfolio_id)).slice(0, page.limit);
}

/** As the database orders identifiers. */
function byCodePoint(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

function summary(row: PortfolioRow, blocked: readonly BlockedDayRow[]): PortfolioSummary {
  return {
    ...row,
    blocked_days: blocked
      .filter((day) => day.portfolio_id === row.portfolio_id)
      .map(({ date, reason, security_id }) => ({ date, reason, security_id })),
  };
}
