import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSocketHub } from '../../../api/sockets/hub.ts';
import type { SocketHub } from '../../../api/sockets/hub.ts';
import { DEFAULT_SOCKET_LIMITS } from '../../../api/sockets/limits.ts';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import type { LiveNews, LiveValues, PortfolioValue } from '../../../projections/market/live-values.ts';
import { createMarketEvents } from '../../../projections/market/model.ts';
import { connectSocket } from '../../support/socket-client.ts';
import type { SocketClient } from '../../support/socket-client.ts';

let hub: SocketHub;
let url: string;
let watched: Map<string, (news: LiveNews) => void>;
let stopped: string[];
const clients: SocketClient[] = [];

beforeEach(async () => {
  watched = new Map();
  stopped = [];
  const liveValues: LiveValues = {
    watch(id, listener) {
      watched.set(id, listener);
      return () => {
        watched.delete(id);
        stopped.push(id);
      };
    },
    close: () => undefined,
  };
  hub = createSocketHub({
    snapshots: { all: async () => [], many: async () => [] },
    events: createMarketEvents(() => undefined),
    limits: { ...DEFAULT_SOCKET_LIMITS, maxSubscriptions: 2 },
    logger: SILENT_LOGGER,
    metrics: { socketMessages: () => undefined, socketDropped: () => undefined, sockets: () => undefined },
    now: Date.now,
    liveValues,
  });
  ({ url } = await hub.listen({ host: '127.0.0.1', port: 0 }));
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await hub.close();
});

async function connect(): Promise<SocketClient> {
  const client = await connectSocket(url);
  clients.push(client);
  return client;
}

const value = (portfolio_id: string, market_value: string): PortfolioValue => ({
  portfolio_id,
  currency: 'EUR',
  market_value,
  as_of: '2025-08-20T12:00:00.000Z',
  positions: [],
  priced: 0,
  stale: 0,
  unvalued: 0,
});
const valuesOf = (client: SocketClient) =>
  client.told.filter(({ type }) => type === 'portfolio_value').map(({ data }) => data?.['market_value']);

test('the value is sent, and each one after it, to all who watch the portfolio', async () => {
  const [one, two] = [await connect(), await connect()];
  one.say({ type: 'subscribe', portfolio: 'PORT_001' });
  await expect.poll(() => watched.size).toBe(1);
  watched.get('PORT_001')!(value('PORT_001', '1.00'));
  expect(await one.next('subscribed')).toMatchObject({ symbols: [], portfolio: 'PORT_001' });
  expect(await one.next('portfolio_value')).toEqual({
    type: 'portfolio_value',
    portfolio: 'PORT_001',
    data: value('PORT_001', '1.00'),
    timestamp: expect.any(Number),
  });
  two.say({ type: 'subscribe', portfolio: 'PORT_001' });
  await two.next('portfolio_value');
  watched.get('PORT_001')!(value('PORT_001', '2.00'));
  for (const client of [one, two]) await client.until(() => valuesOf(client).join() === '1.00,2.00');
  expect(hub.counts().subscriptions).toBe(2);

  one.say({ type: 'unsubscribe', portfolio: 'PORT_001' });
  expect(await one.next('unsubscribed')).toMatchObject({ symbols: [], portfolio: 'PORT_001' });
  watched.get('PORT_001')!(value('PORT_001', '3.00'));
  await two.until(() => valuesOf(two).length === 3);
  await two.close();
  await expect.poll(() => stopped).toEqual(['PORT_001']);
  expect(valuesOf(one)).toEqual(['1.00', '2.00']);
  expect(hub.counts().subscriptions).toBe(0);
});

test.each([
  ['unknown' as const, 'unknown portfolio: PORT_009'],
  ['busy' as const, 'too many portfolios are watched'],
])('%s', async (news, error) => {
  const client = await connect();
  client.say({ type: 'subscribe', portfolio: 'PORT_009' });
  await expect.poll(() => watched.size).toBe(1);
  watched.get('PORT_009')!(news);
  expect((await client.next('error')).error).toBe(error);
  expect([hub.counts().subscriptions, watched.size]).toEqual([0, 0]);
});

test('portfolios count as subscriptions', async () => {
  const client = await connect();
  for (const portfolio of ['P1', 'P2', 'P3']) client.say({ type: 'subscribe', portfolio });
  expect((await client.next('error')).error).toBe('a connection may have 2 subscriptions');
  client.say({ type: 'unsubscribe' });
  await client.next('unsubscribed');
  expect(stopped).toEqual(['P1', 'P2']);
});
