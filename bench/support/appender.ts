/** The two ways of appending that are compared: ours, and an insert that takes its position from a sequence. */
import type { NewEvent } from '../../domain/log.ts';
import { type Database, openDatabase } from '../../infra/database/database.ts';
import { createPostgresEventLog } from '../../infra/event-store/postgres-event-log.ts';

export type AppenderKind = 'log' | 'sequence';

export interface Appender {
  /** Appends events to a stream that has `version` events; throws unless they were appended. */
  append(streamId: string, version: number, events: readonly NewEvent[], key: string): Promise<void>;
  close(): Promise<void>;
}

export function openAppender(kind: AppenderKind, url: string, connections: number): Appender {
  return kind === 'log' ? logAppender(url) : sequenceAppender(url, connections);
}

function logAppender(url: string): Appender {
  const database = openDatabase({ url, maxConnections: 2 });
  const log = createPostgresEventLog({ database });
  return {
    append: async (streamId, version, events, key) => {
      const outcome = await log.append({
        streamId,
        expected: version,
        events,
        idempotency: { key, fingerprint: key },
      });
      if (outcome.status !== 'appended') throw new Error(`not appended: ${outcome.status}`);
    },
    close: async () => {
      await log.close();
      await database.close();
    },
  };
}

/**
 * The log as one would write it first. Readers of it lose events: a position is taken before its commit.
 * It has no idempotency keys, no index on types, and takes the caller's word for the version.
 */
export async function createSequenceTable(database: Database): Promise<void> {
  await database.query(`
    create table if not exists sequence_events (
      position       bigserial primary key,
      stream_id      text not null,
      version        bigint not null,
      event_id       uuid not null default gen_random_uuid(),
      type           text not null,
      schema_version smallint not null,
      effective_at   timestamptz not null,
      recorded_at    timestamptz not null default clock_timestamp(),
      data           json not null,
      metadata       json not null,
      unique (stream_id, version)
    )`);
}

const INSERT_ONE = `
  insert into sequence_events (stream_id, version, type, schema_version, effective_at, data, metadata)
  values ($1, $2, $3, 1, $4, $5, $6)`;

const INSERT_MANY = `
  insert into sequence_events (stream_id, version, type, schema_version, effective_at, data, metadata)
  select $1, $2::bigint + ordinal, type, 1, effective_at, data, metadata
  from unnest($3::text[], $4::timestamptz[], $5::json[], $6::json[])
    with ordinality as e (type, effective_at, data, metadata, ordinal)`;

function sequenceAppender(url: string, connections: number): Appender {
  const database = openDatabase({ url, maxConnections: connections });
  return {
    append: async (streamId, version, events) => {
      const [first] = events;
      if (first && events.length === 1) {
        const { type, effectiveAt, data, metadata } = first;
        await database.query(INSERT_ONE, [
          streamId,
          version + 1,
          type,
          effectiveAt,
          JSON.stringify(data),
          JSON.stringify(metadata),
        ]);
        return;
      }
      await database.query(INSERT_MANY, [
        streamId,
        version,
        events.map(({ type }) => type),
        events.map(({ effectiveAt }) => effectiveAt),
        events.map(({ data }) => JSON.stringify(data)),
        events.map(({ metadata }) => JSON.stringify(metadata)),
      ]);
    },
    close: () => database.close(),
  };
}
