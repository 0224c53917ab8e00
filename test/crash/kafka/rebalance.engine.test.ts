/** Workers come, go and are killed while three of them share the messages that flow. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMarket } from '../../support/stream-market.ts';
import type { Market } from '../../support/stream-market.ts';
import { expectOutcome } from '../../support/stream-outcome.ts';
import { poisonOf } from '../../support/stream-poison.ts';
import type { StreamProcess } from '../../support/stream-process.ts';
import { rounds, seeded, shuffled } from '../../support/stream-rounds.ts';
import { openStreamWorld } from '../../support/stream-world.ts';
import type { Outbound, StreamWorld } from '../../support/stream-world.ts';

const { random, at } = seeded();
const { count, timeoutMs } = rounds(2);
const WORKERS = 3;
const MESSAGES_AT_ONCE = 6;
const PAUSE_MS = 200;

let world: StreamWorld;
beforeEach(async () => {
  world = await openStreamWorld({ environment: { KAFKA_PARTITIONS: '6', KAFKA_BATCH_MESSAGES: '10' } });
});
afterEach(() => world.close());

/** Sends without end until it is told to, and now and then something spoilt. */
function keepSending(market: Market): { stop(): Promise<Outbound[]> } {
  const poison: Outbound[] = [];
  let stopping = false;
  const sending = (async () => {
    for (let turn = 0; !stopping; turn++) {
      const bad = shuffled(random, poisonOf(market, random, `T${turn}`)).slice(0, 1);
      poison.push(...bad);
      await world.send([...market.next(MESSAGES_AT_ONCE), ...bad]);
      await delay(PAUSE_MS);
    }
  })();
  return {
    async stop() {
      stopping = true;
      await sending;
      return poison;
    },
  };
}

describe(`rebalances while three workers consume (${at})`, () => {
  it(
    'lose nothing and double nothing, whoever joins, leaves or is killed',
    async () => {
      const market = createMarket(random, { portfolios: 8, securities: 5, days: 30 });
      let workers: StreamProcess[] = [];
      for (let i = 0; i < WORKERS; i++) workers.push(await world.startReady('all'));
      await world.send(market.masterData());
      await world.settled();
      await world.send(market.opening());
      const flow = keepSending(market);

      const actions: Record<string, (worker: StreamProcess) => Promise<void>> = {
        async kill(worker) {
          await worker.kill();
          workers.push(await world.start('all'));
        },
        async leave(worker) {
          expect(await worker.stop(), worker.lastWords()).toBe(0);
          workers.push(await world.start('all'));
        },
        async join(worker) {
          workers.push(await world.start('all'));
          await worker.kill();
        },
      };
      const plan = Array.from({ length: count }, (_, i) => Object.keys(actions)[i % 3]!);
      for (const action of shuffled(random, plan)) {
        const before = await world.books.log.head();
        await actions[action]!(random.pick(workers));
        workers = workers.filter((worker) => worker.alive());
        expect(workers, action).toHaveLength(WORKERS);
        // Whatever happens to the group, it gets on.
        await world.until(async () =>
          (await world.books.log.head()) > before ? undefined : `nothing is taken in after ${action}`,
        );
      }
      const poison = await flow.stop();
      await expectOutcome(world, market, at, { poison, killed: true });
      for (const worker of workers) expect(await worker.stop()).toBe(0);
    },
    timeoutMs,
  );
});
