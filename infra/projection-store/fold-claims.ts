/** Which portfolios and keys have work, and taking it. */
import type { Queryable } from '../database/database.ts';
import type { CashMode, CostBasisMethod, FlowTiming } from '../../domain/events.ts';
import { FRESH_CAUSES } from '../../projections/register/model.ts';
import type { Cause } from '../../projections/register/model.ts';
import type { ClaimedPortfolio, KeyRef, KeyRow, MarkRow } from '../../projections/fold/model.ts';
import type { DirtyPortfolio, Failure, Link, Look } from '../../projections/fold/store.ts';

export async function dirtyPortfolios(
  db: Queryable,
  { limit, causes, except }: Look,
): Promise<DirtyPortfolio[]> {
  const rows = await db.query<{ portfolio_no: number; marks: number; fresh: boolean }>(
    `select portfolio_no, marks, fresh
     from (
       select portfolio_no, count(*) as marks, bool_or(cause = any($3::text[])) as fresh, min(dirty_id) as oldest
       from dirty
       where ($2::text[] is null or cause = any ($2::text[])) and portfolio_no <> all ($4::integer[])
       group by portfolio_no
     ) d
     order by row_number() over (partition by fresh order by oldest), oldest
     limit $1`,
    [limit, causes ?? null, FRESH_CAUSES, except ?? []],
  );
  return rows.map((row) => ({ portfolioNo: row.portfolio_no, marks: row.marks, fresh: row.fresh }));
}

export async function claim(tx: Queryable, portfolioNos: readonly number[]): Promise<ClaimedPortfolio[]> {
  const rows = await tx.query<{
    portfolio_no: number;
    portfolio_id: string;
    base_currency: string;
    cost_basis_method: CostBasisMethod;
    cash: CashMode;
    allow_short: boolean;
    time_zone: string;
    inflow_timing: FlowTiming;
    outflow_timing: FlowTiming;
    epoch: number;
    first_day: number | null;
    horizon: number | null;
    complete_through: number | null;
    checksum: string;
  }>(
    `select s.portfolio_no, p.portfolio_id, p.base_currency, p.cost_basis_method, p.cash, p.allow_short, p.time_zone,
            p.inflow_timing, p.outflow_timing, s.epoch, s.first_day, s.horizon, s.complete_through,
            s.checksum::text as checksum
     from portfolio_state s join portfolios p using (portfolio_no)
     where s.portfolio_no = any($1::integer[])
     order by s.portfolio_no
     for update of s skip locked`,
    [portfolioNos],
  );
  return rows.map((row) => ({
    portfolioNo: row.portfolio_no,
    portfolioId: row.portfolio_id,
    settings: {
      baseCurrency: row.base_currency,
      method: row.cost_basis_method,
      allowShort: row.allow_short,
      inflowTiming: row.inflow_timing,
      outflowTiming: row.outflow_timing,
    },
    cash: row.cash,
    timeZone: row.time_zone,
    epoch: row.epoch,
    firstDay: row.first_day,
    horizon: row.horizon,
    completeThrough: row.complete_through,
    checksum: BigInt(row.checksum),
  }));
}

export async function marks(tx: Queryable, portfolioNos: readonly number[]): Promise<MarkRow[]> {
  const rows = await tx.query<{
    dirty_id: number;
    portfolio_no: number;
    security_no: number;
    from_day: number;
    through_day: number | null;
    cause: Cause;
    position: number;
  }>(
    `select dirty_id, portfolio_no, security_no, from_day, through_day, cause, position
     from dirty where portfolio_no = any($1::integer[])
     order by position, dirty_id`,
    [portfolioNos],
  );
  return rows.map((row) => ({
    dirtyId: row.dirty_id,
    portfolioNo: row.portfolio_no,
    securityNo: row.security_no,
    fromDay: row.from_day,
    throughDay: row.through_day,
    cause: row.cause,
    position: row.position,
  }));
}

export async function deleteMarks(tx: Queryable, dirtyIds: readonly number[]): Promise<void> {
  await tx.query(`delete from dirty where dirty_id = any($1::bigint[])`, [dirtyIds]);
}

export async function horizon(tx: Queryable): Promise<number | null> {
  const [row] = await tx.query<{ day: number | null }>(`select max(day) as day from calendar`);
  return row?.day ?? null;
}

interface KeyColumns {
  portfolio_no: number;
  security_no: number;
  security_id: string;
  currency: string;
  is_cash: boolean;
  epoch: number;
  failed: boolean;
  first_day: number | null;
  watermark_day: number | null;
  open: boolean;
  fold_version: number;
  checksum: string;
}

function keyRow(row: KeyColumns): KeyRow {
  return {
    portfolioNo: row.portfolio_no,
    securityNo: row.security_no,
    securityId: row.security_id,
    currency: row.currency,
    isCash: row.is_cash,
    epoch: row.epoch,
    failed: row.failed,
    firstDay: row.first_day,
    watermarkDay: row.watermark_day,
    open: row.open,
    foldVersion: row.fold_version,
    checksum: BigInt(row.checksum),
  };
}

export async function keys(tx: Queryable, refs: readonly KeyRef[]): Promise<KeyRow[]> {
  const rows = await tx.query<KeyColumns>(
    `select k.portfolio_no, k.security_no, s.security_id, s.currency, s.type = 'cash' as is_cash, k.epoch,
            k.status = 'FAILED' as failed, k.first_day, k.watermark_day, k.open, k.fold_version,
            k.checksum::text as checksum
     from unnest($1::integer[], $2::integer[]) as wanted(portfolio_no, security_no)
     join position_state k using (portfolio_no, security_no)
     join securities s using (security_no)`,
    [refs.map((ref) => ref.portfolioNo), refs.map((ref) => ref.securityNo)],
  );
  return rows.map(keyRow);
}

export async function keysToRoll(
  tx: Queryable,
  portfolioNos: readonly number[],
  horizonDay: number,
): Promise<KeyRow[]> {
  const rows = await tx.query<KeyColumns>(
    `select k.portfolio_no, k.security_no, s.security_id, s.currency, s.type = 'cash' as is_cash, k.epoch,
            k.status = 'FAILED' as failed, k.first_day, k.watermark_day, k.open, k.fold_version,
            k.checksum::text as checksum
     from position_state k
     join securities s using (security_no)
     where k.portfolio_no = any($1::integer[]) and k.open and (k.watermark_day is null or k.watermark_day < $2)`,
    [portfolioNos, horizonDay],
  );
  return rows.map(keyRow);
}

export async function cashKeys(tx: Queryable, portfolioNos: readonly number[]): Promise<KeyRow[]> {
  const rows = await tx.query<KeyColumns>(
    `select k.portfolio_no, k.security_no, s.security_id, s.currency, true as is_cash, k.epoch,
            k.status = 'FAILED' as failed, k.first_day, k.watermark_day, k.open, k.fold_version,
            k.checksum::text as checksum
     from position_state k
     join securities s using (security_no)
     where k.portfolio_no = any($1::integer[]) and s.security_id = 'CASH_' || s.currency`,
    [portfolioNos],
  );
  return rows.map(keyRow);
}

export async function links(tx: Queryable, portfolioNos: readonly number[]): Promise<Link[]> {
  const rows = await tx.query<{
    portfolio_no: number;
    security_no: number;
    target_no: number;
    mixed: boolean;
  }>(
    `select distinct t.portfolio_no, t.security_no, t.target_no, (s.type = 'cash') <> (o.type = 'cash') as mixed
     from transactions t
     join securities s on s.security_no = t.security_no
     join securities o on o.security_no = t.target_no
     where t.portfolio_no = any($1::integer[]) and t.target_no is not null`,
    [portfolioNos],
  );
  return rows.map((row) => ({
    portfolioNo: row.portfolio_no,
    securityNo: row.security_no,
    targetNo: row.target_no,
    mixed: row.mixed,
  }));
}

/** Sets keys aside: their rows stay as they are, and an operator finds the latest reason. */
export async function fail(tx: Queryable, failures: readonly Failure[]): Promise<void> {
  const columns = [failures.map((f) => f.portfolioNo), failures.map((f) => f.securityNo)];
  await tx.query(
    `delete from quarantine q
     using unnest($1::integer[], $2::integer[]) as f(portfolio_no, security_no)
     where q.portfolio_no = f.portfolio_no and q.security_no = f.security_no`,
    columns,
  );
  await tx.query(
    `update position_state k set status = 'FAILED'
     from unnest($1::integer[], $2::integer[]) as f(portfolio_no, security_no)
     where k.portfolio_no = f.portfolio_no and k.security_no = f.security_no`,
    columns,
  );
  await tx.query(
    `insert into quarantine (portfolio_no, security_no, position, reason, transaction_id)
     select * from unnest($1::integer[], $2::integer[], $3::bigint[], $4::text[], $5::text[])`,
    [
      ...columns,
      failures.map((f) => f.position),
      failures.map((f) => f.reason),
      failures.map((f) => f.transactionId),
    ],
  );
}
