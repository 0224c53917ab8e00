/** What must hold of a generation's rows, asked in statements over whole tables. */
import type {
  BrokenRule,
  GenerationChecks,
  RowCounts,
  StoredScope,
} from '../../projections/verify/stored.ts';
import type { Database, Queryable } from '../database/database.ts';

const COUNTS = `
  select (select count(*) from position_state) as position_state,
         (select count(*) from portfolio_state) as portfolio_state,
         (select count(*) from position_history where superseded_by is null) as position_history,
         (select count(*) from daily_position_snapshots where superseded_by is null) as daily_position_snapshots,
         (select count(*) from position_timeseries where superseded_by is null) as position_timeseries,
         (select count(*) from portfolio_timeseries where superseded_by is null) as portfolio_timeseries`;

// Portfolio by portfolio, so that the groups of one are few enough to stay in a processor's cache. That a
// day's bod is the eod before is looked at in the portfolio's own rows and in the positions': their sum need
// not be added up here.
const PORTFOLIO_DAYS = `
  with wanted as (
    select p.portfolio_no, p.portfolio_id, s.first_day, s.complete_through
    from portfolio_state s join portfolios p using (portfolio_no)
    where $1::text is null or p.portfolio_id = $1
  ), sums as (
    select w.portfolio_no, s.*
    from wanted w
    cross join lateral (
      select date, sum(bod_cashflow_base) as bod_flow, sum(eod_cashflow_base) as eod_flow,
             sum(eod_market_value_base) as eod, sum(income_base) as income, sum(fees_base) as fees,
             sum(taxes_base) as taxes, sum(cost_base) as cost, count(*) filter (where active) as positions,
             count(*) filter (where estimated) as estimated
      from position_timeseries
      where portfolio_no = w.portfolio_no and superseded_by is null
      group by date
      offset 0
    ) s
  ), days as (
    select t.*, lag(eod_market_value) over before as eod_before, lag(date) over before as day_before
    from portfolio_timeseries t join wanted using (portfolio_no)
    where superseded_by is null
    window before as (partition by portfolio_no order by date)
  ), broken as (
    select t.portfolio_no, t.date, 'sum' as rule,
           concat_ws(' ', t.bod_cashflow, t.eod_cashflow, t.eod_market_value, t.income, t.fees, t.taxes, t.cost,
                     t.positions, t.estimated_positions) as stored,
           concat_ws(' ', coalesce(s.bod_flow, 0), coalesce(s.eod_flow, 0), coalesce(s.eod, 0), coalesce(s.income, 0),
                     coalesce(s.fees, 0), coalesce(s.taxes, 0), coalesce(s.cost, 0), coalesce(s.positions, 0),
                     coalesce(s.estimated, 0)) as expected
    from days t left join sums s using (portfolio_no, date)
    where (t.bod_cashflow, t.eod_cashflow, t.eod_market_value, t.income, t.fees, t.taxes, t.cost, t.positions,
           t.estimated_positions)
          is distinct from
          (coalesce(s.bod_flow, 0), coalesce(s.eod_flow, 0), coalesce(s.eod, 0), coalesce(s.income, 0),
           coalesce(s.fees, 0), coalesce(s.taxes, 0), coalesce(s.cost, 0), coalesce(s.positions, 0),
           coalesce(s.estimated, 0))
    union all
    select portfolio_no, date, 'continuity', bod_market_value::text, eod_before::text
    from days
    where day_before = date - 1 and bod_market_value <> eod_before
    union all
    select w.portfolio_no, null, 'completeness', count(d.date) || ' days',
           (w.complete_through - w.first_day + 1) || ' days through ' || (date '1970-01-01' + w.complete_through)
    from wanted w
    left join days d on d.portfolio_no = w.portfolio_no
      and d.date between date '1970-01-01' + w.first_day and date '1970-01-01' + w.complete_through
    where w.complete_through >= w.first_day
    group by w.portfolio_no, w.first_day, w.complete_through
    having count(d.date) <> w.complete_through - w.first_day + 1
  )
  select b.rule, w.portfolio_id, b.date, b.stored, b.expected
  from broken b join wanted w using (portfolio_no)
  order by w.portfolio_id, b.date nulls first, b.rule
  limit $2`;

/**
 * The keys to look at more closely. Hashes of (value, its day) are added up, those of an eod under the day
 * after: the sums of a key are equal exactly when each bod is the eod before, but for the eod of its last
 * day. That needs no order, so that the table is read once, by several processes.
 */
const ODD_KEYS = `
  with days as (
    select portfolio_no, security_no, count(*) as rows, max(date) as last,
           sum(hash_numeric_extended(eod_market_value, date - date '1969-12-31'))
             filter (where eod_market_value <> 0) as eod,
           sum(hash_numeric_extended(bod_market_value, date - date '1970-01-01'))
             filter (where bod_market_value <> 0) as bod,
           sum(hash_numeric_extended(eod_market_value_base, date - date '1969-12-31'))
             filter (where eod_market_value_base <> 0) as eod_base,
           sum(hash_numeric_extended(bod_market_value_base, date - date '1970-01-01'))
             filter (where bod_market_value_base <> 0) as bod_base
    from position_timeseries
    where superseded_by is null
      and ($1::text is null or portfolio_no = (select portfolio_no from portfolios where portfolio_id = $1))
      and ($2::text is null or security_no = (select security_no from securities where security_id = $2))
    group by portfolio_no, security_no
  ), snapshots as (
    select portfolio_no, security_no, count(*) as rows, max(date) as last
    from daily_position_snapshots
    where superseded_by is null
      and ($1::text is null or portfolio_no = (select portfolio_no from portfolios where portfolio_id = $1))
      and ($2::text is null or security_no = (select security_no from securities where security_id = $2))
    group by portfolio_no, security_no
  )
  select portfolio_no, security_no, p.portfolio_id, c.security_id, d.last, s.last as snapshot_last,
         coalesce(d.rows, 0) as rows, coalesce(s.rows, 0) as snapshots, k.portfolio_no is not null as has_state
  from days d
  full join snapshots s using (portfolio_no, security_no)
  left join position_state k using (portfolio_no, security_no)
  left join portfolios p using (portfolio_no)
  left join securities c using (security_no)
  left join lateral (
    select hash_numeric_extended(nullif(eod_market_value, 0), date - date '1969-12-31') as eod,
           hash_numeric_extended(nullif(eod_market_value_base, 0), date - date '1969-12-31') as eod_base
    from position_timeseries
    where portfolio_no = d.portfolio_no and security_no = d.security_no and date = d.last
      and superseded_by is null and d.last >= date '1970-01-01' + k.watermark_day
  ) l on true
  where k.portfolio_no is null or d.rows is distinct from s.rows
     or coalesce(d.bod, 0) <> coalesce(d.eod, 0) - coalesce(l.eod, 0)
     or coalesce(d.bod_base, 0) <> coalesce(d.eod_base, 0) - coalesce(l.eod_base, 0)
  order by p.portfolio_id, c.security_id
  limit $3`;

/** The first day of each key that does not continue the one before, or does not follow on a held one. */
const BROKEN_DAYS = `
  select distinct on (portfolio_no, security_no) portfolio_no, security_no, date, day_before,
         concat_ws(' ', bod_market_value, bod_market_value_base) as stored,
         concat_ws(' ', eod_before, eod_before_base) as expected
  from (
    select portfolio_no, security_no, date, bod_market_value, bod_market_value_base,
           lag(date) over before as day_before, lag(eod_market_value) over before as eod_before,
           lag(eod_market_value_base) over before as eod_before_base
    from position_timeseries join unnest($1::integer[], $2::integer[]) as odd (portfolio_no, security_no)
      using (portfolio_no, security_no)
    where superseded_by is null
    window before as (partition by portfolio_no, security_no order by date)
  ) days
  where case
          when day_before = date - 1
          then (bod_market_value, bod_market_value_base) is distinct from (eod_before, eod_before_base)
          else bod_market_value <> 0 or eod_before <> 0
        end
  order by portfolio_no, security_no, date`;

interface OddKey {
  portfolio_no: number;
  security_no: number;
  portfolio_id: string | null;
  security_id: string | null;
  last: string | null;
  snapshot_last: string | null;
  rows: number;
  snapshots: number;
  has_state: boolean;
}

interface BrokenDay {
  portfolio_no: number;
  security_no: number;
  date: string;
  day_before: string | null;
  stored: string;
  expected: string;
}

/** `database` must have its search_path on the generation. */
export function createGenerationChecks(database: Database): GenerationChecks {
  return {
    async counts() {
      const [row] = await database.query<RowCounts>(COUNTS);
      if (!row) throw new Error('counting returned no row');
      return row;
    },
    async portfolioDays({ portfolioId }, limit) {
      const rows = await database.query<{
        rule: 'sum' | 'continuity' | 'completeness';
        portfolio_id: string;
        date: string | null;
        stored: string;
        expected: string;
      }>(PORTFOLIO_DAYS, [portfolioId ?? null, limit]);
      return rows.map(({ date, ...row }) => ({
        ...row,
        table: 'portfolio_timeseries',
        ...(date === null ? {} : { date }),
      }));
    },
    positionDays: (scope, limit) =>
      database.transaction((tx) => positionDays(tx, scope, limit), {
        isolation: 'repeatable read',
        readOnly: true,
      }),
  };
}

async function positionDays(
  tx: Queryable,
  { portfolioId, securityId }: StoredScope,
  limit: number,
): Promise<BrokenRule[]> {
  const odd = await tx.query<OddKey>(ODD_KEYS, [portfolioId ?? null, securityId ?? null, limit]);
  if (odd.length === 0) return [];
  const broken = await tx.query<BrokenDay>(BROKEN_DAYS, [
    odd.map((key) => key.portfolio_no),
    odd.map((key) => key.security_no),
  ]);
  const days = new Map(broken.map((day) => [`${day.portfolio_no}/${day.security_no}`, day]));
  return odd.flatMap((key) => rulesOf(key, days.get(`${key.portfolio_no}/${key.security_no}`)));
}

function rulesOf(key: OddKey, day: BrokenDay | undefined): BrokenRule[] {
  const { rows, snapshots, has_state: hasState, last } = key;
  const place = {
    portfolio_id: key.portfolio_id ?? `number ${key.portfolio_no}`,
    security_id: key.security_id ?? `number ${key.security_no}`,
  };
  if (!hasState)
    return [
      { rule: 'pairing', table: 'position_state', ...place, stored: 'no state', expected: `${rows} days` },
    ];
  if (rows !== snapshots)
    return [
      {
        rule: 'pairing',
        table: 'daily_position_snapshots',
        ...place,
        stored: `${snapshots} days through ${key.snapshot_last ?? 'none'}`,
        expected: `${rows} days through ${last ?? 'none'}`,
      },
    ];
  const table = 'position_timeseries';
  if (day === undefined)
    return [
      {
        rule: 'continuity',
        table,
        ...place,
        stored: `days through ${last ?? 'none'}`,
        expected: 'days up to the one after it was closed',
      },
    ];
  const { date, day_before: before, stored, expected } = day;
  const followed = before === null ? 'no day before' : `last day before ${before}, ${expected}`;
  return [
    { rule: 'continuity', table, ...place, date, stored, expected: expected === '' ? followed : expected },
  ];
}
