-- The current rows of the four tables, in full: as 0001 has them, with a time for charts, the amounts in
-- base currency and what decides on completeness. The other reports are built on these.

create or replace view reporting.position_history_current as
select
  p.portfolio_id,
  s.security_id,
  t.transaction_id,
  t.at as time,
  date '1970-01-01' + t.day as date,
  t.rank,
  t.transaction_type,
  s.currency,
  p.base_currency,
  t.quantity,
  t.cost_basis,
  t.cost_basis_local,
  t.realized_gain,
  t.realized_gain_local,
  t.realized_price_gain,
  t.realized_fx_gain,
  t.epoch
from gen_a.position_history t
join gen_a.portfolios p on p.portfolio_no = t.portfolio_no
join gen_a.securities s on s.security_no = t.security_no
where t.superseded_by is null and (select slot from public.active_generation) = 'gen_a'
union all
select
  p.portfolio_id,
  s.security_id,
  t.transaction_id,
  t.at as time,
  date '1970-01-01' + t.day as date,
  t.rank,
  t.transaction_type,
  s.currency,
  p.base_currency,
  t.quantity,
  t.cost_basis,
  t.cost_basis_local,
  t.realized_gain,
  t.realized_gain_local,
  t.realized_price_gain,
  t.realized_fx_gain,
  t.epoch
from gen_b.position_history t
join gen_b.portfolios p on p.portfolio_no = t.portfolio_no
join gen_b.securities s on s.security_no = t.security_no
where t.superseded_by is null and (select slot from public.active_generation) = 'gen_b';
comment on view reporting.position_history_current is 'Each position after each of its transactions: the rows in force.';
comment on column reporting.position_history_current.portfolio_id is 'Portfolio.';
comment on column reporting.position_history_current.security_id is 'Security whose position it is.';
comment on column reporting.position_history_current.transaction_id is 'Transaction applied. A trade that moves cash is listed at the cash position too.';
comment on column reporting.position_history_current.time is 'Instant of the transaction.';
comment on column reporting.position_history_current.date is 'Its day in the portfolio''s time zone.';
comment on column reporting.position_history_current.rank is 'Order among transactions of the same instant; what comes in stands first.';
comment on column reporting.position_history_current.transaction_type is 'Type of the transaction.';
comment on column reporting.position_history_current.currency is 'Currency of the position and of the _local amounts.';
comment on column reporting.position_history_current.base_currency is 'Currency of the portfolio and of the other amounts.';
comment on column reporting.position_history_current.quantity is 'Units held after it.';
comment on column reporting.position_history_current.cost_basis is 'Cost of the units held after it, base currency; null while a rate is missing.';
comment on column reporting.position_history_current.cost_basis_local is 'Cost of the units held after it, local currency.';
comment on column reporting.position_history_current.realized_gain is 'Gain realised by this transaction alone, base currency.';
comment on column reporting.position_history_current.realized_gain_local is 'Gain realised by this transaction alone, local currency.';
comment on column reporting.position_history_current.realized_price_gain is 'Part of realized_gain due to prices.';
comment on column reporting.position_history_current.realized_fx_gain is 'Part of realized_gain due to exchange rates.';
comment on column reporting.position_history_current.epoch is 'Epoch of the position that wrote the row.';

create or replace view reporting.daily_position_snapshots_current as
select
  t.id,
  p.portfolio_id,
  s.security_id,
  t.date,
  t.date::timestamp at time zone 'UTC' as time,
  s.currency,
  p.base_currency,
  t.quantity,
  t.cost_basis,
  t.cost_basis_local,
  t.market_price,
  t.price_date,
  t.market_value,
  t.market_value_local,
  t.realized_gain,
  t.realized_gain_local,
  t.realized_price_gain,
  t.realized_fx_gain,
  t.valuation_status,
  t.epoch
from gen_a.daily_position_snapshots t
join gen_a.portfolios p on p.portfolio_no = t.portfolio_no
join gen_a.securities s on s.security_no = t.security_no
where t.superseded_by is null and (select slot from public.active_generation) = 'gen_a'
union all
select
  t.id,
  p.portfolio_id,
  s.security_id,
  t.date,
  t.date::timestamp at time zone 'UTC' as time,
  s.currency,
  p.base_currency,
  t.quantity,
  t.cost_basis,
  t.cost_basis_local,
  t.market_price,
  t.price_date,
  t.market_value,
  t.market_value_local,
  t.realized_gain,
  t.realized_gain_local,
  t.realized_price_gain,
  t.realized_fx_gain,
  t.valuation_status,
  t.epoch
from gen_b.daily_position_snapshots t
join gen_b.portfolios p on p.portfolio_no = t.portfolio_no
join gen_b.securities s on s.security_no = t.security_no
where t.superseded_by is null and (select slot from public.active_generation) = 'gen_b';
comment on view reporting.daily_position_snapshots_current is 'Each position at the close of each day: the rows in force.';
comment on column reporting.daily_position_snapshots_current.id is 'Row number within its generation.';
comment on column reporting.daily_position_snapshots_current.portfolio_id is 'Portfolio.';
comment on column reporting.daily_position_snapshots_current.security_id is 'Security held.';
comment on column reporting.daily_position_snapshots_current.date is 'Day.';
comment on column reporting.daily_position_snapshots_current.time is 'Midnight UTC of the date, for charts.';
comment on column reporting.daily_position_snapshots_current.currency is 'Currency of the position and of the _local amounts.';
comment on column reporting.daily_position_snapshots_current.base_currency is 'Currency of the portfolio and of the other amounts.';
comment on column reporting.daily_position_snapshots_current.quantity is 'Units held at the close; 0 on the day after the position ended.';
comment on column reporting.daily_position_snapshots_current.cost_basis is 'Cost of the units held, base currency; null while a rate is missing.';
comment on column reporting.daily_position_snapshots_current.cost_basis_local is 'Cost of the units held, local currency.';
comment on column reporting.daily_position_snapshots_current.market_price is 'Price used, local currency; null when there is none.';
comment on column reporting.daily_position_snapshots_current.price_date is 'Day the price is from.';
comment on column reporting.daily_position_snapshots_current.market_value is 'Value at the close, base currency; null without a price or a rate.';
comment on column reporting.daily_position_snapshots_current.market_value_local is 'Value at the close, local currency; null without a price.';
comment on column reporting.daily_position_snapshots_current.realized_gain is 'Gain realised since inception, base currency.';
comment on column reporting.daily_position_snapshots_current.realized_gain_local is 'Gain realised since inception, local currency.';
comment on column reporting.daily_position_snapshots_current.realized_price_gain is 'Part of realized_gain due to prices.';
comment on column reporting.daily_position_snapshots_current.realized_fx_gain is 'Part of realized_gain due to exchange rates.';
comment on column reporting.daily_position_snapshots_current.valuation_status is 'PRICED, STALE, TRADE or UNVALUED.';
comment on column reporting.daily_position_snapshots_current.epoch is 'Epoch of the position that wrote the row.';

create or replace view reporting.position_timeseries_current as
select
  p.portfolio_id,
  s.security_id,
  t.date,
  t.date::timestamp at time zone 'UTC' as time,
  s.currency,
  p.base_currency,
  t.bod_market_value,
  t.bod_cashflow_position,
  t.eod_cashflow_position,
  t.bod_cashflow_portfolio,
  t.eod_cashflow_portfolio,
  t.eod_market_value,
  t.income,
  t.fees,
  t.taxes,
  t.quantity,
  t.cost,
  t.bod_fx_rate,
  t.fx_rate,
  t.bod_market_value_base,
  t.bod_cashflow_base,
  t.eod_cashflow_base,
  t.eod_market_value_base,
  t.income_base,
  t.fees_base,
  t.taxes_base,
  t.cost_base,
  t.valuation_status,
  t.active,
  t.estimated,
  t.epoch
from gen_a.position_timeseries t
join gen_a.portfolios p on p.portfolio_no = t.portfolio_no
join gen_a.securities s on s.security_no = t.security_no
where t.superseded_by is null and (select slot from public.active_generation) = 'gen_a'
union all
select
  p.portfolio_id,
  s.security_id,
  t.date,
  t.date::timestamp at time zone 'UTC' as time,
  s.currency,
  p.base_currency,
  t.bod_market_value,
  t.bod_cashflow_position,
  t.eod_cashflow_position,
  t.bod_cashflow_portfolio,
  t.eod_cashflow_portfolio,
  t.eod_market_value,
  t.income,
  t.fees,
  t.taxes,
  t.quantity,
  t.cost,
  t.bod_fx_rate,
  t.fx_rate,
  t.bod_market_value_base,
  t.bod_cashflow_base,
  t.eod_cashflow_base,
  t.eod_market_value_base,
  t.income_base,
  t.fees_base,
  t.taxes_base,
  t.cost_base,
  t.valuation_status,
  t.active,
  t.estimated,
  t.epoch
from gen_b.position_timeseries t
join gen_b.portfolios p on p.portfolio_no = t.portfolio_no
join gen_b.securities s on s.security_no = t.security_no
where t.superseded_by is null and (select slot from public.active_generation) = 'gen_b';
comment on view reporting.position_timeseries_current is 'One row per position and day, in the currency of the position and in base currency: the rows in force.';
comment on column reporting.position_timeseries_current.portfolio_id is 'Portfolio.';
comment on column reporting.position_timeseries_current.security_id is 'Security held.';
comment on column reporting.position_timeseries_current.date is 'Day.';
comment on column reporting.position_timeseries_current.time is 'Midnight UTC of the date, for charts.';
comment on column reporting.position_timeseries_current.currency is 'Currency of the position and of the amounts not named _base.';
comment on column reporting.position_timeseries_current.base_currency is 'Currency of the portfolio and of the _base amounts.';
comment on column reporting.position_timeseries_current.bod_market_value is 'Value at the close of the day before.';
comment on column reporting.position_timeseries_current.bod_cashflow_position is 'Flow into the position at the beginning of the day.';
comment on column reporting.position_timeseries_current.eod_cashflow_position is 'Flow at the end of the day; negative when value leaves.';
comment on column reporting.position_timeseries_current.bod_cashflow_portfolio is 'Part of bod_cashflow_position that enters the portfolio from outside.';
comment on column reporting.position_timeseries_current.eod_cashflow_portfolio is 'Part of eod_cashflow_position that leaves the portfolio.';
comment on column reporting.position_timeseries_current.eod_market_value is 'Value at the close.';
comment on column reporting.position_timeseries_current.income is 'Dividends and interest of the day.';
comment on column reporting.position_timeseries_current.fees is 'Fees of the day.';
comment on column reporting.position_timeseries_current.taxes is 'Taxes of the day.';
comment on column reporting.position_timeseries_current.quantity is 'Units held at the close.';
comment on column reporting.position_timeseries_current.cost is 'Cost of the units held.';
comment on column reporting.position_timeseries_current.bod_fx_rate is 'Rate to base currency of the day before.';
comment on column reporting.position_timeseries_current.fx_rate is 'Rate to base currency.';
comment on column reporting.position_timeseries_current.bod_market_value_base is 'bod_market_value in base currency.';
comment on column reporting.position_timeseries_current.bod_cashflow_base is 'bod_cashflow_portfolio in base currency.';
comment on column reporting.position_timeseries_current.eod_cashflow_base is 'eod_cashflow_portfolio in base currency.';
comment on column reporting.position_timeseries_current.eod_market_value_base is 'eod_market_value in base currency.';
comment on column reporting.position_timeseries_current.income_base is 'income in base currency.';
comment on column reporting.position_timeseries_current.fees_base is 'fees in base currency.';
comment on column reporting.position_timeseries_current.taxes_base is 'taxes in base currency.';
comment on column reporting.position_timeseries_current.cost_base is 'cost in base currency.';
comment on column reporting.position_timeseries_current.valuation_status is 'PRICED, STALE, TRADE or UNVALUED.';
comment on column reporting.position_timeseries_current.active is 'Held at the close, or something happened on the day.';
comment on column reporting.position_timeseries_current.estimated is 'Valued by a trade price, or by a close more than a week old.';
comment on column reporting.position_timeseries_current.epoch is 'Epoch of the position that wrote the row.';

create or replace view reporting.portfolio_timeseries_current as
select
  p.portfolio_id,
  t.date,
  t.date::timestamp at time zone 'UTC' as time,
  p.base_currency as currency,
  t.bod_market_value,
  t.bod_cashflow,
  t.eod_cashflow,
  t.eod_market_value,
  t.income,
  t.fees,
  t.taxes,
  t.cost,
  t.positions,
  t.estimated_positions,
  case
    when t.estimated_positions > 0 then 'estimated'
    when t.date = date '1970-01-01' + w.horizon then 'open_day'
    else 'final'
  end as quality,
  t.epoch
from gen_a.portfolio_timeseries t
join gen_a.portfolios p on p.portfolio_no = t.portfolio_no
join gen_a.portfolio_state w on w.portfolio_no = t.portfolio_no
where t.superseded_by is null and (select slot from public.active_generation) = 'gen_a'
union all
select
  p.portfolio_id,
  t.date,
  t.date::timestamp at time zone 'UTC' as time,
  p.base_currency as currency,
  t.bod_market_value,
  t.bod_cashflow,
  t.eod_cashflow,
  t.eod_market_value,
  t.income,
  t.fees,
  t.taxes,
  t.cost,
  t.positions,
  t.estimated_positions,
  case
    when t.estimated_positions > 0 then 'estimated'
    when t.date = date '1970-01-01' + w.horizon then 'open_day'
    else 'final'
  end as quality,
  t.epoch
from gen_b.portfolio_timeseries t
join gen_b.portfolios p on p.portfolio_no = t.portfolio_no
join gen_b.portfolio_state w on w.portfolio_no = t.portfolio_no
where t.superseded_by is null and (select slot from public.active_generation) = 'gen_b';
comment on view reporting.portfolio_timeseries_current is 'One row per portfolio and complete day, in base currency: the rows in force, each the exact sum of its positions.';
comment on column reporting.portfolio_timeseries_current.portfolio_id is 'Portfolio.';
comment on column reporting.portfolio_timeseries_current.date is 'Day.';
comment on column reporting.portfolio_timeseries_current.time is 'Midnight UTC of the date, for charts.';
comment on column reporting.portfolio_timeseries_current.currency is 'Base currency, the currency of the amounts.';
comment on column reporting.portfolio_timeseries_current.bod_market_value is 'Value at the close of the day before.';
comment on column reporting.portfolio_timeseries_current.bod_cashflow is 'Flow from outside at the beginning of the day.';
comment on column reporting.portfolio_timeseries_current.eod_cashflow is 'Flow at the end of the day; negative when value leaves.';
comment on column reporting.portfolio_timeseries_current.eod_market_value is 'Value at the close.';
comment on column reporting.portfolio_timeseries_current.income is 'Dividends and interest of the day.';
comment on column reporting.portfolio_timeseries_current.fees is 'Fees of the day.';
comment on column reporting.portfolio_timeseries_current.taxes is 'Taxes of the day.';
comment on column reporting.portfolio_timeseries_current.cost is 'Cost of the positions.';
comment on column reporting.portfolio_timeseries_current.positions is 'Positions of the day.';
comment on column reporting.portfolio_timeseries_current.estimated_positions is 'Positions valued by a trade price or by a close more than a week old.';
comment on column reporting.portfolio_timeseries_current.quality is 'final, open_day (the latest business date, which may still change in place) or estimated.';
comment on column reporting.portfolio_timeseries_current.epoch is 'Epoch of the portfolio that wrote the row.';
