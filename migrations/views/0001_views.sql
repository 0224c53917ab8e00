-- The current rows of the active generation, with ids instead of surrogate numbers.
--
-- The scalar subquery on active_generation is evaluated once and becomes a one-time filter: the branch of
-- the idle generation is planned and never executed, and a flip needs no change here. Every statement can
-- be run again. A view holds on to its tables, so a rebuild empties the idle ones and never drops them.

create schema if not exists reporting;
comment on schema reporting is 'Views for reports: stable names over the active generation.';

create or replace view reporting.position_history as
select
  p.portfolio_id,
  s.security_id,
  s.currency,
  t.transaction_id,
  t.at as transaction_date,
  date '1970-01-01' + t.day as date,
  t.transaction_type,
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
  s.currency,
  t.transaction_id,
  t.at as transaction_date,
  date '1970-01-01' + t.day as date,
  t.transaction_type,
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
comment on view reporting.position_history is 'The state of each position after each of its transactions.';
comment on column reporting.position_history.portfolio_id is 'Portfolio.';
comment on column reporting.position_history.security_id is 'Security held.';
comment on column reporting.position_history.currency is 'Currency of the local amounts.';
comment on column reporting.position_history.transaction_id is 'Transaction applied.';
comment on column reporting.position_history.transaction_date is 'Instant of the transaction.';
comment on column reporting.position_history.date is 'Its day in the portfolio''s time zone.';
comment on column reporting.position_history.transaction_type is 'Type of the transaction.';
comment on column reporting.position_history.quantity is 'Units held after it.';
comment on column reporting.position_history.cost_basis is 'Cost of the units held, base currency.';
comment on column reporting.position_history.cost_basis_local is 'Cost of the units held, local currency.';
comment on column reporting.position_history.realized_gain is 'Gain realised by it, base currency.';
comment on column reporting.position_history.realized_gain_local is 'Gain realised by it, local currency.';
comment on column reporting.position_history.realized_price_gain is 'Part of realized_gain due to prices.';
comment on column reporting.position_history.realized_fx_gain is 'Part of realized_gain due to exchange rates.';
comment on column reporting.position_history.epoch is 'Epoch of the position that wrote the row.';

create or replace view public.position_history as select * from reporting.position_history;
comment on view public.position_history is 'The state of each position after each of its transactions.';

create or replace view reporting.daily_position_snapshots as
select
  t.id,
  p.portfolio_id,
  s.security_id,
  s.currency,
  t.date,
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
  s.currency,
  t.date,
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
comment on view reporting.daily_position_snapshots is 'Each position at the close of each day.';
comment on column reporting.daily_position_snapshots.id is 'Row number within its generation.';
comment on column reporting.daily_position_snapshots.portfolio_id is 'Portfolio.';
comment on column reporting.daily_position_snapshots.security_id is 'Security held.';
comment on column reporting.daily_position_snapshots.currency is 'Currency of the local amounts.';
comment on column reporting.daily_position_snapshots.date is 'Day.';
comment on column reporting.daily_position_snapshots.quantity is 'Units held at the close.';
comment on column reporting.daily_position_snapshots.cost_basis is 'Cost of the units held, base currency.';
comment on column reporting.daily_position_snapshots.cost_basis_local is 'Cost of the units held, local currency.';
comment on column reporting.daily_position_snapshots.market_price is 'Price used, local currency.';
comment on column reporting.daily_position_snapshots.price_date is 'Day the price is from.';
comment on column reporting.daily_position_snapshots.market_value is 'Value at the close, base currency.';
comment on column reporting.daily_position_snapshots.market_value_local is 'Value at the close, local currency.';
comment on column reporting.daily_position_snapshots.realized_gain is 'Gain realised since inception, base currency.';
comment on column reporting.daily_position_snapshots.realized_gain_local is 'Gain realised since inception, local currency.';
comment on column reporting.daily_position_snapshots.realized_price_gain is 'Part of realized_gain due to prices.';
comment on column reporting.daily_position_snapshots.realized_fx_gain is 'Part of realized_gain due to exchange rates.';
comment on column reporting.daily_position_snapshots.valuation_status is 'PRICED, STALE, TRADE or UNVALUED.';
comment on column reporting.daily_position_snapshots.epoch is 'Epoch of the position that wrote the row.';

create or replace view public.daily_position_snapshots as select * from reporting.daily_position_snapshots;
comment on view public.daily_position_snapshots is 'Each position at the close of each day.';

create or replace view reporting.position_timeseries as
select
  p.portfolio_id,
  s.security_id,
  s.currency,
  t.date,
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
  t.valuation_status,
  t.epoch
from gen_a.position_timeseries t
join gen_a.portfolios p on p.portfolio_no = t.portfolio_no
join gen_a.securities s on s.security_no = t.security_no
where t.superseded_by is null and (select slot from public.active_generation) = 'gen_a'
union all
select
  p.portfolio_id,
  s.security_id,
  s.currency,
  t.date,
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
  t.valuation_status,
  t.epoch
from gen_b.position_timeseries t
join gen_b.portfolios p on p.portfolio_no = t.portfolio_no
join gen_b.securities s on s.security_no = t.security_no
where t.superseded_by is null and (select slot from public.active_generation) = 'gen_b';
comment on view reporting.position_timeseries is 'One row per position and day, in the currency of the position: the input of its returns.';
comment on column reporting.position_timeseries.portfolio_id is 'Portfolio.';
comment on column reporting.position_timeseries.security_id is 'Security held.';
comment on column reporting.position_timeseries.currency is 'Currency of the amounts.';
comment on column reporting.position_timeseries.date is 'Day.';
comment on column reporting.position_timeseries.bod_market_value is 'Value at the close of the day before.';
comment on column reporting.position_timeseries.bod_cashflow_position is 'Flow into the position at the beginning of the day.';
comment on column reporting.position_timeseries.eod_cashflow_position is 'Flow at the end of the day; negative when value leaves.';
comment on column reporting.position_timeseries.bod_cashflow_portfolio is 'Part of bod_cashflow_position that enters the portfolio from outside.';
comment on column reporting.position_timeseries.eod_cashflow_portfolio is 'Part of eod_cashflow_position that leaves the portfolio.';
comment on column reporting.position_timeseries.eod_market_value is 'Value at the close.';
comment on column reporting.position_timeseries.income is 'Dividends and interest of the day.';
comment on column reporting.position_timeseries.fees is 'Fees of the day.';
comment on column reporting.position_timeseries.taxes is 'Taxes of the day.';
comment on column reporting.position_timeseries.quantity is 'Units held at the close.';
comment on column reporting.position_timeseries.cost is 'Cost of the units held.';
comment on column reporting.position_timeseries.bod_fx_rate is 'Yesterday''s rate to base currency.';
comment on column reporting.position_timeseries.fx_rate is 'Rate to base currency.';
comment on column reporting.position_timeseries.valuation_status is 'PRICED, STALE, TRADE or UNVALUED.';
comment on column reporting.position_timeseries.epoch is 'Epoch of the position that wrote the row.';

create or replace view public.position_timeseries as select * from reporting.position_timeseries;
comment on view public.position_timeseries is 'One row per position and day, in the currency of the position: the input of its returns.';

create or replace view reporting.portfolio_timeseries as
select
  p.portfolio_id,
  p.base_currency as currency,
  t.date,
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
  t.epoch
from gen_a.portfolio_timeseries t
join gen_a.portfolios p on p.portfolio_no = t.portfolio_no
where t.superseded_by is null and (select slot from public.active_generation) = 'gen_a'
union all
select
  p.portfolio_id,
  p.base_currency as currency,
  t.date,
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
  t.epoch
from gen_b.portfolio_timeseries t
join gen_b.portfolios p on p.portfolio_no = t.portfolio_no
where t.superseded_by is null and (select slot from public.active_generation) = 'gen_b';
comment on view reporting.portfolio_timeseries is 'One row per portfolio and complete day, in base currency: the exact sum of its positions.';
comment on column reporting.portfolio_timeseries.portfolio_id is 'Portfolio.';
comment on column reporting.portfolio_timeseries.currency is 'Base currency, the currency of the amounts.';
comment on column reporting.portfolio_timeseries.date is 'Day.';
comment on column reporting.portfolio_timeseries.bod_market_value is 'Value at the close of the day before.';
comment on column reporting.portfolio_timeseries.bod_cashflow is 'Flow from outside at the beginning of the day.';
comment on column reporting.portfolio_timeseries.eod_cashflow is 'Flow at the end of the day; negative when value leaves.';
comment on column reporting.portfolio_timeseries.eod_market_value is 'Value at the close.';
comment on column reporting.portfolio_timeseries.income is 'Dividends and interest of the day.';
comment on column reporting.portfolio_timeseries.fees is 'Fees of the day.';
comment on column reporting.portfolio_timeseries.taxes is 'Taxes of the day.';
comment on column reporting.portfolio_timeseries.cost is 'Cost of the positions.';
comment on column reporting.portfolio_timeseries.positions is 'Positions of the day.';
comment on column reporting.portfolio_timeseries.estimated_positions is 'Positions valued by a trade price or by an old close.';
comment on column reporting.portfolio_timeseries.epoch is 'Epoch of the portfolio that wrote the row.';

create or replace view public.portfolio_timeseries as select * from reporting.portfolio_timeseries;
comment on view public.portfolio_timeseries is 'One row per portfolio and complete day, in base currency: the exact sum of its positions.';
