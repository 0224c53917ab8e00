/** Writers that append to one log side by side, each through a log of its own. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { EventLog } from '../../domain/log.ts';
import { createPostgresEventLog } from '../../infra/event-store/postgres-event-log.ts';
import type { Books, Fact } from './books.ts';
import { createRandom } from './random.ts';
import { createWorkload } from './workload.ts';

/** A writer with a log of its own; now and then it begins an append that it takes back. */
export async function write(
  books: Books,
  name: string,
  writerSeed: number,
  wanted: (appends: number) => boolean,
): Promise<void> {
  const database = books.db.open({ searchPath: 'public', maxConnections: 2 });
  const log = createPostgresEventLog({ database });
  const random = createRandom(writerSeed);
  const workload = createWorkload(name, random);
  for (let i = 0; wanted(i); i++) {
    const batch = Array.from({ length: 1 + random.below(3) }, () => workload.next());
    await append(log, batch);
    // The longer it takes the longer the rests, or the history outgrows those who make it again.
    await delay(random.below(40 + 10 * i));
    if (random.below(5) > 0) continue;
    const taken = database.transaction(async (tx) => {
      await tx.query(`select from log_head for update`);
      await tx.query(
        `insert into events (position, stream_id, version, type, schema_version, effective_at, recorded_at, data, metadata)
         select max(position) + 1, $1, 1, 'BusinessDateAdvanced', 1, now(), now(), '{"date":"2030-01-01"}', '{"source":"cli"}'
         from events`,
        [`never-${name}-${i}`],
      );
      throw new Error('taken back');
    });
    await expect(taken).rejects.toThrow('taken back');
  }
  await log.close();
}

async function append(log: EventLog, batch: readonly Fact[]): Promise<void> {
  await log.appendMany(
    batch.map(({ streamId, event }) => ({
      streamId,
      expected: 'any',
      events: [{ ...event, effectiveAt: '2025-01-01T00:00:00.000000Z', metadata: { source: 'cli' } }],
    })),
  );
}
