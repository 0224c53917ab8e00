import { afterAll, beforeAll, expect, test } from 'vitest';
import { bodyOf, createTestApi, givenBooks } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

const SERIES = '/v1/portfolios/PORT_001/timeseries';
let api: TestApi;

beforeAll(async () => {
  api = await createTestApi();
  await givenBooks(api);
});
afterAll(() => api.close());

test('a rebuild is started, followed and shows the same figures', async () => {
  const read = async () => {
    const { rows } = await bodyOf<{ rows: { epoch: number }[] }>(api.get(SERIES));
    return rows.map((row) => ({ ...row, epoch: 0 }));
  };
  const before = await read();
  const etag = (await api.get(SERIES)).headers.get('ETag') ?? '';

  const started = await api.post('/v1/rebuilds', {});
  expect(started.status).toBe(202);
  const { rebuild_id, status } = await bodyOf<{ rebuild_id: string; status: string }>(started);
  expect(status).toBe('running');
  expect(started.headers.get('Location')).toBe(`/v1/rebuilds/${rebuild_id}`);

  await expect
    .poll(async () => (await bodyOf<{ status: string }>(api.get(`/v1/rebuilds/${rebuild_id}`))).status, {
      timeout: 20_000,
    })
    .toBe('completed');
  expect(await (await api.get('/v1/rebuilds')).json()).toMatchObject({ rebuilds: [{ rebuild_id }] });
  expect(await read()).toEqual(before);
  const after = await api.get(SERIES, { 'If-None-Match': etag });
  expect(after.status).toBe(200);
});

test('an unknown one is 404', async () => {
  expect((await api.get('/v1/rebuilds/nope')).status).toBe(404);
});

test('a scope that is none is refused', async () => {
  const reply = await api.post('/v1/rebuilds', { portfolio: 'P' });
  expect(reply.status).toBe(422);
  expect(await reply.json()).toMatchObject({ errors: [{ field: 'portfolio', rule: 'unknown_field' }] });
});
