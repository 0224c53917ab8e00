import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AppendOutcome, EventLog, StoredEvent } from '../../../domain/log.ts';
import type { Database } from '../../../infra/database/database.ts';
import { createPostgresEventLog } from '../../../infra/event-store/postgres-event-log.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { request } from '../../support/log-events.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

const APPENDERS = 4;
const CALLERS = 6;
const APPENDS = 40;
const STREAMS = 5;

/** Appends until it has been the one to write each of its versions, as a command handler would. */
async function contend(log: EventLog, name: string): Promise<AppendOutcome[]> {
  const outcomes: AppendOutcome[] = [];
  const versions = new Map<string, number>();
  for (let index = 0; index < APPENDS; index++) {
    const streamId = `shared-${index % STREAMS}`;
    const key = `${name}-${index}`;
    for (;;) {
      const expected = versions.get(streamId) ?? 0;
      const outcome = await log.append(request({ streamId, expected, events: 1 + (index % 3), key }));
      outcomes.push(outcome);
      if (outcome.status === 'version_conflict') {
        versions.set(streamId, outcome.actual);
        continue;
      }
      if (outcome.status !== 'appended') throw new Error(`${key}: ${outcome.status}`);
      versions.set(streamId, outcome.version);
      break;
    }
  }
  return outcomes;
}

class Abandoned extends Error {}

/** Takes the lock, writes at the next position and thinks better of it, until told to stop. */
async function rollBack(database: Database, stopped: () => boolean): Promise<number> {
  let rolledBack = 0;
  while (!stopped()) {
    const attempt = database.transaction(async (tx) => {
      await tx.query('select from log_head for update');
      await tx.query(
        `insert into events (position, stream_id, version, type, schema_version, effective_at, recorded_at, data, metadata)
         select coalesce(max(position), 0) + 1, 'never', 1, 'BusinessDateAdvanced', 1, now(), now(), '{}', '{}'
         from events`,
      );
      throw new Abandoned();
    });
    await expect(attempt).rejects.toBeInstanceOf(Abandoned);
    rolledBack += 1;
  }
  return rolledBack;
}

/** Follows the feed from its start and keeps what it was given, in the order it was given. */
async function tail(log: EventLog, pageSize: number, end: () => number): Promise<StoredEvent[]> {
  const seen: StoredEvent[] = [];
  while (seen.length < end()) seen.push(...(await log.readFeed(seen.at(-1)?.position ?? 0, pageSize)));
  return seen;
}

it('skips and reorders nothing under racing appenders, rollbacks and a long write elsewhere', async () => {
  const logs = Array.from({ length: APPENDERS }, () =>
    createPostgresEventLog({ database: db.open({ maxConnections: 3 }) }),
  );
  let total = Number.POSITIVE_INFINITY;
  let endLongWrite: () => void = () => undefined;
  const longWrite = db.open({ maxConnections: 1 }).transaction(async (tx) => {
    await tx.query('create table elsewhere (n integer); insert into elsewhere values (1)');
    await new Promise<void>((resolve) => {
      endLongWrite = resolve;
    });
    await tx.query('insert into elsewhere values (2)');
  });
  const readers = [1, 7, 500].map((pageSize) =>
    tail(createPostgresEventLog({ database: db.open({ maxConnections: 1 }) }), pageSize, () => total),
  );
  let over = false;
  const rollbacks = rollBack(db.open({ maxConnections: 1 }), () => over);

  const contenders = await Promise.all(
    logs.flatMap((log, process) =>
      Array.from({ length: CALLERS }, (_, caller) => contend(log, `${process}-${caller}`)),
    ),
  );
  over = true;
  expect(await rollbacks).toBeGreaterThan(0);

  const outcomes = contenders.flat();
  const appended = outcomes.flatMap((outcome) => (outcome.status === 'appended' ? [outcome] : []));
  expect(appended).toHaveLength(APPENDERS * CALLERS * APPENDS);
  expect(outcomes.length).toBeGreaterThan(appended.length);

  total = appended.reduce(
    (sum, { firstPosition, lastPosition }) => sum + lastPosition - firstPosition + 1,
    0,
  );
  const seen = await Promise.all(readers);
  endLongWrite();
  await longWrite;

  const [counted] = await db.database.query<{ count: number; highest: number }>(
    'select count(*) as count, max(position) as highest from events',
  );
  expect(counted).toEqual({ count: total, highest: total });
  for (const events of seen) {
    expect(events.map(({ position }) => position)).toEqual(
      Array.from({ length: total }, (_, index) => index + 1),
    );
    const versions = new Map<string, number>();
    for (const { streamId, version } of events) {
      expect(version).toBe((versions.get(streamId) ?? 0) + 1);
      versions.set(streamId, version);
    }
    const recorded = events.map(({ recordedAt }) => recordedAt);
    expect([...recorded].sort()).toEqual(recorded);
  }
  // Nobody was promised a position that somebody else got.
  const claimed = appended.map(({ firstPosition }) => firstPosition);
  expect(new Set(claimed).size).toBe(claimed.length);
}, 120_000);

it('lets imports and appends race without loss', async () => {
  const log = createPostgresEventLog({ database: db.open({ maxConnections: 2 }) });
  const importer = createPostgresEventLog({ database: db.open({ maxConnections: 2 }) });
  const before = await log.head();
  const bulk = Array.from({ length: 2_000 }, (_, index) =>
    request({ streamId: `race-${index % 7}`, key: `race-${index}` }),
  );
  const [first, second, ...singles] = await Promise.all([
    log.appendBulk(bulk),
    importer.appendBulk(bulk),
    ...Array.from({ length: 200 }, (_, index) => log.append(request({ streamId: `race-${index % 7}` }))),
  ]);
  expect([first, second]).toMatchObject([{ committed: true }, { committed: true }]);
  expect(singles.every((outcome) => outcome.status === 'appended')).toBe(true);
  // One of the two did it, and the other was told where.
  const places = [first, second].map(({ outcomes }) =>
    outcomes.map((outcome) => 'firstPosition' in outcome && outcome.firstPosition),
  );
  expect(places[0]).toEqual(places[1]);
  expect(await log.head()).toBe(before + 2_200);
}, 60_000);
