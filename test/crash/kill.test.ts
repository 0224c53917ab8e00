import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planImport } from '../../commands/import/plan.ts';
import { textSource } from '../../commands/import/sources.ts';
import { isoDate, day } from '../../domain/dates.ts';
import { openBooks } from '../support/books.ts';
import type { Books } from '../support/books.ts';
import type { SourceText } from '../support/child.ts';
import { expectCleanReplay, expectInvariants, expectSoundLog } from '../support/invariants.ts';
import { createRandom, randomSeed } from '../support/random.ts';
import { createWorkload, openingFacts } from '../support/workload.ts';
import { createVictims, untilHit } from './victims.ts';
import type { Victims } from './victims.ts';

/** Kills of each kind; `npm run soak` asks for many more. */
const ROUNDS = Math.ceil(Number(process.env.KILL_ROUNDS ?? 6) / 3);
const seed = randomSeed();
const random = createRandom(seed);
const AT = `RANDOM_SEED=${seed}`;

describe(`kill -9 at random moments (${AT})`, () => {
  let books: Books;
  let victims: Victims;
  beforeEach(async () => {
    books = await openBooks();
    victims = createVictims(books.db.url, random);
    await books.project(...openingFacts());
  });
  afterEach(async () => {
    await victims.close();
    await books.close();
  });

  /** What a kill may not have broken, before anything is started again and after. */
  async function expectIntact(message: string): Promise<void> {
    await expectInvariants(books, message);
    await expectSoundLog(books.db.database, message);
    await expectCleanReplay(books, message);
    await expectInvariants(books, message);
  }

  it(
    'during an import: the same files imported again complete it, and nothing is there twice',
    async () => {
      await untilHit(ROUNDS, 600, async (round, window) => {
        const sources = importFiles(`I${round}`);
        const before = await books.log.head();
        const planned = (await plan(books, sources)).events;
        const hit = await victims.kill({ type: 'import', sources }, window);
        const message = `${AT}, import ${round}`;
        const survived = (await books.log.head()) - before;
        // All or nothing: an import is one transaction of the log.
        expect([0, planned], message).toContain(survived);
        const report = await (await plan(books, sources)).apply();
        expect(report, message).toMatchObject({ committed: true, eventsAppended: planned - survived });
        expect(await books.log.head(), message).toBe(before + planned);
        await expectIntact(message);
        return hit;
      });
    },
    120_000 + ROUNDS * 10_000,
  );

  it(
    'during the live projection of a stream: another projector goes on where it was',
    async () => {
      const workload = createWorkload('live', random);
      await untilHit(ROUNDS, 400, async (round, window) => {
        let dead = false;
        const hit = victims.kill({ type: 'live' }, window).finally(() => (dead = true));
        while (!dead) await books.append(workload.next(), workload.next());
        await books.append(workload.next());
        await hit;
        await expectIntact(`${AT}, stream ${round}`);
        // A live worker never finishes.
        return true;
      });
    },
    120_000 + ROUNDS * 10_000,
  );

  it(
    'during restatements: readers see the old days or the new ones, and in the end the new',
    async () => {
      const workload = createWorkload('past', random);
      await untilHit(ROUNDS, 500, async (round, window) => {
        await books.append(...Array.from({ length: 80 }, () => workload.next()));
        const hit = await victims.kill({ type: 'project' }, window);
        await expectIntact(`${AT}, restatement ${round}`);
        return hit;
      });
    },
    120_000 + ROUNDS * 10_000,
  );
});

function plan(books: Books, sources: readonly SourceText[]) {
  return planImport(
    sources.map(({ command, text }) => textSource(command, 'ndjson', text, command)),
    { log: books.log, clock: () => '2025-06-01T00:00:00.000000Z' },
  );
}

/** A hundred days of two portfolios in two securities of their own. */
function importFiles(name: string): SourceText[] {
  const first = day('2024-12-01');
  const dates = Array.from({ length: 100 }, (_, i) => isoDate(first + i));
  const securities = [`${name}-A`, `${name}-B`];
  const portfolios = [`${name}-1`, `${name}-2`];
  const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  return [
    {
      command: 'portfolios',
      text: lines(portfolios.map((portfolio_id) => ({ portfolio_id, base_currency: 'EUR' }))),
    },
    {
      command: 'securities',
      text: lines(securities.map((security_id) => ({ security_id, currency: 'EUR', type: 'equity' }))),
    },
    {
      command: 'prices',
      text: lines(
        securities.flatMap((security_id) =>
          dates.map((date) => ({ security_id, date, price: String(20 + random.below(60)) })),
        ),
      ),
    },
    {
      command: 'transactions',
      text: lines(
        portfolios.flatMap((portfolio_id) =>
          Array.from({ length: 120 }, (_, i) => ({
            transaction_id: `${portfolio_id}-${i}`,
            portfolio_id,
            security_id: random.pick(securities),
            transaction_date: random.pick(dates),
            transaction_type: random.pick(['BUY', 'BUY', 'SELL']),
            quantity: String(1 + random.below(9)),
            price: String(20 + random.below(60)),
            currency: 'EUR',
          })),
        ),
      ),
    },
  ];
}
