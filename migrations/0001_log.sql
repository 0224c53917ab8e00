-- The log: append-only events in one total order.

create table events (
  position       bigint primary key,
  stream_id      text not null,
  version        bigint not null check (version > 0),
  event_id       uuid not null default gen_random_uuid(),
  type           text not null,
  schema_version smallint not null,
  effective_at   timestamptz not null,
  recorded_at    timestamptz not null,
  data           json not null,
  metadata       json not null,
  unique (stream_id, version)
);
create index events_by_type on events (type, position);
comment on table events is 'Immutable facts. Position order is commit order and has no gaps.';
comment on column events.version is '1 for the first event of its stream; the stream''s version is its highest.';
comment on column events.effective_at is 'When it happened in the world.';
comment on column events.recorded_at is 'When we learned it; never falls from one position to the next.';

-- The row is only locked and never updated. A counter kept in it would leave a dead version behind at
-- every append, and while any old transaction is open none of them can be pruned: each append would
-- then walk through all of them. The last position is read off the events' key instead.
create table log_head (
  only_row boolean primary key default true check (only_row)
);
insert into log_head default values;
comment on table log_head is 'One row; its lock is held from the assignment of positions to the commit.';

create table idempotency_keys (
  key            text primary key,
  fingerprint    text not null,
  first_position bigint not null,
  last_position  bigint not null
);
comment on table idempotency_keys is
  'Client keys (transaction ids, Idempotency-Key headers, Kafka coordinates) and where their append went.';

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'events are immutable' using errcode = 'restrict_violation';
end
$$;
create trigger events_are_immutable before update or delete on events
  for each row execute function refuse_change();
create trigger events_are_not_truncated before truncate on events
  for each statement execute function refuse_change();

-- Appends requests as if they were executed one after another, and tells the outcome of each.
--
-- streams and keys are the distinct ones of the batch; a request names them by their 1-based index
-- (0 = without a key). request_expected is a version, 0 = must not exist, -1 = any. The events come in
-- the order of their requests, each with the 1-based index of its request.
--
-- Index scans are demanded because a session keeps its plans: one made while the log was tiny would
-- scan the whole of it later.
create function append_events(
  streams text[], keys text[],
  request_stream integer[], request_expected bigint[], request_events integer[],
  request_key integer[], request_fingerprint text[],
  event_request integer[], event_type text[], event_schema_version smallint[],
  event_effective_at timestamptz[], event_data json[], event_metadata json[]
)
returns table (status text, first_position bigint, last_position bigint, version bigint)
language plpgsql
set enable_seqscan = off set plan_cache_mode = force_generic_plan set jit = off
as $$
#variable_conflict use_column
declare
  requests constant integer := cardinality(request_stream);
  head bigint;
  learned_at timestamptz;
  versions bigint[];
  key_fingerprint text[];
  key_first bigint[];
  key_last bigint[];
  outcome text[];
  outcome_first bigint[];
  outcome_last bigint[];
  outcome_version bigint[];
  -- What turns the ordinal of an event in the batch into its position and version.
  position_shift bigint[];
  version_shift bigint[];
  ordinal bigint := 0;
  appended bigint := 0;
  s integer;
  k integer;
  n integer;
begin
  -- Under the lock every statement must see what the former holder committed.
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'appends need the isolation level read committed' using errcode = 'invalid_transaction_state';
  end if;
  perform from log_head where only_row for update;
  if not found then
    raise exception 'the row of log_head is missing' using errcode = 'data_corrupted';
  end if;

  -- All that is known beforehand in one statement: the end of the log, the version of each stream, and
  -- where each key went. The limits keep these look-ups by index, whatever the planner believes of sizes.
  select coalesce(last.position, 0), greatest(last.recorded_at, clock_timestamp()), stream.versions,
         known.fingerprints, known.firsts, known.lasts
  into head, learned_at, versions, key_fingerprint, key_first, key_last
  from (
    select array_agg(coalesce((
      select e.version from events e where e.stream_id = u.stream_id order by e.version desc limit 1
    ), 0) order by u.place) as versions
    from unnest(streams) with ordinality as u (stream_id, place)
  ) stream
  cross join (
    select array_agg(i.fingerprint order by u.place) as fingerprints,
           array_agg(i.first_position order by u.place) as firsts,
           array_agg(i.last_position order by u.place) as lasts
    from unnest(keys) with ordinality as u (key, place)
    left join lateral (select * from idempotency_keys i where i.key = u.key limit 1) i on true
  ) known
  left join lateral (
    select e.position, e.recorded_at from events e order by e.position desc limit 1
  ) last on true;

  for i in 1..requests loop
    s := request_stream[i];
    k := request_key[i];
    n := request_events[i];
    if k > 0 and key_first[k] is not null then
      outcome[i] := case when key_fingerprint[k] = request_fingerprint[i] then 'duplicate' else 'key_conflict' end;
      outcome_first[i] := key_first[k];
      outcome_last[i] := key_last[k];
    elsif request_expected[i] >= 0 and request_expected[i] <> versions[s] then
      outcome[i] := 'version_conflict';
      outcome_version[i] := versions[s];
    else
      outcome[i] := 'appended';
      outcome_first[i] := head + 1;
      position_shift[i] := head - ordinal;
      version_shift[i] := versions[s] - ordinal;
      head := head + n;
      versions[s] := versions[s] + n;
      outcome_last[i] := head;
      outcome_version[i] := versions[s];
      appended := appended + n;
      if k > 0 then
        key_fingerprint[k] := request_fingerprint[i];
        key_first[k] := outcome_first[i];
        key_last[k] := head;
      end if;
    end if;
    ordinal := ordinal + n;
  end loop;

  if appended > 0 then
    insert into events
      (position, stream_id, version, type, schema_version, effective_at, recorded_at, data, metadata)
    select e.place + position_shift[e.request], streams[request_stream[e.request]],
           e.place + version_shift[e.request], e.type, e.schema_version, e.effective_at, learned_at,
           e.data, e.metadata
    from unnest(event_request, event_type, event_schema_version, event_effective_at, event_data, event_metadata)
      with ordinality as e (request, type, schema_version, effective_at, data, metadata, place)
    where position_shift[e.request] is not null;
    if cardinality(keys) > 0 then
      insert into idempotency_keys (key, fingerprint, first_position, last_position)
      select keys[request_key[i]], request_fingerprint[i], outcome_first[i], outcome_last[i]
      from generate_series(1, requests) as i
      where outcome[i] = 'appended' and request_key[i] > 0;
    end if;
  end if;

  return query
  select outcome[i], outcome_first[i], outcome_last[i], outcome_version[i]
  from generate_series(1, requests) as i
  order by i;
end
$$;
comment on function append_events is 'Appends a batch of requests in one transaction; each gets its own outcome.';
