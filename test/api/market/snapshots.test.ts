import { OpenAPIHono } from '@hono/zod-openapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from '@hono/zod-openapi';
import { openAccess } from '../../../api/access/access.ts';
import type { Api, ApiEnv } from '../../../api/http/context.ts';
import { controlled } from '../../../api/http/middleware.ts';
import { crossOrigin, requestId } from '../../../api/http/middleware.ts';
import { marketEndpoint, reportFailures } from '../../../api/market/endpoint.ts';
import { registerSnapshots } from '../../../api/market/snapshots.ts';
import { createRequestCounts, registerStats } from '../../../api/market/stats.ts';
import { DatabaseError } from '../../../infra/database/database.ts';
import { createSnapshotReads } from '../../../infra/market-store/snapshots.ts';
import { createTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { storePrices } from '../../support/snapshots.ts';

const T = 1_755_851_400_000;
let db: TestDatabase;
let api: Api;
const failures: unknown[] = [];

beforeAll(async () => {
  db = await createTestDatabase();
  api = new OpenAPIHono<ApiEnv>();
  api.use(controlled(openAccess([])));
  const counts = createRequestCounts();
  const observer = { failure: (_: string, error: unknown) => failures.push(error) };
  api.use(requestId(), crossOrigin(['*']), reportFailures(observer), counts.middleware);
  const reads = createSnapshotReads(db.database);
  registerSnapshots(api, reads);
  registerStats(api, {
    reads,
    counts,
    uptimeSeconds: () => 12.5,
    poolStats: () => db.database.poolStats(),
  });
  marketEndpoint(
    api,
    {
      method: 'get',
      path: '/api/broken/{how}',
      summary: 'Fails',
      params: z.strictObject({ how: z.enum(['away', 'wrong']) }),
      query: z.strictObject({}),
      replies: {},
    },
    (_, { params }) => {
      throw params.how === 'away'
        ? new DatabaseError('unavailable', 'connection refused')
        : new TypeError('a secret of ours');
    },
  );
});
afterAll(() => db.close());

const get = async (path: string) => answer(await api.request(path));
const query = async (body: unknown) =>
  answer(
    await api.request('/api/snapshots/query', {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  );
async function answer(reply: Response) {
  const body: Record<string, unknown> = JSON.parse(await reply.text());
  return { status: reply.status, body };
}
const refusal = (error: string): unknown =>
  expect.objectContaining({ success: false, error, timestamp: expect.any(Number) });

describe('without any price', () => {
  test('the list is empty, and so are the figures', async () => {
    expect(await get('/api/snapshots')).toEqual({
      status: 200,
      body: { success: true, data: [], count: 0, timestamp: expect.any(Number) },
    });
    const { body } = await get('/api/stats');
    expect(body).toMatchObject({ data: { database: { totalSnapshots: 0, latestUpdate: null } } });
  });
});

describe('with prices', () => {
  beforeAll(async () => {
    await storePrices(db.database, [
      { symbol: 'AAPL', price: 187.32, timestamp: T + 1, volume: 300, bid: 187.31, ask: 187.33 },
      { symbol: 'BRK.A', price: 700_000.5, timestamp: T },
      { symbol: 'BRK.B', price: 0.00000001, timestamp: T + 2 },
    ]);
  });

  test('the newest first, numbers as numbers, nothing where nothing is known', async () => {
    const { status, body } = await get('/api/snapshots');
    expect([status, body['success'], body['count']]).toEqual([200, true, 3]);
    const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const id = expect.stringMatching(/^[0-9a-f-]{36}$/);
    expect(body['data']).toEqual([
      { id, symbol: 'BRK.B', price: 1e-8, timestamp: T + 2, created_at: instant, updated_at: instant },
      {
        id,
        symbol: 'AAPL',
        price: 187.32,
        timestamp: T + 1,
        volume: 300,
        bid: 187.31,
        ask: 187.33,
        created_at: instant,
        updated_at: instant,
      },
      { id, symbol: 'BRK.A', price: 700_000.5, timestamp: T, created_at: instant, updated_at: instant },
    ]);
  });

  test.each(['AAPL', 'aapl', 'AAPL.O', 'aapl.oq'])('one, asked as %s', async (name) => {
    const { status, body } = await get(`/api/snapshots/${name}`);
    expect([status, body]).toEqual([
      200,
      { success: true, data: expect.objectContaining({ symbol: 'AAPL' }), timestamp: expect.any(Number) },
    ]);
  });

  test('share classes are not suffixes', async () => {
    const { body } = await get('/api/snapshots/brk.a');
    expect(body).toMatchObject({ data: { symbol: 'BRK.A', price: 700_000.5 } });
  });

  test.each([
    ['msft', 'MSFT'],
    ['BRK', 'BRK'],
    ['two%20words', 'two words'],
  ])('an unknown one: %s', async (name, shown) => {
    expect(await get(`/api/snapshots/${name}`)).toEqual({
      status: 404,
      body: refusal(`Snapshot not found for symbol: ${shown}`),
    });
  });

  test('some, in the order asked, each once, with those that are missing', async () => {
    const { status, body } = await query({ symbols: ['BRK.B', 'nope', 'aapl.O', 'AAPL', 7, ''] });
    expect([status, body['success'], body['count'], body['missing']]).toEqual([200, true, 2, ['NOPE']]);
    expect(body['data']).toMatchObject([{ symbol: 'BRK.B' }, { symbol: 'AAPL' }]);
  });

  test.each([
    ['{', 'the body is not JSON'],
    ['', 'the body is not JSON'],
    [{}, 'symbols is required'],
    [[], 'must be an object'],
    [{ symbols: 'AAPL' }, 'symbols must be a list'],
    [{ symbols: [] }, 'symbols must have at least one valid symbol'],
    [{ symbols: [7, 'two words'] }, 'symbols must have at least one valid symbol'],
    [{ symbols: Array.from({ length: 101 }, (_, i) => `S${i}`) }, 'symbols must not be more than 100'],
  ])('%j is refused', async (body, error) => {
    expect(await query(body)).toEqual({ status: 400, body: refusal(error) });
  });

  test('a body that is too large', async () => {
    expect((await query(`"${'x'.repeat(1_048_576)}"`)).status).toBe(413);
  });

  test('the figures of the service', async () => {
    const { status, body } = await get('/api/stats');
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      data: {
        service: {
          uptime: 12.5,
          requestCount: expect.any(Number),
          errorCount: expect.any(Number),
          errorRate: expect.any(Number),
        },
        database: {
          totalSnapshots: 3,
          latestUpdate: expect.stringMatching(/Z$/),
          poolStats: {
            totalCount: expect.any(Number),
            idleCount: expect.any(Number),
            waitingCount: 0,
          },
        },
        timestamp: expect.any(Number),
      },
      timestamp: expect.any(Number),
    });
    const counted = (figures: Record<string, unknown>) =>
      (figures['data'] as { service: { requestCount: number; errorCount: number } }).service;
    await get('/api/snapshots/NOPE');
    const after = counted((await get('/api/stats')).body);
    expect(after.requestCount).toBe(counted(body).requestCount + 2);
    expect(after.errorCount).toBe(counted(body).errorCount + 1);
  });
});

test('a misspelt parameter is an error in the envelope', async () => {
  expect(await get('/api/snapshots?limt=1')).toEqual({
    status: 400,
    body: refusal('limt is not a parameter of this request'),
  });
});

test('failures of ours are told to the log, not to the client', async () => {
  expect(await get('/api/broken/away')).toEqual({
    status: 503,
    body: refusal('the database cannot be used just now; try again'),
  });
  expect(await get('/api/broken/wrong')).toEqual({
    status: 500,
    body: refusal('the request failed; the log has the reason under this correlation_id'),
  });
  expect(failures).toEqual([expect.any(DatabaseError), expect.any(TypeError)]);
});

test('any page may read', async () => {
  const reply = await api.request('/api/snapshots', { headers: { Origin: 'https://desk.example' } });
  expect([reply.status, reply.headers.get('Access-Control-Allow-Origin')]).toEqual([200, '*']);
  const ahead = await api.request('/api/snapshots/query', {
    method: 'OPTIONS',
    headers: { Origin: 'https://desk.example', 'Access-Control-Request-Method': 'POST' },
  });
  expect(ahead.status).toBe(204);
  for (const method of ['GET', 'POST', 'OPTIONS'])
    expect(ahead.headers.get('Access-Control-Allow-Methods')).toContain(method);
});

test('everything is in the OpenAPI document', () => {
  const document = api.getOpenAPI31Document({ openapi: '3.1.0', info: { title: 't', version: '1' } });
  expect(Object.keys(document.paths ?? {})).toEqual(
    expect.arrayContaining([
      '/api/snapshots',
      '/api/snapshots/{symbol}',
      '/api/snapshots/query',
      '/api/stats',
    ]),
  );
});
