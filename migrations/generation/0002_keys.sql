-- The keys of a generation's large tables, added after a bulk load.
alter table transactions add primary key (portfolio_no, transaction_id);
create index transactions_key on transactions (portfolio_no, security_no, at);
create index transactions_time on transactions (portfolio_no, at);
create index transactions_target on transactions (portfolio_no, target_no) where target_no is not null;
alter table prices add primary key (security_no, day);
alter table fx_rates add primary key (from_currency, to_currency, day);
alter table fold_checkpoints add primary key (portfolio_no, security_no, at, rank, transaction_id);

-- The rows of the projections are keyed in two halves: of a key's day there is one current row, whatever
-- number of superseded ones, and reading the current ones never touches the others.
create unique index position_history_current on position_history (portfolio_no, security_no, transaction_id)
  where superseded_by is null;
create unique index position_history_superseded on position_history (portfolio_no, security_no, transaction_id, epoch)
  where superseded_by is not null;
create index position_history_order on position_history (portfolio_no, security_no, day, at, rank, transaction_id)
  where superseded_by is null;
create unique index daily_position_snapshots_current on daily_position_snapshots (portfolio_no, security_no, date)
  where superseded_by is null;
create unique index daily_position_snapshots_superseded on daily_position_snapshots (portfolio_no, security_no, date, epoch)
  where superseded_by is not null;
create unique index position_timeseries_current on position_timeseries (portfolio_no, security_no, date)
  where superseded_by is null;
create unique index position_timeseries_superseded on position_timeseries (portfolio_no, security_no, date, epoch)
  where superseded_by is not null;
create unique index portfolio_timeseries_current on portfolio_timeseries (portfolio_no, date)
  where superseded_by is null;
create unique index portfolio_timeseries_superseded on portfolio_timeseries (portfolio_no, date, epoch)
  where superseded_by is not null;
