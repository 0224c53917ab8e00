-- What flowed over a portfolio's boundary, and what its disposals gained.
--
-- The tables keep a day's flows of a position as one sum. A day with a single flow, which is nearly every
-- day, shows that sum as the transaction's; of several, each shows the amount its transaction states and
-- the last of them what is left, so that the flows of a day always add up to the portfolio's row.

create or replace view reporting.cash_flow as
select
  f.portfolio_id,
  f.transaction_id,
  date '1970-01-01' + f.day as date,
  (date '1970-01-01' + f.day)::timestamp at time zone 'UTC' as time,
  f.at as transaction_date,
  f.transaction_type,
  f.security_id,
  f.currency,
  f.base_currency,
  f.timing,
  case
    when f.place = f.flows then f.day_amount - coalesce(sum(f.stated_base) over earlier, 0)
    when f.day_amount is not null then f.stated_base
  end as amount,
  case
    when f.place = f.flows then f.day_amount_local - coalesce(sum(f.stated) over earlier, 0)
    when f.day_amount_local is not null then f.stated
  end as amount_local,
  f.epoch
from (
  select
    u.*,
    case
      when u.currency = u.base_currency then u.stated
      else round(u.stated * coalesce(u.agreed_rate, u.fx_rate), 10)
    end as stated_base,
    case u.timing when 'bod' then u.bod_cashflow_base else u.eod_cashflow_base end as day_amount,
    case u.timing when 'bod' then u.bod_cashflow_portfolio else u.eod_cashflow_portfolio end as day_amount_local,
    row_number() over of_day as place,
    count(*) over (partition by u.portfolio_id, u.security_id, u.day, u.timing) as flows
  from (
  select
    p.portfolio_id,
    s.security_id,
    s.currency,
    p.base_currency,
    h.day,
    h.at,
    h.rank,
    h.transaction_id,
    h.transaction_type,
    case when h.transaction_type in ('DEPOSIT', 'TRANSFER_IN') then p.inflow_timing else p.outflow_timing end as timing,
    case when h.transaction_type in ('DEPOSIT', 'TRANSFER_IN') then 1 else -1 end * round(
      case when s.type = 'cash' then cash.size else coalesce(units.size * t.eod_market_value / nullif(t.quantity, 0), cash.size) end, 10
    ) as stated,
    (x.fields ->> 'fx_rate')::numeric as agreed_rate,
    t.fx_rate,
    t.bod_cashflow_portfolio,
    t.eod_cashflow_portfolio,
    t.bod_cashflow_base,
    t.eod_cashflow_base,
    t.epoch
  from gen_a.position_history h
  join gen_a.portfolios p on p.portfolio_no = h.portfolio_no
  join gen_a.securities s on s.security_no = h.security_no
  join gen_a.transactions x on x.portfolio_no = h.portfolio_no and x.transaction_id = h.transaction_id
  join gen_a.position_timeseries t
    on t.portfolio_no = h.portfolio_no and t.security_no = h.security_no
    and t.date = date '1970-01-01' + h.day and t.superseded_by is null
  cross join lateral (select (x.fields ->> 'quantity')::numeric as size) units
  cross join lateral (
    select coalesce(
      nullif((x.fields ->> 'gross_transaction_amount')::numeric, 0),
      nullif(units.size * (x.fields ->> 'price')::numeric, 0),
      units.size
    ) as size
  ) cash
  where h.superseded_by is null and h.transaction_type in ('DEPOSIT', 'TRANSFER_IN', 'WITHDRAWAL', 'TRANSFER_OUT')
    and (select slot from public.active_generation) = 'gen_a'
    union all
  select
    p.portfolio_id,
    s.security_id,
    s.currency,
    p.base_currency,
    h.day,
    h.at,
    h.rank,
    h.transaction_id,
    h.transaction_type,
    case when h.transaction_type in ('DEPOSIT', 'TRANSFER_IN') then p.inflow_timing else p.outflow_timing end as timing,
    case when h.transaction_type in ('DEPOSIT', 'TRANSFER_IN') then 1 else -1 end * round(
      case when s.type = 'cash' then cash.size else coalesce(units.size * t.eod_market_value / nullif(t.quantity, 0), cash.size) end, 10
    ) as stated,
    (x.fields ->> 'fx_rate')::numeric as agreed_rate,
    t.fx_rate,
    t.bod_cashflow_portfolio,
    t.eod_cashflow_portfolio,
    t.bod_cashflow_base,
    t.eod_cashflow_base,
    t.epoch
  from gen_b.position_history h
  join gen_b.portfolios p on p.portfolio_no = h.portfolio_no
  join gen_b.securities s on s.security_no = h.security_no
  join gen_b.transactions x on x.portfolio_no = h.portfolio_no and x.transaction_id = h.transaction_id
  join gen_b.position_timeseries t
    on t.portfolio_no = h.portfolio_no and t.security_no = h.security_no
    and t.date = date '1970-01-01' + h.day and t.superseded_by is null
  cross join lateral (select (x.fields ->> 'quantity')::numeric as size) units
  cross join lateral (
    select coalesce(
      nullif((x.fields ->> 'gross_transaction_amount')::numeric, 0),
      nullif(units.size * (x.fields ->> 'price')::numeric, 0),
      units.size
    ) as size
  ) cash
  where h.superseded_by is null and h.transaction_type in ('DEPOSIT', 'TRANSFER_IN', 'WITHDRAWAL', 'TRANSFER_OUT')
    and (select slot from public.active_generation) = 'gen_b'
  ) u
  window of_day as (
    partition by u.portfolio_id, u.security_id, u.day, u.timing order by u.at, u.rank, u.transaction_id collate "C"
  )
) f
window earlier as (
  partition by f.portfolio_id, f.security_id, f.day, f.timing order by f.place
  rows between unbounded preceding and 1 preceding
);
comment on view reporting.cash_flow is 'External flows of each portfolio by day and transaction: deposits, withdrawals and transfers. Trades inside the portfolio and income are none. A day''s amounts add up to bod_cashflow + eod_cashflow of portfolio_daily.';
comment on column reporting.cash_flow.portfolio_id is 'Portfolio.';
comment on column reporting.cash_flow.transaction_id is 'Transaction that caused it.';
comment on column reporting.cash_flow.date is 'Its day in the portfolio''s time zone.';
comment on column reporting.cash_flow.time is 'Midnight UTC of the date, for charts.';
comment on column reporting.cash_flow.transaction_date is 'Instant of the transaction.';
comment on column reporting.cash_flow.transaction_type is 'DEPOSIT, TRANSFER_IN, WITHDRAWAL or TRANSFER_OUT.';
comment on column reporting.cash_flow.security_id is 'Position it entered or left.';
comment on column reporting.cash_flow.currency is 'Currency of that position and of amount_local.';
comment on column reporting.cash_flow.base_currency is 'Currency of the portfolio and of amount.';
comment on column reporting.cash_flow.timing is 'bod when it is in the capital that earns the day''s return, eod when it happens after it.';
comment on column reporting.cash_flow.amount is 'Base currency; positive when value enters the portfolio, negative when it leaves. Units move at market value. Null while that is unknown.';
comment on column reporting.cash_flow.amount_local is 'The same in the currency of the position.';
comment on column reporting.cash_flow.epoch is 'Epoch of the position that wrote the day.';

create or replace view reporting.realised_gain as
select
  g.portfolio_id,
  g.security_id,
  g.transaction_id,
  g.date,
  g.time,
  g.transaction_type,
  g.currency,
  g.base_currency,
  g.quantity_before - g.quantity as quantity,
  g.realized_gain,
  g.realized_gain_local,
  g.realized_price_gain,
  g.realized_fx_gain,
  g.epoch
from (
  select
    h.*,
    coalesce(lag(h.quantity) over (
      partition by h.portfolio_id, h.security_id order by h.time, h.rank, h.transaction_id collate "C"
    ), 0) as quantity_before
  from reporting.position_history_current h
) g
where g.realized_gain_local <> 0 or g.realized_gain is distinct from 0
  -- A sale is a disposal even when it gains nothing; the cash it brings is none.
  or (g.transaction_type = 'SELL' and g.quantity < g.quantity_before);
comment on view reporting.realised_gain is 'Gains and losses by disposal: sales, capital paid back, mergers, and foreign cash that is spent.';
comment on column reporting.realised_gain.portfolio_id is 'Portfolio.';
comment on column reporting.realised_gain.security_id is 'Security disposed of; for an exchange gain on cash, the cash position.';
comment on column reporting.realised_gain.transaction_id is 'Transaction that realised it.';
comment on column reporting.realised_gain.date is 'Its day in the portfolio''s time zone.';
comment on column reporting.realised_gain.time is 'Instant of the transaction.';
comment on column reporting.realised_gain.transaction_type is 'Type of the transaction.';
comment on column reporting.realised_gain.currency is 'Currency of the position and of realized_gain_local.';
comment on column reporting.realised_gain.base_currency is 'Currency of the portfolio and of the other amounts.';
comment on column reporting.realised_gain.quantity is 'Units that left the position; negative when units came in to close a short one, 0 when only money was paid back.';
comment on column reporting.realised_gain.realized_gain is 'Gain, base currency; negative for a loss, null while a rate is missing.';
comment on column reporting.realised_gain.realized_gain_local is 'Gain in the currency of the position.';
comment on column reporting.realised_gain.realized_price_gain is 'Part of realized_gain due to prices.';
comment on column reporting.realised_gain.realized_fx_gain is 'Part of realized_gain due to exchange rates.';
comment on column reporting.realised_gain.epoch is 'Epoch of the position that wrote the row.';
