/** How a stream must have ended, whatever happened on the way: as if every good message had come once. */
import { expect } from 'vitest';
import { importSources } from '../../commands/import/plan.ts';
import { textSource } from '../../commands/import/sources.ts';
import { figures, openBooks } from './books.ts';
import { expectInvariants, expectSoundLog } from './invariants.ts';
import { expectDeadLetters } from './stream-letters.ts';
import type { Market } from './stream-market.ts';
import type { Outbound, StreamWorld } from './stream-world.ts';

export interface OutcomeOptions {
  /** What had to become a dead letter. */
  readonly poison?: readonly Outbound[];
  /** Dead letters may be in their topics twice: somebody was killed before it could note that they are. */
  readonly killed?: boolean;
  /** Days that wait for their aggregation for good. */
  readonly waiting?: number;
}

/** Waits until everything has come to rest, then compares with a second database that got every fact once. */
export async function expectOutcome(
  world: StreamWorld,
  market: Market,
  message: string,
  { poison = [], killed = false, waiting = 0 }: OutcomeOptions = {},
): Promise<void> {
  await world.settled(waiting);
  const { books } = world;
  await expectSoundLog(books.db.database, message);
  expect(await recordedTransactions(world), message).toEqual(market.transactionIds().sort());
  await expectInvariants(books, message);
  // Without catching up first: what has come to rest was done by the processes.
  const report = await books.projections.verify({});
  expect(report, message).toMatchObject({ ok: true, skipped: [], differences: [] });
  expect(report.position, message).toBe(await books.log.head());
  expect(await figures(books), message).toEqual(await importedOnce(market));
  await expectDeadLetters(world, poison, message, killed);
}

export async function recordedTransactions({ books }: StreamWorld): Promise<string[]> {
  const rows = await books.db.database.query<{ id: string }>(
    `select data ->> 'transaction_id' as id from public.events where type = 'TransactionRecorded'`,
  );
  return rows.map(({ id }) => id).sort();
}

/** The figures of a database of its own into which all facts were imported, each once. */
async function importedOnce(market: Market): ReturnType<typeof figures> {
  const books = await openBooks();
  try {
    const sources = market.sources().map(({ command, text }) => textSource(command, 'ndjson', text, command));
    const report = await importSources(sources, {
      log: books.log,
      clock: () => '2025-12-01T00:00:00.000000Z',
      funding: false,
    });
    expect(report).toMatchObject({ committed: true });
    await books.projections.catchUp();
    return await figures(books);
  } finally {
    await books.close();
  }
}
