/** The audit of restatements: which key was restated when, from which day, and because of what. */
import { isLimited } from './concealed.ts';
import { pageOf } from './paging.ts';
import type { Paged } from './paging.ts';
import { found } from './reading.ts';
import type { ReadContext, Reader, Reading } from './reading.ts';
import type { Page, ReadModel } from './read-model.ts';
import type { EpochRow } from './rows.ts';

/** `cause_position` is `null` where it may not be told. */
export type EpochView = Omit<EpochRow, 'cause_position'> & { readonly cause_position: number | null };

export interface Epochs extends Paged<EpochView, number> {
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
    const paged = await pageOf<EpochView, number>(
      page.limit,
      (limit) =>
        isLimited(context)
          ? numbered(model, portfolioId, filter, { ...page, limit })
          : model.epochs(portfolioId, filter, { ...page, limit }),
      (row) => row.epoch_id,
    );
    return found({ portfolio_id: portfolioId, complete_through: portfolio.complete_through, ...paged });
  });
}

/** Who works on the books by itself; orders of others are told, and not whose they were. */
const PROJECTOR = 'projector';
const OPERATOR = 'operator';

/**
 * The same for whoever may not know of all portfolios: ids count the restatements of all, so here they count
 * those of the list alone. As a page begins after so many rows, all before it are read.
 */
async function numbered(
  model: ReadModel,
  portfolioId: string,
  filter: { readonly securityId?: string | null },
  { limit, after = 0 }: Page<number>,
): Promise<readonly EpochView[]> {
  const rows = await model.epochs(portfolioId, filter, { limit: after + limit });
  return rows.slice(after).map((row, index) => ({
    ...row,
    epoch_id: after + index + 1,
    cause_position: null,
    who: row.who === PROJECTOR ? row.who : OPERATOR,
  }));
}
