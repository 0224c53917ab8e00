/** The table `outbox` and what its rows stand for. */
import type { Queryable } from '../database/database.ts';
import { isoDate } from '../../domain/dates.ts';
import { dayExtent } from '../projection-store/extent.ts';
import type { TransactionFields } from '../../domain/events.ts';
import type { ReplayRow, SnapshotRow } from '../../projections/outbox/messages.ts';
import type { OutboxRow, Round } from '../../projections/outbox/round.ts';

/** Whether this transaction publishes now: nobody else does until it ends. */
export async function takeLease(tx: Queryable): Promise<boolean> {
  const rows = await tx.query<{ only_row: boolean }>(
    `select only_row from outbox_publisher for update skip locked`,
  );
  return rows.length > 0;
}

/** The oldest rows, with the number of transactions that each replay stands for. */
export async function oldestRows(tx: Queryable, limit: number): Promise<OutboxRow[]> {
  const rows = await tx.query<{
    outbox_id: number;
    kind: OutboxRow['kind'];
    portfolio_id: string;
    security_id: string;
    epoch: number;
    from_day: number;
    through_day: number;
    correlation_id: string;
    transactions: number;
  }>(
    `select o.outbox_id, o.kind, o.portfolio_id, o.security_id, o.epoch, o.from_day, o.through_day, o.correlation_id,
            case when o.kind = 'replay' then (
              select count(*)
              from transactions t
              join portfolios p using (portfolio_no)
              join securities s using (security_no)
              where p.portfolio_id = o.portfolio_id and s.security_id = o.security_id and not t.cancelled)
            end as transactions
     from (select * from outbox order by outbox_id limit $1) o
     order by o.outbox_id`,
    [limit],
  );
  return rows.map(({ outbox_id: outboxId, kind, portfolio_id: portfolioId, ...row }): OutboxRow => {
    switch (kind) {
      case 'snapshots':
        return {
          outboxId,
          kind,
          portfolioId,
          securityId: row.security_id,
          epoch: row.epoch,
          fromDay: row.from_day,
          throughDay: row.through_day,
        };
      case 'replay':
        return {
          outboxId,
          kind,
          portfolioId,
          securityId: row.security_id,
          epoch: row.epoch,
          transactions: row.transactions,
        };
      case 'aggregation':
        return {
          outboxId,
          kind,
          portfolioId,
          fromDay: row.from_day,
          throughDay: row.through_day,
          correlationId: row.correlation_id,
        };
    }
  });
}

/** Takes what has been published out of the outbox. */
export async function advance(tx: Queryable, { finished, rest }: Round): Promise<void> {
  if (finished.length > 0)
    await tx.query(`delete from outbox where outbox_id = any($1::bigint[])`, [finished]);
  if (rest)
    await tx.query(`update outbox set from_day = $2 where outbox_id = $1`, [rest.outboxId, rest.fromDay]);
}

export async function backlog(db: Queryable): Promise<{ rows: number; ageSeconds: number }> {
  const [row] = await db.query<{ rows: number; age: number | null }>(
    `select count(*) as rows, extract(epoch from clock_timestamp() - min(noted_at))::double precision as age
     from outbox`,
  );
  return { rows: row?.rows ?? 0, ageSeconds: Math.max(0, row?.age ?? 0) };
}

/**
 * The snapshots of the stretches as the epoch shows them, current or superseded since, in the order given. What
 * a rebuild has made anew meanwhile is not under that epoch any more, and whoever read of it would fence it.
 */
export async function snapshots(
  tx: Queryable,
  stretches: readonly Extract<OutboxRow, { kind: 'snapshots' }>[],
): Promise<SnapshotRow[]> {
  if (stretches.length === 0) return [];
  const rows = await tx.query<{
    id: number;
    portfolio_id: string;
    security_id: string;
    date: string;
    epoch: number;
  }>(
    `select d.id, w.portfolio_id, w.security_id, d.date, w.epoch
     from unnest($1::text[], $2::text[], $3::integer[], $4::date[], $5::date[])
            with ordinality as w(portfolio_id, security_id, epoch, from_date, through_date, place)
     join portfolios p using (portfolio_id)
     join securities s using (security_id)
     cross join lateral (
       select d.id, d.date from daily_position_snapshots d
       where d.portfolio_no = p.portfolio_no and d.security_no = s.security_no
         and d.date between w.from_date and w.through_date and d.superseded_by is null and d.epoch <= w.epoch
         -- Said again, so that the plan has the chunks of these days only.
         and d.date between date '1970-01-01' + $6::integer and date '1970-01-01' + $7::integer
       union all
       select d.id, d.date from daily_position_snapshots d
       where d.portfolio_no = p.portfolio_no and d.security_no = s.security_no
         and d.date between w.from_date and w.through_date and d.superseded_by > w.epoch and d.epoch <= w.epoch
         and d.date between date '1970-01-01' + $6::integer and date '1970-01-01' + $7::integer
     ) d
     order by w.place, d.date`,
    [
      stretches.map((s) => s.portfolioId),
      stretches.map((s) => s.securityId),
      stretches.map((s) => s.epoch),
      stretches.map((s) => isoDate(s.fromDay)),
      stretches.map((s) => isoDate(s.throughDay)),
      ...dayExtent(stretches.flatMap((s) => [s.fromDay, s.throughDay])),
    ],
  );
  return rows.map((row) => ({
    id: row.id,
    portfolioId: row.portfolio_id,
    securityId: row.security_id,
    date: row.date,
    epoch: row.epoch,
  }));
}

/** Transactions read at once: bounds memory however long a key's list is. */
const PAGE = 2_000;

/** The keys of replays as arrays for a statement. */
function columns(keys: readonly ReplayKey[]): unknown[] {
  return [
    keys.map((key) => key.portfolioId),
    keys.map((key) => key.securityId),
    keys.map((key) => key.epoch),
  ];
}

type ReplayKey = Extract<OutboxRow, { kind: 'replay' }>;

/**
 * The transactions of the keys in the order of the books, key after key in the order given, with the cost that
 * the books found: how much the transaction changed that of the position, without a sign.
 */
export async function* replayPages(tx: Queryable, keys: readonly ReplayKey[]): AsyncGenerator<ReplayRow[]> {
  if (keys.length === 0) return;
  const costs = await costsOf(tx, keys);
  let after = { place: 0, at: '-infinity', rank: 0, transaction_id: '' };
  for (;;) {
    const rows = await tx.query<typeof after & { epoch: number; fields: TransactionFields }>(
      `select w.place, t.at, t.rank, t.transaction_id, w.epoch, t.fields
       from unnest($1::text[], $2::text[], $3::integer[])
              with ordinality as w(portfolio_id, security_id, epoch, place)
       join portfolios p using (portfolio_id)
       join securities s using (security_id)
       join transactions t using (portfolio_no, security_no)
       where not t.cancelled
         and (w.place, t.at, t.rank, t.transaction_id collate "C")
               > ($4::bigint, $5::timestamptz, $6::smallint, $7::text collate "C")
       order by w.place, t.at, t.rank, t.transaction_id collate "C"
       limit $8`,
      [...columns(keys), after.place, after.at, after.rank, after.transaction_id, PAGE],
    );
    const last = rows.at(-1);
    if (!last) return;
    yield rows.map(({ place, transaction_id: id, epoch, fields }) => ({
      epoch,
      fields,
      cost: costs.get(`${place} ${id}`) ?? null,
    }));
    if (rows.length < PAGE) return;
    after = last;
  }
}

/** By place of the key and transaction. Joined here: without statistics a plan would compare all with all. */
async function costsOf(tx: Queryable, keys: readonly ReplayKey[]): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ place: number; transaction_id: string; cost: string }>(
    `select w.place, h.transaction_id,
            -- A reorganisation of another position may have changed the cost in between.
            trim_scale(abs(h.cost_basis_local - lag(h.cost_basis_local, 1, 0::numeric)
              over (partition by w.place order by h.at, h.rank, h.transaction_id collate "C")))::text as cost
     from unnest($1::text[], $2::text[], $3::integer[])
            with ordinality as w(portfolio_id, security_id, epoch, place)
     join portfolios p using (portfolio_id)
     join securities s using (security_id)
     join position_history h using (portfolio_no, security_no)
     where h.superseded_by is null`,
    columns(keys),
  );
  return new Map(rows.map((row) => [`${row.place} ${row.transaction_id}`, row.cost]));
}
