/** The whole read model is rebuilt and flipped while messages flow and while what was folded is published. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMarket } from '../../support/stream-market.ts';
import { expectOutcome } from '../../support/stream-outcome.ts';
import { rounds, seeded } from '../../support/stream-rounds.ts';
import { openStreamWorld } from '../../support/stream-world.ts';
import type { StreamWorld } from '../../support/stream-world.ts';

const { random, at } = seeded();
const { count, timeoutMs } = rounds(1);

let world: StreamWorld;
beforeEach(async () => {
  world = await openStreamWorld({ environment: { KAFKA_BATCH_MESSAGES: '10' } });
});
afterEach(() => world.close());

interface Rebuild {
  readonly rebuild_id: string;
  readonly status: string;
}

async function ask(url: string, init?: RequestInit): Promise<Rebuild> {
  const reply = await fetch(url, init);
  const body: Rebuild = JSON.parse(await reply.text());
  return body;
}

describe(`a rebuild mid-stream (${at})`, () => {
  it(
    'loses nothing and doubles nothing, and nothing that was announced becomes a dead letter',
    async () => {
      const market = createMarket(random, { portfolios: 4, securities: 5, days: 30 });
      const all = await world.startReady('all');
      await world.startReady('timeseries');
      await world.send(market.masterData());
      await world.settled();
      await world.send(market.opening());
      const before = await world.books.generations.active();
      for (let round = 0; round < count; round++) {
        await world.send(market.next(100));
        const { rebuild_id: id } = await ask(`${all.url}/v1/rebuilds`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: '{}',
        });
        await world.send(market.next(30));
        await world.until(async () => {
          const { status } = await ask(`${all.url}/v1/rebuilds/${id}`);
          expect(status).toMatch(/^(running|completed)$/);
          return status === 'completed' ? undefined : `the rebuild is ${status}`;
        });
      }
      expect((await world.books.generations.active()) === before).toBe(count % 2 === 0);
      await expectOutcome(world, market, at);
    },
    timeoutMs,
  );
});
