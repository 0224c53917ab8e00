import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { DatabaseError } from '../../../infra/database/database.ts';
import type { Database } from '../../../infra/database/database.ts';
import { createRelay } from '../../../infra/market-store/relay.ts';
import type { Relay, RelayOptions } from '../../../infra/market-store/relay.ts';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import { createMarketEvents } from '../../../projections/market/model.ts';
import type { AlertRaised, MarketEvent, MarketEvents, Snapshot } from '../../../projections/market/model.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { storePrices } from '../../support/snapshots.ts';

let db: TestDatabase;
const T = 1_755_851_400_000;
const processes: Process[] = [];

interface Process {
  readonly events: MarketEvents;
  readonly relay: Relay;
  readonly heard: MarketEvent[];
  prices(symbol?: string): number[];
}

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
afterEach(async () => {
  for (const { relay } of processes.splice(0)) await relay.close();
  await db.database.query('delete from price_snapshots');
});

async function start(options: Partial<RelayOptions> = {}): Promise<Process> {
  const events = createMarketEvents((error) => {
    throw error;
  });
  const heard: MarketEvent[] = [];
  events.subscribe((event) => heard.push(event));
  const relay = createRelay({
    database: db.database,
    url: db.url,
    events,
    processId: randomUUID(),
    logger: SILENT_LOGGER,
    ...options,
  });
  const process: Process = {
    events,
    relay,
    heard,
    prices: (symbol) =>
      heard.flatMap((event) =>
        event.type === 'prices'
          ? event.snapshots
              .filter((snapshot) => symbol === undefined || snapshot.symbol === symbol)
              .map(({ price }) => price)
          : [],
      ),
  };
  processes.push(process);
  await expect.poll(() => relay.connected(), { timeout: 5_000 }).toBe(true);
  return process;
}

/** Stores a price and publishes it, as the process that took its tick does. */
async function take(process: Process, symbol: string, ...prices: number[]): Promise<void> {
  for (const [i, price] of prices.entries()) {
    const snapshots = await storePrices(db.database, [{ symbol, price, timestamp: T + price + i }]);
    process.events.publish({ type: 'prices', snapshots });
  }
}

test('every process hears of every change once, in order, whoever took it', async () => {
  const [a, b, c] = [await start(), await start(), await start()];
  await take(a, 'AAPL', 1, 2, 3);
  await take(b, 'MSFT', 4, 5);
  for (const process of [a, b, c]) {
    await expect.poll(() => process.prices('AAPL')).toEqual([1, 2, 3]);
    await expect.poll(() => process.prices('MSFT')).toEqual([4, 5]);
  }
  expect([a, b, c].map(({ relay }) => relay.counts().swept)).toEqual([0, 0, 0]);
});

test('batches larger than a notification arrive whole, with everything that is known of a price', async () => {
  const [a, b] = [await start(), await start()];
  const snapshots = Array.from({ length: 500 }, (_, i): Snapshot => ({
    id: randomUUID(),
    symbol: `S${i}`,
    price: 100 + i / 8,
    timestamp: T + i,
    ...(i % 2 === 0 ? { volume: i, bid: 99.5, ask: 100.5 } : {}),
    created_at: '2025-08-22T08:30:00.000000Z',
    updated_at: '2025-08-22T08:30:00.123456Z',
  }));
  a.events.publish({ type: 'prices', snapshots });
  await expect.poll(() => b.prices().length).toBe(500);
  expect(b.heard.flatMap((event) => (event.type === 'prices' ? event.snapshots : []))).toEqual(snapshots);
  expect(a.prices().length).toBe(500);
});

test('alerts are passed on', async () => {
  const [a, b] = [await start(), await start()];
  const alert: AlertRaised = {
    alert_id: '1',
    rule_id: '2',
    symbol: 'AAPL',
    interval: '1day',
    condition: 'rsi(14) > 70',
    value: 71.5,
    at: T,
    raised_at: '2025-08-22T08:30:00.123456Z',
  };
  a.events.publish({ type: 'alerts', alerts: [alert] });
  await expect.poll(() => b.heard).toEqual([{ type: 'alerts', alerts: [alert] }]);
});

test('nothing is sent while nobody else listens', async () => {
  const asked: string[] = [];
  const database: Pick<Database, 'query'> = {
    query: async <R extends object>(text: string, values?: readonly unknown[]) => {
      const rows = await db.database.query<R>(text, values);
      if (text.includes('as others')) asked.push(JSON.stringify(rows));
      return rows;
    },
  };
  const a = await start({ database });
  // Locks of connections that other tests have closed.
  const holders = async () =>
    (
      await db.database.query(
        `select from pg_locks
         where locktype = 'advisory' and mode = 'ShareLock'
           and database = (select oid from pg_database where datname = current_database())`,
      )
    ).length;
  await expect.poll(holders).toBe(1);
  await take(a, 'AAPL', 1);
  await expect.poll(() => asked).toEqual(['[{"others":false}]']);
  expect(a.relay.counts().sent).toBe(0);
  const b = await start();
  await take(a, 'AAPL', 2);
  await expect.poll(() => b.prices()).toContain(2);
  expect(a.relay.counts()).toMatchObject({ sent: 1, lost: 0 });
});

test('a process that begins finds what was published before it listened', async () => {
  const a = await start();
  await take(a, 'AAPL', 1);
  const b = await start();
  await expect.poll(() => b.prices()).toEqual([1]);
});

test('a lost connection comes back, and what was missed meanwhile is found', async () => {
  const [a, b] = [await start(), await start()];
  await take(a, 'AAPL', 1);
  await expect.poll(() => b.prices('AAPL')).toEqual([1]);
  await db.database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'chronofolio market relay' and datname = current_database()`,
  );
  await take(a, 'AAPL', 2);
  await expect.poll(() => b.prices('AAPL'), { timeout: 5_000 }).toContain(2);
  await expect.poll(() => b.relay.connected(), { timeout: 5_000 }).toBe(true);
  await expect.poll(() => a.relay.connected(), { timeout: 5_000 }).toBe(true);
  await take(b, 'AAPL', 3);
  await expect.poll(() => a.prices('AAPL')).toEqual([1, 2, 3]);
});

test('when notifications fail, sweeps find the changes', async () => {
  const failing: Pick<Database, 'query'> = {
    query: async (text, values) => {
      if (text.includes('pg_notify')) throw new DatabaseError('query_failed', 'no notifications today');
      return db.database.query(text, values);
    },
  };
  const [a, b] = [await start({ database: failing }), await start({ sweepMs: 20, settleMs: 10 })];
  await take(a, 'AAPL', 1);
  await expect.poll(() => b.prices()).toEqual([1]);
  await take(a, 'AAPL', 2);
  await take(a, 'MSFT', 7);
  await expect.poll(() => [b.prices('AAPL'), b.prices('MSFT')]).toEqual([[1, 2], [7]]);
  await expect.poll(() => a.relay.counts().lost).toBe(3);
  expect(a.prices()).toEqual([1, 2, 7]);
});
