/** Consumers are killed with -9 in the middle of a batch; others take over where the database says. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMarket } from '../../support/stream-market.ts';
import { expectOutcome } from '../../support/stream-outcome.ts';
import { poisonOf } from '../../support/stream-poison.ts';
import type { StreamProcess } from '../../support/stream-process.ts';
import { rounds, seeded, shuffled } from '../../support/stream-rounds.ts';
import { openStreamWorld } from '../../support/stream-world.ts';
import type { Outbound, StreamWorld } from '../../support/stream-world.ts';

const { random, at } = seeded();
const { count, timeoutMs } = rounds(2);
const ROLES = ['positions', 'timeseries', 'market-data'] as const;
const MOST_MS = 400;

let world: StreamWorld;
beforeEach(async () => {
  world = await openStreamWorld({ environment: { KAFKA_BATCH_MESSAGES: '20' } });
});
afterEach(() => world.close());

/** Sends, waits until a process has done part of what a batch needs, and keeps it there until `work` is done. */
async function amidTransaction(
  role: StreamProcess['role'],
  messages: readonly Outbound[],
  work: () => Promise<void>,
): Promise<void> {
  const { database } = world.books.db;
  await database.transaction(async (tx) => {
    await tx.query(`select from public.log_head for update`);
    await world.send(messages);
    await world.until(async () => {
      const waiting = await database.query(
        `select pid from pg_stat_activity
         where datname = current_database() and application_name = $1 and wait_event_type = 'Lock'`,
        [`chronofolio ${role}`],
      );
      return waiting.length > 0 ? undefined : `nobody of ${role} appends`;
    });
    await work();
  });
}

describe(`kill -9 of consumers (${at})`, () => {
  it(
    'mid-batch loses nothing and doubles nothing',
    async () => {
      const market = createMarket(random, { portfolios: 4, securities: 5, days: 30 });
      const processes = new Map<StreamProcess['role'], StreamProcess>();
      for (const role of ROLES) processes.set(role, await world.startReady(role));
      await world.send(market.masterData());
      await world.settled();
      await world.send(market.opening());
      const poison: Outbound[] = [];
      let amid = 0;
      for (let round = 0; round < count; round++) {
        const bad = shuffled(random, poisonOf(market, random, `R${round}`)).slice(0, 6);
        poison.push(...bad);
        const messages = [...market.next(150), ...bad];
        if (round % 2 === 0) {
          // Its offset is moved and its events are not there yet, in a transaction that never commits.
          const role = random.pick(['positions', 'market-data'] as const);
          await amidTransaction(role, messages, async () => {
            await processes.get(role)!.kill();
            amid += 1;
          });
          processes.set(role, await world.start(role));
        } else {
          await world.send(messages);
          const victims = ROLES.filter(() => random.below(3) > 0);
          await Promise.all(
            victims.map(async (role) => {
              const moment = performance.now() + random.next() * MOST_MS;
              await world.until(() => (performance.now() >= moment ? undefined : 'not yet'));
              await processes.get(role)!.kill();
            }),
          );
          for (const role of victims) processes.set(role, await world.start(role));
        }
      }
      expect(amid).toBe(Math.ceil(count / 2));
      await expectOutcome(world, market, at, { poison, killed: true });
      for (const process of processes.values()) expect(await process.stop()).toBe(0);
    },
    timeoutMs,
  );
});
