import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSocketHub } from '../../../api/sockets/hub.ts';
import { DEFAULT_SOCKET_LIMITS } from '../../../api/sockets/limits.ts';
import { createRelay } from '../../../infra/market-store/relay.ts';
import { createSnapshotReads } from '../../../infra/market-store/snapshots.ts';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import { createMarketEvents } from '../../../projections/market/model.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { storePrices } from '../../support/snapshots.ts';
import { connectSocket } from '../../support/socket-client.ts';
import type { SocketClient } from '../../support/socket-client.ts';

const T = 1_755_851_400_000;
const ROUNDS = 60;
let db: TestDatabase;
const endings: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(async () => {
  for (const end of endings.reverse()) await end();
  await db.close();
});

async function startProcess() {
  const events = createMarketEvents((error) => {
    throw error;
  });
  const relay = createRelay({
    database: db.database,
    url: db.url,
    events,
    processId: randomUUID(),
    logger: SILENT_LOGGER,
  });
  const hub = createSocketHub({
    snapshots: createSnapshotReads(db.database),
    events,
    limits: DEFAULT_SOCKET_LIMITS,
    logger: SILENT_LOGGER,
    metrics: { socketMessages: () => undefined, socketDropped: () => undefined, sockets: () => undefined },
    now: Date.now,
  });
  const { url } = await hub.listen({ host: '127.0.0.1', port: 0 });
  endings.push(
    () => relay.close(),
    () => hub.close(),
  );
  await expect.poll(() => relay.connected(), { timeout: 5_000 }).toBe(true);
  return { events, url };
}

test('two processes that share the symbols both serve all of them, also to those who come in between', async () => {
  const processes = [await startProcess(), await startProcess()];
  const clients: SocketClient[] = [];
  const join = async (process: number) => {
    const client = await connectSocket(processes[process]!.url);
    endings.push(() => client.close());
    client.say({ type: 'subscribe', symbols: ['BRK.A', 'BRK.B'] });
    clients.push(client);
  };
  await join(0);
  await join(1);
  for (let i = 1; i <= ROUNDS; i++) {
    for (const [number, symbol] of ['BRK.A', 'BRK.B'].entries()) {
      const snapshots = await storePrices(db.database, [{ symbol, price: i, timestamp: T + i }]);
      processes[number]!.events.publish({ type: 'prices', snapshots });
    }
    if (i % 10 === 0) await join((i / 10) % 2);
  }
  for (const client of clients) {
    const pricesOf = (symbol: string) =>
      client.told
        .filter((told) => told.type === 'price_update' && told.symbol === symbol)
        .map(({ data }) => Number(data?.['price']));
    for (const symbol of ['BRK.A', 'BRK.B']) {
      await client.until(() => pricesOf(symbol).at(-1) === ROUNDS);
      const prices = pricesOf(symbol);
      // Every one from the first one told on, once and in order.
      expect(prices).toEqual(Array.from({ length: prices.length }, (_, i) => ROUNDS - prices.length + 1 + i));
    }
  }
});
