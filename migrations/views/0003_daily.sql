-- Values, returns and exposures by day.
--
-- The index of a series is a running product, which SQL has no exact aggregate for, and the textbook's
-- exp(sum(ln(x))) is a float that fails at a loss of everything. 30 places are kept, ten more than are
-- shown, as in the API's own chain (domain/returns/link.ts).
--
-- Every window is partitioned by the ids, so that a condition on them is evaluated below it, down to the
-- index of the tables: ten years of one portfolio never read another's rows. A condition on the time is
-- evaluated above it, because an index has to begin where the history does.

create or replace function reporting.multiply_rounded(product numeric, factor numeric) returns numeric
language plpgsql immutable parallel safe
as $$
begin
  return round(product * factor, 30);
end
$$;
comment on function reporting.multiply_rounded is 'A step of reporting.product: to 30 places; null once a factor is null.';

create or replace aggregate reporting.product(numeric) (
  sfunc = reporting.multiply_rounded,
  stype = numeric,
  initcond = '1.000000000000000000000000000000',
  parallel = safe
);
comment on aggregate reporting.product(numeric) is
  'The product of the factors, kept to 30 places; null when one of them is null: growth over an undefined day is unknown.';

-- What a day makes of the capital put to work on it. An inline function: the planner sees the expression.
create or replace function reporting.day_factor(
  bod_market_value numeric, bod_cashflow numeric, eod_cashflow numeric, eod_market_value numeric
) returns numeric
language sql immutable parallel safe
return case
  when bod_market_value < 0 or eod_market_value < 0 then null
  when bod_market_value + bod_cashflow < 0 or eod_market_value - eod_cashflow < 0 then null
  when bod_market_value + bod_cashflow = 0 then 1 + 0 * (eod_market_value - eod_cashflow)
  -- A quotient has the places of its numerator at least.
  else round((eod_market_value - eod_cashflow + 0.000000000000000000000000000000)
             / (bod_market_value + bod_cashflow), 30)
end;
comment on function reporting.day_factor is
  '(EMV - EODCF) / (BMV + BODCF) of a day; 1 without capital; null where a value, the capital or the result is negative or unknown.';

create or replace view reporting.portfolio_daily as
select
  d.portfolio_id,
  d.date,
  d.time,
  d.currency,
  d.bod_market_value,
  d.bod_cashflow,
  d.eod_cashflow,
  d.eod_market_value,
  d.income,
  d.fees,
  d.taxes,
  d.cost,
  d.positions,
  d.estimated_positions,
  d.quality,
  case when d.bod_market_value + d.bod_cashflow > 0 then round(d.factor, 20) - 1 end as twr,
  round(reporting.product(case when not d.after_gap then d.factor end) over before, 20) as bod_index,
  round(reporting.product(case when not d.after_gap then d.factor end) over w, 20) as index,
  d.epoch
from (
  select
    t.*,
    reporting.day_factor(t.bod_market_value, t.bod_cashflow, t.eod_cashflow, t.eod_market_value) as factor,
    -- Days are missing before this one although something was held.
    coalesce(
      t.date - lag(t.date) over p > 1 and not (lag(t.eod_market_value) over p = 0 and t.bod_market_value = 0),
      false
    ) as after_gap
  from reporting.portfolio_timeseries_current t
  window p as (partition by t.portfolio_id order by t.date)
) d
window
  w as (partition by d.portfolio_id order by d.date rows unbounded preceding),
  before as (partition by d.portfolio_id order by d.date rows between unbounded preceding and 1 preceding);

comment on view reporting.portfolio_daily is 'Each portfolio by day: value, flows, return and index, in base currency. Only complete days have a row.';
comment on column reporting.portfolio_daily.portfolio_id is 'Portfolio.';
comment on column reporting.portfolio_daily.date is 'Day.';
comment on column reporting.portfolio_daily.time is 'Midnight UTC of the date, for charts.';
comment on column reporting.portfolio_daily.currency is 'Base currency, the currency of the amounts.';
comment on column reporting.portfolio_daily.bod_market_value is 'Value at the close of the day before.';
comment on column reporting.portfolio_daily.bod_cashflow is 'Flow from outside at the beginning of the day; it earns the day''s return.';
comment on column reporting.portfolio_daily.eod_cashflow is 'Flow at the end of the day; negative when value leaves.';
comment on column reporting.portfolio_daily.eod_market_value is 'Value at the close.';
comment on column reporting.portfolio_daily.income is 'Dividends and interest of the day.';
comment on column reporting.portfolio_daily.fees is 'Fees of the day; costs are positive.';
comment on column reporting.portfolio_daily.taxes is 'Taxes of the day; costs are positive.';
comment on column reporting.portfolio_daily.cost is 'Cost of the positions.';
comment on column reporting.portfolio_daily.positions is 'Positions of the day.';
comment on column reporting.portfolio_daily.estimated_positions is 'Positions valued by a trade price or by a close more than a week old.';
comment on column reporting.portfolio_daily.quality is 'final, open_day (the latest business date, which may still change in place) or estimated.';
comment on column reporting.portfolio_daily.twr is 'Return of the day, a fraction: (EMV - EODCF) / (BMV + BODCF) - 1, net of fees and taxes. Null without capital, or with a negative value, capital or result.';
comment on column reporting.portfolio_daily.bod_index is 'index before this day: that of the row before, 1 on the first. The return over days a to b is index(b) / bod_index(a) - 1.';
comment on column reporting.portfolio_daily.index is 'Growth of 1 since the opening of the first day, free of flows: the days'' returns linked. A day without capital links as 1; null from the first undefined or missing day on.';
comment on column reporting.portfolio_daily.epoch is 'Epoch of the portfolio that wrote the row.';

create or replace view reporting.position_daily as
select
  d.portfolio_id,
  d.security_id,
  d.date,
  d.time,
  d.currency,
  d.base_currency,
  d.quantity,
  d.cost,
  d.cost_base,
  d.bod_market_value,
  d.bod_cashflow_position,
  d.eod_cashflow_position,
  d.eod_market_value,
  d.eod_market_value_base,
  d.income,
  d.fees,
  d.taxes,
  d.fx_rate,
  d.valuation_status,
  d.estimated,
  case when d.bod_market_value + d.bod_cashflow_position > 0 then round(d.factor, 20) - 1 end as twr,
  round(reporting.product(d.factor) over before, 20) as bod_index,
  round(reporting.product(d.factor) over w, 20) as index,
  d.epoch
from (
  select
    t.*,
    reporting.day_factor(
      t.bod_market_value, t.bod_cashflow_position, t.eod_cashflow_position, t.eod_market_value
    ) as factor
  from reporting.position_timeseries_current t
) d
window
  w as (partition by d.portfolio_id, d.security_id order by d.date rows unbounded preceding),
  before as (
    partition by d.portfolio_id, d.security_id order by d.date rows between unbounded preceding and 1 preceding
  );
comment on view reporting.position_daily is 'Each position by day: value, flows, return and index, in the currency of the position unless named _base.';
comment on column reporting.position_daily.portfolio_id is 'Portfolio.';
comment on column reporting.position_daily.security_id is 'Security held.';
comment on column reporting.position_daily.date is 'Day.';
comment on column reporting.position_daily.time is 'Midnight UTC of the date, for charts.';
comment on column reporting.position_daily.currency is 'Currency of the position and of the amounts not named _base.';
comment on column reporting.position_daily.base_currency is 'Currency of the portfolio and of the _base amounts.';
comment on column reporting.position_daily.quantity is 'Units held at the close; 0 on the day after the position ended.';
comment on column reporting.position_daily.cost is 'Cost of the units held.';
comment on column reporting.position_daily.cost_base is 'The same in base currency; null while a rate is missing.';
comment on column reporting.position_daily.bod_market_value is 'Value at the close of the day before; null while it has no price.';
comment on column reporting.position_daily.bod_cashflow_position is 'Flow into the position at the beginning of the day: purchases, units and cash that come in.';
comment on column reporting.position_daily.eod_cashflow_position is 'Flow at the end of the day; negative when value leaves: sales, income paid out.';
comment on column reporting.position_daily.eod_market_value is 'Value at the close; null while it has no price.';
comment on column reporting.position_daily.eod_market_value_base is 'The same in base currency; null without a price or a rate.';
comment on column reporting.position_daily.income is 'Dividends and interest of the day.';
comment on column reporting.position_daily.fees is 'Fees of the day.';
comment on column reporting.position_daily.taxes is 'Taxes of the day.';
comment on column reporting.position_daily.fx_rate is 'Rate to base currency; null while it is missing.';
comment on column reporting.position_daily.valuation_status is 'PRICED, STALE, TRADE or UNVALUED.';
comment on column reporting.position_daily.estimated is 'Valued by a trade price, or by a close more than a week old.';
comment on column reporting.position_daily.twr is 'Return of the day in the currency of the position, a fraction; null without capital, or with a negative or unknown value.';
comment on column reporting.position_daily.bod_index is 'index before this day: that of the row before, 1 on the first.';
comment on column reporting.position_daily.index is 'Growth of 1 since the opening of the position''s first day, free of flows, in its own currency. Null from the first undefined day on: a short position or an overdraft has no index.';
comment on column reporting.position_daily.epoch is 'Epoch of the position that wrote the row.';

create or replace view reporting.holding_daily as
select
  p.portfolio_id,
  s.security_id,
  t.date,
  t.date::timestamp at time zone 'UTC' as time,
  s.currency,
  p.base_currency,
  s.name,
  s.type,
  s.asset_class,
  s.sector,
  s.country,
  t.quantity,
  t.cost_basis,
  t.cost_basis_local,
  t.market_price,
  t.price_date,
  t.market_value,
  t.market_value_local,
  t.market_value - t.cost_basis as unrealized_gain,
  t.market_value_local - t.cost_basis_local as unrealized_gain_local,
  d.eod_market_value as portfolio_market_value,
  round(
    (t.market_value + 0.00000000000000000000) / nullif(d.eod_market_value, 0), 10
  ) as weight,
  t.valuation_status,
  t.epoch
from gen_a.daily_position_snapshots t
join gen_a.portfolios p on p.portfolio_no = t.portfolio_no
join gen_a.securities s on s.security_no = t.security_no
left join gen_a.portfolio_timeseries d
  on d.portfolio_no = t.portfolio_no and d.date = t.date and d.superseded_by is null
where t.superseded_by is null and t.quantity <> 0
  and (select slot from public.active_generation) = 'gen_a'
union all
select
  p.portfolio_id,
  s.security_id,
  t.date,
  t.date::timestamp at time zone 'UTC' as time,
  s.currency,
  p.base_currency,
  s.name,
  s.type,
  s.asset_class,
  s.sector,
  s.country,
  t.quantity,
  t.cost_basis,
  t.cost_basis_local,
  t.market_price,
  t.price_date,
  t.market_value,
  t.market_value_local,
  t.market_value - t.cost_basis as unrealized_gain,
  t.market_value_local - t.cost_basis_local as unrealized_gain_local,
  d.eod_market_value as portfolio_market_value,
  round(
    (t.market_value + 0.00000000000000000000) / nullif(d.eod_market_value, 0), 10
  ) as weight,
  t.valuation_status,
  t.epoch
from gen_b.daily_position_snapshots t
join gen_b.portfolios p on p.portfolio_no = t.portfolio_no
join gen_b.securities s on s.security_no = t.security_no
left join gen_b.portfolio_timeseries d
  on d.portfolio_no = t.portfolio_no and d.date = t.date and d.superseded_by is null
where t.superseded_by is null and t.quantity <> 0
  and (select slot from public.active_generation) = 'gen_b';
comment on view reporting.holding_daily is 'What each portfolio holds at the close of each day, with weights: the open positions and their securities. No return, hence quick for a single day of everything.';
comment on column reporting.holding_daily.portfolio_id is 'Portfolio.';
comment on column reporting.holding_daily.security_id is 'Security held.';
comment on column reporting.holding_daily.date is 'Day.';
comment on column reporting.holding_daily.time is 'Midnight UTC of the date, for charts.';
comment on column reporting.holding_daily.currency is 'Currency of the position and of the _local amounts.';
comment on column reporting.holding_daily.base_currency is 'Currency of the portfolio and of the other amounts.';
comment on column reporting.holding_daily.name is 'Name of the security.';
comment on column reporting.holding_daily.type is 'Type of the security: equity, fund, bond, cash, crypto or other.';
comment on column reporting.holding_daily.asset_class is 'Asset class of the security.';
comment on column reporting.holding_daily.sector is 'Sector of the security.';
comment on column reporting.holding_daily.country is 'Country of the security.';
comment on column reporting.holding_daily.quantity is 'Units held; negative when short or overdrawn.';
comment on column reporting.holding_daily.cost_basis is 'Cost of the units held, base currency; null while a rate is missing.';
comment on column reporting.holding_daily.cost_basis_local is 'Cost of the units held, local currency.';
comment on column reporting.holding_daily.market_price is 'Price used, local currency; null when there is none.';
comment on column reporting.holding_daily.price_date is 'Day the price is from.';
comment on column reporting.holding_daily.market_value is 'Value at the close, base currency; null without a price or a rate.';
comment on column reporting.holding_daily.market_value_local is 'Value at the close, local currency; null without a price.';
comment on column reporting.holding_daily.unrealized_gain is 'market_value less cost_basis.';
comment on column reporting.holding_daily.unrealized_gain_local is 'market_value_local less cost_basis_local.';
comment on column reporting.holding_daily.portfolio_market_value is 'Value of the whole portfolio, base currency; null while the day is not complete.';
comment on column reporting.holding_daily.weight is 'Fraction of the portfolio''s value, to 10 places; null while the day is not complete, or worth nothing.';
comment on column reporting.holding_daily.valuation_status is 'PRICED, STALE, TRADE or UNVALUED.';
comment on column reporting.holding_daily.epoch is 'Epoch of the position that wrote the row.';

-- The windowless view beneath lets conditions on portfolio, date and time reach the tables.
create or replace view reporting.exposure_daily as
select
  h.portfolio_id,
  h.date,
  h.time,
  h.base_currency as currency,
  x.dimension,
  x.value,
  case when bool_and(h.market_value is not null) then sum(h.market_value) end as market_value,
  case
    when bool_and(h.market_value is not null)
    then round((sum(h.market_value) + 0.00000000000000000000) / nullif(max(h.portfolio_market_value), 0), 10)
  end as weight,
  count(*) as positions
from reporting.holding_daily h
cross join lateral (
  values
    ('asset_class', coalesce(h.asset_class, 'unclassified')),
    ('sector', coalesce(h.sector, 'unclassified')),
    ('country', coalesce(h.country, 'unclassified')),
    ('currency', h.currency),
    ('type', h.type)
) as x (dimension, value)
group by h.portfolio_id, h.date, h.time, h.base_currency, x.dimension, x.value;
comment on view reporting.exposure_daily is 'Each portfolio by day, divided by an attribute of its securities. The rows of one dimension add up to the portfolio.';
comment on column reporting.exposure_daily.portfolio_id is 'Portfolio.';
comment on column reporting.exposure_daily.date is 'Day.';
comment on column reporting.exposure_daily.time is 'Midnight UTC of the date, for charts.';
comment on column reporting.exposure_daily.currency is 'Base currency, the currency of market_value.';
comment on column reporting.exposure_daily.dimension is 'What divides: asset_class, sector, country, currency or type. Pick one: every dimension counts the whole portfolio.';
comment on column reporting.exposure_daily.value is 'The attribute''s value; unclassified where the security has none.';
comment on column reporting.exposure_daily.market_value is 'Value of these positions at the close, base currency; null when one of them has none.';
comment on column reporting.exposure_daily.weight is 'Fraction of the portfolio''s value, to 10 places; null while the day is not complete, or worth nothing.';
comment on column reporting.exposure_daily.positions is 'Open positions counted.';
