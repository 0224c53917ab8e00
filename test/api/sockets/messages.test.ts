import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { AlertRaised } from '../../../projections/market/model.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { change, endStage, openStage, pricesOf, publish, storeFour, T } from '../../support/socket-stage.ts';
import type { SocketClient } from '../../support/socket-client.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  await storeFour(db.database);
});
afterAll(() => db.close());
afterEach(endStage);

const open = () => openStage(db.database);

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
  expect(client.told.find(({ type }) => type === 'subscribed')?.symbols).toEqual(['BRK.A', 'BRK.B', 'NEVER']);
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
