import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AppendRequest, EventLog } from '../../../domain/log.ts';
import { createPostgresEventLog } from '../../../infra/event-store/postgres-event-log.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { readAll, request, unique } from '../../support/log-events.ts';
import { createLogModel, type LogModel } from '../../support/log-model.ts';

let db: TestDatabase;
let log: EventLog;
beforeAll(async () => {
  db = await createTestDatabase();
  log = createPostgresEventLog({ database: db.database });
});
afterAll(() => db.close());

// Few streams, keys and versions, so that they meet all the time.
const anyRequest = fc.record({
  stream: fc.constantFrom('a', 'b', 'c'),
  expected: fc.oneof(
    fc.constant('any' as const),
    fc.constant('none' as const),
    fc.integer({ min: 0, max: 4 }),
  ),
  events: fc.integer({ min: 1, max: 3 }),
  key: fc.option(fc.constantFrom('k', 'l', 'm', 'n'), { nil: undefined }),
  fingerprint: fc.constantFrom('f', 'f', 'f', 'g'),
});
const anyStep = fc.record({
  how: fc.constantFrom('concurrently' as const, 'many' as const, 'bulk' as const),
  requests: fc.array(anyRequest, { minLength: 1, maxLength: 12 }),
});
type Step = { how: 'concurrently' | 'many' | 'bulk'; requests: AppendRequest[] };

async function run({ how, requests }: Step): Promise<unknown> {
  switch (how) {
    case 'concurrently':
      return Promise.all(requests.map((each) => log.append(each)));
    case 'many':
      return log.appendMany(requests);
    case 'bulk':
      return log.appendBulk(requests);
  }
}

/** Versions and positions of a refused bulk are those of a run that was never made: statuses suffice. */
function comparable(step: Step, result: unknown): unknown {
  if (step.how !== 'bulk') return result;
  const { committed, outcomes } = result as ReturnType<LogModel['appendBulk']>;
  return committed ? { committed, outcomes } : { committed };
}

it('does to any script of appends what a small model does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 6 }), async (script) => {
      const prefix = unique('run');
      const before = await log.head();
      const model = createLogModel(before);
      for (const { how, requests } of script) {
        const step: Step = {
          how,
          requests: requests.map(({ stream, key, ...rest }) =>
            request({
              ...rest,
              streamId: `${prefix}-${stream}`,
              ...(key === undefined ? {} : { key: `${prefix}-${key}` }),
            }),
          ),
        };
        const expected =
          how === 'bulk' ? model.appendBulk(step.requests) : step.requests.map((each) => model.append(each));
        expect(comparable(step, await run(step))).toEqual(comparable(step, expected));
      }
      const stored = await readAll(log, before);
      expect(stored.map(({ position, streamId, version }) => ({ position, streamId, version }))).toEqual(
        model.events,
      );
    }),
    { numRuns: 60 },
  );
}, 120_000);
