import { EventLogError } from '../../domain/log-error.ts';
import type { AppendOutcome, EventLog } from '../../domain/log.ts';
import { EVENT_SHAPES, type EventShapes } from '../../domain/upcast.ts';
import type { Database } from '../database/queryable.ts';
import { appendBatch } from './append.ts';
import { appendBulk } from './bulk.ts';
import { encodeRequest, type EncodedRequest } from './encoded-request.ts';
import { isRefusal, translated } from './failures.ts';
import { createGroupCommit } from './group-commit.ts';
import { findKeyRow, findPositionAt, readFeedRows, readHead, readRowAt, readStreamRows } from './read.ts';
import { toStoredEvent } from './stored-event.ts';

export interface PostgresEventLogOptions {
  /** Stays open when the log is closed. One connection of its pool is used for appends at a time. */
  readonly database: Database;
  readonly shapes?: EventShapes;
  /** Appends waiting beyond these are refused as `overloaded`. */
  readonly maxPendingAppends?: number;
  readonly maxPendingBytes?: number;
}

// Bounds of one commit: it should stay well under 50 ms, since everybody behind it waits that long.
const MAX_GROUP_APPENDS = 1_000;
const MAX_GROUP_BYTES = 1024 * 1024;

/** The event log on PostgreSQL 15 and newer, on the tables of `migrations/0001_log.sql`. */
export function createPostgresEventLog(options: PostgresEventLogOptions): EventLog {
  const { database, shapes = EVENT_SHAPES } = options;
  let closed = false;
  const running = new Set<Promise<unknown>>();

  const submit = createGroupCommit<readonly EncodedRequest[], AppendOutcome[]>({
    commit: async (items) => {
      const outcomes = await appendBatch(database, items.flat());
      let taken = 0;
      return items.map(({ length }) => outcomes.slice(taken, (taken += length)));
    },
    bytesOf: (requests) => requests.reduce((sum, { bytes }) => sum + bytes, 0),
    isRefusal,
    maxGroupItems: MAX_GROUP_APPENDS,
    maxGroupBytes: MAX_GROUP_BYTES,
    maxPendingItems: options.maxPendingAppends ?? 20_000,
    maxPendingBytes: options.maxPendingBytes ?? 64 * 1024 * 1024,
  });

  /** Refuses work after `close`, lets `close` wait for what runs, and translates failures. */
  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    if (closed) throw new EventLogError('closed', 'the event log is closed');
    const result = translated(work);
    running.add(result);
    try {
      return await result;
    } finally {
      running.delete(result);
    }
  }

  return {
    append: (request) =>
      guarded(async () => {
        const [outcome] = await submit([encodeRequest(request, shapes)]);
        return outcome!;
      }),
    appendMany: (requests) =>
      guarded(async () =>
        requests.length === 0 ? [] : submit(requests.map((request) => encodeRequest(request, shapes))),
      ),
    appendBulk: (requests) => guarded(() => appendBulk(database, requests, shapes)),
    readStream: (streamId, fromVersion = 1) =>
      guarded(async () => {
        const rows = await readStreamRows(database, streamId, fromVersion);
        return rows.map((row) => toStoredEvent(row, shapes));
      }),
    readFeed: (after, limit, filter = {}) =>
      guarded(async () => {
        const rows = await readFeedRows(database, after, limit, filter);
        return rows.map((row) => toStoredEvent(row, shapes));
      }),
    findKey: (key) =>
      guarded(async () => {
        const row = await findKeyRow(database, key);
        return (
          row && {
            firstPosition: row.first_position,
            lastPosition: row.last_position,
            fingerprint: row.fingerprint,
          }
        );
      }),
    readAt: (position) =>
      guarded(async () => {
        const row = await readRowAt(database, position);
        return row && toStoredEvent(row, shapes);
      }),
    head: () => guarded(() => readHead(database)),
    positionAt: (recordedAt) => guarded(() => findPositionAt(database, recordedAt)),
    close: async () => {
      closed = true;
      await Promise.allSettled(running);
    },
  };
}
