import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../infra/database/database.ts';
import { createPostgresEventLog } from '../../../infra/event-store/postgres-event-log.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { eventLogContract } from '../../support/event-log-contract.ts';
import { calendarEvent, request, unique } from '../../support/log-events.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

describe('the contract of the event log', () => {
  eventLogContract(async (options = {}) => createPostgresEventLog({ database: db.database, ...options }));
});

describe('on PostgreSQL', () => {
  it('fails only the request whose content the server refuses', async () => {
    const log = createPostgresEventLog({ database: db.database });
    const streamId = unique('stream');
    const results = await Promise.allSettled([
      log.append(request({ streamId })),
      log.append(request({ streamId: 'no text of the server: \u0000' })),
      log.append(request({ streamId, events: 2 })),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { code: 'store_failed', cause: { code: 'invalid_value' } } });
    expect(await log.readStream(streamId)).toHaveLength(3);
  });

  it('refuses to change or remove events', async () => {
    const log = createPostgresEventLog({ database: db.database });
    await log.append(request({ streamId: unique('stream') }));
    for (const statement of [
      `update events set data = '{}'`,
      `delete from events where position = 1`,
      'truncate events',
    ]) {
      await expect(db.database.query(statement)).rejects.toMatchObject({
        message: expect.stringContaining('immutable'),
        sqlState: '23001',
      });
    }
  });

  it('never records an event earlier than the one before, whatever the clock says', async () => {
    const future = '2999-01-01T00:00:00.000000Z';
    const ownDatabase = await createTestDatabase();
    try {
      await ownDatabase.database.query(
        `insert into events (position, stream_id, version, type, schema_version, effective_at, recorded_at, data, metadata)
         values (1, 's', 1, 'BusinessDateAdvanced', 1, $1, $1, '{"date":"2025-01-01"}', '{"source":"cli"}')`,
        [future],
      );
      const slow = createPostgresEventLog({ database: ownDatabase.database });
      await slow.append(request({ streamId: 's', expected: 1 }));
      await slow.appendBulk([request({ streamId: 's' })]);
      expect((await slow.readStream('s')).map(({ recordedAt }) => recordedAt)).toEqual([
        future,
        future,
        future,
      ]);
      expect(await slow.positionAt(future)).toBe(3);
    } finally {
      await ownDatabase.close();
    }
  });

  it('refuses to work where appends could see a stale log', async () => {
    await expect(
      db.database.transaction(
        async (tx) => {
          await tx.query(
            `select * from append_events('{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')`,
          );
        },
        { isolation: 'repeatable read' },
      ),
    ).rejects.toThrow('read committed');
  });

  it('says that it is overloaded instead of queueing without end', async () => {
    const log = createPostgresEventLog({ database: db.database, maxPendingAppends: 10 });
    const streamId = unique('stream');
    const results = await Promise.allSettled(
      Array.from({ length: 30 }, () => log.append(request({ streamId }))),
    );
    expect(results.slice(0, 10).every(({ status }) => status === 'fulfilled')).toBe(true);
    for (const refused of results.slice(10))
      expect(refused).toMatchObject({ reason: { code: 'overloaded' } });
    expect(await log.readStream(streamId)).toHaveLength(10);
    expect(await log.append(request({ streamId, events: [calendarEvent()] }))).toMatchObject({ version: 11 });
  });

  it('reports a store that is away as unavailable', async () => {
    const nowhere = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/nothing', maxConnections: 1 });
    const log = createPostgresEventLog({ database: nowhere });
    const failure = { name: 'EventLogError', code: 'unavailable', cause: { code: 'unavailable' } };
    await expect(log.append(request({ streamId: 's' }))).rejects.toMatchObject(failure);
    await expect(log.appendBulk([request({ streamId: 's' })])).rejects.toMatchObject(failure);
    await expect(log.head()).rejects.toMatchObject(failure);
    await nowhere.close();
  });
});
