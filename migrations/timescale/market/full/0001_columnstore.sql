-- Market data in the columnstore: what no late tick amends any more is kept compressed, by the columns. A
-- batch holds one symbol of one chunk in the order of time, which is how they are read.

alter table realtime_prices set (
  timescaledb.enable_columnstore, timescaledb.segmentby = 'symbol_no', timescaledb.orderby = 'time');
alter table intraday_ohlcv set (
  timescaledb.enable_columnstore, timescaledb.segmentby = 'symbol_no', timescaledb.orderby = 'time');
alter table historical_ohlcv set (
  timescaledb.enable_columnstore, timescaledb.segmentby = 'symbol_no', timescaledb.orderby = 'time');
alter table intraday_analytics set (
  timescaledb.enable_columnstore, timescaledb.segmentby = 'symbol_no', timescaledb.orderby = 'time');
alter table daily_analytics set (
  timescaledb.enable_columnstore, timescaledb.segmentby = 'symbol_no', timescaledb.orderby = 'time');

-- Compresses each chunk that has ended longer ago than its table's entry in config->'after', once. Not the
-- policy that comes with the extension, which compresses a chunk again after it was written to: for a
-- transaction whose snapshot is older the rows it moves are gone.
create procedure compress_old_market_data(job_id integer, config jsonb) language plpgsql as $$
declare
  extension constant text := (select extnamespace::regnamespace from pg_extension where extname = 'timescaledb');
  chunk record;
begin
  for chunk in
    select c.chunk_schema, c.chunk_name, c.hypertable_name
    from timescaledb_information.chunks c
    join jsonb_each_text(config -> 'after') as a (table_name, age) on a.table_name = c.hypertable_name
    where c.hypertable_schema = 'public' and not c.is_compressed and c.range_end < now() - a.age::interval
    order by c.range_end, c.hypertable_name
  loop
    begin
      -- Whoever holds the chunk longer than this keeps it uncompressed until the next run: while we wait,
      -- all others wait behind us.
      set local lock_timeout = '1s';
      perform pg_advisory_xact_lock(hashtext('public'), hashtext('compress_old_market_data'));
      if exists (
        select from timescaledb_information.chunks c
        where c.chunk_schema = chunk.chunk_schema and c.chunk_name = chunk.chunk_name and not c.is_compressed)
      then
        execute format('select %s.compress_chunk($1)', extension)
          using format('%I.%I', chunk.chunk_schema, chunk.chunk_name)::regclass;
      end if;
    exception
      when lock_not_available or deadlock_detected or undefined_table then
        raise log 'chunk %.% is in use and stays uncompressed until the next run', chunk.chunk_schema, chunk.chunk_name;
    end;
    commit;
  end loop;
end
$$;
comment on procedure compress_old_market_data is
  'Compresses the chunks of market data that ended longer ago than their table''s age in "after" of its config.';

-- Every night. Ticks are taken for thirty days unless told otherwise, so bars of forty-five are no longer
-- amended; ticks themselves are only added, and few come a week late. Daily bars of the last two years stay
-- as they are for backfills. Where ticks are kept for longer, the ages of the bars are to be raised.
select add_job('compress_old_market_data', interval '1 day',
               config => '{"after": {"realtime_prices": "7 days",
                                     "intraday_ohlcv": "45 days", "intraday_analytics": "45 days",
                                     "historical_ohlcv": "730 days", "daily_analytics": "730 days"}}',
               initial_start => date_trunc('day', now()) + interval '1 day 3 hours 30 minutes');
