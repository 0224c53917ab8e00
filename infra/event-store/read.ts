import type { Instant } from '../../domain/dates.ts';
import type { FeedFilter } from '../../domain/log.ts';
import type { Queryable } from '../database/queryable.ts';
import type { EventRow } from './stored-event.ts';

const READ_STREAM = `
  select position, stream_id, version, event_id, type, schema_version, effective_at, recorded_at, data, metadata
  from events
  where stream_id = $1 and version >= $2
  order by version`;

export function readStreamRows(
  database: Queryable,
  streamId: string,
  fromVersion: number,
): Promise<EventRow[]> {
  return database.query<EventRow>(READ_STREAM, [streamId, fromVersion]);
}

const READ_AT = `
  select position, stream_id, version, event_id, type, schema_version, effective_at, recorded_at, data, metadata
  from events
  where position = $1`;

export async function readRowAt(database: Queryable, position: number): Promise<EventRow | undefined> {
  const [row] = await database.query<EventRow>(READ_AT, [position]);
  return row;
}

const READ_FEED = `
  select position, stream_id, version, event_id, type, schema_version, effective_at, recorded_at, data, metadata
  from events
  where position > $1 and position <= $2
  order by position
  limit $3`;

// Within a stream versions and positions run in the same order, so the stream's own key serves.
const READ_FEED_OF_STREAM = `
  select position, stream_id, version, event_id, type, schema_version, effective_at, recorded_at, data, metadata
  from events
  where stream_id = $4 and position > $1 and position <= $2 and ($5::text[] is null or type = any ($5::text[]))
  order by version
  limit $3`;

// A page of each type from its index, then the first of all: a rare type costs no walk over the log. The
// comparisons of rows are there for that: compared apart, type and position let the planner take the
// positions' own index and filter by type, which for a rare type reads everything.
export const READ_FEED_OF_TYPES = `
  select e.position, e.stream_id, e.version, e.event_id, e.type, e.schema_version, e.effective_at,
         e.recorded_at, e.data, e.metadata
  from unnest($4::text[]) as wanted (type)
  cross join lateral (
    select *
    from events
    where (type, position) > (wanted.type, $1) and (type, position) <= (wanted.type, $2)
    order by type, position
    limit $3
  ) e
  order by e.position
  limit $3`;

/** One page of the feed: events above `after` and not above `upTo`, in position order. */
export function readFeedRows(
  database: Queryable,
  after: number,
  limit: number,
  options: FeedFilter & { readonly upTo?: number },
): Promise<EventRow[]> {
  const page = [after, options.upTo ?? Number.MAX_SAFE_INTEGER, limit];
  const types = options.types === undefined ? null : [...new Set(options.types)];
  if (options.streamId !== undefined) {
    return database.query<EventRow>(READ_FEED_OF_STREAM, [...page, options.streamId, types]);
  }
  if (types !== null) return database.query<EventRow>(READ_FEED_OF_TYPES, [...page, types]);
  return database.query<EventRow>(READ_FEED, page);
}

const FIND_KEY = `
  select first_position, last_position, fingerprint
  from idempotency_keys
  where key = $1`;

export interface KeyRow {
  readonly first_position: number;
  readonly last_position: number;
  readonly fingerprint: string;
}

export async function findKeyRow(database: Queryable, key: string): Promise<KeyRow | undefined> {
  const [row] = await database.query<KeyRow>(FIND_KEY, [key]);
  return row;
}

const HEAD = `select coalesce(max(position), 0) as position from events`;

export async function readHead(database: Queryable): Promise<number> {
  const [row] = await database.query<{ position: number }>(HEAD);
  return row?.position ?? 0;
}

// Positions have no gaps and recorded_at never falls, so halving the range finds the last position in
// some twenty steps by the primary key; an index would cost every append.
const POSITION_AT = `
  with recursive search (low, high) as (
    select 0::bigint, (select coalesce(max(position), 0) from events)
    union all
    select case when middle.recorded_at <= $1::timestamptz then middle.position else search.low end,
           case when middle.recorded_at <= $1::timestamptz then search.high else middle.position - 1 end
    from search
    cross join lateral (
      select position, recorded_at
      from events
      where position = (search.low + search.high + 1) / 2
    ) middle
    where search.low < search.high
  )
  select low as position from search where low = high`;

/** The highest position recorded at or before an instant; 0 when there is none. */
export async function findPositionAt(database: Queryable, recordedAt: Instant): Promise<number> {
  const [row] = await database.query<{ position: number }>(POSITION_AT, [recordedAt]);
  return row?.position ?? 0;
}
