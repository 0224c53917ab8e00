import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

test('live', async () => {
  const reply = await api.get('/health/live');
  expect([reply.status, await reply.json()]).toEqual([200, { status: 'alive' }]);
});

test('metrics', async () => {
  const reply = await api.get('/metrics');
  expect(reply.headers.get('Content-Type')).toBe('text/plain; version=0.0.4');
  expect(await reply.text()).toBe('up 1\n');
});

describe('while everything answers', () => {
  test('ready and healthy', async () => {
    const ready = await api.get('/health/ready');
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }]);
    const health = await api.get('/health');
    expect([health.status, await health.json()]).toEqual([
      200,
      { status: 'healthy', kafka: false, database: true, uptime: 12.5, timestamp: expect.any(Number) },
    ]);
  });
});

describe('while the database is away', () => {
  beforeAll(() => {
    api.probes['database'] = { ok: false, detail: 'connection refused' };
    api.probes['kafka'] = { ok: true };
  });

  test('neither ready nor healthy, and why', async () => {
    const ready = await api.get('/health/ready');
    expect([ready.status, await ready.json()]).toEqual([
      503,
      {
        status: 'unavailable',
        checks: { database: { ok: false, detail: 'connection refused' }, kafka: { ok: true } },
      },
    ]);
    const health = await api.get('/health');
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({ status: 'degraded', kafka: true, database: false });
  });
});
