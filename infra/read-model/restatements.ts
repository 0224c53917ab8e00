/** What comparing two versions of a portfolio's history takes beside its days. */
import type { Queryable } from '../database/database.ts';
import type { DateRange } from '../../projections/queries/read-model.ts';
import type { PositionFigureRow, RealizedGainRow } from '../../projections/queries/rows.ts';

const REALIZED = `
  select date '1970-01-01' + h.day as date, sum(h.realized_gain) as realized_gain
  from position_history h
  where h.portfolio_no = (select portfolio_no from portfolios where portfolio_id = $1)
    and h.superseded_by is null and h.realized_gain <> 0
  group by h.day
  order by h.day`;

/**
 * Epochs of a portfolio and of its keys are flipped in one transaction, one of a portfolio at a time: what
 * epoch $2 showed last is what was there when the next one began. Of a key that had no epoch yet, those
 * transactions count that were folded before: all that came before the first one the next epoch folded.
 */
const REALIZED_AT_EPOCH = `
  with own as (select portfolio_no from portfolios where portfolio_id = $1),
  next as (
    select e.started_at, e.cause_position
    from epochs e join own using (portfolio_no)
    where e.security_no = 0 and e.epoch > $2::integer
    order by e.epoch limit 1
  ),
  shown as (
    select k.security_no, coalesce(max(e.epoch), min(later.epoch) - 1, k.epoch) as epoch
    from position_state k
    join own using (portfolio_no)
    left join epochs e on e.portfolio_no = k.portfolio_no and e.security_no = k.security_no
      and e.started_at < (select started_at from next)
    left join epochs later on later.portfolio_no = k.portfolio_no and later.security_no = k.security_no
      and later.started_at >= (select started_at from next)
    group by k.security_no, k.epoch
  )
  select date '1970-01-01' + h.day as date, sum(h.realized_gain) as realized_gain
  from position_history h
  join own using (portfolio_no)
  join shown s using (security_no)
  left join transactions t on t.portfolio_no = h.portfolio_no and t.transaction_id = h.transaction_id
  where h.epoch <= s.epoch and (h.superseded_by is null or h.superseded_by > s.epoch)
    and (t.position is null or t.position < coalesce((select cause_position from next), t.position + 1))
    and h.realized_gain <> 0
  group by h.day
  order by h.day`;

export async function loadRealizedGains(
  db: Queryable,
  portfolioId: string,
  epoch: number | undefined,
): Promise<RealizedGainRow[]> {
  if (epoch === undefined) return db.query<RealizedGainRow>(REALIZED, [portfolioId]);
  return db.query<RealizedGainRow>(REALIZED_AT_EPOCH, [portfolioId, epoch]);
}

const POSITION_FIGURES = `
  select k.security_id, t.date, t.quantity, d.cost_basis, d.market_value, d.realized_gain,
         t.bod_market_value_base as bod_market_value, t.bod_cashflow_base as bod_cashflow, t.eod_cashflow_base as eod_cashflow,
         t.bod_cashflow_position, t.eod_cashflow_position,
         t.income_base as income, t.fees_base as fees, t.taxes_base as taxes, t.fx_rate
  from portfolios p
  join securities k on k.security_id = any($2::text[])
  join position_timeseries t using (portfolio_no, security_no)
  join daily_position_snapshots d using (portfolio_no, security_no, date)
  where p.portfolio_id = $1 and t.superseded_by is null and d.superseded_by is null
    and ($3::date is null or t.date >= $3) and ($4::date is null or t.date <= $4)
    and ($3::date is null or d.date >= $3) and ($4::date is null or d.date <= $4)
  order by k.security_id collate "C", t.date`;

export function loadPositionFigures(
  db: Queryable,
  portfolioId: string,
  securityIds: readonly string[],
  range: DateRange,
): Promise<PositionFigureRow[]> {
  return db.query<PositionFigureRow>(POSITION_FIGURES, [
    portfolioId,
    securityIds,
    range.from ?? null,
    range.to ?? null,
  ]);
}

const KEPT_FROM = `
  select coalesce(max(e.below_epoch), 0) as epoch
  from pruned_epochs e join portfolios using (portfolio_no)
  where portfolio_id = $1 and security_no = 0`;

export async function loadKeptFrom(db: Queryable, portfolioId: string): Promise<number> {
  const [row] = await db.query<{ epoch: number }>(KEPT_FROM, [portfolioId]);
  return row?.epoch ?? 0;
}

/** The generation that readers saw before the last flip, while it is kept; asked of the one they see now. */
const RETAINED = `
  select case a.slot when 'gen_a' then 'gen_b' else 'gen_a' end as slot, current_schema() as current
  from idle_generation i cross join active_generation a
  where i.state = 'retained' and a.slot = current_schema()`;

/**
 * Runs `work` with the retained generation's tables in place of the current ones, on the same snapshot.
 * The statements are the same: only where their tables are looked up changes.
 */
export async function onRetained<T>(db: Queryable, work: () => Promise<T>): Promise<T | undefined> {
  const [found] = await db.query<{ slot: string; current: string }>(RETAINED);
  if (!found) return undefined;
  const lookIn = (schema: string) =>
    db.query(`select set_config('search_path', $1 || ', public', true)`, [schema]);
  await lookIn(found.slot);
  try {
    return await work();
  } finally {
    await lookIn(found.current);
  }
}
