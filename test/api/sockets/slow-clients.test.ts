import { afterEach, expect, test } from 'vitest';
import { createSocketHub } from '../../../api/sockets/hub.ts';
import { DEFAULT_SOCKET_LIMITS } from '../../../api/sockets/limits.ts';
import type { SocketLimits } from '../../../api/sockets/limits.ts';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import { createMarketEvents } from '../../../projections/market/model.ts';
import { priceChange } from '../../support/snapshots.ts';
import { connectSocket } from '../../support/socket-client.ts';

const T = 1_755_851_400_000;
const SYMBOLS = Array.from({ length: 10 }, (_, i) => `S${i}`);
const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function open(limits: Partial<SocketLimits> = {}) {
  const events = createMarketEvents((error) => {
    throw error;
  });
  const dropped = { conflated: 0, slow: 0, silent: 0, refused: 0 };
  const hub = createSocketHub({
    snapshots: { all: async () => [], many: async () => [] },
    events,
    limits: { ...DEFAULT_SOCKET_LIMITS, closeMs: 1_000, ...limits },
    logger: SILENT_LOGGER,
    metrics: {
      socketMessages: () => undefined,
      socketDropped: (reason, count) => (dropped[reason] += count),
      sockets: () => undefined,
    },
    now: Date.now,
  });
  const { url } = await hub.listen({ host: '127.0.0.1', port: 0 });
  endings.push(() => hub.close());
  let published = 0;
  return {
    hub,
    dropped,
    count: () => published,
    /** One more price for one symbol after the other. */
    publish(changes: number) {
      for (let i = 0; i < changes; i += 100)
        events.publish({
          type: 'prices',
          snapshots: Array.from({ length: Math.min(100, changes - i) }, () => {
            const n = published++;
            return priceChange(SYMBOLS[n % SYMBOLS.length]!, 1 + n, T + n);
          }),
        });
    },
    async connect(message: unknown = { type: 'subscribe', symbols: SYMBOLS }) {
      const client = await connectSocket(url);
      endings.push(() => client.close());
      client.say(message);
      await client.next('subscribed');
      return client;
    },
  };
}

const breath = () => new Promise<void>((resolve) => setImmediate(resolve));

test.each([{ symbols: SYMBOLS }, { symbol: '*' }])(
  'a client that falls behind gets the newest price of each symbol, and never goes back (%j)',
  async (wanted) => {
    const { publish, connect, dropped, hub, count } = await open();
    const client = await connect({ type: 'subscribe', ...wanted });
    client.ws.pause();
    while (dropped.conflated < 5_000) {
      publish(1_000);
      await breath();
    }
    expect(hub.counts().bufferedBytes).toBeLessThan(DEFAULT_SOCKET_LIMITS.maxBufferBytes);
    client.ws.resume();
    const prices = () =>
      client.told.filter(({ type }) => type === 'price_update').map(({ data }) => Number(data?.['price']));
    await client.until((told) => told.at(-1)?.data?.['price'] === count());
    // Once it has caught up, it gets every change again.
    client.clear();
    const before = count();
    publish(50);
    await client.until((told) => told.length === 50);
    expect(prices()).toEqual(Array.from({ length: 50 }, (_, i) => before + 1 + i));
    expect(dropped.slow).toBe(0);
  },
);

test('prices of each symbol only ever rise for a client that reads now and then', async () => {
  const { publish, connect, count, dropped } = await open({ maxBufferBytes: 262_144 });
  const client = await connect();
  for (let round = 0; round < 5; round++) {
    client.ws.pause();
    const before = dropped.conflated;
    while (dropped.conflated < before + 1_000) {
      publish(1_000);
      await breath();
    }
    client.ws.resume();
    await client.until((told) => Number(told.at(-1)?.data?.['price']) === count());
  }
  for (const symbol of SYMBOLS) {
    const times = client.told
      .filter((told) => told.symbol === symbol)
      .map(({ data }) => Number(data?.['timestamp']));
    expect(times.length).toBeGreaterThan(5);
    expect(times.every((time, i) => i === 0 || time > times[i - 1]!)).toBe(true);
  }
});

test('one that takes nothing while more than the bound goes by is let go with 1013', async () => {
  const { publish, connect, dropped, hub } = await open({ stallMs: 1, maxBufferBytes: 100_000 });
  const client = await connect();
  client.ws.pause();
  while (dropped.slow === 0) {
    publish(1_000);
    await breath();
  }
  expect(hub.counts().subscriptions).toBe(0);
  client.ws.resume();
  expect(await client.closed).toEqual({ code: 1013, reason: 'too slow' });
});

test('one that asks without reading the answers is let go at the bound', async () => {
  const { connect, dropped, hub } = await open({ maxBufferBytes: 100_000 });
  const client = await connect();
  client.ws.pause();
  let most = 0;
  while (dropped.slow === 0) {
    for (let i = 0; i < 1_000; i++) client.say({ type: 'unsubscribe', symbols: SYMBOLS });
    await breath();
    most = Math.max(most, hub.counts().mostBufferedBytes);
  }
  expect(most).toBeLessThan(101_000);
  client.ws.resume();
  expect(await client.closed).toMatchObject({ code: 1013 });
});

test('fifty that never read cost their bounds at most, and take nothing from the others', async () => {
  const bound = 131_072;
  const { publish, connect, dropped, hub, count } = await open({ maxBufferBytes: bound });
  const reader = await connect();
  for (let i = 0; i < 50; i++) {
    const deaf = await connect(i % 2 === 0 ? { type: 'subscribe', symbol: '*' } : undefined);
    deaf.ws.pause();
  }
  let most = 0;
  let received = 0;
  let outOfOrder = 0;
  while (count() < 100_000) {
    publish(500);
    most = Math.max(most, hub.counts().mostBufferedBytes);
    // Heard and let go, or the test itself would keep them all.
    await reader.until((told) => told.at(-1)?.data?.['price'] === count());
    for (const told of reader.told) {
      if (told.type !== 'price_update') continue;
      received++;
      if (told.data?.['price'] !== received) outOfOrder++;
    }
    reader.clear();
  }
  expect([received, outOfOrder]).toEqual([100_000, 0]);
  expect(dropped.conflated).toBeGreaterThan(100_000);
  expect(most).toBeLessThanOrEqual(bound);
  expect(hub.counts().bufferedBytes).toBeLessThanOrEqual(50 * bound);
});
