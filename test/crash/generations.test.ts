import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setTimeout as delay } from 'node:timers/promises';
import type { Queryable } from '../../infra/database/database.ts';
import { openBooks } from '../support/books.ts';
import type { Books } from '../support/books.ts';
import { startWorker } from '../support/child.ts';
import type { Order } from '../support/child.ts';
import { expectCleanReplay, expectInvariants, expectSoundLog } from '../support/invariants.ts';
import { createRandom, randomSeed } from '../support/random.ts';
import { createWorkload, openingFacts } from '../support/workload.ts';
import type { Workload } from '../support/workload.ts';
import { createVictims } from './victims.ts';
import type { Victims } from './victims.ts';

/** Kills in all; `npm run soak` asks for many more. */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 6);
/** Every fifth of them in a flip. */
const IN_FLIP = Math.max(1, Math.round(ROUNDS / 5));
const seed = randomSeed();
const random = createRandom(seed);
const AT = `RANDOM_SEED=${seed}`;

type Operation = Extract<Order['type'], 'rebuild' | 'rollback' | 'prune'>;
const OPERATIONS: readonly Operation[] = ['rebuild', 'rebuild', 'rollback', 'rebuild', 'prune'];

describe(`kill -9 of what operators do to generations (${AT})`, () => {
  let books: Books;
  let victims: Victims;
  let workload: Workload;
  beforeEach(async () => {
    books = await openBooks();
    victims = createVictims(books.db.url, random);
    workload = createWorkload('K', random);
    await books.project(...openingFacts(), ...Array.from({ length: 150 }, () => workload.next()));
  });
  afterEach(async () => {
    await victims.close();
    await books.close();
  });

  /** Readers have what they had, all of it; and whatever was begun is finished by whoever comes next. */
  async function expectIntact(message: string): Promise<void> {
    await expectInvariants(books, message);
    await books.append(workload.next(), workload.next());
    await expectSoundLog(books.db.database, message);
    await expectCleanReplay(books, message);
    const flips = await books.generations.flips(1);
    const active = await books.generations.active();
    expect(flips[0]?.to ?? 'gen_a', message).toBe(active);
  }

  /** What is there to be rolled back or pruned. */
  async function prepare(operation: Operation): Promise<void> {
    const { state } = await books.generations.idle();
    if (operation !== 'rebuild' && state !== 'retained') await books.projections.rebuild({ all: true });
    await books.project(...Array.from({ length: 20 }, () => workload.next()));
  }

  it(
    `at ${ROUNDS - IN_FLIP} random instants of a rebuild, a rollback or a prune`,
    async () => {
      // As long as each of them takes, more or less; it follows what is seen.
      const windows: Record<Operation, number> = { rebuild: 900, rollback: 150, prune: 150 };
      let hits = 0;
      for (let round = 0; hits < ROUNDS - IN_FLIP; round++) {
        if (round > ROUNDS * 5) throw new Error(`only ${hits} of ${round} kills hit a worker that was busy`);
        const operation = OPERATIONS[round % OPERATIONS.length]!;
        const message = `${AT}, round ${round}: ${operation}`;
        await prepare(operation);
        const hit = await victims.kill({ type: operation }, windows[operation]);
        windows[operation] *= hit ? 1.05 : 0.7;
        if (hit) hits += 1;
        await expectIntact(message);
      }
      // The next rebuild goes on with the last one that was killed, or begins another.
      const before = await books.generations.active();
      expect(await books.projections.rebuild({ all: true })).toMatchObject({ status: 'completed' });
      expect(await books.generations.active()).not.toBe(before);
      await expectIntact(`${AT}, in the end`);
      expect((await books.generations.runs.list(1_000)).filter((run) => run.interrupted)).toEqual([]);
    },
    60_000 + ROUNDS * 15_000,
  );

  it(
    `at ${IN_FLIP} random instants of a flip`,
    async () => {
      for (let round = 0; round < IN_FLIP; round++) {
        const operation = round % 3 === 2 ? 'rollback' : 'rebuild';
        const message = `${AT}, flip ${round}: ${operation}`;
        await prepare(operation);
        const before = await books.generations.active();
        const worker = await startWorker(books.db.url);
        const held = await holdFlip(books, operation, () => worker.begin({ type: operation }));
        await delay(random.next() * 5);
        // Half of them when they could have gone on already.
        if (random.below(2) === 0) {
          await worker.kill();
          await held.release();
        } else {
          const released = held.release();
          await delay(random.next() * 10);
          await worker.kill();
          await released;
        }
        await expectIntact(message);
        const after = await books.generations.active();
        const [latest] = await books.generations.runs.list(1);
        // Flipped and on record as such, or neither.
        if (operation === 'rebuild')
          expect(latest?.status, message).toBe(before === after ? 'running' : 'completed');
      }
      expect(await books.projections.rebuild({ all: true })).toMatchObject({ status: 'completed' });
      await expectIntact(`${AT}, after the flips`);
    },
    60_000 + ROUNDS * 15_000,
  );
});

/** Holds the row that the flip changes, and begins what flips; resolves when the flip waits for it. */
async function holdFlip(
  books: Books,
  operation: 'rebuild' | 'rollback',
  begin: () => Promise<void>,
): Promise<{ release(): Promise<void> }> {
  const database = books.db.open({ searchPath: 'public', maxConnections: 2 });
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  let met = (): void => undefined;
  const waiting = new Promise<void>((resolve) => (met = resolve));
  if (operation === 'rebuild') await begin();
  const holding = database.transaction(async (tx) => {
    // To empty its generation a rebuild takes the row as well.
    if (operation === 'rebuild') await until(books.db.database, EMPTIED);
    await tx.query(`select from active_generation for update`);
    if (operation === 'rollback') await begin();
    // Asked elsewhere: in a transaction the view stays as it was first seen.
    await until(books.db.database, FLIP_WAITS);
    met();
    await released;
  });
  await Promise.race([waiting, holding]);
  return {
    async release() {
      release();
      await holding;
      await database.close();
    },
  };
}

const EMPTIED = `select exists (
  select from rebuilds where status = 'running' and phase not in ('facts') and cancel_requested = false
    and updated_at > now() - interval '1 minute' and position is not null) as yes`;
const FLIP_WAITS = `select exists (
  select from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock' and query like '%active_generation%') as yes`;

async function until(database: Queryable, condition: string): Promise<void> {
  for (let look = 0; look < 10_000; look++) {
    const [row] = await database.query<{ yes: boolean }>(condition);
    if (row?.yes) return;
    await delay(1);
  }
  throw new Error(`not within ten seconds: ${condition}`);
}
