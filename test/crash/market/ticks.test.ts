import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tick } from '../../../domain/market/tick.ts';
import { createOffsetStore } from '../../../infra/kafka-store/offsets.ts';
import { readTick } from '../../../projections/market/tick-rules.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { forkTypeScript } from '../../support/fork.ts';
import { createRandom, randomSeed } from '../../support/random.ts';
import { TICK_GROUP, sayingOf } from '../../support/tick-partition.ts';
import { barsOf, distinct, storedBars, storedSnapshots, storedTicks } from '../../support/ticks.ts';

const ROUNDS = Number(process.env.KILL_ROUNDS ?? 12);
const PARTITIONS = 2;
const MESSAGES = 250 * ROUNDS;
const seed = randomSeed();
const random = createRandom(seed);

let db: TestDatabase;
let child: ChildProcess | undefined;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(async () => {
  child?.kill('SIGKILL');
  await db.close();
});

function start(): ChildProcess {
  const args = [db.url, seed, PARTITIONS, MESSAGES].map(String);
  child = forkTypeScript(new URL('../../support/tick-taker.ts', import.meta.url), args);
  return child;
}

/** Kills after so many transactions, and a moment into the one that follows. @returns whether it was at work */
async function killAfter(taker: ChildProcess, transactions: number): Promise<boolean> {
  const exit = once(taker, 'exit');
  let seen = 0;
  let done = false;
  taker.on('message', (message) => {
    if (message === 'done') done = true;
    if (message !== 'taken') return;
    seen += 1;
    if (seen === transactions) setTimeout(() => taker.kill('SIGKILL'), random.below(12));
  });
  await exit;
  return !done;
}

const EXCHANGES: Readonly<Record<string, string>> = { AAPL: 'XNAS', VOD: 'XLON', '7203': 'XTKS' };

function ticksOf(partition: number): { ticks: Tick[]; none: number } {
  const reads = Array.from({ length: MESSAGES }, (_, offset) => {
    try {
      return readTick(JSON.parse(sayingOf({ seed, partition }, offset)), Date.now());
    } catch {
      return undefined;
    }
  });
  const ticks = reads.flatMap((read) => (read?.ok ? read.tick : []));
  return { ticks, none: MESSAGES - ticks.length };
}

describe(`kill -9 of whoever takes ticks in (RANDOM_SEED=${seed})`, () => {
  it(
    'loses no tick and doubles none in a bar',
    async () => {
      let hits = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const taker = start();
        await once(taker, 'message');
        if (await killAfter(taker, 1 + random.below(6))) hits += 1;
      }
      expect(hits).toBeGreaterThan(ROUNDS / 2);
      const last = start();
      const [code] = (await once(last, 'exit')) as [number];
      expect(code).toBe(0);

      const sent = Array.from({ length: PARTITIONS }, (_, partition) => ticksOf(partition));
      const ticks = sent.flatMap((each) => each.ticks);
      const offsets = await createOffsetStore(db.database).load(TICK_GROUP);
      expect(offsets.map(({ next }) => next)).toEqual([MESSAGES, MESSAGES]);
      const [letters] = await db.database.query<{ n: number }>('select count(*) as n from dead_letters');
      expect(letters?.n).toBe(sent.reduce((sum, { none }) => sum + none, 0));
      expect(await storedTicks(db.database)).toBe(distinct(ticks).length);
      expect(await storedBars(db.database)).toEqual(barsOf(ticks, (symbol) => EXCHANGES[symbol] ?? '24x7'));
      for (const { symbol, timestamp } of await storedSnapshots(db.database)) {
        const own = ticks.filter((each) => each.symbol === symbol);
        expect(timestamp).toBe(Math.max(...own.map((each) => each.timestamp)));
      }
    },
    60_000 + ROUNDS * 10_000,
  );
});
