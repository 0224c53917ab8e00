import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { SocketHub } from '../../../api/sockets/hub.ts';
import type { SocketLimits } from '../../../api/sockets/limits.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { connectSocket } from '../../support/socket-client.ts';
import { afterwards, change, endStage, openStage, publish, storeFour } from '../../support/socket-stage.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  await storeFour(db.database);
});
afterAll(() => db.close());
afterEach(endStage);

const open = (limits: Partial<SocketLimits> = {}) => openStage(db.database, limits);

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
    const { connect, dropped } = await open({ pingMs: 50, timeoutMs: 1_000 });
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
    afterwards(async () => void server.close());
    return (server.address() as AddressInfo).port;
  };

  test('it answers at its path and leaves the rest alone', async () => {
    const { hub } = await open();
    const port = await start(hub);
    const client = await connectSocket(`ws://127.0.0.1:${port}/ws?x=1`);
    afterwards(() => client.close());
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
