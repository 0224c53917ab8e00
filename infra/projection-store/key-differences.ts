/**
 * Where the current rows of keys differ between two generations, found by the database: to print and send
 * both versions of every row only to compare them would take many times as long.
 */
import type { Queryable } from '../database/database.ts';
import type { DayRun, KeyDifference, KeyPair } from '../../projections/diff/store.ts';
import type { Slot } from '../../projections/generation.ts';

const SERIES = (row: string) => `
  ${row}.bod_market_value, ${row}.bod_cashflow_position, ${row}.eod_cashflow_position, ${row}.bod_cashflow_portfolio,
  ${row}.eod_cashflow_portfolio, ${row}.eod_market_value, ${row}.income, ${row}.fees, ${row}.taxes, ${row}.quantity,
  ${row}.cost, ${row}.bod_fx_rate, ${row}.fx_rate, ${row}.valuation_status, ${row}.bod_market_value_base,
  ${row}.bod_cashflow_base, ${row}.eod_cashflow_base, ${row}.eod_market_value_base, ${row}.income_base, ${row}.fees_base,
  ${row}.taxes_base, ${row}.cost_base, ${row}.active, ${row}.estimated`;

const SNAPSHOT = (row: string) => `
  ${row}.quantity, ${row}.cost_basis, ${row}.cost_basis_local, ${row}.market_price, ${row}.price_date, ${row}.market_value,
  ${row}.market_value_local, ${row}.realized_gain, ${row}.realized_gain_local, ${row}.realized_price_gain,
  ${row}.realized_fx_gain, ${row}.valuation_status`;

const HISTORY = (row: string) => `
  ${row}.at, ${row}.rank, ${row}.day, ${row}.transaction_type, ${row}.quantity, ${row}.cost_basis, ${row}.cost_basis_local,
  ${row}.realized_gain, ${row}.realized_gain_local, ${row}.realized_price_gain, ${row}.realized_fx_gain`;

/** Each of the three tables is joined key by key, by the index of its current rows. */
const differences = (other: Slot) => `
  select s.days::text as series, d.days::text as snapshots, h.days::text as transactions,
         s.first_here, s.first_there
  from unnest($1::integer[], $2::integer[], $3::integer[], $4::integer[])
         with ordinality as w(portfolio_no, security_no, other_portfolio_no, other_security_no, place)
  cross join lateral (
    select range_agg(int4range(x.day, x.day + 1)) filter (where x.differs) as days,
           min(x.day) filter (where x.here) as first_here, min(x.day) filter (where x.there) as first_there
    from (
      select date - date '1970-01-01' as day, a.epoch is not null as here, b.epoch is not null as there,
             (${SERIES('a')}) is distinct from (${SERIES('b')}) or a.epoch is null or b.epoch is null as differs
      from (select * from position_timeseries t
            where t.portfolio_no = w.portfolio_no and t.security_no = w.security_no and t.superseded_by is null) a
      full join (select * from ${other}.position_timeseries t
                 where t.portfolio_no = w.other_portfolio_no and t.security_no = w.other_security_no
                   and t.superseded_by is null) b using (date)
    ) x
  ) s
  cross join lateral (
    select range_agg(int4range(date - date '1970-01-01', date - date '1970-01-01' + 1)) as days
    from (select * from daily_position_snapshots t
          where t.portfolio_no = w.portfolio_no and t.security_no = w.security_no and t.superseded_by is null) a
    full join (select * from ${other}.daily_position_snapshots t
               where t.portfolio_no = w.other_portfolio_no and t.security_no = w.other_security_no
                 and t.superseded_by is null) b using (date)
    where (${SNAPSHOT('a')}) is distinct from (${SNAPSHOT('b')}) or a.epoch is null or b.epoch is null
  ) d
  cross join lateral (
    select range_agg(int4multirange(int4range(coalesce(a.day, b.day), coalesce(a.day, b.day) + 1),
                                    int4range(coalesce(b.day, a.day), coalesce(b.day, a.day) + 1))) as days
    from (select * from position_history t
          where t.portfolio_no = w.portfolio_no and t.security_no = w.security_no and t.superseded_by is null) a
    full join (select * from ${other}.position_history t
               where t.portfolio_no = w.other_portfolio_no and t.security_no = w.other_security_no
                 and t.superseded_by is null) b using (transaction_id)
    where (${HISTORY('a')}) is distinct from (${HISTORY('b')}) or a.epoch is null or b.epoch is null
  ) h
  order by w.place`;

const DIFFERENCES: Readonly<Record<Slot, string>> = {
  gen_a: differences('gen_a'),
  gen_b: differences('gen_b'),
};

interface Row {
  readonly series: string | null;
  readonly snapshots: string | null;
  readonly transactions: string | null;
  readonly first_here: number | null;
  readonly first_there: number | null;
}

/** One for each pair, in their order; `other` is the generation that is not in the search path. */
export async function keyDifferences(
  db: Queryable,
  other: Slot,
  pairs: readonly KeyPair[],
): Promise<KeyDifference[]> {
  if (pairs.length === 0) return [];
  // The statement is wide and soon over: to compile it would take longer.
  await db.query(`set local jit = off`);
  const rows = await db.query<Row>(DIFFERENCES[other], [
    pairs.map(({ here }) => here?.portfolioNo ?? null),
    pairs.map(({ here }) => here?.securityNo ?? null),
    pairs.map(({ there }) => there?.portfolioNo ?? null),
    pairs.map(({ there }) => there?.securityNo ?? null),
  ]);
  return rows.map((row) => ({
    days: [...runsOf(row.series), ...runsOf(row.snapshots)],
    transactionDays: runsOf(row.transactions),
    firstHere: row.first_here,
    firstThere: row.first_there,
  }));
}

/** The text of a multirange, `{[1,3),[5,6)}`, as runs of days with both ends. */
function runsOf(text: string | null): DayRun[] {
  return [...(text ?? '').matchAll(/\[(-?\d+),(-?\d+)\)/g)].map(([, from, to]) => [
    Number(from),
    Number(to) - 1,
  ]);
}
