/** The days of segments: positions taken together. */
import type { Queryable } from '../database/database.ts';
import type { RatedDay, SegmentDayRow, SegmentMember } from '../../projections/queries/position-reads.ts';

const SEGMENT_DAYS = `
  with members as materialized (
    select p.portfolio_no, p.base_currency, k.security_no, m.segment
    from unnest($1::text[], $2::text[], $3::int[]) as m(portfolio_id, security_id, segment)
    join portfolios p using (portfolio_id)
    join securities k using (security_id)
  ),
  rates as materialized (
    select *
    from unnest($4::text[], $5::date[], $6::numeric[], $7::numeric[])
      as f(currency, date, opening_rate, closing_rate)
  )
  select t.segment, t.date,
         sum(t.bod_market_value_base * f.opening_rate) as opening,
         sum(t.eod_market_value_base * f.closing_rate) as closing,
         sum(t.bod_cashflow_base * f.closing_rate) as bod_external,
         sum(t.eod_cashflow_base * f.closing_rate) as eod_external,
         sum((t.bod_cashflow_position - t.bod_cashflow_portfolio) * coalesce(t.fx_rate, 0) * f.closing_rate)
           as bod_internal,
         sum((t.eod_cashflow_position - t.eod_cashflow_portfolio) * coalesce(t.fx_rate, 0) * f.closing_rate)
           as eod_internal,
         sum(t.income_base * f.closing_rate) as income,
         sum(t.fees_base * f.closing_rate) as fees,
         sum(t.taxes_base * f.closing_rate) as taxes,
         -- The gain less what prices, income and costs are of it. Most positions have no other currency.
         coalesce(sum(
           (t.eod_market_value_base - t.bod_cashflow_base - t.eod_cashflow_base
             - (t.bod_cashflow_position + t.eod_cashflow_position
                - t.bod_cashflow_portfolio - t.eod_cashflow_portfolio) * coalesce(t.fx_rate, 0)
             - (t.eod_market_value - t.bod_market_value - t.bod_cashflow_position - t.eod_cashflow_position
                + t.fees + t.taxes - t.income) * coalesce(t.fx_rate, 0)
             - t.income_base + t.fees_base + t.taxes_base) * f.closing_rate
           - t.bod_market_value_base * f.opening_rate)
           filter (where $10::bool and (t.fx_rate is distinct from 1 or t.bod_fx_rate is distinct from 1
                                      or f.opening_rate <> f.closing_rate)), 0) as currency_gain,
         bool_or(t.estimated) as estimated
  -- Kept apart by "offset 0": looked up by date, each day would search the index anew in every position.
  from (
    select m.segment, m.base_currency, d.*
    from members m
    join position_timeseries d using (portfolio_no, security_no)
    where d.superseded_by is null
      and d.date between $8::date and $9::date
    offset 0
  ) t
  join rates f on f.date = t.date and f.currency = t.base_currency
  group by t.segment, t.date
  order by t.segment, t.date`;

export function loadSegmentDays(
  db: Queryable,
  members: readonly SegmentMember[],
  days: readonly RatedDay[],
  currencyGains: boolean,
): Promise<SegmentDayRow[]> {
  const dates = days.map((day) => day.date);
  return db.query<SegmentDayRow>(SEGMENT_DAYS, [
    members.map((member) => member.portfolio_id),
    members.map((member) => member.security_id),
    members.map((member) => member.segment),
    days.map((day) => day.currency),
    dates,
    days.map((day) => day.opening_rate),
    days.map((day) => day.closing_rate),
    dates[0] ?? null,
    dates.at(-1) ?? null,
    currencyGains,
  ]);
}
