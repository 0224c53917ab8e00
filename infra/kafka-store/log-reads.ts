/** The log read set by set, for batches of messages. */
import type { StoredEvent } from '../../domain/log.ts';
import { EVENT_SHAPES } from '../../domain/upcast.ts';
import type { KnownKey, LogReads } from '../../commands/ingest/ports.ts';
import type { Queryable } from '../database/queryable.ts';
import { translated } from '../event-store/failures.ts';
import type { EventRow } from '../event-store/stored-event.ts';
import { toStoredEvent } from '../event-store/stored-event.ts';

// The limits keep these look-ups by index: joined freely, the planner reads the whole log once it believes
// that the streams asked for hold enough of it.
const READ_STREAMS = `
  select e.position, e.stream_id, e.version, e.event_id, e.type, e.schema_version, e.effective_at,
         e.recorded_at, e.data, e.metadata
  from unnest($1::text[], $2::bigint[]) as wanted (stream_id, after)
  cross join lateral (
    select *
    from events
    where stream_id = wanted.stream_id and version > wanted.after
    order by version
    limit 1000000000
  ) e
  order by e.stream_id, e.version`;

const FIND_KEYS = `
  select k.key, k.first_position, k.last_position, k.fingerprint
  from unnest($1::text[]) as wanted (key)
  cross join lateral (select * from idempotency_keys where key = wanted.key limit 1) k`;

interface KeyRow {
  readonly key: string;
  readonly first_position: number;
  readonly last_position: number;
  readonly fingerprint: string;
}

export function createLogReads(database: Queryable): LogReads {
  return {
    readStreams: (after) =>
      translated(async () => {
        const rows = await database.query<EventRow>(READ_STREAMS, [[...after.keys()], [...after.values()]]);
        const streams = new Map<string, StoredEvent[]>();
        for (const row of rows) {
          const event = toStoredEvent(row, EVENT_SHAPES);
          const stream = streams.get(event.streamId);
          if (stream) stream.push(event);
          else streams.set(event.streamId, [event]);
        }
        return streams;
      }),
    findKeys: (keys) =>
      translated(async () => {
        const rows = await database.query<KeyRow>(FIND_KEYS, [keys]);
        return new Map<string, KnownKey>(
          rows.map(({ key, first_position, last_position, fingerprint }) => [
            key,
            { firstPosition: first_position, lastPosition: last_position, fingerprint },
          ]),
        );
      }),
  };
}
