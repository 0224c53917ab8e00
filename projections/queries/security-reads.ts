/** Securities as the books know them. */
import type { SecurityType } from '../../domain/events.ts';
import { pageOf } from './paging.ts';
import type { Paged } from './paging.ts';
import { found } from './reading.ts';
import type { ReadContext, Reader, Reading } from './reading.ts';
import type { Page } from './read-model.ts';

/** `null` where nobody has said it. */
export interface SecurityRow {
  readonly security_id: string;
  readonly name: string | null;
  readonly currency: string;
  readonly type: SecurityType;
  readonly isin: string | null;
  readonly symbol: string | null;
  readonly asset_class: string | null;
  readonly sector: string | null;
  readonly country: string | null;
}

export interface SecurityReads {
  /**
   * By id, cash that the books keep by themselves included.
   * @param heldBy only those that one of these portfolios has or had a position in
   */
  securities(page: Page<string>, heldBy?: readonly string[]): Promise<SecurityRow[]>;
}

/** Whoever may not know of all portfolios sees the securities of those it may: others tell what is done there. */
export function listSecurities(
  reader: Reader,
  page: Page<string>,
  context: ReadContext = {},
): Promise<Reading<Paged<SecurityRow, string>>> {
  const heldBy = context.portfolios && [...context.portfolios];
  return reader.all(context, async (model) =>
    found(
      await pageOf(
        page.limit,
        (limit) => model.securities({ ...page, limit }, heldBy),
        (row) => row.security_id,
      ),
    ),
  );
}
