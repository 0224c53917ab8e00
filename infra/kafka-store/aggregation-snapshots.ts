/** What the consumer of snapshots asks and writes. */
import type { Queryable } from '../database/database.ts';
import { runsOf } from '../../projections/aggregation/runs.ts';
import type { SnapshotFound, SnapshotSession } from '../../projections/aggregation/store.ts';
import { dayExtent } from '../projection-store/extent.ts';
import { placesOf } from './aggregation-assess.ts';

const KEYS = `
  select p.portfolio_no, k.security_no, k.epoch, s.horizon
  from unnest($1::text[], $2::text[]) with ordinality as w(portfolio_id, security_id, place)
  left join portfolios p using (portfolio_id)
  left join securities c using (security_id)
  left join position_state k on k.portfolio_no = p.portfolio_no and k.security_no = c.security_no
  left join portfolio_state s on s.portfolio_no = k.portfolio_no
  order by w.place`;

interface Key {
  portfolio_no: number | null;
  security_no: number | null;
  epoch: number | null;
  horizon: number | null;
}

/**
 * Both rows of each day of the stretches, put side by side by grouping. Stretches are read by `offset 0`: a join that
 * the planner may turn round compares the days of a position all with all.
 */
const DAYS = `
  with runs as (
    select * from unnest($1::integer[], $2::integer[], $3::integer[], $4::integer[])
                    as r(portfolio_no, security_no, from_day, through_day)
  ), halves as (
    select d.portfolio_no, d.security_no, d.date, d.epoch,
           concat_ws('|', d.quantity, d.cost_basis_local, coalesce(d.cost_basis::text, '-'),
             coalesce(d.market_value_local::text, '-'), coalesce(d.market_value::text, '-'), d.valuation_status) as said
    from runs r
    cross join lateral (
      select * from daily_position_snapshots d
      where d.portfolio_no = r.portfolio_no and d.security_no = r.security_no and d.superseded_by is null
        and d.date between date '1970-01-01' + r.from_day and date '1970-01-01' + r.through_day
        -- Said again, so that the plan has the chunks of these days only.
        and d.date between date '1970-01-01' + $5::integer and date '1970-01-01' + $6::integer
      offset 0
    ) d
    union all
    select t.portfolio_no, t.security_no, t.date, t.epoch,
           concat_ws('|', t.quantity, t.cost, coalesce(t.cost_base::text, '-'), coalesce(t.eod_market_value::text, '-'),
             coalesce(t.eod_market_value_base::text, '-'), t.valuation_status)
    from runs r
    cross join lateral (
      select * from position_timeseries t
      where t.portfolio_no = r.portfolio_no and t.security_no = r.security_no and t.superseded_by is null
        and t.date between date '1970-01-01' + r.from_day and date '1970-01-01' + r.through_day
        and t.date between date '1970-01-01' + $5::integer and date '1970-01-01' + $6::integer
      offset 0
    ) t
  )
  select portfolio_no, security_no, date - date '1970-01-01' as day, max(epoch) as epoch,
         count(*) = 2 and min(said collate "C") = max(said collate "C") as agrees
  from halves
  group by portfolio_no, security_no, date`;

/** Which of some days without rows ought to have them: the position was held, or moved since the day before. */
const DUE = `
  select w.portfolio_no, w.security_no, w.day
  from unnest($1::integer[], $2::integer[], $3::integer[]) as w(portfolio_no, security_no, day)
  cross join lateral (
    select h.quantity, h.day from position_history h
    where h.portfolio_no = w.portfolio_no and h.security_no = w.security_no and h.day <= w.day
      and h.superseded_by is null
    order by h.day desc, h.at desc, h.rank desc, h.transaction_id collate "C" desc
    limit 1
  ) h
  where h.quantity <> 0 or h.day >= w.day - 1`;

interface KeyDay {
  portfolio_no: number;
  security_no: number;
  day: number;
}

export async function find(
  tx: Queryable,
  snapshots: Parameters<SnapshotSession['find']>[0],
): Promise<SnapshotFound[]> {
  const nameOf = (s: (typeof snapshots)[number]) => `${s.portfolioId} ${s.securityId}`;
  const named = [...new Map(snapshots.map((s) => [nameOf(s), s])).values()];
  const keys = await tx.query<Key>(KEYS, [named.map((s) => s.portfolioId), named.map((s) => s.securityId)]);
  const keyOf = new Map(named.map((s, index) => [nameOf(s), keys[index]!]));

  const asked = new Map<string, KeyDay>();
  for (const s of snapshots) {
    const { portfolio_no, security_no } = keyOf.get(nameOf(s))!;
    if (portfolio_no === null || security_no === null) continue;
    asked.set(`${nameOf(s)} ${s.day}`, { portfolio_no, security_no, day: s.day });
  }
  const rows = await rowsOf(tx, [...asked.values()]);
  const missing = [...asked.values()].filter((day) => !rows.has(placeOf(day)));
  const due = await dueOf(tx, missing);

  return snapshots.map((s): SnapshotFound => {
    const key = keyOf.get(nameOf(s))!;
    const day = asked.get(`${nameOf(s)} ${s.day}`);
    const row = day && rows.get(placeOf(day));
    return {
      portfolioNo: key.portfolio_no,
      securityNo: key.security_no,
      keyEpoch: key.epoch,
      dayEpoch: row?.epoch ?? null,
      horizon: key.horizon,
      agrees: row ? row.agrees : day !== undefined && !due.has(placeOf(day)),
    };
  });
}

function placeOf({ portfolio_no, security_no, day }: KeyDay): string {
  return `${portfolio_no} ${security_no} ${day}`;
}

async function rowsOf(
  tx: Queryable,
  asked: readonly KeyDay[],
): Promise<ReadonlyMap<string, { epoch: number; agrees: boolean }>> {
  if (asked.length === 0) return new Map();
  const runs = runsOf(
    asked.toSorted(
      (a, b) => a.portfolio_no - b.portfolio_no || a.security_no - b.security_no || a.day - b.day,
    ),
    (key) => `${key.portfolio_no} ${key.security_no}`,
  );
  const rows = await tx.query<KeyDay & { epoch: number; agrees: boolean }>(DAYS, [
    runs.map((run) => run.first.portfolio_no),
    runs.map((run) => run.first.security_no),
    runs.map((run) => run.fromDay),
    runs.map((run) => run.throughDay),
    ...dayExtent(asked.map((key) => key.day)),
  ]);
  return new Map(rows.map((row) => [placeOf(row), row]));
}

async function dueOf(tx: Queryable, days: readonly KeyDay[]): Promise<ReadonlySet<string>> {
  if (days.length === 0) return new Set();
  const rows = await tx.query<KeyDay>(DUE, [
    days.map((day) => day.portfolio_no),
    days.map((day) => day.security_no),
    days.map((day) => day.day),
  ]);
  return new Set(rows.map(placeOf));
}

/**
 * A day that was aggregated is so still while its row's epoch is the same, unless it is the open one: only that is
 * rewritten within its epoch. An order that has been out for long is given up.
 */
const MAKE_ELIGIBLE = `
  insert into aggregation_days (portfolio_id, date, state)
  select w.portfolio_id, w.date, 'eligible'
  from unnest($1::text[], $2::date[], $3::boolean[]) as w(portfolio_id, date, damaged)
  join portfolios p using (portfolio_id)
  join portfolio_state s using (portfolio_no)
  left join aggregation_days a on a.portfolio_id = w.portfolio_id and a.date = w.date
  where a.state is null
     or (a.state = 'done'
         and (w.damaged or w.date - date '1970-01-01' >= s.horizon
              or a.epoch is distinct from (
                select t.epoch from portfolio_timeseries t
                where t.portfolio_no = p.portfolio_no and t.date = w.date and t.superseded_by is null
                  -- Said again, so that the plan has the chunks of these days only.
                  and t.date between date '1970-01-01' + $4::integer and date '1970-01-01' + $5::integer)))
     or (a.state = 'scheduled' and a.requested_at < clock_timestamp() - interval '10 minutes')
  order by w.portfolio_id, w.date
  on conflict (portfolio_id, date) do update set state = 'eligible'`;

export async function makeEligible(
  tx: Queryable,
  days: Parameters<SnapshotSession['makeEligible']>[0],
): Promise<void> {
  await tx.query(MAKE_ELIGIBLE, [
    ...placesOf(days),
    days.map((d) => d.damaged),
    ...dayExtent(days.map((d) => d.day)),
  ]);
}
