-- Whose books they are, what they are kept in, how far they reach, and what restated them.

create or replace view reporting.portfolio as
select
  portfolio_id, name, base_currency, open_date, closed_date, cost_basis_method, cash, allow_short, time_zone,
  inflow_timing, outflow_timing
from gen_a.portfolios
where (select slot from public.active_generation) = 'gen_a'
union all
select
  portfolio_id, name, base_currency, open_date, closed_date, cost_basis_method, cash, allow_short, time_zone,
  inflow_timing, outflow_timing
from gen_b.portfolios
where (select slot from public.active_generation) = 'gen_b';
comment on view reporting.portfolio is 'The portfolios and their settings.';
comment on column reporting.portfolio.portfolio_id is 'Portfolio.';
comment on column reporting.portfolio.name is 'Name.';
comment on column reporting.portfolio.base_currency is 'Currency of its amounts.';
comment on column reporting.portfolio.open_date is 'Day it was opened.';
comment on column reporting.portfolio.closed_date is 'Day it was closed; null while it is open.';
comment on column reporting.portfolio.cost_basis_method is 'fifo, average, lifo, hifo or specific.';
comment on column reporting.portfolio.cash is 'derived: trades move cash by themselves; explicit: the upstream sends cash legs of its own.';
comment on column reporting.portfolio.allow_short is 'Whether more may be sold than is held.';
comment on column reporting.portfolio.time_zone is 'Time zone of its days.';
comment on column reporting.portfolio.inflow_timing is 'bod or eod: the end of the day at which what comes in counts.';
comment on column reporting.portfolio.outflow_timing is 'bod or eod: the end of the day at which what goes out counts.';

create or replace view reporting.security as
select security_id, name, currency, type, isin, symbol, asset_class, sector, country
from gen_a.securities
where (select slot from public.active_generation) = 'gen_a'
union all
select security_id, name, currency, type, isin, symbol, asset_class, sector, country
from gen_b.securities
where (select slot from public.active_generation) = 'gen_b';
comment on view reporting.security is 'The securities, cash among them.';
comment on column reporting.security.security_id is 'Security.';
comment on column reporting.security.name is 'Name.';
comment on column reporting.security.currency is 'Currency of its prices.';
comment on column reporting.security.type is 'equity, fund, bond, cash, crypto or other.';
comment on column reporting.security.isin is 'ISIN.';
comment on column reporting.security.symbol is 'Trading symbol.';
comment on column reporting.security.asset_class is 'Asset class.';
comment on column reporting.security.sector is 'Sector.';
comment on column reporting.security.country is 'Country.';

create or replace view reporting.price as
select
  s.security_id,
  date '1970-01-01' + t.day as date,
  (date '1970-01-01' + t.day)::timestamp at time zone 'UTC' as time,
  t.price,
  s.currency
from gen_a.prices t
join gen_a.securities s on s.security_no = t.security_no
where (select slot from public.active_generation) = 'gen_a'
union all
select
  s.security_id,
  date '1970-01-01' + t.day as date,
  (date '1970-01-01' + t.day)::timestamp at time zone 'UTC' as time,
  t.price,
  s.currency
from gen_b.prices t
join gen_b.securities s on s.security_no = t.security_no
where (select slot from public.active_generation) = 'gen_b';
comment on view reporting.price is 'The closes in force: the last value recorded for each security and day.';
comment on column reporting.price.security_id is 'Security.';
comment on column reporting.price.date is 'Day of the close.';
comment on column reporting.price.time is 'Midnight UTC of the date, for charts.';
comment on column reporting.price.price is 'Close, as it was recorded.';
comment on column reporting.price.currency is 'Currency of the price.';

create or replace view reporting.fx_rate as
select
  t.from_currency,
  t.to_currency,
  date '1970-01-01' + t.day as date,
  (date '1970-01-01' + t.day)::timestamp at time zone 'UTC' as time,
  t.rate
from gen_a.fx_rates t
where (select slot from public.active_generation) = 'gen_a'
union all
select
  t.from_currency,
  t.to_currency,
  date '1970-01-01' + t.day as date,
  (date '1970-01-01' + t.day)::timestamp at time zone 'UTC' as time,
  t.rate
from gen_b.fx_rates t
where (select slot from public.active_generation) = 'gen_b';
comment on view reporting.fx_rate is 'The exchange rates in force, in the direction in which they were recorded.';
comment on column reporting.fx_rate.from_currency is 'Currency of which one unit is priced.';
comment on column reporting.fx_rate.to_currency is 'Currency of the rate.';
comment on column reporting.fx_rate.date is 'Day of the rate.';
comment on column reporting.fx_rate.time is 'Midnight UTC of the date, for charts.';
comment on column reporting.fx_rate.rate is 'One unit of from_currency in to_currency.';

create or replace view reporting.watermark as
select
  p.portfolio_id,
  date '1970-01-01' + t.first_day as first_date,
  date '1970-01-01' + t.complete_through as complete_through,
  date '1970-01-01' + t.horizon as horizon,
  t.horizon - coalesce(t.complete_through, t.first_day - 1) as incomplete_days,
  t.status,
  t.epoch
from gen_a.portfolio_state t
join gen_a.portfolios p on p.portfolio_no = t.portfolio_no
where (select slot from public.active_generation) = 'gen_a'
union all
select
  p.portfolio_id,
  date '1970-01-01' + t.first_day as first_date,
  date '1970-01-01' + t.complete_through as complete_through,
  date '1970-01-01' + t.horizon as horizon,
  t.horizon - coalesce(t.complete_through, t.first_day - 1) as incomplete_days,
  t.status,
  t.epoch
from gen_b.portfolio_state t
join gen_b.portfolios p on p.portfolio_no = t.portfolio_no
where (select slot from public.active_generation) = 'gen_b';
comment on view reporting.watermark is 'How far each portfolio''s days are complete.';
comment on column reporting.watermark.portfolio_id is 'Portfolio.';
comment on column reporting.watermark.first_date is 'Its first day; null without any.';
comment on column reporting.watermark.complete_through is 'Last day up to which every day has its row.';
comment on column reporting.watermark.horizon is 'Last day that was made: the latest business date, which is open.';
comment on column reporting.watermark.incomplete_days is 'Days from the first that waits to the horizon; 0 when all are there.';
comment on column reporting.watermark.status is 'CURRENT, REPROCESSING or FAILED.';
comment on column reporting.watermark.epoch is 'Epoch of the portfolio that readers see.';

create or replace view reporting.restatement as
select
  e.flipped_at as time,
  p.portfolio_id,
  p.name as portfolio_name,
  s.security_id,
  s.name as security_name,
  e.epoch,
  e.cause,
  e.cause_position,
  date '1970-01-01' + e.from_day as from_date,
  date '1970-01-01' + e.through_day as through_date,
  (date '1970-01-01' + e.from_day)::timestamp at time zone 'UTC' as from_time,
  (date '1970-01-01' + e.through_day)::timestamp at time zone 'UTC' as through_time,
  e.rows,
  e.started_at,
  e.flipped_at,
  e.who
from gen_a.epochs e
join gen_a.portfolios p on p.portfolio_no = e.portfolio_no
left join gen_a.securities s on s.security_no = e.security_no
where (select slot from public.active_generation) = 'gen_a'
union all
select
  e.flipped_at as time,
  p.portfolio_id,
  p.name as portfolio_name,
  s.security_id,
  s.name as security_name,
  e.epoch,
  e.cause,
  e.cause_position,
  date '1970-01-01' + e.from_day as from_date,
  date '1970-01-01' + e.through_day as through_date,
  (date '1970-01-01' + e.from_day)::timestamp at time zone 'UTC' as from_time,
  (date '1970-01-01' + e.through_day)::timestamp at time zone 'UTC' as through_time,
  e.rows,
  e.started_at,
  e.flipped_at,
  e.who
from gen_b.epochs e
join gen_b.portfolios p on p.portfolio_no = e.portfolio_no
left join gen_b.securities s on s.security_no = e.security_no
where (select slot from public.active_generation) = 'gen_b';
comment on view reporting.restatement is 'The audit of changes to published days: which key went to a new epoch when, and why. A trade late by a month has one row for its position, one for the cash it moved and one for the portfolio.';
comment on column reporting.restatement.time is 'When readers began to see it, for annotations.';
comment on column reporting.restatement.portfolio_id is 'Portfolio.';
comment on column reporting.restatement.portfolio_name is 'Its name.';
comment on column reporting.restatement.security_id is 'Security whose position was restated; null in the portfolio''s own row.';
comment on column reporting.restatement.security_name is 'Its name.';
comment on column reporting.restatement.epoch is 'The new epoch.';
comment on column reporting.restatement.cause is 'What caused it: transaction, price, fx_rate and the like, operator, fold_version.';
comment on column reporting.restatement.cause_position is 'Position of the causing event in the log.';
comment on column reporting.restatement.from_date is 'First day restated.';
comment on column reporting.restatement.through_date is 'Last day restated.';
comment on column reporting.restatement.from_time is 'Midnight UTC of from_date, for a marked region of a chart.';
comment on column reporting.restatement.through_time is 'Midnight UTC of through_date.';
comment on column reporting.restatement.rows is 'Rows written.';
comment on column reporting.restatement.started_at is 'When the work began.';
comment on column reporting.restatement.flipped_at is 'When readers began to see it.';
comment on column reporting.restatement.who is 'Who did it.';
