import type { EventMetadata, StoredEvent } from '../../domain/log.ts';
import type { Instant } from '../../domain/dates.ts';
import { upcast, type EventShapes, type StoredData } from '../../domain/upcast.ts';

/** A row of `events` as the driver delivers it. */
export interface EventRow {
  readonly position: number;
  readonly stream_id: string;
  readonly version: number;
  readonly event_id: string;
  readonly type: string;
  readonly schema_version: number;
  readonly effective_at: Instant;
  readonly recorded_at: Instant;
  readonly data: StoredData;
  readonly metadata: EventMetadata;
}

/** @throws UpcastError for an event this program cannot read. */
export function toStoredEvent(row: EventRow, shapes: EventShapes): StoredEvent {
  const event = upcast({ type: row.type, schemaVersion: row.schema_version, data: row.data }, shapes);
  return {
    ...event,
    effectiveAt: row.effective_at,
    metadata: row.metadata,
    position: row.position,
    eventId: row.event_id,
    streamId: row.stream_id,
    version: row.version,
    recordedAt: row.recorded_at,
  };
}
