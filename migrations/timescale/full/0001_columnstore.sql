-- The daily tables of one generation in the columnstore: what is old is kept compressed, by the columns.
--
-- A batch holds one key (a security in a portfolio) of one chunk. So a read of a key, and a restatement of
-- one, unpacks the days of that key and no others, and two folds, which are of different portfolios, never
-- meet in a batch. Within it the rows are in the order they are read in, and the versions of a day together.

alter table daily_position_snapshots set (
  timescaledb.enable_columnstore,
  timescaledb.segmentby = 'portfolio_no, security_no',
  timescaledb.orderby = 'date, epoch');
alter table position_timeseries set (
  timescaledb.enable_columnstore,
  timescaledb.segmentby = 'portfolio_no, security_no',
  timescaledb.orderby = 'date, epoch');
alter table portfolio_timeseries set (
  timescaledb.enable_columnstore,
  timescaledb.segmentby = 'portfolio_no',
  timescaledb.orderby = 'date, epoch');

-- Compresses each chunk that has ended longer ago than config->>'after', once. Not the policy that comes
-- with the extension: that one compresses a chunk again after it was written to, and for a transaction
-- whose snapshot is older the rows it moves are gone. The projections fold and read in such transactions.
-- A chunk is compressed the first time in a way that every snapshot can see.
create procedure compress_old_days(job_id integer, config jsonb) language plpgsql as $$
declare
  generation constant text := config ->> 'schema';
  extension constant text := (select extnamespace::regnamespace from pg_extension where extname = 'timescaledb');
  chunk record;
begin
  for chunk in
    select c.chunk_schema, c.chunk_name, c.hypertable_name
    from timescaledb_information.chunks c
    where c.hypertable_schema = generation and not c.is_compressed
      and c.hypertable_name in ('daily_position_snapshots', 'position_timeseries', 'portfolio_timeseries')
      and c.range_end < now() - (config ->> 'after')::interval
    order by c.range_end, c.hypertable_name
  loop
    begin
      -- Whoever holds the chunk longer than this keeps it uncompressed until the next run: while we wait,
      -- all others wait behind us.
      set local lock_timeout = '1s';
      perform pg_advisory_xact_lock(hashtext(generation), hashtext('compress_old_days'));
      -- From here to the commit no rebuild can begin. One that has begun has taken the keys off.
      execute format('lock table only %I.%I in access share mode', generation, chunk.hypertable_name);
      if to_regclass(format('%I.%I', generation, chunk.hypertable_name || '_current')) is not null
         and exists (
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
comment on procedure compress_old_days is
  'Compresses the chunks of the daily tables that ended longer ago than the interval "after" of its config.';

-- Every night. Restatements reach back days or weeks; a year leaves the chunk of this year and, for most of
-- a year, that of the last one as they are.
select add_job('compress_old_days', interval '1 day',
               config => jsonb_build_object('schema', current_schema(), 'after', '1 year'),
               initial_start => date_trunc('day', now()) + interval '1 day 3 hours');
