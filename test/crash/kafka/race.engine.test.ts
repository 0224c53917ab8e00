/**
 * The transactions of a portfolio's positions, their closes and the business dates arrive in every order, spread
 * over processes: at no instant may anybody see a portfolio's day that was built from part of its positions.
 */
import { describe, expect, it } from 'vitest';
import { figures } from '../../support/books.ts';
import { createMarket } from '../../support/stream-market.ts';
import type { Said } from '../../support/stream-market.ts';
import { expectOutcome } from '../../support/stream-outcome.ts';
import { startReader } from '../../support/stream-reader.ts';
import { rounds, seeded, shuffled } from '../../support/stream-rounds.ts';
import { openStreamWorld } from '../../support/stream-world.ts';
import type { StreamRole } from '../../support/stream-process.ts';

const { random, at } = seeded();
const { count, timeoutMs } = rounds(1);
const APART: readonly StreamRole[] = ['positions', 'positions', 'timeseries', 'market-data'];

/** In another order, but for business dates, which only ever advance. */
function mixed(messages: readonly Said[]): Said[] {
  const dates = messages.filter(({ kind }) => kind === 'business-dates');
  return shuffled(random, messages).map((each) => (each.kind === 'business-dates' ? dates.shift()! : each));
}

/** What of a round's messages is the last word: earlier closes of the same day must not come after it. */
function lastWords(messages: readonly Said[]): Said[] {
  const about = ({ kind, key, value }: Said) =>
    kind === 'prices' || kind === 'fx-rates' ? `${kind} ${key} ${String(value.date)}` : value;
  return [...new Map(messages.map((each) => [about(each), each])).values()];
}

describe(`positions that race (${at})`, () => {
  it(
    'make whole days at every instant, and the same rows whether by several roles or by one',
    async () => {
      const market = createMarket(random, { portfolios: 3, securities: 4, days: 14 });
      const begin = [market.masterData(), market.opening()];
      const slices = Array.from({ length: count }, (_, i) =>
        lastWords([...(i === 0 ? market.everyClose() : []), ...market.next(140)]),
      );

      async function run(roles: readonly StreamRole[]) {
        const world = await openStreamWorld({
          environment: { KAFKA_PARTITIONS: '6', KAFKA_BATCH_MESSAGES: '5' },
        });
        try {
          for (const role of roles) await world.startReady(role);
          const reader = startReader(world.books);
          for (const messages of begin) {
            await world.send(messages);
            await world.settled();
          }
          for (const slice of slices) {
            for (const each of mixed(slice)) await world.send([each]);
            await world.settled();
          }
          const seen = await reader.stop();
          await expectOutcome(world, market, `${at}, ${roles.join(' ')}`);
          return { seen, figures: await figures(world.books) };
        } finally {
          await world.close();
        }
      }

      const apart = await run(APART);
      expect(apart.seen.broken, at).toEqual([]);
      expect(apart.seen.looks, at).toBeGreaterThan(100);
      expect(apart.seen.states, at).toBeGreaterThan(20);
      const together = await run(['all']);
      expect(together.seen.broken, at).toEqual([]);
      expect(apart.figures, at).toEqual(together.figures);
    },
    timeoutMs,
  );
});
