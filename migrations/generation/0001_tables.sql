-- The read model of one generation. Run with the search_path set to the generation's schema
-- (gen_a or gen_b), so that a rebuild fills one beside the other. Keys come in 0002, after a bulk load.

create table checkpoints (
  name     text primary key,
  position bigint not null
);
insert into checkpoints values ('register', 0);

-- The facts as the fold reads them: corrections resolved, later values over earlier ones. ---------

create table portfolios (
  portfolio_no      integer primary key,
  portfolio_id      text not null unique,
  base_currency     text not null,
  name              text,
  open_date         date,
  closed_date       date,
  cost_basis_method text not null,
  cash              text not null,
  allow_short       boolean not null,
  time_zone         text not null,
  inflow_timing     text not null,
  outflow_timing    text not null
);

create table securities (
  security_no integer primary key,
  security_id text not null unique,
  currency    text not null,
  type        text not null,
  name        text,
  isin        text,
  symbol      text,
  asset_class text,
  sector      text,
  country     text
);

create table splits (
  security_no     integer not null,
  date            date not null,
  ratio           numeric not null,
  prices_adjusted boolean not null,
  primary key (security_no, date)
);

create table transactions (
  portfolio_no integer not null,
  security_no  integer not null,
  target_no    integer,
  transaction_id text not null,
  at           timestamptz not null,
  rank         smallint not null,
  day          integer not null,
  position     bigint not null,
  cancelled    boolean not null,
  -- The corrected TransactionFields.
  fields       json not null
);

create table prices (
  security_no integer not null,
  day         integer not null,
  price       numeric not null
);

create table fx_rates (
  from_currency text not null,
  to_currency   text not null,
  day           integer not null,
  rate          numeric not null
);

create table calendar (
  day integer primary key
);

-- Work and state. --------------------------------------------------------------------------------

create table portfolio_state (
  portfolio_no     integer primary key,
  epoch            integer not null,
  status           text not null check (status in ('CURRENT', 'REPROCESSING', 'FAILED')),
  first_day        integer,
  -- Rows have been made up to this day.
  horizon          integer,
  complete_through integer,
  fold_version     integer not null,
  checksum         bigint not null
);

create table position_state (
  portfolio_no   integer not null,
  security_no    integer not null,
  epoch          integer not null,
  status         text not null check (status in ('CURRENT', 'REPROCESSING', 'FAILED')),
  first_day      integer,
  watermark_day  integer,
  open           boolean not null,
  fold_version   integer not null,
  checksum       bigint not null,
  primary key (portfolio_no, security_no)
);

-- What changed and has not been folded yet. Append-only, so that recording a change never waits for
-- a fold; a worker deletes the marks it has folded. security_no 0 stands for the whole portfolio:
-- make its days up to the horizon.
create table dirty (
  dirty_id     bigint generated always as identity primary key,
  portfolio_no integer not null,
  security_no  integer not null,
  from_day     integer not null,
  -- The last day whose value the change can touch; null when everything after may change.
  through_day  integer,
  cause        text not null,
  position     bigint not null,
  noted_at     timestamptz not null default clock_timestamp()
);
create index dirty_portfolio on dirty (portfolio_no);

-- The fold's state after some transactions of a key, so that a restatement starts near its day and
-- not at inception. A cache of the fold: every 32nd transaction, and the last one.
create table fold_checkpoints (
  portfolio_no   integer not null,
  security_no    integer not null,
  at             timestamptz not null,
  rank           smallint not null,
  transaction_id text not null,
  day            integer not null,
  seq            integer not null,
  state          json not null
);

create table pending_transactions (
  portfolio_no   integer not null,
  security_no    integer not null,
  transaction_id text not null,
  reason         text not null,
  primary key (portfolio_no, transaction_id)
);

create table quarantine (
  quarantine_id  bigint generated always as identity primary key,
  portfolio_no   integer,
  security_no    integer,
  position       bigint not null,
  reason         text not null,
  quarantined_at timestamptz not null default clock_timestamp()
);
create index quarantine_key on quarantine (portfolio_no, security_no);

create table epochs (
  epoch_id       bigint generated always as identity primary key,
  portfolio_no   integer not null,
  -- 0 for the portfolio's own epochs.
  security_no    integer not null,
  epoch          integer not null,
  cause          text not null,
  cause_position bigint not null,
  from_day       integer not null,
  through_day    integer not null,
  rows           integer not null,
  checksum       bigint not null,
  started_at     timestamptz not null,
  flipped_at     timestamptz not null default clock_timestamp(),
  who            text not null
);
create index epochs_key on epochs (portfolio_no, security_no, epoch);

-- The projections. superseded_by is the epoch that replaced the row, null while it is current: one
-- predicate reads the present, and (epoch <= e and (superseded_by is null or superseded_by > e))
-- reads what epoch e showed.

create table position_history (
  portfolio_no        integer not null,
  security_no         integer not null,
  epoch               integer not null,
  superseded_by       integer,
  at                  timestamptz not null,
  rank                smallint not null,
  transaction_id      text not null,
  day                 integer not null,
  transaction_type    text not null,
  quantity            numeric not null,
  cost_basis          numeric,
  cost_basis_local    numeric not null,
  realized_gain       numeric,
  realized_gain_local numeric not null,
  realized_price_gain numeric,
  realized_fx_gain    numeric
);

create table daily_position_snapshots (
  id                  bigint generated always as identity,
  portfolio_no        integer not null,
  security_no         integer not null,
  date                date not null,
  epoch               integer not null,
  superseded_by       integer,
  quantity            numeric not null,
  cost_basis          numeric,
  cost_basis_local    numeric not null,
  market_price        numeric,
  price_date          date,
  market_value        numeric,
  market_value_local  numeric,
  realized_gain       numeric,
  realized_gain_local numeric not null,
  realized_price_gain numeric,
  realized_fx_gain    numeric,
  valuation_status    text not null
);

create table position_timeseries (
  portfolio_no           integer not null,
  security_no            integer not null,
  date                   date not null,
  epoch                  integer not null,
  superseded_by          integer,
  bod_market_value       numeric,
  bod_cashflow_position  numeric,
  eod_cashflow_position  numeric,
  bod_cashflow_portfolio numeric,
  eod_cashflow_portfolio numeric,
  eod_market_value       numeric,
  income                 numeric not null,
  fees                   numeric not null,
  taxes                  numeric not null,
  quantity               numeric not null,
  cost                   numeric not null,
  bod_fx_rate            numeric,
  fx_rate                numeric,
  valuation_status       text not null,
  -- The same day in the portfolio's base currency: what its row is the sum of.
  bod_market_value_base  numeric,
  bod_cashflow_base      numeric,
  eod_cashflow_base      numeric,
  eod_market_value_base  numeric,
  income_base            numeric,
  fees_base              numeric,
  taxes_base             numeric,
  cost_base              numeric,
  -- Open at the end of the day, or something happened on it.
  active                 boolean not null,
  -- Valued by a trade price or by a close more than a week old.
  estimated              boolean not null
);

create table portfolio_timeseries (
  portfolio_no     integer not null,
  date             date not null,
  epoch            integer not null,
  superseded_by    integer,
  bod_market_value numeric not null,
  bod_cashflow     numeric not null,
  eod_cashflow     numeric not null,
  eod_market_value numeric not null,
  income           numeric not null,
  fees             numeric not null,
  taxes            numeric not null,
  cost             numeric not null,
  positions        integer not null,
  -- How many of them were valued by a trade price or by a close more than a week old.
  estimated_positions integer not null
);
