/** The statements of a bulk append, in the order in which they run. */

// The settings are those of work on a million rows; they end with the transaction.
export const CREATE_STAGING = `
  set local work_mem = '64MB';
  set local jit = off;
  create temporary table bulk_requests (
    request     integer not null,
    stream_id   text not null,
    must_be_new boolean not null,
    events      integer not null,
    key         text collate "C",
    fingerprint text
  ) on commit drop;
  create temporary table bulk_events (
    request        integer not null,
    ordinal        integer not null,
    type           text not null,
    schema_version smallint not null,
    effective_at   timestamptz not null,
    data           json not null,
    metadata       json not null
  ) on commit drop;
  create temporary table bulk_repeats (
    request          integer not null,
    owner            integer,
    first_position   bigint,
    last_position    bigint,
    same_fingerprint boolean not null
  ) on commit drop;
  create index on bulk_repeats (request, owner nulls first)`;

export const COPY_REQUESTS = `
  copy bulk_requests (request, stream_id, must_be_new, events, key, fingerprint) from stdin`;

export const COPY_EVENTS = `
  copy bulk_events (request, ordinal, type, schema_version, effective_at, data, metadata) from stdin`;

export const FIND_REPEATS_WITHIN = `
  insert into bulk_repeats (request, owner, same_fingerprint)
  select request, owner, fingerprint = owner_fingerprint
  from (
    select request, fingerprint,
           first_value(request) over same_key as owner,
           first_value(fingerprint) over same_key as owner_fingerprint
    from bulk_requests
    where key is not null
    window same_key as (partition by key order by request)
  ) keyed
  where request <> owner`;

export const ANALYZE_STAGING = `analyze bulk_requests; analyze bulk_events`;

export const LOCK_HEAD = `select only_row from log_head where only_row for update`;

export const READ_LAST = `
  select position, greatest(recorded_at, clock_timestamp()) as learned_at
  from events
  order by position desc
  limit 1`;

export const READ_VERSIONS = `
  select stream_id, version
  from (select distinct stream_id from bulk_requests) wanted
  cross join lateral (
    select version from events where stream_id = wanted.stream_id order by version desc limit 1
  ) newest`;

export const FIND_REPEATS_STORED = `
  insert into bulk_repeats (request, first_position, last_position, same_fingerprint)
  select r.request, k.first_position, k.last_position, k.fingerprint = r.fingerprint
  from bulk_requests r
  join idempotency_keys k on k.key = r.key`;

// A key that is stored and repeated within the bulk has two rows; the stored append comes first.
export const READ_REPEATS = `
  select distinct on (request) request, owner, first_position, last_position, same_fingerprint
  from bulk_repeats
  where request > $1
  order by request, owner nulls first
  limit $2`;

// Where the events of a request go; those of a repeat go nowhere.
export const PLACE_REQUESTS = `
  create temporary table bulk_places on commit drop as
  select r.request, r.stream_id, r.key, r.fingerprint, r.events,
         sum(r.events) over (order by r.request) - r.events as position_before,
         sum(r.events) over (partition by r.stream_id order by r.request) - r.events as version_before
  from bulk_requests r
  where not exists (select from bulk_repeats p where p.request = r.request);
  analyze bulk_places`;

export const INSERT_EVENTS = `
  insert into events
    (position, stream_id, version, type, schema_version, effective_at, recorded_at, data, metadata)
  select $1::bigint + p.position_before + e.ordinal, p.stream_id,
         coalesce(s.version, 0) + p.version_before + e.ordinal,
         e.type, e.schema_version, e.effective_at, $2::timestamptz, e.data, e.metadata
  from bulk_events e
  join bulk_places p on p.request = e.request
  left join unnest($3::text[], $4::bigint[]) as s (stream_id, version) on s.stream_id = p.stream_id`;

export const INSERT_KEYS = `
  insert into idempotency_keys (key, fingerprint, first_position, last_position)
  select key, fingerprint, $1::bigint + position_before + 1, $1::bigint + position_before + events
  from bulk_places
  where key is not null`;
