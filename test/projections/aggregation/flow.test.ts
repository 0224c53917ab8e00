/** Everything between a fold and an aggregated day at once, under facts that keep changing the past. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOutboxPublisher } from '../../../infra/kafka/outbox-publisher.ts';
import type { OutgoingMessage } from '../../../infra/kafka/producer.ts';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import { openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';
import { expectCleanReplay, expectInvariants } from '../../support/invariants.ts';
import { createRandom } from '../../support/random.ts';
import { createWorkload, openingFacts } from '../../support/workload.ts';
import { aggregationOn } from './support.ts';

describe('from folds to aggregated days', () => {
  let books: Books;
  beforeEach(async () => {
    books = await openBooks(undefined, { outbox: { replays: true } });
  });
  afterEach(() => books.close());

  it.each([1, 2, 3])(
    'every day of every portfolio is done at the epoch of its row (seed %i)',
    async (seed) => {
      const aggregation = aggregationOn(books);
      const taken: string[] = [];
      const publisher = createOutboxPublisher({
        activeDatabase: () => Promise.resolve(books.db.database),
        producer: {
          // What goes out comes in at once.
          async send(messages: readonly OutgoingMessage[]) {
            const of = (topic: string) =>
              messages.filter((message) => message.topic === topic).map(({ value }) => String(value));
            taken.push(...of('snapshots'), ...of('aggregation'));
            if (of('snapshots').length > 0) await aggregation.giveSnapshots(...of('snapshots'));
            if (of('aggregation').length > 0) await aggregation.giveOrders(...of('aggregation'));
          },
        },
        topics: { transactions: 'transactions', snapshots: 'snapshots', aggregation: 'aggregation' },
        republishReplays: true,
        logger: SILENT_LOGGER,
        pollMs: 5,
        budget: 100,
      });
      const random = createRandom(seed);
      const workload = createWorkload('w', random);
      const loops = [publisher, aggregation.scheduler, aggregation.aggregator, books.projections];
      await books.append(...openingFacts());
      for (const loop of loops) loop.start();
      for (let batch = 0; batch < 25; batch++) {
        await books.append(...Array.from({ length: 1 + random.below(6) }, () => workload.next()));
        if (random.below(3) === 0) await books.projections.whenProjected(await books.log.head());
      }
      await books.projections.whenProjected(await books.log.head());
      await expect
        .poll(
          () =>
            books.db.database.query(
              `select p.portfolio_id, t.date, t.epoch, a.state, a.epoch as done
             from portfolio_timeseries t
             join portfolios p using (portfolio_no)
             left join aggregation_days a on a.portfolio_id = p.portfolio_id and a.date = t.date
             where t.superseded_by is null and (a.state, a.epoch) is distinct from ('done', t.epoch)`,
            ),
          { timeout: 20_000 },
        )
        .toEqual([]);
      for (const loop of loops) await loop.stop();
      expect(await books.db.database.query(`select error_code, error_message from dead_letters`)).toEqual([]);
      expect(await aggregation.marks()).toEqual([]);
      expect(taken.length).toBeGreaterThan(0);
      await expectInvariants(books, `seed ${seed}`);
      await expectCleanReplay(books, `seed ${seed}`);
    },
  );
});
