/** The portfolios' own rows. */
import type { DatabaseTransaction, Queryable } from '../database/database.ts';
import { isoDate } from '../../domain/dates.ts';
import type { StoredPortfolioDay } from '../../projections/fold/model.ts';
import type { FoldSession, PortfolioWrites } from '../../projections/fold/store.ts';
import { NULL } from '../../projections/fold/text.ts';
import { dayExtent } from './extent.ts';
import { insertEpochs, lines } from './fold-writes.ts';

export async function bounds(
  tx: Queryable,
  portfolioNos: readonly number[],
): ReturnType<FoldSession['bounds']> {
  const rows = await tx.query<{
    portfolio_no: number;
    first_day: number | null;
    blocked_from: number | null;
  }>(
    `select portfolio_no, min(first_day) as first_day,
            min(coalesce(watermark_day + 1, -1000000)) filter (where status = 'FAILED') as blocked_from
     from position_state where portfolio_no = any($1::integer[])
     group by portfolio_no`,
    [portfolioNos],
  );
  return rows.map((row) => ({
    portfolioNo: row.portfolio_no,
    firstDay: row.first_day,
    blockedFrom: row.blocked_from,
  }));
}

export async function portfolioDays(
  tx: Queryable,
  stretches: readonly { portfolioNo: number; from: number; to: number }[],
): Promise<StoredPortfolioDay[]> {
  if (stretches.length === 0) return [];
  const rows = await tx.query<{ portfolio_no: number; day: number; epoch: number; text: string }>(
    `select t.portfolio_no, t.date - date '1970-01-01' as day, t.epoch,
            concat_ws(E'\\t', t.bod_market_value, t.bod_cashflow, t.eod_cashflow, t.eod_market_value, t.income, t.fees,
              t.taxes, t.cost, t.positions, t.estimated_positions) as text
     from unnest((select $1::integer[]), (select $2::integer[]), (select $3::integer[])) as w(portfolio_no, from_day, to_day)
     join portfolio_timeseries t on t.portfolio_no = w.portfolio_no
       and t.date between date '1970-01-01' + w.from_day and date '1970-01-01' + w.to_day and t.superseded_by is null
     where t.date between date '1970-01-01' + $4::integer and date '1970-01-01' + $5::integer`,
    [
      stretches.map((s) => s.portfolioNo),
      stretches.map((s) => s.from),
      stretches.map((s) => s.to),
      ...dayExtent(stretches.flatMap((s) => [s.from, s.to])),
    ],
  );
  return rows.map(({ portfolio_no: portfolioNo, ...row }) => ({ portfolioNo, ...row }));
}

export async function sums(
  tx: Queryable,
  stretches: readonly { portfolioNo: number; days: readonly number[] }[],
): ReturnType<FoldSession['sums']> {
  const pairs = stretches.flatMap(({ portfolioNo, days }) => days.map((day) => [portfolioNo, day] as const));
  if (pairs.length === 0) return [];
  const rows = await tx.query<{ portfolio_no: number; day: number; text: string | null }>(
    `select w.portfolio_no, w.day,
            case when count(*) filter (where t.date is not null and num_nulls(t.bod_market_value_base,
                        t.bod_cashflow_base, t.eod_cashflow_base, t.eod_market_value_base, t.income_base, t.fees_base,
                        t.taxes_base, t.cost_base) > 0) = 0
              then concat_ws(E'\\t',
                trim_scale(coalesce(sum(t.bod_market_value_base), 0)), trim_scale(coalesce(sum(t.bod_cashflow_base), 0)),
                trim_scale(coalesce(sum(t.eod_cashflow_base), 0)), trim_scale(coalesce(sum(t.eod_market_value_base), 0)),
                trim_scale(coalesce(sum(t.income_base), 0)), trim_scale(coalesce(sum(t.fees_base), 0)),
                trim_scale(coalesce(sum(t.taxes_base), 0)), trim_scale(coalesce(sum(t.cost_base), 0)),
                count(*) filter (where t.active), count(*) filter (where t.estimated))
            end as text
     from unnest((select $1::integer[]), (select $2::integer[])) as w(portfolio_no, day)
     left join position_state k on k.portfolio_no = w.portfolio_no
     left join position_timeseries t on t.portfolio_no = k.portfolio_no and t.security_no = k.security_no
       and t.date = date '1970-01-01' + w.day and t.superseded_by is null
       and t.date between date '1970-01-01' + $3::integer and date '1970-01-01' + $4::integer
     group by w.portfolio_no, w.day`,
    [
      pairs.map(([portfolioNo]) => portfolioNo),
      pairs.map(([, day]) => day),
      ...dayExtent(pairs.map(([, day]) => day)),
    ],
  );
  return rows.map(({ portfolio_no: portfolioNo, ...row }) => ({ portfolioNo, ...row }));
}

/** The days that are retired have been (`retire.ts`). */
export async function writePortfolios(
  tx: DatabaseTransaction,
  writes: PortfolioWrites,
  foldVersion: number,
): Promise<void> {
  if (writes.rows.length > 0)
    await tx.copyIn(
      `copy portfolio_timeseries from stdin`,
      lines(writes.rows, (r) => `${r.portfolioNo}\t${isoDate(r.day)}\t${r.epoch}\t${NULL}\t${r.text}\n`),
    );
  await tx.together([
    () => updateStates(tx, writes.states, foldVersion),
    () => insertEpochs(tx, writes.epochs),
  ]);
}

async function updateStates(
  tx: Queryable,
  states: PortfolioWrites['states'],
  foldVersion: number,
): Promise<void> {
  if (states.length === 0) return;
  // Its rows are sums of its keys' rows, so that the lowest version among these is the lowest in them.
  // A portfolio is complete through the day before the first one without a row: where the rows, counted from
  // the first day looked at, run ahead of the days.
  await tx.query(
    `update portfolio_state p
     set epoch = s.epoch, status = 'CURRENT', first_day = s.first_day, horizon = s.horizon,
         fold_version = coalesce((select min(k.fold_version) from position_state k
                                  where k.portfolio_no = s.portfolio_no and k.fold_version > 0), $7),
         checksum = s.checksum,
         complete_through = case
           when s.first_day is null or s.horizon is null or s.first_day > s.horizon then null
           when s.recheck_from is null then p.complete_through
           else nullif(least(s.horizon, (
             select coalesce(min(x.expected) filter (where x.day <> x.expected), s.recheck_from + count(*)::integer) - 1
             from (
               select t.date - date '1970-01-01' as day,
                      s.recheck_from + (row_number() over (order by t.date))::integer - 1 as expected
               from portfolio_timeseries t
               where t.portfolio_no = s.portfolio_no and t.superseded_by is null
                 and t.date between date '1970-01-01' + s.recheck_from and date '1970-01-01' + s.horizon
                 and t.date between date '1970-01-01' + $8::integer and date '1970-01-01' + $9::integer) x)),
             s.first_day - 1)
           end
     from unnest($1::integer[], $2::integer[], $3::integer[], $4::integer[], $5::integer[], $6::bigint[])
            as s(portfolio_no, epoch, first_day, horizon, recheck_from, checksum)
     where p.portfolio_no = s.portfolio_no`,
    [
      states.map((s) => s.portfolioNo),
      states.map((s) => s.epoch),
      states.map((s) => s.firstDay),
      states.map((s) => s.horizon),
      states.map((s) => s.recheckFrom),
      states.map((s) => s.checksum),
      foldVersion,
      ...dayExtent(
        states.flatMap((s) => (s.recheckFrom === null ? [] : [s.recheckFrom, s.horizon ?? s.recheckFrom])),
      ),
    ],
  );
}
