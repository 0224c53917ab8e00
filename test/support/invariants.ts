/** What must hold of the read model at every instant, whatever is under way. */
import { expect } from 'vitest';
import type { Database, Queryable } from '../../infra/database/database.ts';
import type { Books } from './books.ts';

const NOT_THE_SUM = `
  with sums as (
    select portfolio_no, date, sum(bod_market_value_base) as bod, sum(bod_cashflow_base) as bod_flow,
           sum(eod_cashflow_base) as eod_flow, sum(eod_market_value_base) as eod, sum(income_base) as income,
           sum(fees_base) as fees, sum(taxes_base) as taxes, sum(cost_base) as cost,
           count(*) filter (where active) as positions
    from position_timeseries where superseded_by is null group by portfolio_no, date
  )
  select 'portfolio row is not the sum' as broken, t.portfolio_no, t.date, null::integer as security_no
  from portfolio_timeseries t left join sums s using (portfolio_no, date)
  where t.superseded_by is null
    and (t.bod_market_value, t.bod_cashflow, t.eod_cashflow, t.eod_market_value, t.income, t.fees, t.taxes, t.cost,
         t.positions)
        is distinct from
        (coalesce(s.bod, 0), coalesce(s.bod_flow, 0), coalesce(s.eod_flow, 0), coalesce(s.eod, 0),
         coalesce(s.income, 0), coalesce(s.fees, 0), coalesce(s.taxes, 0), coalesce(s.cost, 0),
         coalesce(s.positions, 0))`;

const NOT_CONTINUED = `
  select 'portfolio bod is not the eod before' as broken, a.portfolio_no, b.date, null::integer as security_no
  from portfolio_timeseries a
  join portfolio_timeseries b on b.portfolio_no = a.portfolio_no and b.date = a.date + 1 and b.superseded_by is null
  where a.superseded_by is null and b.bod_market_value <> a.eod_market_value
  union all
  select 'position bod is not the eod before', a.portfolio_no, b.date, a.security_no
  from position_timeseries a
  join position_timeseries b on b.portfolio_no = a.portfolio_no and b.security_no = a.security_no
                            and b.date = a.date + 1 and b.superseded_by is null
  where a.superseded_by is null
    and (b.bod_market_value, b.bod_market_value_base) is distinct from (a.eod_market_value, a.eod_market_value_base)`;

const NOT_ONE_ROW = `
  select 'several current rows' as broken, portfolio_no, date, security_no
  from position_timeseries where superseded_by is null
  group by portfolio_no, security_no, date having count(*) > 1
  union all
  select 'several current rows', portfolio_no, date, null
  from portfolio_timeseries where superseded_by is null group by portfolio_no, date having count(*) > 1
  union all
  select 'several current history rows', portfolio_no, null, security_no
  from position_history where superseded_by is null
  group by portfolio_no, security_no, transaction_id having count(*) > 1
  union all
  select 'snapshot without series or the other way round', coalesce(t.portfolio_no, d.portfolio_no),
         coalesce(t.date, d.date), coalesce(t.security_no, d.security_no)
  from (select portfolio_no, security_no, date, epoch from position_timeseries where superseded_by is null) t
  full join (select portfolio_no, security_no, date, epoch from daily_position_snapshots where superseded_by is null) d
    using (portfolio_no, security_no, date, epoch)
  where t.epoch is null or d.epoch is null
  union all
  select 'complete day without a row', s.portfolio_no, date '1970-01-01' + d.day, null
  from portfolio_state s cross join lateral generate_series(s.first_day, s.complete_through) as d(day)
  where not exists (
    select from portfolio_timeseries t
    where t.portfolio_no = s.portfolio_no and t.date = date '1970-01-01' + d.day and t.superseded_by is null)`;

interface Broken {
  broken: string;
  portfolio_no: number;
  date: string;
  security_no: number | null;
}

/** What is broken in one snapshot of a generation; `tx` must be REPEATABLE READ. */
export async function brokenInvariants(tx: Queryable): Promise<Broken[]> {
  const broken: Broken[] = [];
  // Without a limit in the statement: for the first five rows of what should be none, a planner chooses to
  // go through the tables row by row.
  for (const statement of [NOT_THE_SUM, NOT_CONTINUED, NOT_ONE_ROW])
    broken.push(...(await tx.query<Broken>(statement)).slice(0, 5));
  return broken;
}

/** The log is gapless and holds no transaction twice. */
export async function expectSoundLog(database: Database, message: string): Promise<void> {
  const [log] = await database.query<{ count: number; head: number; versions: number }>(
    `select count(*) as count, coalesce(max(position), 0) as head,
            count(distinct (stream_id, version)) as versions from public.events`,
  );
  expect(log, message).toEqual({ count: log!.head, head: log!.head, versions: log!.head });
  const twice = await database.query(
    `select data ->> 'transaction_id' as id, count(*) as times from public.events
     where type = 'TransactionRecorded' group by 1 having count(*) > 1`,
  );
  expect(twice, message).toEqual([]);
}

/** Nothing is broken in the active generation, and once caught up it equals a clean replay of the log. */
export async function expectCleanReplay(books: Books, message: string): Promise<void> {
  await books.projections.catchUp();
  const report = await books.projections.verify({});
  expect(report, message).toMatchObject({ ok: true, skipped: [], differences: [] });
  expect(report.position, message).toBe(await books.log.head());
}

/** What readers can see right now is consistent. */
export async function expectInvariants(books: Books, message: string): Promise<void> {
  const slot = await books.generations.active();
  const database = books.db.open({ searchPath: `${slot},public`, maxConnections: 1 });
  const broken = await database.transaction(brokenInvariants, {
    isolation: 'repeatable read',
    readOnly: true,
  });
  await database.close();
  expect(broken, message).toEqual([]);
}
