/** The days of portfolios on their way: rows of `aggregation_days`. */
import type { Queryable } from '../database/database.ts';
import { isoDate } from '../../domain/dates.ts';
import type {
  AggregationLineage,
  AggregationSession,
  AggregationStore,
  PortfolioDay,
  SchedulingSession,
  WaitingDay,
} from '../../projections/aggregation/store.ts';
import { placesOf } from './aggregation-assess.ts';

interface WaitingColumns {
  portfolio_no: number;
  portfolio_id: string;
  day: number;
  correlation_id: string | null;
}

function waitingDay(row: WaitingColumns): WaitingDay {
  return {
    portfolioNo: row.portfolio_no,
    portfolioId: row.portfolio_id,
    day: row.day,
    correlationId: row.correlation_id,
  };
}

function place(after: PortfolioDay | null): [string, string] {
  return after === null ? ['', '-infinity'] : [after.portfolioId, isoDate(after.day)];
}

/** Days that the books of their portfolio have not reached, or that lie before its first, are not looked at. */
const ELIGIBLE = `
  select p.portfolio_no, a.portfolio_id, a.date - date '1970-01-01' as day, a.correlation_id
  from aggregation_days a
  join portfolios p using (portfolio_id)
  join portfolio_state s using (portfolio_no)
  where a.state = 'eligible' and (a.portfolio_id, a.date) > ($1::text, $2::date)
    and a.date - date '1970-01-01' between s.first_day and s.horizon
  order by a.portfolio_id, a.date
  limit $3
  for update of a skip locked`;

export async function eligible(
  tx: Queryable,
  after: PortfolioDay | null,
  limit: number,
): Promise<WaitingDay[]> {
  return (await tx.query<WaitingColumns>(ELIGIBLE, [...place(after), limit])).map(waitingDay);
}

const PENDING = `
  select p.portfolio_no, a.portfolio_id, a.date - date '1970-01-01' as day, a.correlation_id
  from aggregation_days a
  join portfolios p using (portfolio_id)
  join portfolio_state s using (portfolio_no)
  where a.state = 'pending' and (a.portfolio_id, a.date) > ($1::text, $2::date)
    and a.date - date '1970-01-01' between s.first_day and s.horizon
  order by a.portfolio_id, a.date
  limit $3
  for update of s skip locked`;

export async function pending(
  tx: Queryable,
  after: PortfolioDay | null,
  limit: number,
): Promise<WaitingDay[]> {
  return (await tx.query<WaitingColumns>(PENDING, [...place(after), limit])).map(waitingDay);
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
