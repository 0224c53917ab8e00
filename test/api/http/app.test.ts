import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApi } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.observations.length = 0;
  api.failures.length = 0;
});

describe('parameters', () => {
  test('unknown ones are named, all of them', async () => {
    const reply = await api.get('/v1/portfolios?limt=1&colour=red');
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({
      type: 'urn:chronofolio:problem:invalid-parameter',
      errors: [
        { field: 'limt', rule: 'unknown_parameter' },
        { field: 'colour', rule: 'unknown_parameter' },
      ],
    });
  });

  test('may be given once', async () => {
    const reply = await api.get('/v1/portfolios?limit=1&limit=2');
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({ errors: [{ field: 'limit', rule: 'repeated' }] });
  });

  test.each([
    ['/v1/portfolios/P/positions?date=2025-02-30', 'date', 'date'],
    ['/v1/portfolios/P/timeseries?from=yesterday', 'from', 'date'],
    ['/v1/portfolios/P/timeseries?frequency=hourly', 'frequency', 'one_of'],
    ['/v1/portfolios/P/timeseries?currency=usd', 'currency', 'currency'],
    ['/v1/portfolios?known_at=then', 'known_at', 'known_at'],
    ['/v1/portfolios/a%20b', 'portfolio_id', 'characters'],
    ['/v1/events?after=-1', 'after', 'range'],
  ])('%s', async (path, field, rule) => {
    const reply = await api.get(path);
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({ errors: [{ field, rule }] });
  });

  test('identifiers may hold what has to be escaped in a path', async () => {
    const reply = await api.get('/v1/portfolios/A%2FB%23C');
    expect(reply.status).toBe(404);
    expect(await reply.json()).toMatchObject({ detail: 'there is no portfolio A/B#C' });
  });
});

describe('paths and methods', () => {
  test('an unknown path is 404, an unknown method 405 with those that are known', async () => {
    const nowhere = await api.get('/v2/portfolios');
    expect(nowhere.status).toBe(404);
    expect(nowhere.headers.get('Content-Type')).toBe('application/problem+json');

    const deleted = await api.request('/v1/portfolios', { method: 'DELETE' });
    expect(deleted.status).toBe(405);
    expect(deleted.headers.get('Allow')?.split(', ').sort()).toEqual(['GET', 'HEAD', 'POST']);
    expect((await api.post('/v1/portfolios/P/positions', {})).status).toBe(405);
  });

  test('HEAD answers like GET, without a body', async () => {
    const reply = await api.request('/v1/portfolios', { method: 'HEAD' });
    expect(reply.status).toBe(200);
    expect(reply.headers.get('ETag')).not.toBeNull();
    expect(await reply.text()).toBe('');
  });
});

describe('around every request', () => {
  test('an id: the caller’s when it is harmless', async () => {
    const own = await api.get('/health/live', { 'X-Request-Id': 'abc-123' });
    expect(own.headers.get('X-Request-Id')).toBe('abc-123');
    const made = await api.get('/health/live', { 'X-Request-Id': 'a b' });
    expect(made.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('headers that keep browsers from guessing', async () => {
    const { headers } = await api.get('/v1/portfolios');
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    expect(headers.get('Access-Control-Allow-Origin')).toBe('*');
  });

  test('preflight requests', async () => {
    const reply = await api.request('/v1/transactions', {
      method: 'OPTIONS',
      headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST' },
    });
    expect(reply.status).toBe(204);
    expect(reply.headers.get('Access-Control-Allow-Headers')).toContain('Idempotency-Key');
  });

  test('origins can be listed', async () => {
    const listed = await createTestApi({
      config: {
        bodyLimitBytes: 1000,
        streamMaxRows: 10,
        projectionTimeoutMs: 100,
        corsOrigins: ['https://app.example'],
      },
    });
    try {
      const known = await listed.get('/health/live', { Origin: 'https://app.example' });
      expect(known.headers.get('Access-Control-Allow-Origin')).toBe('https://app.example');
      const other = await listed.get('/health/live', { Origin: 'https://other.example' });
      expect(other.headers.get('Access-Control-Allow-Origin')).toBeNull();
    } finally {
      await listed.close();
    }
  });

  test('a measurement by template, never by path', async () => {
    await api.get('/v1/portfolios/SECRET_ID');
    await api.get('/v1/nothing/here');
    expect(api.observations).toMatchObject([
      { method: 'GET', route: '/v1/portfolios/{portfolio_id}', status: 404 },
      { method: 'GET', route: 'unmatched', status: 404 },
    ]);
    expect(api.observations[0]?.seconds).toBeGreaterThan(0);
  });
});

describe('failures of ours', () => {
  test('tell nothing of their inside, and are reported with their cause', async () => {
    const broken = await createTestApi({
      health: {
        check: () => Promise.reject(new Error('password=hunter2')),
        uptimeSeconds: () => 0,
      },
    });
    try {
      const reply = await broken.get('/health/ready');
      expect(reply.status).toBe(500);
      const text = await reply.text();
      expect(text).not.toContain('hunter2');
      expect(JSON.parse(text)).toMatchObject({ type: 'urn:chronofolio:problem:internal-error' });
      expect(broken.failures).toMatchObject([{ message: 'password=hunter2' }]);
    } finally {
      await broken.close();
    }
  });

  test.each(['unavailable', 'overloaded'])('what is %s is 503, to be tried again', async (code) => {
    const failure = Object.assign(new Error('connect ECONNREFUSED 10.1.2.3'), { code });
    const away = await createTestApi({
      health: { check: () => Promise.reject(failure), uptimeSeconds: () => 0 },
    });
    try {
      const reply = await away.get('/health');
      expect(reply.status).toBe(503);
      expect(reply.headers.get('Retry-After')).toBe('1');
      expect(await reply.text()).not.toContain('10.1.2.3');
      expect(away.failures).toEqual([failure]);
    } finally {
      await away.close();
    }
  });
});
