/** The audit of restatements: which key was restated when, from which day, and because of what. */
import { pageOf } from './paging.ts';
import type { Paged } from './paging.ts';
import { found } from './reading.ts';
import type { ReadContext, Reader, Reading } from './reading.ts';
import type { Page } from './read-model.ts';
import type { EpochRow } from './rows.ts';

export interface Epochs extends Paged<EpochRow, number> {
  readonly portfolio_id: string;
  readonly complete_through: string | null;
}

/** Epochs in the order they were flipped; `securityId` null asks for the portfolio's own only. */
export function epochs(
  reader: Reader,
  portfolioId: string,
  filter: { readonly securityId?: string | null },
  page: Page<number>,
  context: ReadContext = {},
): Promise<Reading<Epochs>> {
  return reader.portfolio(portfolioId, context, async (model, portfolio) => {
    const paged = await pageOf(
      page.limit,
      (limit) => model.epochs(portfolioId, filter, { ...page, limit }),
      (row) => row.epoch_id,
    );
    return found({ portfolio_id: portfolioId, complete_through: portfolio.complete_through, ...paged });
  });
}
