import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { EventLogError } from '../../../domain/log-error.ts';
import type { EventLog } from '../../../domain/log.ts';
import { createPostgresEventLog } from '../../../infra/event-store/postgres-event-log.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { readAll, request, unique } from '../../support/log-events.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

const TERMINATE_APPENDERS = `
  select pg_terminate_backend(pid) as terminated
  from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()
    and state = 'active' and query like '%from append_events(%'`;

it('an append whose connection is killed rejects, and the log goes on', async () => {
  const log = createPostgresEventLog({ database: db.open({ maxConnections: 2 }) });
  const streamId = unique('stream');
  const before = await log.head();
  let append: Promise<unknown> = Promise.resolve();
  await db.database.transaction(async (tx) => {
    await tx.query('select from log_head for update');
    append = log.append(request({ streamId, events: 3, key: streamId }));
    append.catch(() => undefined);
    await vi.waitFor(async () => expect(await db.database.query(TERMINATE_APPENDERS)).toHaveLength(1), {
      timeout: 10_000,
    });
  });
  await expect(append).rejects.toMatchObject({ name: 'EventLogError', code: 'unavailable' });
  expect(await log.head()).toBe(before);
  expect(await log.append(request({ streamId, events: 3, key: streamId }))).toMatchObject({
    status: 'appended',
    firstPosition: before + 1,
    version: 3,
  });
});

/** Repeats an append with its key until its outcome is known. */
async function appendSurely(log: EventLog, streamId: string, key: string): Promise<void> {
  for (;;) {
    try {
      await log.append(request({ streamId, events: 2, key }));
      return;
    } catch (error) {
      if (!(error instanceof EventLogError) || error.code !== 'unavailable') throw error;
    }
  }
}

it('connections killed at any moment lose and double nothing when keys are repeated', async () => {
  const log = createPostgresEventLog({ database: db.open({ maxConnections: 2 }) });
  const before = await log.head();
  const streams = Array.from({ length: 8 }, () => unique('stream'));
  const appends = 100;
  let working = true;
  const callers = Promise.all(
    streams.map(async (streamId) => {
      for (let index = 0; index < appends; index++) await appendSurely(log, streamId, `${streamId}-${index}`);
    }),
  ).finally(() => {
    working = false;
  });
  let terminated = 0;
  // Leaves time for work between the kills, whatever the speed of the machine.
  for (let reached = before; working; reached = await log.head().catch(() => reached)) {
    if (reached > before + terminated * 50)
      terminated += (await db.database.query(TERMINATE_APPENDERS)).length;
  }
  await callers;
  expect(terminated).toBeGreaterThan(0);
  const events = await readAll(log, before);
  expect(events.map(({ position }) => position)).toEqual(
    Array.from({ length: streams.length * appends * 2 }, (_, index) => before + 1 + index),
  );
  for (const streamId of streams) {
    const versions = events.filter((event) => event.streamId === streamId).map(({ version }) => version);
    expect(versions).toEqual(Array.from({ length: appends * 2 }, (_, index) => index + 1));
  }
}, 60_000);
