/** The days of portfolios on their way: rows of `aggregation_days`. */
import type { Queryable } from '../database/database.ts';
import { isoDate } from '../../domain/dates.ts';
import type {
  AggregationLineage,
  AggregationSession,
  AggregationStore,
  PortfolioDay,
  SchedulingSession,
  WaitingSet,
} from '../../projections/aggregation/store.ts';
import { placesOf } from './aggregation-assess.ts';

interface WaitingColumns {
  portfolio_id: string;
  day: number;
  correlation_id: string | null;
  portfolio_no: number | null;
  /** Whether the books of the portfolio have reached the day. */
  reached: boolean | null;
}

/** A set of waiting days, of which some are not to be looked at: their books have yet to reach them. */
function setOf(rows: readonly WaitingColumns[], limit: number): WaitingSet {
  const end = rows.at(-1);
  return {
    days: rows.flatMap((row) =>
      row.portfolio_no !== null && row.reached === true
        ? [
            {
              portfolioNo: row.portfolio_no,
              portfolioId: row.portfolio_id,
              day: row.day,
              correlationId: row.correlation_id,
            },
          ]
        : [],
    ),
    last: end && rows.length >= limit ? { portfolioId: end.portfolio_id, day: end.day } : undefined,
  };
}

function place(after: PortfolioDay | null): [string, string] {
  return after === null ? ['', '-infinity'] : [after.portfolioId, isoDate(after.day)];
}

// First a set, by the index, then what is known of it: the other way round each set would sort all that wait.
const ELIGIBLE = `
  with next as materialized (
    select portfolio_id, date, correlation_id
    from aggregation_days
    where state = 'eligible' and (portfolio_id, date) > ($1::text, $2::date)
    order by portfolio_id, date
    limit $3
    for update skip locked
  )
  select n.portfolio_id, n.date - date '1970-01-01' as day, n.correlation_id, p.portfolio_no,
         n.date - date '1970-01-01' between s.first_day and s.horizon as reached
  from next n
  left join portfolios p using (portfolio_id)
  left join portfolio_state s using (portfolio_no)
  order by n.portfolio_id, n.date`;

export async function eligible(
  tx: Queryable,
  after: PortfolioDay | null,
  limit: number,
): Promise<WaitingSet> {
  return setOf(await tx.query<WaitingColumns>(ELIGIBLE, [...place(after), limit]), limit);
}

const PENDING = `
  with next as materialized (
    select portfolio_id, date, correlation_id
    from aggregation_days
    where state = 'pending' and (portfolio_id, date) > ($1::text, $2::date)
    order by portfolio_id, date
    limit $3
  )
  select n.portfolio_id, n.date - date '1970-01-01' as day, n.correlation_id, p.portfolio_no,
         n.date - date '1970-01-01' between s.first_day and s.horizon as reached
  from next n
  left join portfolios p using (portfolio_id)
  left join portfolio_state s using (portfolio_no)
  order by n.portfolio_id, n.date`;

/** What follows under the lock sees the books as they are then. */
export async function pending(tx: Queryable, after: PortfolioDay | null, limit: number): Promise<WaitingSet> {
  const set = setOf(await tx.query<WaitingColumns>(PENDING, [...place(after), limit]), limit);
  if (set.days.length === 0) return set;
  const locked = await tx.query<{ portfolio_no: number }>(
    `select portfolio_no from portfolio_state where portfolio_no = any($1::integer[])
     order by portfolio_no for update skip locked`,
    [[...new Set(set.days.map((day) => day.portfolioNo))]],
  );
  const held = new Set(locked.map((row) => row.portfolio_no));
  return { ...set, days: set.days.filter((day) => held.has(day.portfolioNo)) };
}

export async function schedule(
  tx: Queryable,
  orders: Parameters<SchedulingSession['schedule']>[0],
): Promise<void> {
  if (orders.length === 0) return;
  await tx.query(
    `with orders as (
       select * from unnest($1::text[], $2::integer[], $3::integer[], $4::text[])
                       with ordinality as o(portfolio_id, from_day, through_day, correlation_id, place)
     ), noted as (
       insert into outbox (kind, portfolio_id, from_day, through_day, correlation_id)
       select 'aggregation', portfolio_id, from_day, through_day, correlation_id from orders order by place
     )
     update aggregation_days a
     set state = 'scheduled', correlation_id = o.correlation_id, requested_at = clock_timestamp()
     from orders o
     where a.portfolio_id = o.portfolio_id
       and a.date between date '1970-01-01' + o.from_day and date '1970-01-01' + o.through_day`,
    [
      orders.map((o) => o.portfolioId),
      orders.map((o) => o.fromDay),
      orders.map((o) => o.throughDay),
      orders.map((o) => o.correlationId),
    ],
  );
}

export async function finish(
  tx: Queryable,
  days: Parameters<AggregationSession['finish']>[0],
): Promise<void> {
  if (days.length === 0) return;
  await tx.query(
    `update aggregation_days a set state = 'done', epoch = d.epoch, aggregated_at = clock_timestamp()
     from unnest($1::text[], $2::date[], $3::integer[]) as d(portfolio_id, date, epoch)
     where a.portfolio_id = d.portfolio_id and a.date = d.date and a.state = 'pending'`,
    [...placesOf(days), days.map((d) => d.epoch)],
  );
}

export async function waiting(db: Queryable): ReturnType<AggregationStore['waiting']> {
  const rows = await db.query<{ state: 'eligible' | 'scheduled' | 'pending'; days: number }>(
    `select state, count(*) as days from aggregation_days where state <> 'done' group by state`,
  );
  const days = { eligible: 0, scheduled: 0, pending: 0 };
  for (const row of rows) days[row.state] = row.days;
  return days;
}

export async function aggregationOf(
  db: Queryable,
  portfolioId: string,
  date: string,
): Promise<AggregationLineage | undefined> {
  const [row] = await db.query<AggregationLineage>(
    `select portfolio_id, date, state, correlation_id, epoch, requested_at, aggregated_at
     from aggregation_days where portfolio_id = $1 and date = $2::date`,
    [portfolioId, date],
  );
  return row;
}
