import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Slot } from '../../projections/generation.ts';
import { facts, openBooks } from '../support/books.ts';
import type { Books } from '../support/books.ts';
import { startWorker } from '../support/child.ts';
import type { Worker } from '../support/child.ts';
import { brokenInvariants, expectCleanReplay, expectSoundLog } from '../support/invariants.ts';
import { randomSeed } from '../support/random.ts';
import { openingFacts, PORTFOLIOS } from '../support/workload.ts';
import { write } from '../support/writers.ts';

const WRITERS = 6;
const APPENDS = 40;
const seed = randomSeed();

describe(`two projector processes, six writers and a reader (RANDOM_SEED=${seed})`, () => {
  let books: Books;
  let workers: Worker[] = [];
  beforeAll(async () => {
    books = await openBooks();
    workers = await Promise.all([startWorker(books.db.url), startWorker(books.db.url)]);
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await books.close();
  });

  it('show a consistent state at every instant and end in what a clean replay gives', async () => {
    await books.project(...openingFacts());
    await Promise.all(workers.map((worker) => worker.begin({ type: 'live' })));
    const elsewhere = await longTransaction(books);
    const reader = readUntilStopped(books);

    const writeWhile = (name: string, wanted: (appends: number) => boolean) =>
      Promise.all(Array.from({ length: WRITERS }, (_, i) => write(books, `${name}${i}`, seed + i, wanted)));
    await writeWhile('W', (appends) => appends < APPENDS);
    await books.projections.whenProjected(await books.log.head(), 60_000);

    // A rebuild on top, and nobody pauses for it: the flip is one more thing that readers must not notice.
    let flipped = false;
    const rebuilding = books.projections.rebuild({ all: true }).finally(() => (flipped = true));
    await writeWhile('V', () => !flipped);
    expect(await rebuilding).toMatchObject({ slot: 'gen_b' });
    await writeWhile('X', (appends) => appends < 5);
    await books.projections.whenProjected(await books.log.head(), 60_000);

    const seen = await reader.stop();
    await elsewhere.end();
    expect(seen.broken).toEqual([]);
    expect(seen.polls).toBeGreaterThan(20);
    expect(seen.slots).toEqual(['gen_a', 'gen_b']);
    await expectSoundLog(books.db.database, `seed ${seed}`);
    await expectCleanReplay(books, `seed ${seed}`);
  }, 240_000);

  it('go on with what is appended after they have caught up', async () => {
    const [before] = await portfolioRows(books);
    await books.append(
      facts.transaction('P1', 'DEPOSIT', 'CASH_EUR', '2025-01-02', {
        transaction_id: 'after',
        gross_transaction_amount: '7',
      }),
    );
    // Nobody here projects: the processes do.
    await books.projections.whenProjected(await books.log.head(), 30_000);
    const [after] = await portfolioRows(books);
    expect(Number(after!.flow)).toBe(Number(before!.flow) + 7);
    expect(after!.epoch).toBe(before!.epoch + 1);
    await expectCleanReplay(books, `seed ${seed}`);
  });
});

async function portfolioRows(books: Books): Promise<{ flow: string; epoch: number }[]> {
  const database = books.db.open({ searchPath: `${await books.generations.active()},public` });
  return database.query(
    `select t.bod_cashflow as flow, s.epoch
     from portfolio_timeseries t join portfolio_state s using (portfolio_no) join portfolios p using (portfolio_no)
     where p.portfolio_id = 'P1' and t.date = '2025-01-02' and t.superseded_by is null`,
  );
}

/** Writes something and stays open, as a long load into another table would. */
async function longTransaction(books: Books): Promise<{ end(): Promise<void> }> {
  const database = books.db.open({ searchPath: 'public', maxConnections: 1 });
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => (end = resolve));
  let begun = (): void => undefined;
  const started = new Promise<void>((resolve) => (begun = resolve));
  const transaction = database.transaction(async (tx) => {
    await tx.query(`create table elsewhere as select generate_series(1, 1000) as n`);
    begun();
    await over;
  });
  await started;
  return {
    async end() {
      end();
      await transaction;
    },
  };
}

interface Seen {
  polls: number;
  slots: Slot[];
  broken: unknown[];
}

/** Polls in snapshots of the active generation, and notes whatever is not as it must be. */
function readUntilStopped(books: Books): { stop(): Promise<Seen> } {
  const pools = {
    gen_a: books.db.open({ searchPath: 'gen_a,public', maxConnections: 1 }),
    gen_b: books.db.open({ searchPath: 'gen_b,public', maxConnections: 1 }),
  };
  const seen: Seen = { polls: 0, slots: [], broken: [] };
  const epochs = new Map<string, number>();
  let position = 0;
  let stopped = false;

  async function poll(): Promise<void> {
    const slot = await books.generations.active();
    if (!seen.slots.includes(slot)) seen.slots.push(slot);
    await pools[slot].transaction(
      async (tx) => {
        seen.broken.push(...(await brokenInvariants(tx)));
        const [now] = await tx.query<{ position: number }>(
          `select least(position, (select min(position) - 1 from dirty where cause <> 'operator')) as position
           from checkpoints`,
        );
        if (now!.position < position) seen.broken.push({ position, then: now!.position });
        position = now!.position;
        const states = await tx.query<{ key: string; epoch: number }>(
          `select portfolio_id as key, epoch from portfolio_state join portfolios using (portfolio_no)
           union all
           select portfolio_id || '/' || security_id, epoch
           from position_state join portfolios using (portfolio_no) join securities using (security_no)`,
        );
        if (states.length < PORTFOLIOS.length) seen.broken.push({ states: states.length, slot });
        for (const { key, epoch } of states) {
          if (epoch < (epochs.get(key) ?? 0))
            seen.broken.push({ key, from: epochs.get(key), to: epoch, slot });
          epochs.set(key, epoch);
        }
      },
      { isolation: 'repeatable read', readOnly: true },
    );
    seen.polls += 1;
  }

  const running = (async () => {
    while (!stopped) {
      await poll();
      // A few milliseconds between two looks, as a dashboard would leave.
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await running;
      await poll();
      return seen;
    },
  };
}
