import { afterEach, describe, expect, it } from 'vitest';
import { openProviders } from '../../../infra/providers/providers.ts';
import type { RawTick, SourceEvent } from '../../../projections/market/provider.ts';
import { socketStand, until } from './support/servers.ts';
import type { SocketStand } from './support/servers.ts';

const TOKEN = 'f4-secret-token';
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function stand(greet?: Parameters<typeof socketStand>[0]): Promise<SocketStand> {
  const made = await socketStand(greet);
  closing.push(() => made.close());
  return made;
}

let time = 1_000;
function listen(url: string, live: object = {}) {
  const settings = {
    ...{
      kind: 'websocket',
      url: `${url}/live?token=\${ACME_TOKEN}`,
      headers: { 'x-token': '${ACME_TOKEN}' },
    },
    symbols: ['AAPL.O', 'BRK.B'],
    subscribe: { op: 'subscribe', to: '{symbols}' },
    rows: 'data[*]',
    fields: { symbol: 's', price: 'p', timestamp: 't', volume: 'v' },
    backoff: { baseMs: 10, capMs: 20 },
    ...live,
  };
  const document = { providers: { acme: { symbols: { 'BRK.B': 'BRK-B' }, live: settings } } };
  const options = { path: 'p.json', env: { ACME_TOKEN: TOKEN }, readFile: () => JSON.stringify(document) };
  const source = openProviders({ ...options, now: () => time }).source('acme');
  const ticks: RawTick[] = [];
  const events: SourceEvent[] = [];
  const controller = new AbortController();
  const running = source.run({
    signal: controller.signal,
    take: (taken) => ticks.push(...taken),
    room: () => Promise.resolve(),
    tell: (event) => events.push(event),
  });
  const stop = () => {
    controller.abort();
    return running;
  };
  closing.push(stop);
  const of = (type: SourceEvent['type']) => events.filter((event) => event.type === type);
  return { ticks, events, of, stop };
}

const message = (rows: readonly object[]) => JSON.stringify({ data: rows });

describe('live prices over a WebSocket', () => {
  it('are subscribed to, and read by the mapping: several of a message, other messages left out', async () => {
    const server = await stand((socket) => {
      socket.send('{"hello":true}');
      socket.send('not JSON');
      const t = 1755268200;
      socket.send(
        message([{ s: 'AAPL.O', p: 187.32, t, v: 3 }, { s: 'BRK-B', p: '1E-7', t: t * 1000 }, { s: 'X' }]),
      );
      socket.send(message([{ s: 7, p: 'free', t: 'now' }]));
    });
    const { ticks, events } = listen(server.url);
    await until('four ticks', () => ticks.length === 3);
    expect(ticks).toEqual([
      { symbol: 'AAPL.O', price: '187.32', timestamp: 1755268200_000, volume: '3' },
      { symbol: 'BRK.B', price: '0.0000001', timestamp: 1755268200_000 },
      { symbol: 7, price: 'free', timestamp: 'now' },
    ]);
    expect(events).toEqual([
      { type: 'connected' },
      { type: 'messages', count: 1, unreadable: 0 },
      { type: 'messages', count: 1, unreadable: 1 },
      { type: 'messages', count: 1, unreadable: 0 },
      { type: 'messages', count: 1, unreadable: 0 },
    ]);
    const [connection] = server.connections;
    expect(connection?.request.url).toBe(`/live?token=${TOKEN}`);
    expect(connection?.request.headers['x-token']).toBe(TOKEN);
    await until('subscribed', () => connection?.received.length === 1);
    expect(connection?.received).toEqual(['{"op":"subscribe","to":["AAPL.O","BRK-B"]}']);
  });

  it('of messages without symbol and time are those of the only symbol, now', async () => {
    const server = await stand((socket) => socket.send('{"last":5}'));
    const { ticks } = listen(server.url, { symbols: ['AAPL.O'], rows: '', fields: { price: 'last' } });
    await until('a tick', () => ticks.length === 1);
    expect(ticks).toEqual([{ symbol: 'AAPL.O', price: '5', timestamp: time }]);
  });

  it('come again after the connection was lost, with the moment since when they were missed', async () => {
    const server = await stand((socket, count) => {
      if (count === 1) {
        socket.send(message([{ s: 'AAPL.O', p: 1, t: 1 }]), () => {
          time = 5_000;
          socket.close(1012, 'restarting');
        });
      } else socket.send(message([{ s: 'AAPL.O', p: count, t: 1 }]));
    });
    time = 2_000;
    const { ticks, events, of } = listen(server.url);
    await until('a second connection', () => ticks.length === 2);
    expect(of('lost')).toEqual([
      { type: 'lost', reason: 'closed with 1012 restarting', retryMs: expect.any(Number) as number },
    ]);
    const [again] = of('reconnected');
    expect(again).toMatchObject({ type: 'reconnected' });
    expect(again && 'since' in again && again.since).toBeLessThanOrEqual(5_000);
    expect(server.connections[1]?.received).toEqual(server.connections[0]?.received);
    expect(events.map(({ type }) => type)).toEqual([
      ...['connected', 'messages', 'lost', 'reconnected', 'messages'],
    ]);
  });

  it('are given up when nothing is heard any more, however open the connection is', async () => {
    const server = await stand((socket, count) => {
      // The first one answers nothing, not even pings.
      if (count === 1) socket.pause();
      else socket.send(message([{ s: 'AAPL.O', p: 1, t: 1 }]));
    });
    const { ticks, of } = listen(server.url, { silenceMs: 100 });
    await until('the second connection', () => ticks.length > 0);
    expect(of('lost')).toMatchObject([{ reason: 'nothing was heard for 100 ms' }]);
  });

  it('are kept alive by pings, or by messages', async () => {
    let pings = 0;
    const server = await stand((socket) => socket.on('ping', () => (pings += 1)));
    listen(server.url, { subscribe: undefined, keepAlive: { everyMs: 100 } });
    listen(server.url, { subscribe: undefined, keepAlive: { everyMs: 100, message: { op: 'ping' } } });
    await until(
      'a ping and a message',
      () => pings > 0 && server.connections.some(({ received }) => received.length > 0),
    );
    expect(server.connections.flatMap(({ received }) => received)).toContain('{"op":"ping"}');
  });

  it('cannot be had from what is no address, which is told without credentials', async () => {
    const failure = await listen('no address')
      .stop()
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'bad_provider',
      message: expect.stringContaining('acme: ') as string,
    });
    expect(String(failure)).not.toContain(TOKEN);
    closing.length = 0;
  });

  it('end at once when told to, and never show credentials', async () => {
    const server = await stand();
    const address = server.url;
    await server.close().then(() => closing.shift());
    const { of, stop } = listen(address);
    await until('a failure', () => of('lost').length > 1);
    await stop();
    expect(JSON.stringify(of('lost'))).not.toContain(TOKEN);
    const other = await stand();
    const open = listen(other.url);
    await until('connected', () => open.of('connected').length === 1);
    await open.stop();
    await until('closed', () => other.connections[0]?.socket.readyState === 3);
  });
});
