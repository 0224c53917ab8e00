-- Market data: the symbols, their current prices, ticks, bars in two tiers, indicators of closed bars.
-- Ticks, bars and indicators become hypertables where the server has TimescaleDB.

create table symbols (
  symbol_no  integer generated always as identity primary key,
  symbol     varchar(20) not null unique,
  -- Whose calendar its bars follow: a market identifier code, FX, or 24x7 where nothing is known.
  exchange   text not null default '24x7',
  created_at timestamptz not null default clock_timestamp()
);
comment on table symbols is 'Everything a price was ever received of, share classes apart, exchange suffixes removed.';

create table price_snapshots (
  id         uuid primary key default gen_random_uuid(),
  symbol     varchar(20) not null unique,
  symbol_no  integer not null unique references symbols,
  price      numeric(20,8) not null,
  -- Unix milliseconds: when the tick was made, as its source says.
  timestamp  bigint not null,
  volume     numeric(20,8),
  bid        numeric(20,8),
  ask        numeric(20,8),
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
);
create index price_snapshots_timestamp on price_snapshots (timestamp desc);
comment on table price_snapshots is 'The newest tick of each symbol by its own time. Whoever takes ticks of a symbol holds its row.';

create table realtime_prices (
  symbol_no integer not null,
  time      timestamptz not null,
  price     numeric(20,8) not null,
  volume    numeric(20,8),
  bid       numeric(20,8),
  ask       numeric(20,8)
);
create index realtime_prices_symbol_time on realtime_prices (symbol_no, time desc);
comment on table realtime_prices is
  'Ticks as received, each once: one that is there word for word is not stored again.';

create table intraday_ohlcv (
  symbol_no    integer not null,
  -- The start of its five minutes.
  time         timestamptz not null,
  -- The trading day of the exchange it belongs to; null outside sessions.
  session_date date,
  open         numeric(20,8) not null,
  high         numeric(20,8) not null,
  low          numeric(20,8) not null,
  close        numeric(20,8) not null,
  volume       numeric(28,8) not null,
  -- How many ticks it is made of; none when it came whole from a provider, and then no tick amends it.
  ticks        integer not null,
  -- Unix milliseconds of the ticks it opened and closed with.
  first_at     bigint,
  last_at      bigint,
  primary key (symbol_no, time),
  check ((ticks = 0) = (first_at is null) and (ticks = 0) = (last_at is null))
);
comment on table intraday_ohlcv is 'Bars of five minutes, the last one of each symbol still open.';

create table historical_ohlcv (
  symbol_no integer not null,
  -- The trading day, at midnight UTC.
  time      timestamptz not null,
  open      numeric(20,8) not null,
  high      numeric(20,8) not null,
  low       numeric(20,8) not null,
  close     numeric(20,8) not null,
  volume    numeric(28,8) not null,
  ticks     integer not null,
  first_at  bigint,
  last_at   bigint,
  primary key (symbol_no, time),
  check ((ticks = 0) = (first_at is null) and (ticks = 0) = (last_at is null))
);
comment on table historical_ohlcv is 'Bars of trading days, by the calendar of the exchange, the last one of each symbol still open.';

create table bar_progress (
  symbol_no         integer not null references symbols,
  tier              text not null check (tier in ('intraday', 'historical')),
  -- The newest bar, and when it closes.
  newest            timestamptz not null,
  closes_at         timestamptz not null,
  -- The earliest bar that was begun or amended since its indicators were made; null when there is none.
  dirty_from        timestamptz,
  -- The newest closed bar whose indicators are stored.
  indicated_through timestamptz,
  -- Of trading days: the newest whose close has been offered to the books.
  priced_through    timestamptz,
  primary key (symbol_no, tier)
);
comment on table bar_progress is 'How far the bars of each symbol are, and which of them want their indicators.';

create table intraday_analytics (
  symbol_no      integer not null,
  time           timestamptz not null,
  close          double precision not null,
  sma_20         double precision,
  sma_50         double precision,
  sma_200        double precision,
  ema_12         double precision,
  ema_26         double precision,
  wma_20         double precision,
  rsi_14         double precision,
  macd           double precision,
  macd_signal    double precision,
  macd_histogram double precision,
  bb_upper       double precision,
  bb_middle      double precision,
  bb_lower       double precision,
  bb_bandwidth   double precision,
  bb_percent_b   double precision,
  atr_14         double precision,
  vwap           double precision,
  roc_12         double precision,
  momentum_10    double precision,
  williams_r_14  double precision,
  stoch_k        double precision,
  stoch_d        double precision,
  stddev_20      double precision,
  keltner_upper  double precision,
  keltner_middle double precision,
  keltner_lower  double precision,
  volatility_20  double precision,
  primary key (symbol_no, time)
);
comment on table intraday_analytics is 'Indicators of each closed bar of five minutes.';
create table daily_analytics (like intraday_analytics including all);
comment on table daily_analytics is 'Indicators of each closed bar of a trading day.';

-- States of the indicators after a bar: what comes later goes on from there instead of from the beginning.
create table indicator_checkpoints (
  symbol_no integer not null references symbols,
  tier      text not null check (tier in ('intraday', 'historical')),
  time      timestamptz not null,
  state     json not null,
  primary key (symbol_no, tier, time)
);
comment on table indicator_checkpoints is 'States of the indicators after some of the bars, the newest closed one among them.';

-- Alerts.

create table alert_rules (
  rule_id        uuid primary key default gen_random_uuid(),
  rule_no        integer generated always as identity unique,
  -- By name: a rule may be there before the first price of its symbol.
  symbol         varchar(20) not null,
  interval       text not null check (interval in ('tick', '5min', '15min', '30min', '1h', '4h', '1day')),
  condition      text not null,
  hysteresis     double precision not null default 0 check (hysteresis >= 0),
  cooldown_s     integer not null default 0 check (cooldown_s >= 0),
  name           text,
  webhook_url    text,
  -- Signs what is sent to the webhook in place of the secret of the installation. Never read back by clients.
  webhook_secret text,
  kafka          boolean not null default false,
  enabled        boolean not null default true,
  -- Grows with every change by a client.
  version        integer not null default 1,
  -- What the evaluation remembers; null until its first input.
  state          json,
  -- Bars that begin up to here were closed before the rule was there, or what it asks now.
  past_through   timestamptz,
  since          timestamptz not null default clock_timestamp(),
  -- How often it was raised; numbers the events.
  occurrences    integer not null default 0,
  created_at     timestamptz not null default clock_timestamp(),
  updated_at     timestamptz not null default clock_timestamp(),
  deleted_at     timestamptz
);
create index alert_rules_live on alert_rules (symbol) where enabled and deleted_at is null;
comment on table alert_rules is 'What is watched, and how far it has come. Deleted rules stay for the history of their events.';

create table alert_rule_changes (
  only_row boolean primary key default true check (only_row),
  version  bigint not null
);
insert into alert_rule_changes (version) values (1);
comment on table alert_rule_changes is 'Grows with every change of a rule, so that processes know when to read the rules again.';

create table alert_events (
  event_no   bigint generated always as identity primary key,
  alert_id   uuid not null unique,
  rule_id    uuid not null references alert_rules,
  occurrence integer not null,
  symbol     varchar(20) not null,
  -- As they were when it was raised.
  interval   text not null,
  condition  text not null,
  value      double precision not null,
  -- Of the tick, or the end of the bar.
  at         timestamptz not null,
  raised_at  timestamptz not null default clock_timestamp(),
  -- Once each.
  unique (rule_id, occurrence)
);
create index alert_events_symbol on alert_events (symbol, event_no desc);
comment on table alert_events is 'Rules that came true.';

create table alert_deliveries (
  event_no        bigint not null references alert_events,
  channel         text not null check (channel in ('webhook', 'kafka')),
  attempts        integer not null default 0,
  next_attempt_at timestamptz not null default clock_timestamp(),
  delivered_at    timestamptz,
  -- Given up.
  failed_at       timestamptz,
  last_error      text,
  primary key (event_no, channel),
  check (delivered_at is null or failed_at is null)
);
create index alert_deliveries_due on alert_deliveries (channel, next_attempt_at)
  where delivered_at is null and failed_at is null;
comment on table alert_deliveries is 'Alerts to be sent to webhooks and to Kafka, and what became of it.';

-- Backfill.

create table backfill_absences (
  symbol_no integer not null references symbols,
  tier      text not null check (tier in ('intraday', 'historical')),
  provider  text not null,
  -- The start of the first bar that is missing, and the end of the last one.
  from_time timestamptz not null,
  to_time   timestamptz not null,
  asked_at  timestamptz not null default clock_timestamp(),
  primary key (symbol_no, tier, provider, from_time),
  check (from_time < to_time)
);
comment on table backfill_absences is
  'Where a provider had no bars when it was asked, though the exchange traded: not asked for again.';
