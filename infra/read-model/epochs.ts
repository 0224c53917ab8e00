import type { Queryable } from '../database/database.ts';
import type { EpochFilter, Page } from '../../projections/queries/read-model.ts';
import type { EpochRow } from '../../projections/queries/rows.ts';

const EPOCHS = `
  select e.epoch_id, k.security_id, e.epoch, e.cause, e.cause_position,
         date '1970-01-01' + e.from_day as from_date, date '1970-01-01' + e.through_day as through_date,
         e.rows, e.started_at, e.flipped_at, e.who
  from epochs e
  left join securities k using (security_no)
  where e.portfolio_no = (select portfolio_no from portfolios where portfolio_id = $1)
    and (not $2::boolean or e.security_no = 0)
    and ($3::text is null or k.security_id = $3)
    and ($4::bigint is null or e.epoch_id > $4)
    -- Epochs that are flipped together have the time of their transaction in common.
    and ($6::integer is null or e.started_at in (
      select o.started_at from epochs o
      where o.portfolio_no = e.portfolio_no and o.security_no = 0
        and o.epoch > $6::integer and o.epoch <= $7::integer))
  order by e.epoch_id
  limit $5`;

export function loadEpochs(
  db: Queryable,
  portfolioId: string,
  filter: EpochFilter,
  page: Page<number>,
): Promise<EpochRow[]> {
  return db.query<EpochRow>(EPOCHS, [
    portfolioId,
    filter.securityId === null,
    filter.securityId ?? null,
    page.after ?? null,
    page.limit,
    filter.flippedWith?.after ?? null,
    filter.flippedWith?.through ?? null,
  ]);
}
