-- Market data by the names of symbols. There is one of each row, whatever the generation.
--
-- A condition on symbol finds its number first and then the rows by the key; one on time leaves out the
-- chunks of other times.

create or replace view reporting.price_snapshot as
select
  s.symbol,
  s.exchange,
  to_timestamp(t.timestamp / 1000.0) as time,
  t.price,
  t.volume,
  t.bid,
  t.ask,
  t.updated_at
from public.price_snapshots t
join public.symbols s on s.symbol_no = t.symbol_no;
comment on view reporting.price_snapshot is 'The newest tick of each symbol.';
comment on column reporting.price_snapshot.symbol is 'Symbol, share classes apart.';
comment on column reporting.price_snapshot.exchange is 'Whose calendar its days follow.';
comment on column reporting.price_snapshot.time is 'When the tick was made, as its source says.';
comment on column reporting.price_snapshot.price is 'Price.';
comment on column reporting.price_snapshot.volume is 'Size of the newest trade that had one.';
comment on column reporting.price_snapshot.bid is 'The newest bid.';
comment on column reporting.price_snapshot.ask is 'The newest ask.';
comment on column reporting.price_snapshot.updated_at is 'When it was received.';

create or replace view reporting.bar_intraday as
select
  s.symbol,
  s.exchange,
  t.time,
  t.session_date,
  t.open,
  t.high,
  t.low,
  t.close,
  t.volume,
  t.ticks
from public.intraday_ohlcv t
join public.symbols s on s.symbol_no = t.symbol_no;
comment on view reporting.bar_intraday is 'Bars of five minutes, the last one of each symbol still open.';
comment on column reporting.bar_intraday.symbol is 'Symbol, share classes apart.';
comment on column reporting.bar_intraday.exchange is 'Whose calendar its days follow.';
comment on column reporting.bar_intraday.time is 'Start of the five minutes.';
comment on column reporting.bar_intraday.session_date is 'Trading day of the exchange; null outside sessions.';
comment on column reporting.bar_intraday.open is 'Price of the first tick.';
comment on column reporting.bar_intraday.high is 'Highest price.';
comment on column reporting.bar_intraday.low is 'Lowest price.';
comment on column reporting.bar_intraday.close is 'Price of the last tick.';
comment on column reporting.bar_intraday.volume is 'Sum of the sizes of its trades.';
comment on column reporting.bar_intraday.ticks is 'Ticks it is made of; 0 when it came whole from a provider.';

create or replace view reporting.bar_daily as
select
  s.symbol,
  s.exchange,
  (t.time at time zone 'UTC')::date as date,
  t.time,
  t.open,
  t.high,
  t.low,
  t.close,
  t.volume,
  t.ticks
from public.historical_ohlcv t
join public.symbols s on s.symbol_no = t.symbol_no;
comment on view reporting.bar_daily is 'Bars of trading days by the calendar of the exchange, the last one of each symbol still open.';
comment on column reporting.bar_daily.symbol is 'Symbol, share classes apart.';
comment on column reporting.bar_daily.exchange is 'Whose calendar its days follow.';
comment on column reporting.bar_daily.date is 'Trading day of the exchange.';
comment on column reporting.bar_daily.time is 'Midnight UTC of the date, for charts.';
comment on column reporting.bar_daily.open is 'Price of the first tick.';
comment on column reporting.bar_daily.high is 'Highest price.';
comment on column reporting.bar_daily.low is 'Lowest price.';
comment on column reporting.bar_daily.close is 'Price of the last tick.';
comment on column reporting.bar_daily.volume is 'Sum of the sizes of its trades.';
comment on column reporting.bar_daily.ticks is 'Ticks it is made of; 0 when it came whole from a provider.';

create or replace view reporting.analytics_intraday as
select
  s.symbol,
  s.exchange,
  t.time,
  t.close,
  t.sma_20,
  t.sma_50,
  t.sma_200,
  t.ema_12,
  t.ema_26,
  t.wma_20,
  t.rsi_14,
  t.macd,
  t.macd_signal,
  t.macd_histogram,
  t.bb_upper,
  t.bb_middle,
  t.bb_lower,
  t.bb_bandwidth,
  t.bb_percent_b,
  t.atr_14,
  t.vwap,
  t.roc_12,
  t.momentum_10,
  t.williams_r_14,
  t.stoch_k,
  t.stoch_d,
  t.stddev_20,
  t.keltner_upper,
  t.keltner_middle,
  t.keltner_lower,
  t.volatility_20
from public.intraday_analytics t
join public.symbols s on s.symbol_no = t.symbol_no;
comment on view reporting.analytics_intraday is 'Indicators of each closed bar of five minutes; null as long as there are too few bars.';
comment on column reporting.analytics_intraday.symbol is 'Symbol, share classes apart.';
comment on column reporting.analytics_intraday.exchange is 'Whose calendar its days follow.';
comment on column reporting.analytics_intraday.time is 'Start of the five minutes.';
comment on column reporting.analytics_intraday.close is 'Close of the bar.';
comment on column reporting.analytics_intraday.sma_20 is 'Mean of the last 20 closes.';
comment on column reporting.analytics_intraday.sma_50 is 'Mean of the last 50 closes.';
comment on column reporting.analytics_intraday.sma_200 is 'Mean of the last 200 closes.';
comment on column reporting.analytics_intraday.ema_12 is 'Exponential mean of 12 bars.';
comment on column reporting.analytics_intraday.ema_26 is 'Exponential mean of 26 bars.';
comment on column reporting.analytics_intraday.wma_20 is 'Mean of the last 20 closes, weighted 20 to 1.';
comment on column reporting.analytics_intraday.rsi_14 is 'Relative strength index of 14 bars, 0 to 100.';
comment on column reporting.analytics_intraday.macd is 'ema_12 less ema_26.';
comment on column reporting.analytics_intraday.macd_signal is 'Exponential mean of macd over 9 bars.';
comment on column reporting.analytics_intraday.macd_histogram is 'macd less macd_signal.';
comment on column reporting.analytics_intraday.bb_upper is 'Upper Bollinger band: bb_middle and two deviations.';
comment on column reporting.analytics_intraday.bb_middle is 'Mean of the last 20 closes.';
comment on column reporting.analytics_intraday.bb_lower is 'Lower Bollinger band: bb_middle less two deviations.';
comment on column reporting.analytics_intraday.bb_bandwidth is 'Width of the Bollinger bands, relative to bb_middle.';
comment on column reporting.analytics_intraday.bb_percent_b is 'Where the close stands between the bands: 0 is the lower, 1 the upper.';
comment on column reporting.analytics_intraday.atr_14 is 'Average true range of 14 bars.';
comment on column reporting.analytics_intraday.vwap is 'Price by volume since the session began.';
comment on column reporting.analytics_intraday.roc_12 is 'Change of the close over 12 bars, in percent.';
comment on column reporting.analytics_intraday.momentum_10 is 'Change of the close over 10 bars.';
comment on column reporting.analytics_intraday.williams_r_14 is 'Williams %R of 14 bars, -100 to 0.';
comment on column reporting.analytics_intraday.stoch_k is 'Stochastic of 14 bars, smoothed by 3, 0 to 100.';
comment on column reporting.analytics_intraday.stoch_d is 'Mean of the last 3 of stoch_k.';
comment on column reporting.analytics_intraday.stddev_20 is 'Deviation of the last 20 closes.';
comment on column reporting.analytics_intraday.keltner_upper is 'Upper Keltner channel.';
comment on column reporting.analytics_intraday.keltner_middle is 'Middle of the Keltner channel.';
comment on column reporting.analytics_intraday.keltner_lower is 'Lower Keltner channel.';
comment on column reporting.analytics_intraday.volatility_20 is 'Historical volatility of 20 bars, by the year.';

create or replace view reporting.analytics_daily as
select
  s.symbol,
  s.exchange,
  (t.time at time zone 'UTC')::date as date,
  t.time,
  t.close,
  t.sma_20,
  t.sma_50,
  t.sma_200,
  t.ema_12,
  t.ema_26,
  t.wma_20,
  t.rsi_14,
  t.macd,
  t.macd_signal,
  t.macd_histogram,
  t.bb_upper,
  t.bb_middle,
  t.bb_lower,
  t.bb_bandwidth,
  t.bb_percent_b,
  t.atr_14,
  t.vwap,
  t.roc_12,
  t.momentum_10,
  t.williams_r_14,
  t.stoch_k,
  t.stoch_d,
  t.stddev_20,
  t.keltner_upper,
  t.keltner_middle,
  t.keltner_lower,
  t.volatility_20
from public.daily_analytics t
join public.symbols s on s.symbol_no = t.symbol_no;
comment on view reporting.analytics_daily is 'Indicators of each closed bar of a trading day; null as long as there are too few bars.';
comment on column reporting.analytics_daily.symbol is 'Symbol, share classes apart.';
comment on column reporting.analytics_daily.exchange is 'Whose calendar its days follow.';
comment on column reporting.analytics_daily.date is 'Trading day of the exchange.';
comment on column reporting.analytics_daily.time is 'Midnight UTC of the date, for charts.';
comment on column reporting.analytics_daily.close is 'Close of the bar.';
comment on column reporting.analytics_daily.sma_20 is 'Mean of the last 20 closes.';
comment on column reporting.analytics_daily.sma_50 is 'Mean of the last 50 closes.';
comment on column reporting.analytics_daily.sma_200 is 'Mean of the last 200 closes.';
comment on column reporting.analytics_daily.ema_12 is 'Exponential mean of 12 bars.';
comment on column reporting.analytics_daily.ema_26 is 'Exponential mean of 26 bars.';
comment on column reporting.analytics_daily.wma_20 is 'Mean of the last 20 closes, weighted 20 to 1.';
comment on column reporting.analytics_daily.rsi_14 is 'Relative strength index of 14 bars, 0 to 100.';
comment on column reporting.analytics_daily.macd is 'ema_12 less ema_26.';
comment on column reporting.analytics_daily.macd_signal is 'Exponential mean of macd over 9 bars.';
comment on column reporting.analytics_daily.macd_histogram is 'macd less macd_signal.';
comment on column reporting.analytics_daily.bb_upper is 'Upper Bollinger band: bb_middle and two deviations.';
comment on column reporting.analytics_daily.bb_middle is 'Mean of the last 20 closes.';
comment on column reporting.analytics_daily.bb_lower is 'Lower Bollinger band: bb_middle less two deviations.';
comment on column reporting.analytics_daily.bb_bandwidth is 'Width of the Bollinger bands, relative to bb_middle.';
comment on column reporting.analytics_daily.bb_percent_b is 'Where the close stands between the bands: 0 is the lower, 1 the upper.';
comment on column reporting.analytics_daily.atr_14 is 'Average true range of 14 bars.';
comment on column reporting.analytics_daily.vwap is 'Price by volume since the session began.';
comment on column reporting.analytics_daily.roc_12 is 'Change of the close over 12 bars, in percent.';
comment on column reporting.analytics_daily.momentum_10 is 'Change of the close over 10 bars.';
comment on column reporting.analytics_daily.williams_r_14 is 'Williams %R of 14 bars, -100 to 0.';
comment on column reporting.analytics_daily.stoch_k is 'Stochastic of 14 bars, smoothed by 3, 0 to 100.';
comment on column reporting.analytics_daily.stoch_d is 'Mean of the last 3 of stoch_k.';
comment on column reporting.analytics_daily.stddev_20 is 'Deviation of the last 20 closes.';
comment on column reporting.analytics_daily.keltner_upper is 'Upper Keltner channel.';
comment on column reporting.analytics_daily.keltner_middle is 'Middle of the Keltner channel.';
comment on column reporting.analytics_daily.keltner_lower is 'Lower Keltner channel.';
comment on column reporting.analytics_daily.volatility_20 is 'Historical volatility of 20 bars, by the year.';

select public.prepare_reader();
