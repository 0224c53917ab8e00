/** Writes what a fold of keys changed: rows out, rows in, state. One statement per table. */
import type { DatabaseTransaction, Queryable } from '../database/database.ts';
import { isoDate } from '../../domain/dates.ts';
import type { DiscrepancyRow, EpochRow, KeyWrites } from '../../projections/fold/store.ts';
import { CHECKPOINT_EVERY } from '../../projections/fold/checkpoints.ts';
import { NULL } from '../../projections/fold/text.ts';

/** The days that are retired have been (`retire.ts`). */
export async function writeRows(tx: DatabaseTransaction, writes: KeyWrites): Promise<void> {
  await retireHistory(tx, writes.retiredHistory);
  await insertDays(tx, writes.newDays);
  await insertHistory(tx, writes.newHistory);
}

/** The statements of all but the rows, to be sent together; those on one table are in this order. */
export function stateWrites(
  tx: Queryable,
  writes: KeyWrites,
  foldVersion: number,
): (() => Promise<unknown>)[] {
  return [
    () => deleteCheckpoints(tx, writes.checkpointsFrom, foldVersion),
    () => insertCheckpoints(tx, writes.checkpoints, foldVersion),
    () => decide(tx, writes),
    () => updateStates(tx, writes.states),
    () => releaseKeys(tx, writes.states),
    () => insertEpochs(tx, writes.epochs),
  ];
}

async function retireHistory(tx: DatabaseTransaction, retired: KeyWrites['retiredHistory']): Promise<void> {
  const superseded = retired.filter((row) => row.supersededBy !== null);
  const removed = retired.filter((row) => row.supersededBy === null);
  const key = (rows: KeyWrites['retiredHistory']) => [
    rows.map((row) => row.portfolioNo),
    rows.map((row) => row.securityNo),
    rows.map((row) => row.transactionId),
    rows.map((row) => row.day),
  ];
  if (superseded.length > 0)
    await tx.query(
      `update position_history t set superseded_by = r.superseded_by
       from unnest($1::integer[], $2::integer[], $3::text[], $4::integer[], $5::integer[])
              as r(portfolio_no, security_no, transaction_id, day, superseded_by)
       where t.portfolio_no = r.portfolio_no and t.security_no = r.security_no
         and t.day = r.day and t.transaction_id = r.transaction_id and t.superseded_by is null`,
      [...key(superseded), superseded.map((row) => row.supersededBy)],
    );
  if (removed.length > 0)
    await tx.query(
      `delete from position_history t
       using unnest($1::integer[], $2::integer[], $3::text[], $4::integer[])
              as r(portfolio_no, security_no, transaction_id, day)
       where t.portfolio_no = r.portfolio_no and t.security_no = r.security_no
         and t.day = r.day and t.transaction_id = r.transaction_id and t.superseded_by is null`,
      key(removed),
    );
}

const ROWS_PER_BLOCK = 400;

/** The lines of rows in blocks of some 64 KiB: handing on each row by itself would cost more than the row. */
export function* lines<T>(rows: readonly T[], line: (row: T) => string): Generator<string> {
  for (let start = 0; start < rows.length; start += ROWS_PER_BLOCK)
    yield rows
      .slice(start, start + ROWS_PER_BLOCK)
      .map(line)
      .join('');
}

async function insertDays(tx: DatabaseTransaction, rows: KeyWrites['newDays']): Promise<void> {
  if (rows.length === 0) return;
  await tx.copyIn(
    `copy position_timeseries from stdin`,
    lines(
      rows,
      (r) => `${r.portfolioNo}\t${r.securityNo}\t${isoDate(r.day)}\t${r.epoch}\t${NULL}\t${r.series}\n`,
    ),
  );
  await tx.copyIn(
    `copy daily_position_snapshots (portfolio_no, security_no, date, epoch, superseded_by, quantity, cost_basis,
       cost_basis_local, market_price, price_date, market_value, market_value_local, realized_gain,
       realized_gain_local, realized_price_gain, realized_fx_gain, valuation_status) from stdin`,
    lines(
      rows,
      (r) => `${r.portfolioNo}\t${r.securityNo}\t${isoDate(r.day)}\t${r.epoch}\t${NULL}\t${r.snapshot}\n`,
    ),
  );
}

async function insertHistory(tx: DatabaseTransaction, rows: KeyWrites['newHistory']): Promise<void> {
  if (rows.length === 0) return;
  await tx.copyIn(
    `copy position_history from stdin`,
    lines(rows, (r) => `${r.portfolioNo}\t${r.securityNo}\t${r.epoch}\t${NULL}\t${r.text}\n`),
  );
}

/** Those that are replaced, and all that another version of the fold has left. */
async function deleteCheckpoints(
  tx: Queryable,
  from: KeyWrites['checkpointsFrom'],
  foldVersion: number,
): Promise<void> {
  if (from.length === 0) return;
  await tx.query(
    `delete from fold_checkpoints c
     using unnest($1::integer[], $2::integer[], $3::timestamptz[]) as f(portfolio_no, security_no, at)
     where c.portfolio_no = f.portfolio_no and c.security_no = f.security_no
       and (c.at >= coalesce(f.at, '-infinity') or c.seq % $4::integer <> 0 or c.fold_version <> $5::integer)`,
    [
      from.map((f) => f.portfolioNo),
      from.map((f) => f.securityNo),
      from.map((f) => f.at),
      CHECKPOINT_EVERY,
      foldVersion,
    ],
  );
}

async function insertCheckpoints(
  tx: Queryable,
  rows: KeyWrites['checkpoints'],
  foldVersion: number,
): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `insert into fold_checkpoints (portfolio_no, security_no, at, rank, transaction_id, day, seq, state, fold_version)
     select *, $9::integer
     from unnest($1::integer[], $2::integer[], $3::timestamptz[], $4::smallint[], $5::text[], $6::integer[],
                 $7::integer[], $8::json[])`,
    [
      rows.map((r) => r.portfolioNo),
      rows.map((r) => r.securityNo),
      rows.map((r) => r.at),
      rows.map((r) => r.rank),
      rows.map((r) => r.transactionId),
      rows.map((r) => r.day),
      rows.map((r) => r.seq),
      rows.map((r) => r.state),
      foldVersion,
    ],
  );
}

/** What was found of the transactions decided anew, in place of what was found before. */
async function decide(tx: Queryable, { decided, pending, discrepancies, states }: KeyWrites): Promise<void> {
  await tx.query(
    `with over as (
       select * from unnest($2::integer[], $3::text[]) as d(portfolio_no, transaction_id)
       union all
       select t.portfolio_no, t.transaction_id
       from (
         select portfolio_no, transaction_id from pending_transactions where portfolio_no = any($1::integer[])
         union
         select portfolio_no, transaction_id from cost_discrepancies where portfolio_no = any($1::integer[])
       ) found
       join transactions t using (portfolio_no, transaction_id)
       where t.cancelled
     ), compared as (
       delete from cost_discrepancies c using over o
       where c.portfolio_no = o.portfolio_no and c.transaction_id = o.transaction_id
     )
     delete from pending_transactions p using over o
     where p.portfolio_no = o.portfolio_no and p.transaction_id = o.transaction_id`,
    [
      [...new Set(states.map((state) => state.portfolioNo))],
      decided.map(([portfolioNo]) => portfolioNo),
      decided.map(([, id]) => id),
    ],
  );
  if (pending.length > 0)
    await tx.query(
      `insert into pending_transactions (portfolio_no, security_no, transaction_id, reason)
       select * from unnest($1::integer[], $2::integer[], $3::text[], $4::text[])`,
      [
        pending.map((p) => p.portfolioNo),
        pending.map((p) => p.securityNo),
        pending.map((p) => p.transactionId),
        pending.map((p) => p.reason),
      ],
    );
  if (discrepancies.length > 0) await insertDiscrepancies(tx, discrepancies);
}

export async function insertDiscrepancies(tx: Queryable, rows: readonly DiscrepancyRow[]): Promise<void> {
  await tx.query(
    `insert into cost_discrepancies (portfolio_no, security_no, transaction_id, upstream, computed)
     select * from unnest($1::integer[], $2::integer[], $3::text[], $4::numeric[], $5::numeric[])`,
    [
      rows.map((d) => d.portfolioNo),
      rows.map((d) => d.securityNo),
      rows.map((d) => d.transactionId),
      rows.map((d) => d.upstream),
      rows.map((d) => d.computed),
    ],
  );
}

async function updateStates(tx: Queryable, states: KeyWrites['states']): Promise<void> {
  if (states.length === 0) return;
  await tx.query(
    `update position_state k
     set epoch = s.epoch, status = 'CURRENT', first_day = s.first_day, watermark_day = s.watermark_day,
         open = s.open, fold_version = s.fold_version, checksum = s.checksum
     from unnest($1::integer[], $2::integer[], $3::integer[], $4::integer[], $5::integer[], $6::boolean[], $7::bigint[], $8::integer[])
            as s(portfolio_no, security_no, epoch, first_day, watermark_day, open, checksum, fold_version)
     where k.portfolio_no = s.portfolio_no and k.security_no = s.security_no`,
    [
      states.map((s) => s.portfolioNo),
      states.map((s) => s.securityNo),
      states.map((s) => s.epoch),
      states.map((s) => s.firstDay),
      states.map((s) => s.watermarkDay),
      states.map((s) => s.open),
      states.map((s) => s.checksum),
      states.map((s) => s.foldVersion),
    ],
  );
}

/** What kept a key from being folded is over once it has been. */
async function releaseKeys(tx: Queryable, states: KeyWrites['states']): Promise<void> {
  if (states.length === 0) return;
  await tx.query(
    `delete from quarantine q
     using unnest($1::integer[], $2::integer[]) as s(portfolio_no, security_no)
     where q.portfolio_no = s.portfolio_no and q.security_no = s.security_no`,
    [states.map((s) => s.portfolioNo), states.map((s) => s.securityNo)],
  );
}

export async function insertEpochs(tx: Queryable, rows: readonly EpochRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `insert into epochs (portfolio_no, security_no, epoch, cause, cause_position, from_day, through_day, rows, checksum,
                         started_at, who)
     select *, now(), 'projector'
     from unnest($1::integer[], $2::integer[], $3::integer[], $4::text[], $5::bigint[], $6::integer[], $7::integer[],
                 $8::integer[], $9::bigint[])`,
    [
      rows.map((r) => r.portfolioNo),
      rows.map((r) => r.securityNo),
      rows.map((r) => r.epoch),
      rows.map((r) => r.cause),
      rows.map((r) => r.position),
      rows.map((r) => r.fromDay),
      rows.map((r) => r.throughDay),
      rows.map((r) => r.rows),
      rows.map((r) => r.checksum),
    ],
  );
}
