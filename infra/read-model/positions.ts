import type { Queryable } from '../database/database.ts';
import type { HistoryKey, Page } from '../../projections/queries/read-model.ts';
import type { HistoryRow, SnapshotRow } from '../../projections/queries/rows.ts';

const SECURITY_CURRENCY = `select currency from securities where security_id = $1`;

export async function loadSecurityCurrency(db: Queryable, securityId: string): Promise<string | undefined> {
  const [row] = await db.query<{ currency: string }>(SECURITY_CURRENCY, [securityId]);
  return row?.currency;
}

// By way of the portfolio's keys, because the primary key has the security before the date.
const SNAPSHOTS = `
  select k.security_id, k.currency, t.quantity, t.cost_basis, t.cost_basis_local, t.market_price, t.price_date,
         t.market_value, t.market_value_local, t.realized_gain, t.realized_gain_local, t.realized_price_gain,
         t.realized_fx_gain, t.valuation_status, t.epoch
  from portfolios p
  join position_state s using (portfolio_no)
  join securities k using (security_no)
  join daily_position_snapshots t
    on t.portfolio_no = s.portfolio_no and t.security_no = s.security_no and t.date = $2::date
  where p.portfolio_id = $1 and t.superseded_by is null
  order by k.security_id collate "C"`;

export function loadSnapshots(db: Queryable, portfolioId: string, date: string): Promise<SnapshotRow[]> {
  return db.query<SnapshotRow>(SNAPSHOTS, [portfolioId, date]);
}

const HISTORY = `
  select t.transaction_id, t.at as transaction_date, t.rank, t.transaction_type, t.quantity, t.cost_basis,
         t.cost_basis_local, t.realized_gain, t.realized_gain_local, t.realized_price_gain, t.realized_fx_gain,
         t.epoch
  from position_history t
  where t.portfolio_no = (select portfolio_no from portfolios where portfolio_id = $1)
    and t.security_no = (select security_no from securities where security_id = $2)
    and t.superseded_by is null
    and ($3::timestamptz is null or (t.at, t.rank, t.transaction_id collate "C") > ($3, $4::smallint, $5::text))
  order by t.at, t.rank, t.transaction_id collate "C"
  limit $6`;

export function loadHistory(
  db: Queryable,
  portfolioId: string,
  securityId: string,
  page: Page<HistoryKey>,
): Promise<HistoryRow[]> {
  const { after, limit } = page;
  return db.query<HistoryRow>(HISTORY, [
    portfolioId,
    securityId,
    after?.at ?? null,
    after?.rank ?? null,
    after?.transactionId ?? null,
    limit,
  ]);
}

const SECURITIES_OF = `
  select s.security_id
  from position_state k
  join portfolios p using (portfolio_no)
  join securities s using (security_no)
  where p.portfolio_id = $1
  order by s.security_id`;

export async function loadSecuritiesOf(db: Queryable, portfolioId: string): Promise<string[]> {
  const rows = await db.query<{ security_id: string }>(SECURITIES_OF, [portfolioId]);
  return rows.map((row) => row.security_id);
}
