import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBufferedLog } from '../../../commands/ingest/buffered-log.ts';
import type { AppendRequest, EventLog, StoredEvent } from '../../../domain/log.ts';
import { createPostgresEventLog } from '../../../infra/event-store/postgres-event-log.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';

let db: TestDatabase;
let log: EventLog;
beforeAll(async () => {
  db = await createTestDatabase({ searchPath: 'public' });
  log = createPostgresEventLog({ database: db.database });
});
afterAll(async () => {
  await log.close();
  await db.close();
});

let number = 0;
const name = () => `s${++number}`;

function append(
  streamId: string,
  expected: AppendRequest['expected'],
  key?: string,
  fingerprint = 'f',
): AppendRequest {
  return {
    streamId,
    expected,
    events: [
      {
        type: 'BusinessDateAdvanced',
        data: { date: '2025-08-15' },
        effectiveAt: '2025-08-15T00:00:00.000000Z',
        metadata: { source: 'kafka' },
      },
    ],
    ...(key === undefined ? {} : { idempotency: { key, fingerprint } }),
  };
}

const open = (streams: ReadonlyMap<string, readonly StoredEvent[]> = new Map()) =>
  createBufferedLog({ log, streams, keys: new Map() });

/** Statuses, and versions where they were conflicts. */
async function told(target: EventLog, ...requests: readonly AppendRequest[]): Promise<string[]> {
  const outcomes = await target.appendMany(requests);
  return outcomes.map((outcome) =>
    outcome.status === 'version_conflict' ? `${outcome.status} ${outcome.actual}` : outcome.status,
  );
}

describe('a buffered log', () => {
  it('answers as the log itself would, and appends nothing to it', async () => {
    const [kept, direct] = [name(), name()];
    const script = (stream: string, own: string) => [
      append(stream, 'none', `${own}-a`),
      append(stream, 'none'),
      append(stream, 1),
      append(stream, 1),
      append(stream, 'any', `${own}-b`),
      append(stream, 3),
      append(stream, 7, `${own}-b`),
      append(stream, 'any', `${own}-b`, 'other'),
    ];
    const before = await log.head();
    const answers = await told(open(), ...script(kept, kept));
    expect(await log.head()).toBe(before);
    expect(answers).toEqual([
      'appended',
      'version_conflict 1',
      'appended',
      'version_conflict 2',
      'appended',
      'appended',
      'duplicate',
      'key_conflict',
    ]);
    expect(await told(log, ...script(direct, direct))).toEqual(answers);
  });

  it('continues what is stored', async () => {
    const stream = name();
    await log.append(append(stream, 'none', `${stream}-key`));
    const buffered = open();
    expect(await told(buffered, append(stream, 'none'), append(stream, 1))).toEqual([
      'version_conflict 1',
      'appended',
    ]);
    expect(await told(buffered, append(stream, 'any', `${stream}-key`))).toEqual(['duplicate']);
    expect((await buffered.readStream(stream)).map(({ version }) => version)).toEqual([1, 2]);
    expect((await buffered.readStream(stream, 2)).map(({ version }) => version)).toEqual([2]);
    expect(await buffered.findKey(`${stream}-key`)).toMatchObject({ fingerprint: 'f' });
  });

  it('believes what was read beforehand, and asks for nothing again', async () => {
    const stream = name();
    await log.append(append(stream, 'none'));
    const stale = open(new Map([[stream, []]]));
    expect(await told(stale, append(stream, 'none'))).toEqual(['appended']);
  });

  it('numbers what follows an append to any version', async () => {
    const stream = name();
    await log.append(append(stream, 'none'));
    const buffered = open();
    await buffered.append(append(stream, 'any'));
    expect(await told(buffered, append(stream, 2))).toEqual(['appended']);
    expect((await buffered.readStream(stream)).map(({ version }) => version)).toEqual([1, 2, 3]);
  });

  it('forgets what is rolled back, its keys included', async () => {
    const [one, other] = [name(), name()];
    const buffered = open();
    await buffered.append(append(one, 'none', `${one}-key`));
    const mark = buffered.mark();
    await buffered.appendMany([append(one, 1), append(other, 'none', `${other}-key`)]);
    expect(buffered.rollback(mark)).toBe(true);
    expect(buffered.rollback(mark)).toBe(false);
    expect(buffered.requests()).toHaveLength(1);
    expect(await buffered.readStream(one)).toHaveLength(1);
    expect(await buffered.readStream(other)).toEqual([]);
    expect(await buffered.findKey(`${other}-key`)).toBeUndefined();
    expect(await told(buffered, append(other, 'none', `${other}-key`))).toEqual(['appended']);
  });
});
