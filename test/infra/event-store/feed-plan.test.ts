import { afterAll, beforeAll, expect, it } from 'vitest';
import { READ_FEED_OF_TYPES } from '../../../infra/event-store/read.ts';
import { createPostgresEventLog } from '../../../infra/event-store/postgres-event-log.ts';
import { createTestDatabase } from '../../support/database.ts';

let test: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  test = await createTestDatabase({ searchPath: 'public' });
  await test.database.query(`
    insert into events (position, stream_id, version, type, schema_version, effective_at, recorded_at, data, metadata)
    select n, 's-' || n, 1, case n % 5000 when 0 then 'GroupRemoved' else 'BusinessDateAdvanced' end, 1,
           '2025-01-01', '2025-01-01', '{"group_id": "G"}', '{"source": "cli"}'
    from generate_series(1, 20000) n`);
  await test.database.query('analyze events');
});
afterAll(() => test.close());

it('finds a rare type in a log of others without reading those', async () => {
  const lines = await test.database.query<{ 'QUERY PLAN': string }>(
    `explain (analyze, costs off, timing off) ${READ_FEED_OF_TYPES}`,
    [0, 1_000_000, 2_000, ['GroupRemoved', 'SeriesDefined']],
  );
  const plan = lines.map((line) => line['QUERY PLAN']).join('\n');
  expect(plan).toContain('events_by_type');
  expect(plan).not.toContain('Rows Removed by Filter');
  const log = createPostgresEventLog({ database: test.database });
  const found = await log.readFeed(5_000, 2, { types: ['GroupRemoved', 'SeriesDefined'], upTo: 15_000 });
  expect(found.map(({ position }) => position)).toEqual([10_000, 15_000]);
});
