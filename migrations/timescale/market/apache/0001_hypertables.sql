-- Market data as hypertables: the same columns, keys and names, the rows in chunks by time. Run with the
-- search_path on public, on a server that has TimescaleDB; rows that are there already are moved.
--
-- Retention drops whole chunks, so they are narrow against what is kept: a day of ticks of thirty, a week of
-- five-minute bars of a year and a half, which a read of the newest bars opens one or two of. Daily bars are
-- few and are read over years.

select create_hypertable('realtime_prices', by_range('time', interval '1 day'),
                         create_default_indexes => false, migrate_data => true, if_not_exists => true);
select create_hypertable('intraday_ohlcv', by_range('time', interval '7 days'),
                         create_default_indexes => false, migrate_data => true, if_not_exists => true);
select create_hypertable('historical_ohlcv', by_range('time', interval '365 days'),
                         create_default_indexes => false, migrate_data => true, if_not_exists => true);
select create_hypertable('intraday_analytics', by_range('time', interval '7 days'),
                         create_default_indexes => false, migrate_data => true, if_not_exists => true);
select create_hypertable('daily_analytics', by_range('time', interval '365 days'),
                         create_default_indexes => false, migrate_data => true, if_not_exists => true);
