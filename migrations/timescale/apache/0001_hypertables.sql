-- The daily tables of one generation as hypertables: the same columns, keys and names, the rows in chunks
-- of 365 days of their date. Run with the search_path on the generation's schema, on a server that has
-- TimescaleDB; rows that are there already are moved.
--
-- A year is wide enough for a ten-year read to open eleven chunks and for a bulk load to keep all of them
-- open at once (the loader buffers 32), and narrow enough for a restatement of some days to touch one or
-- two, and for what nobody restates any more to be compressed. docs/timescaledb.md has the figures.

select create_hypertable('daily_position_snapshots', by_range('date', interval '365 days'),
                         create_default_indexes => false, migrate_data => true, if_not_exists => true);
select create_hypertable('position_timeseries', by_range('date', interval '365 days'),
                         create_default_indexes => false, migrate_data => true, if_not_exists => true);
select create_hypertable('portfolio_timeseries', by_range('date', interval '365 days'),
                         create_default_indexes => false, migrate_data => true, if_not_exists => true);
analyze daily_position_snapshots (portfolio_no, security_no, date, epoch, superseded_by),
        position_timeseries (portfolio_no, security_no, date, epoch, superseded_by),
        portfolio_timeseries (portfolio_no, date, epoch, superseded_by);
