import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createSocketHub } from '../../../api/sockets/hub.ts';
import type { SocketHub } from '../../../api/sockets/hub.ts';
import { DEFAULT_SOCKET_LIMITS } from '../../../api/sockets/limits.ts';
import type { SocketLimits } from '../../../api/sockets/limits.ts';
import { createSnapshotReads } from '../../../infra/market-store/snapshots.ts';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import { createMarketEvents } from '../../../projections/market/model.ts';
import type { AlertRaised, MarketEvents, Snapshot } from '../../../projections/market/model.ts';
import type { SnapshotReads } from '../../../projections/market/snapshots.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { gate } from '../../support/gate.ts';
import { storePrices } from '../../support/snapshots.ts';
import { connectSocket } from '../../support/socket-client.ts';
import type { SocketClient } from '../../support/socket-client.ts';

let db: TestDatabase;
const T = 1_755_851_400_000;
const endings: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  db = await createTestDatabase();
  await storePrices(db.database, [
    { symbol: 'AAPL', price: 187.32, timestamp: T, volume: 300, bid: 187.31, ask: 187.33 },
    { symbol: 'MSFT', price: 415.5, timestamp: T + 1 },
    { symbol: 'BRK.A', price: 700_000, timestamp: T + 2 },
    { symbol: 'BRK.B', price: 465.1, timestamp: T + 3 },
  ]);
});
afterAll(() => db.close());
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

interface Stage {
  readonly hub: SocketHub;
  readonly events: MarketEvents;
  readonly url: string;
  readonly dropped: Record<string, number>;
  connect(options?: Parameters<typeof connectSocket>[1]): Promise<SocketClient>;
}

async function open(limits: Partial<SocketLimits> = {}, reads?: SnapshotReads): Promise<Stage> {
  const failures: unknown[] = [];
  const events = createMarketEvents((error) => failures.push(error));
  const dropped: Record<string, number> = {};
  const hub = createSocketHub({
    snapshots: reads ?? createSnapshotReads(db.database),
    events,
    limits: { ...DEFAULT_SOCKET_LIMITS, ...limits },
    logger: SILENT_LOGGER,
    metrics: {
      socketMessages: () => undefined,
      socketDropped: (reason, count) => void (dropped[reason] = (dropped[reason] ?? 0) + count),
      sockets: () => undefined,
    },
    now: Date.now,
  });
  const { url } = await hub.listen({ host: '127.0.0.1', port: 0 });
  endings.push(async () => {
    await hub.close();
    expect(failures).toEqual([]);
    expect(hub.counts()).toMatchObject({ connections: 0, subscriptions: 0 });
  });
  return {
    hub,
    events,
    url,
    dropped,
    async connect(options) {
      const client = await connectSocket(url, options);
      endings.push(() => client.close());
      return client;
    },
  };
}

let clock = T + 1_000;
/** A change as the tick store tells it: later than all before. */
function change(symbol: string, price: number, at = clock++): Snapshot {
  return {
    id: '00000000-0000-4000-8000-000000000000',
    symbol,
    price,
    timestamp: at,
    created_at: '2025-08-22T08:30:00.000000Z',
    updated_at: '2025-08-22T08:30:00.000000Z',
  };
}
const publish = (events: MarketEvents, ...snapshots: Snapshot[]) =>
  events.publish({ type: 'prices', snapshots });
const pricesOf = (client: SocketClient, symbol?: string) =>
  client.told
    .filter((told) => told.type === 'price_update' && (symbol === undefined || told.symbol === symbol))
    .map((told) => told.data?.['price']);

describe('messages', () => {
  test('a welcome with the id of the client, and an echo of its heartbeats', async () => {
    const { connect } = await open();
    const client = await connect();
    const welcome = await client.next('heartbeat');
    expect(welcome).toEqual({
      type: 'heartbeat',
      clientId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      timestamp: expect.any(Number),
    });
    client.clear();
    client.say({ type: 'heartbeat' });
    expect((await client.next('heartbeat')).clientId).toBe(welcome.clientId);
  });

  test('a subscription is confirmed, then comes the current price, then each change', async () => {
    const { connect, events } = await open();
    const client = await connect();
    client.say({ type: 'subscribe', symbol: 'aapl.O', timestamp: Date.now() });
    const first = await client.next('price_update');
    expect(client.told.map(({ type }) => type)).toEqual(['heartbeat', 'subscribed', 'price_update']);
    expect(client.told[1]).toEqual({
      type: 'subscribed',
      symbols: ['AAPL'],
      timestamp: expect.any(Number),
    });
    expect(first).toEqual({
      type: 'price_update',
      symbol: 'AAPL',
      data: {
        id: expect.any(String),
        symbol: 'AAPL',
        price: 187.32,
        timestamp: T,
        volume: 300,
        bid: 187.31,
        ask: 187.33,
        created_at: expect.stringMatching(/Z$/),
        updated_at: expect.stringMatching(/Z$/),
      },
      timestamp: expect.any(Number),
    });
    publish(events, change('AAPL', 188), change('MSFT', 416), change('AAPL', 189));
    publish(events, change('AAPL', 190));
    await client.until(() => pricesOf(client).length === 4);
    expect(pricesOf(client)).toEqual([187.32, 188, 189, 190]);
  });

  test('of a list one message each; share classes are symbols of their own', async () => {
    const { connect, events } = await open();
    const client = await connect();
    client.say({ type: 'subscribe', symbols: ['BRK.A', 'brk.b', 'BRK.A', 'NEVER'] });
    await client.until(() => pricesOf(client).length === 2);
    expect(client.told.find(({ type }) => type === 'subscribed')?.symbols).toEqual([
      'BRK.A',
      'BRK.B',
      'NEVER',
    ]);
    expect([pricesOf(client, 'BRK.A'), pricesOf(client, 'BRK.B')]).toEqual([[700_000], [465.1]]);
    publish(events, change('BRK.B', 466), change('NEVER', 1), change('BRK', 3));
    await client.until(() => pricesOf(client).length === 4);
    expect([pricesOf(client, 'BRK.A'), pricesOf(client, 'BRK.B'), pricesOf(client, 'NEVER')]).toEqual([
      [700_000],
      [465.1, 466],
      [1],
    ]);
  });

  test('an asterisk stands for all, also for those that come later, and nothing comes twice', async () => {
    const { connect, events } = await open();
    const client = await connect();
    client.say({ type: 'subscribe', symbol: '*' });
    client.say({ type: 'subscribe', symbol: 'AAPL' });
    await client.until(() => pricesOf(client).length >= 5);
    client.clear();
    publish(events, change('AAPL', 188), change('LATER', 1), change('AAPL', 189));
    await client.until(() => pricesOf(client).length === 3);
    client.say({ type: 'unsubscribe', symbol: '*' });
    expect((await client.next('unsubscribed')).symbols?.toSorted()).toEqual(['*', 'AAPL']);
    publish(events, change('AAPL', 190));
    client.say({ type: 'subscribe', symbol: 'MSFT' });
    await client.until(() => pricesOf(client, 'MSFT').length === 1);
    expect([pricesOf(client, 'AAPL'), pricesOf(client, 'LATER')]).toEqual([[188, 189], [1]]);
  });

  test('unsubscribing from one, from some, from all', async () => {
    const { connect, events, hub } = await open();
    const client = await connect();
    client.say({ type: 'subscribe', symbols: ['A', 'B', 'C', 'D', 'E'] });
    client.say({ type: 'unsubscribe', symbol: 'a' });
    client.say({ type: 'unsubscribe', symbols: ['B', 'C'] });
    await client.until((told) => told.filter(({ type }) => type === 'unsubscribed').length === 2);
    expect(hub.counts().subscriptions).toBe(2);
    publish(events, ...['A', 'B', 'C', 'D', 'E'].map((symbol) => change(symbol, 1)));
    await client.until(() => pricesOf(client).length === 2);
    client.clear();
    client.say({ type: 'unsubscribe' });
    expect((await client.next('unsubscribed')).symbols).toEqual(['D', 'E']);
    publish(events, ...['D', 'E'].map((symbol) => change(symbol, 2)));
    client.say({ type: 'heartbeat' });
    await client.next('heartbeat');
    expect(pricesOf(client)).toEqual([]);
  });

  test.each([
    ['{', 'invalid JSON'],
    ['[1]', 'a message must be a JSON object'],
    ['null', 'a message must be a JSON object'],
    ['{}', 'type must be text'],
    ['{"type":"dance"}', 'unknown message type: dance'],
    ['{"type":"subscribe"}', 'symbol or symbols required'],
    ['{"type":"subscribe","symbols":[]}', 'symbol or symbols required'],
    ['{"type":"subscribe","symbol":7}', 'symbol must be text'],
    ['{"type":"subscribe","symbols":{"a":1}}', 'symbols must be a list'],
    ['{"type":"subscribe","symbol":"two words"}', 'invalid symbol: two words'],
    ['{"type":"subscribe","portfolio":"PORT_001"}', 'values of portfolios are not served here'],
  ])('%s is answered with an error', async (message, error) => {
    const { connect } = await open();
    const client = await connect();
    client.say(message);
    expect(await client.next('error')).toEqual({ type: 'error', error, timestamp: expect.any(Number) });
    client.say({ type: 'heartbeat' });
    await client.until((told) => told.filter(({ type }) => type === 'heartbeat').length === 2);
  });

  test('of a list with wrong symbols the right ones are taken', async () => {
    const { connect } = await open();
    const client = await connect();
    client.say({ type: 'subscribe', symbols: ['MSFT', 7, ''] });
    await client.until(() => pricesOf(client, 'MSFT').length === 1);
    expect((await client.next('error')).error).toBe('invalid symbol: 7, ');
    expect((await client.next('subscribed')).symbols).toEqual(['MSFT']);
  });

  test('binary messages are not understood', async () => {
    const { connect } = await open();
    const client = await connect();
    client.ws.send(Buffer.from('{"type":"heartbeat"}'));
    expect((await client.next('error')).error).toBe('messages must be text');
  });

  test('alerts go to those who want the symbol, and to those who want alerts, once', async () => {
    const { connect, events } = await open();
    const [both, alerts, other] = [await connect(), await connect(), await connect()];
    both.say({ type: 'subscribe', symbols: ['AAPL'], alerts: true });
    alerts.say({ type: 'subscribe', alerts: true });
    other.say({ type: 'subscribe', symbol: 'MSFT' });
    for (const client of [both, alerts, other]) await client.next('subscribed');
    const alert = { alert_id: '1', symbol: 'AAPL', condition: 'rsi(14) > 70', value: 71 } as AlertRaised;
    events.publish({ type: 'alerts', alerts: [alert] });
    publish(events, change('MSFT', 1));
    expect(await alerts.next('alert')).toEqual({ type: 'alert', alert, timestamp: expect.any(Number) });
    await both.next('alert');
    await other.until(() => pricesOf(other).includes(1));
    for (const client of [both, alerts, other]) client.say({ type: 'heartbeat' });
    for (const client of [both, alerts, other])
      await client.until((told) => told.filter(({ type }) => type === 'heartbeat').length === 2);
    const count = (client: SocketClient) => client.told.filter(({ type }) => type === 'alert').length;
    expect([both, alerts, other].map(count)).toEqual([1, 1, 0]);
  });
});

describe('the order of prices', () => {
  /** Reads that wait to be let go on, and find then what is stored by then, or what was read before. */
  function slowReads(): { reads: SnapshotReads; asked: Promise<void>; answer: (found: Snapshot[]) => void } {
    const asked = gate();
    const answer = gate<Snapshot[]>();
    const many = () => {
      asked.open();
      return answer.promise;
    };
    return {
      reads: { ...createSnapshotReads(db.database), many, all: many },
      asked: asked.promise,
      answer: answer.open,
    };
  }

  test('an older price is never sent', async () => {
    const { connect, events } = await open();
    const client = await connect();
    client.say({ type: 'subscribe', symbol: 'X' });
    await client.next('subscribed');
    const [first, second, third] = [change('X', 1), change('X', 2), change('X', 3)];
    publish(events, second, first, second);
    publish(events, first, third);
    await client.until(() => pricesOf(client).length === 2);
    expect(pricesOf(client)).toEqual([2, 3]);
  });

  test('of one moment the later arrival counts, also within a batch', async () => {
    const { connect, events } = await open();
    const client = await connect();
    client.say({ type: 'subscribe', symbol: 'X' });
    await client.next('subscribed');
    const at = clock++;
    publish(events, change('X', 1, at), change('X', 2, at), change('X', 2, at));
    publish(events, { ...change('X', 3, at), updated_at: '2025-08-22T08:30:00.000001Z' });
    await client.until(() => pricesOf(client).length === 3);
    expect(pricesOf(client)).toEqual([1, 2, 3]);
  });

  test.each(['X', '*'])('a read of %s that is older than a change meanwhile is not sent', async (symbol) => {
    const { reads, asked, answer } = slowReads();
    const { connect, events } = await open({}, reads);
    const client = await connect();
    const [old, fresh] = [change('X', 1), change('X', 2)];
    client.say({ type: 'subscribe', symbol });
    await asked;
    publish(events, fresh);
    answer([old]);
    publish(events, change('X', 3));
    await client.until(() => pricesOf(client).includes(3));
    expect(pricesOf(client)).toEqual([2, 3]);
  });

  test('a read that is ahead of what is published: nobody misses anything, nobody goes back', async () => {
    const { reads, asked, answer } = slowReads();
    const { connect, events } = await open({}, { ...reads, many: async () => [] });
    const [before, all] = [await connect(), await connect()];
    before.say({ type: 'subscribe', symbol: 'X' });
    await before.next('subscribed');
    const [one, two, three, four] = [1, 2, 3, 4].map((price) => change('X', price));
    publish(events, one!);
    await before.until(() => pricesOf(before).length === 1);
    publish(events, two!);
    all.say({ type: 'subscribe', symbol: '*' });
    await asked;
    answer([three!]);
    await all.until(() => pricesOf(all).includes(3));
    publish(events, three!);
    publish(events, four!);
    for (const client of [before, all]) await client.until(() => pricesOf(client).includes(4));
    expect([pricesOf(before), pricesOf(all)]).toEqual([
      [1, 2, 3, 4],
      [3, 4],
    ]);
  });

  test('a read that fails is told, and made good', async () => {
    const reads = createSnapshotReads(db.database);
    let failures = 0;
    const { connect } = await open(
      {},
      {
        ...reads,
        many: async (symbols) => {
          if (failures++ === 0) throw new Error('away');
          return reads.many(symbols);
        },
      },
    );
    const client = await connect();
    client.say({ type: 'subscribe', symbol: 'AAPL' });
    expect((await client.next('error')).error).toBe('current prices cannot be read just now');
    await client.until(() => pricesOf(client).length === 1);
  });
});

describe('limits', () => {
  test('connections', async () => {
    const { connect, hub, dropped } = await open({ maxConnections: 2 });
    const [first] = [await connect(), await connect()];
    await expect(connect()).rejects.toThrow('503');
    expect([hub.counts().connections, dropped]).toEqual([2, { refused: 1 }]);
    await first.close();
    await expect.poll(() => hub.counts().connections).toBe(1);
    await connect();
  });

  test('subscriptions of a connection: what is too much is not taken in part', async () => {
    const { connect, hub } = await open({ maxSubscriptions: 3 });
    const client = await connect();
    client.say({ type: 'subscribe', symbols: ['A', 'B'] });
    client.say({ type: 'subscribe', symbols: ['B', 'C', 'D'] });
    expect((await client.next('error')).error).toBe('a connection may have 3 subscriptions');
    expect(hub.counts().subscriptions).toBe(2);
    client.say({ type: 'subscribe', symbols: ['B', 'C'] });
    await client.until((told) => told.filter(({ type }) => type === 'subscribed').length === 2);
    expect(hub.counts().subscriptions).toBe(3);
  });

  test('a message that is too long ends its connection with 1009', async () => {
    const { connect } = await open({ maxMessageBytes: 1_000 });
    const client = await connect();
    client.say({ type: 'subscribe', symbol: 'x'.repeat(1_000) });
    expect(await client.closed).toMatchObject({ code: 1009 });
  });

  test('pages of other origins', async () => {
    const { connect } = await open({ origins: ['https://desk.example'] });
    await expect(connect({ origin: 'https://evil.example' })).rejects.toThrow('403');
    const client = await connect({ origin: 'https://desk.example' });
    await client.next('heartbeat');
    await (await connect()).next('heartbeat');
  });
});

describe('heartbeats', () => {
  test('a client that answers pings stays, one that does not is cut off', async () => {
    const { connect, dropped } = await open({ pingMs: 20, timeoutMs: 100 });
    const alive = await connect();
    const dead = await connect({ autoPong: false });
    let pings = 0;
    alive.ws.on('ping', () => pings++);
    expect(await dead.closed).toMatchObject({ code: 1006 });
    await expect.poll(() => pings).toBeGreaterThan(10);
    expect([alive.ws.readyState, dropped]).toEqual([1, { silent: 1 }]);
  });
});

describe('on the server of the API', () => {
  let server: Server;
  const start = async (hub: SocketHub) => {
    server = createServer((_, response) => response.end('api'));
    hub.attach(server, '/ws');
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endings.push(async () => void server.close());
    return (server.address() as AddressInfo).port;
  };

  test('it answers at its path and leaves the rest alone', async () => {
    const { hub } = await open();
    const port = await start(hub);
    const client = await connectSocket(`ws://127.0.0.1:${port}/ws?x=1`);
    endings.push(() => client.close());
    await client.next('heartbeat');
    await expect(connectSocket(`ws://127.0.0.1:${port}/else`)).rejects.toThrow('404');
    expect(await (await fetch(`http://127.0.0.1:${port}/ws`)).text()).toBe('api');
  });

  test('closing tells every client with 1001, those that do not read within bounds', async () => {
    const { hub, connect, events } = await open({ closeMs: 50 });
    const clients = await Promise.all(Array.from({ length: 20 }, () => connect()));
    const deaf = await connect();
    deaf.ws.pause();
    await hub.close();
    for (const client of clients) expect(await client.closed).toMatchObject({ code: 1001 });
    publish(events, change('AAPL', 1));
    await expect(connect()).rejects.toThrow();
  });
});

test('a port of its own tells plain HTTP what it speaks', async () => {
  const { url } = await open();
  expect((await fetch(url.replace('ws:', 'http:'))).status).toBe(426);
});
