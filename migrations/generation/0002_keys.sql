-- The keys of a generation's large tables, added after a bulk load.
alter table transactions add primary key (portfolio_no, transaction_id);
create index transactions_key on transactions (portfolio_no, security_no, at);
create index transactions_time on transactions (portfolio_no, at);
create index transactions_target on transactions (portfolio_no, target_no) where target_no is not null;
alter table prices add primary key (security_no, day);
alter table fx_rates add primary key (from_currency, to_currency, day);
alter table fold_checkpoints add primary key (portfolio_no, security_no, at, rank, transaction_id);
alter table position_history add primary key (portfolio_no, security_no, transaction_id, epoch);
create index position_history_order on position_history (portfolio_no, security_no, day, at, rank, transaction_id)
  where superseded_by is null;
alter table daily_position_snapshots add primary key (portfolio_no, security_no, date, epoch);
alter table position_timeseries add primary key (portfolio_no, security_no, date, epoch);
alter table portfolio_timeseries add primary key (portfolio_no, date, epoch);
