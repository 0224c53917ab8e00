/** The broker is killed with -9 while messages flow, and comes back. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBroker } from '../../support/kafka-broker.ts';
import type { Broker } from '../../support/kafka-broker.ts';
import { createMarket } from '../../support/stream-market.ts';
import { expectOutcome } from '../../support/stream-outcome.ts';
import { poisonOf } from '../../support/stream-poison.ts';
import { rounds, seeded } from '../../support/stream-rounds.ts';
import { openStreamWorld } from '../../support/stream-world.ts';
import type { Outbound, StreamWorld } from '../../support/stream-world.ts';

const { random, at } = seeded();
const { count, timeoutMs } = rounds(1);

let broker: Broker;
let world: StreamWorld;
beforeEach(async () => {
  broker = await startBroker();
  world = await openStreamWorld({
    brokers: [broker.address],
    environment: { KAFKA_BATCH_MESSAGES: '20' },
  });
});
afterEach(async () => {
  await world.close();
  await broker.stop();
});

describe(`kill -9 of the broker (${at})`, () => {
  it(
    'mid-stream loses nothing and doubles nothing; who depends on it is not ready for as long, and does not end',
    async () => {
      const market = createMarket(random, { portfolios: 4, securities: 5, days: 30 });
      const processes = [
        await world.startReady('positions'),
        await world.startReady('timeseries'),
        await world.startReady('market-data'),
      ];
      await world.send(market.masterData());
      await world.settled();
      await world.send(market.opening());
      const poison: Outbound[] = [];
      for (let round = 0; round < count; round++) {
        const bad = poisonOf(market, random, `R${round}`).slice(0, 6);
        poison.push(...bad);
        await world.send([...market.next(150), ...bad]);
        // What was sent is on its way through when it dies: being taken in, or being published.
        const left = random.below(120);
        await world.until(async () => ((await world.lag('transactions')) <= left ? undefined : 'not begun'));
        await broker.kill();
        for (const process of processes)
          await world.until(async () =>
            (await process.readiness()).ready ? `${process.role} is ready without a broker` : undefined,
          );
        // What is known goes on being folded meanwhile.
        await world.books.projections.whenProjected(await world.books.log.head(), 60_000);
        await broker.restart();
        await world.send(market.next(60));
        for (const process of processes)
          await world.until(async () => {
            const { ready, said } = await process.readiness();
            return ready ? undefined : `${process.role}: ${said}`;
          });
      }
      expect(processes.map((process) => process.alive())).toEqual([true, true, true]);
      await expectOutcome(world, market, at, { poison, killed: true });
      for (const process of processes) expect(await process.stop()).toBe(0);
    },
    timeoutMs,
  );
});
