/** The database is killed with -9 while messages flow, and comes back. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../infra/database/database.ts';
import type { Database } from '../../../infra/database/database.ts';
import { migrate } from '../../../infra/database/migrate.ts';
import { openEmbedded } from '../../../infra/embedded/embedded.ts';
import type { EmbeddedServer } from '../../../infra/embedded/embedded.ts';
import { withFileLock } from '../../../infra/embedded/file-lock.ts';
import { prepareHome } from '../../../infra/embedded/layout.ts';
import { createMarket } from '../../support/stream-market.ts';
import { expectOutcome } from '../../support/stream-outcome.ts';
import { poisonOf } from '../../support/stream-poison.ts';
import { rounds, seeded } from '../../support/stream-rounds.ts';
import { openStreamWorld } from '../../support/stream-world.ts';
import type { Outbound, StreamWorld } from '../../support/stream-world.ts';

const { random, at } = seeded();
const { count, timeoutMs } = rounds(2);
const LOCK_TIMEOUT_MS = 60_000;

const parent = mkdtempSync(join(tmpdir(), 'chronofolio-stream-'));
const home = join(parent, 'home');
const pools: Database[] = [];
let server: EmbeddedServer;
let world: StreamWorld;

beforeAll(async () => {
  server = await openEmbedded({ home });
  const open = ({ searchPath = 'gen_a,public', maxConnections = 8 } = {}) => {
    const pool = openDatabase({ url: server.url, maxConnections, searchPath });
    pools.push(pool);
    return pool;
  };
  await migrate(open({ searchPath: 'public' }));
  world = await openStreamWorld({
    database: { url: server.url, database: open(), open, close: async () => undefined },
    environment: { KAFKA_BATCH_MESSAGES: '20' },
  });
}, 120_000);
afterAll(async () => {
  await world.close();
  await Promise.all(pools.map((pool) => pool.close()));
  await server.close();
  rmSync(parent, { recursive: true, force: true });
}, 60_000);

const serverPid = () => Number(readFileSync(join(home, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);

/** Kills the server and keeps it from coming back until `work` is done. */
async function withoutServer(work: () => Promise<void>): Promise<void> {
  const { lock } = prepareHome(home);
  await withFileLock(lock, LOCK_TIMEOUT_MS, async () => {
    process.kill(serverPid(), 'SIGKILL');
    await work();
  });
}

describe(`kill -9 of the database (${at})`, () => {
  it(
    'mid-stream loses nothing and doubles nothing; nobody is ready for as long, and nobody ends',
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
        const left = random.below(120);
        await world.until(async () => ((await world.lag('transactions')) <= left ? undefined : 'not begun'));
        await withoutServer(async () => {
          for (const each of processes)
            await world.until(async () =>
              (await each.readiness()).ready ? `${each.role} is ready without a database` : undefined,
            );
          await world.send(market.next(40));
        });
        for (const each of processes)
          await world.until(async () => {
            const { ready, said } = await each.readiness();
            return ready ? undefined : `${each.role}: ${said}`;
          });
      }
      expect(processes.map((each) => each.alive())).toEqual([true, true, true]);
      await expectOutcome(world, market, at, { poison, killed: true });
      for (const each of processes) expect(await each.stop()).toBe(0);
    },
    timeoutMs,
  );
});
