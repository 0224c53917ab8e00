/** Text that JSON and addresses can spell and the database cannot hold is the caller's error everywhere. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestApi } from '../support/api.ts';
import { createStage, givenStage } from './stage.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createStage();
  await givenStage(api);
});
afterAll(() => api.close());

/** A cursor that no list has given. */
function cursor(list: string, key: unknown): string {
  return Buffer.from(JSON.stringify([list, key])).toString('base64url');
}

const NUL = '%00';

test.each([
  `/api/symbols?after=${NUL}`,
  `/api/snapshots/${NUL}`,
  `/v1/events?stream=${NUL}`,
  `/v1/events?type=${NUL}`,
  `/v1/groups/${NUL}/performance`,
  `/v1/rebuilds/${NUL}`,
  `/v1/portfolios/PORT_001/performance?benchmark=security:${NUL}`,
  `/v1/portfolios/PORT_001/performance?risk_free=series:${NUL}`,
  `/v1/portfolios?cursor=${cursor('portfolios', 'a\u0000')}`,
  `/v1/portfolios/PORT_001/positions/SEC_AAPL/history?cursor=${cursor('history', {
    at: '2025-08-15T10:00:00Z',
    rank: 1,
    transactionId: 'a\u0000',
  })}`,
])('GET %s', async (path) => {
  const reply = await api.get(path);
  expect([reply.status, await reply.text()]).toEqual([expect.toBeOneOf([400, 404]), expect.any(String)]);
});

test.each([
  ['/v1/keys', '{"name":"a\\u0000b","scopes":["read"]}', 422],
  ['/v1/keys', '{"name":"a\\ud800b","scopes":["read"]}', 422],
  ['/v1/portfolios', '{"portfolio_id":"S1","base_currency":"USD","name":"a\\u0000b"}', 422],
  ['/v1/portfolios', '{"portfolio_id":"S1","base_currency":"USD","name":"a\\ud800b"}', 422],
  ['/v1/transactions/T2/correct', '{"price":"151","reason":"a\\udfffb"}', 422],
  ['/api/alerts', '{"symbol":"AAPL","condition":"price > 200","name":"a\\u0000b"}', 400],
  ['/api/alerts', '{"symbol":"AAPL","condition":"price > 200\\u0000"}', 400],
  ['/api/ticks', '{"symbol":"A\\u0000","price":"1","timestamp":1755701999000}', 422],
])('POST %s %s', async (path, body, status) => {
  const reply = await api.post(path, body);
  expect([reply.status, await reply.text()]).toEqual([status, expect.any(String)]);
  expect(api.failures).toEqual([]);
});

test('a character of two halves is text like any other', async () => {
  const body = { portfolio_id: 'S2', base_currency: 'USD', name: 'Größe 📈' };
  expect((await api.post('/v1/portfolios', body)).status).toBe(200);
});
