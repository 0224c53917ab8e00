-- What keeps figures from being made, what makes them weaker than they look, and how far behind readers are.

create or replace view reporting.cost_discrepancy as
select
  p.portfolio_id,
  s.security_id,
  t.transaction_id,
  date '1970-01-01' + x.day as date,
  (date '1970-01-01' + x.day)::timestamp at time zone 'UTC' as time,
  s.currency,
  t.upstream,
  t.computed,
  t.upstream - t.computed as difference
from gen_a.cost_discrepancies t
join gen_a.portfolios p on p.portfolio_no = t.portfolio_no
join gen_a.securities s on s.security_no = t.security_no
join gen_a.transactions x on x.portfolio_no = t.portfolio_no and x.transaction_id = t.transaction_id
where (select slot from public.active_generation) = 'gen_a'
union all
select
  p.portfolio_id,
  s.security_id,
  t.transaction_id,
  date '1970-01-01' + x.day as date,
  (date '1970-01-01' + x.day)::timestamp at time zone 'UTC' as time,
  s.currency,
  t.upstream,
  t.computed,
  t.upstream - t.computed as difference
from gen_b.cost_discrepancies t
join gen_b.portfolios p on p.portfolio_no = t.portfolio_no
join gen_b.securities s on s.security_no = t.security_no
join gen_b.transactions x on x.portfolio_no = t.portfolio_no and x.transaction_id = t.transaction_id
where (select slot from public.active_generation) = 'gen_b';
comment on view reporting.cost_discrepancy is 'Transactions whose cost, as the upstream stated it, is not ours. The books use ours.';
comment on column reporting.cost_discrepancy.portfolio_id is 'Portfolio.';
comment on column reporting.cost_discrepancy.security_id is 'Security.';
comment on column reporting.cost_discrepancy.transaction_id is 'Transaction.';
comment on column reporting.cost_discrepancy.date is 'Its day in the portfolio''s time zone.';
comment on column reporting.cost_discrepancy.time is 'Midnight UTC of the date, for charts.';
comment on column reporting.cost_discrepancy.currency is 'Currency of the amounts.';
comment on column reporting.cost_discrepancy.upstream is 'Cost as the upstream stated it.';
comment on column reporting.cost_discrepancy.computed is 'Cost as the books have it.';
comment on column reporting.cost_discrepancy.difference is 'upstream less computed.';

create or replace view reporting.data_quality as
select
  p.portfolio_id,
  t.date,
  t.date::timestamp at time zone 'UTC' as time,
  k.kind,
  case when k.kind in ('estimated', 'stale') then 'weakens' else 'blocks' end as severity,
  s.security_id,
  null::text as transaction_id,
  case k.kind
    when 'unvalued' then 'there is no price up to this day'
    when 'missing_fx_rate' then 'there is no rate from ' || s.currency || ' to ' || p.base_currency || ' up to this day'
    when 'unvalued_flow' then 'a flow of this day has no value in base currency'
    when 'stale' then 'no close on this business day: an earlier one is used'
    else case t.valuation_status when 'TRADE' then 'valued by a trade price' else 'valued by a close more than a week old' end
  end as detail
from gen_a.position_timeseries t
join gen_a.portfolios p on p.portfolio_no = t.portfolio_no
join gen_a.securities s on s.security_no = t.security_no
cross join lateral (
  select case
    when t.bod_market_value_base is null or t.bod_cashflow_base is null or t.eod_cashflow_base is null
      or t.eod_market_value_base is null or t.income_base is null or t.fees_base is null
      or t.taxes_base is null or t.cost_base is null
    then case
      when t.valuation_status = 'UNVALUED' then 'unvalued'
      when t.fx_rate is null or t.eod_market_value_base is null then 'missing_fx_rate'
      else 'unvalued_flow'
    end
    when t.estimated then 'estimated'
    when t.valuation_status = 'STALE'
      and exists (select from gen_a.calendar c where c.day = t.date - date '1970-01-01')
    then 'stale'
  end as kind
) k
where t.superseded_by is null and k.kind is not null and (select slot from public.active_generation) = 'gen_a'
union all
select
  p.portfolio_id,
  (q.quarantined_at at time zone 'UTC')::date,
  q.quarantined_at,
  'quarantined',
  'blocks',
  s.security_id,
  null,
  q.reason
from gen_a.quarantine q
left join gen_a.portfolios p on p.portfolio_no = q.portfolio_no
left join gen_a.securities s on s.security_no = q.security_no
where (select slot from public.active_generation) = 'gen_a'
union all
select
  p.portfolio_id,
  date '1970-01-01' + x.day,
  (date '1970-01-01' + x.day)::timestamp at time zone 'UTC',
  'pending',
  'weakens',
  s.security_id,
  t.transaction_id,
  t.reason
from gen_a.pending_transactions t
join gen_a.portfolios p on p.portfolio_no = t.portfolio_no
join gen_a.securities s on s.security_no = t.security_no
join gen_a.transactions x on x.portfolio_no = t.portfolio_no and x.transaction_id = t.transaction_id
where (select slot from public.active_generation) = 'gen_a'
union all
select
  p.portfolio_id,
  t.date,
  t.date::timestamp at time zone 'UTC' as time,
  k.kind,
  case when k.kind in ('estimated', 'stale') then 'weakens' else 'blocks' end as severity,
  s.security_id,
  null::text as transaction_id,
  case k.kind
    when 'unvalued' then 'there is no price up to this day'
    when 'missing_fx_rate' then 'there is no rate from ' || s.currency || ' to ' || p.base_currency || ' up to this day'
    when 'unvalued_flow' then 'a flow of this day has no value in base currency'
    when 'stale' then 'no close on this business day: an earlier one is used'
    else case t.valuation_status when 'TRADE' then 'valued by a trade price' else 'valued by a close more than a week old' end
  end as detail
from gen_b.position_timeseries t
join gen_b.portfolios p on p.portfolio_no = t.portfolio_no
join gen_b.securities s on s.security_no = t.security_no
cross join lateral (
  select case
    when t.bod_market_value_base is null or t.bod_cashflow_base is null or t.eod_cashflow_base is null
      or t.eod_market_value_base is null or t.income_base is null or t.fees_base is null
      or t.taxes_base is null or t.cost_base is null
    then case
      when t.valuation_status = 'UNVALUED' then 'unvalued'
      when t.fx_rate is null or t.eod_market_value_base is null then 'missing_fx_rate'
      else 'unvalued_flow'
    end
    when t.estimated then 'estimated'
    when t.valuation_status = 'STALE'
      and exists (select from gen_b.calendar c where c.day = t.date - date '1970-01-01')
    then 'stale'
  end as kind
) k
where t.superseded_by is null and k.kind is not null and (select slot from public.active_generation) = 'gen_b'
union all
select
  p.portfolio_id,
  (q.quarantined_at at time zone 'UTC')::date,
  q.quarantined_at,
  'quarantined',
  'blocks',
  s.security_id,
  null,
  q.reason
from gen_b.quarantine q
left join gen_b.portfolios p on p.portfolio_no = q.portfolio_no
left join gen_b.securities s on s.security_no = q.security_no
where (select slot from public.active_generation) = 'gen_b'
union all
select
  p.portfolio_id,
  date '1970-01-01' + x.day,
  (date '1970-01-01' + x.day)::timestamp at time zone 'UTC',
  'pending',
  'weakens',
  s.security_id,
  t.transaction_id,
  t.reason
from gen_b.pending_transactions t
join gen_b.portfolios p on p.portfolio_no = t.portfolio_no
join gen_b.securities s on s.security_no = t.security_no
join gen_b.transactions x on x.portfolio_no = t.portfolio_no and x.transaction_id = t.transaction_id
where (select slot from public.active_generation) = 'gen_b'
union all
select
  portfolio_id,
  date,
  time,
  'cost_discrepancy',
  'weakens',
  security_id,
  transaction_id,
  'the upstream states ' || upstream || ', the books have ' || computed
from reporting.cost_discrepancy;
comment on view reporting.data_quality is 'What blocks figures or weakens them, one row per position and day, key or transaction. No row is good news.';
comment on column reporting.data_quality.portfolio_id is 'Portfolio; null for a quarantined event that names none.';
comment on column reporting.data_quality.date is 'Day concerned; of a quarantined key the day on which it was set aside.';
comment on column reporting.data_quality.time is 'Midnight UTC of the date, for charts; of a quarantined key the instant.';
comment on column reporting.data_quality.kind is 'unvalued, missing_fx_rate, unvalued_flow, quarantined, estimated, stale, pending or cost_discrepancy.';
comment on column reporting.data_quality.severity is 'blocks: the portfolio has no row for the day, or no new day; weakens: there is a figure, of less worth.';
comment on column reporting.data_quality.security_id is 'Security concerned; null when it is none in particular.';
comment on column reporting.data_quality.transaction_id is 'Transaction concerned, if it is one.';
comment on column reporting.data_quality.detail is 'In words.';

create or replace view reporting.projection_lag as
select
  clock_timestamp() as time,
  g.slot as generation,
  coalesce(l.position, 0) as head,
  g.registered,
  g.oldest_mark,
  r.position,
  coalesce(l.position, 0) - r.position as lag_events,
  greatest(coalesce(extract(epoch from clock_timestamp() - e.recorded_at), 0), 0) as lag_seconds,
  g.dirty_keys,
  g.quarantined_keys,
  g.pending_transactions,
  g.incomplete_days
from (
  select
    'gen_a' as slot,
    (select position from gen_a.checkpoints where name = 'register') as registered,
    -- Orders to make rows again keep nobody from what is new.
    (
      select min(position) from gen_a.dirty
      where cause not in ('operator', 'fold_version', 'regeneration', 'aggregation')
    ) as oldest_mark,
    (select count(distinct (portfolio_no, security_no)) from gen_a.dirty) as dirty_keys,
    (
      select count(*) from gen_a.position_state where status = 'FAILED'
    ) + (
      select count(*) from gen_a.quarantine where security_no is null
    ) as quarantined_keys,
    (select count(*) from gen_a.pending_transactions) as pending_transactions,
    (
      select coalesce(sum(horizon - coalesce(complete_through, first_day - 1)), 0) from gen_a.portfolio_state
      where horizon >= first_day
    ) as incomplete_days
  where (select slot from public.active_generation) = 'gen_a'
  union all
  select
    'gen_b' as slot,
    (select position from gen_b.checkpoints where name = 'register') as registered,
    -- Orders to make rows again keep nobody from what is new.
    (
      select min(position) from gen_b.dirty
      where cause not in ('operator', 'fold_version', 'regeneration', 'aggregation')
    ) as oldest_mark,
    (select count(distinct (portfolio_no, security_no)) from gen_b.dirty) as dirty_keys,
    (
      select count(*) from gen_b.position_state where status = 'FAILED'
    ) + (
      select count(*) from gen_b.quarantine where security_no is null
    ) as quarantined_keys,
    (select count(*) from gen_b.pending_transactions) as pending_transactions,
    (
      select coalesce(sum(horizon - coalesce(complete_through, first_day - 1)), 0) from gen_b.portfolio_state
      where horizon >= first_day
    ) as incomplete_days
  where (select slot from public.active_generation) = 'gen_b'
) g
left join lateral (select position from public.events order by position desc limit 1) l on true
cross join lateral (select coalesce(least(g.registered, g.oldest_mark - 1), 0) as position) r
left join public.events e on e.position = r.position + 1;
comment on view reporting.projection_lag is 'How far readers are behind the log: one row, as of now.';
comment on column reporting.projection_lag.time is 'Now.';
comment on column reporting.projection_lag.generation is 'The generation that readers see.';
comment on column reporting.projection_lag.head is 'Position of the last event of the log; 0 when it is empty.';
comment on column reporting.projection_lag.registered is 'Position up to which events have become facts.';
comment on column reporting.projection_lag.oldest_mark is 'Position of the oldest change that is registered and not in the rows yet; null without any.';
comment on column reporting.projection_lag.position is 'Position up to which readers see everything.';
comment on column reporting.projection_lag.lag_events is 'Events that readers do not see yet.';
comment on column reporting.projection_lag.lag_seconds is 'Age of the oldest of them; 0 when there is none.';
comment on column reporting.projection_lag.dirty_keys is 'Keys that wait to be folded.';
comment on column reporting.projection_lag.quarantined_keys is 'Keys and events that are set aside.';
comment on column reporting.projection_lag.pending_transactions is 'Transactions that cannot be applied yet.';
comment on column reporting.projection_lag.incomplete_days is 'Portfolio-days that wait for a value or a rate, or come after one that does.';
