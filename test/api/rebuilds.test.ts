import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { bodyOf, createTestApi, givenBooks, problemOf } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

const SERIES = '/v1/portfolios/PORT_001/timeseries';
let api: TestApi;

beforeAll(async () => {
  api = await createTestApi();
  await givenBooks(api);
});
afterAll(() => api.close());
afterEach(() => expect(api.failures).toEqual([]));

interface Run {
  readonly rebuild_id: string;
  readonly status: string;
  readonly [name: string]: unknown;
}

async function ended(rebuildId: string): Promise<Run> {
  await expect
    .poll(async () => (await bodyOf<Run>(api.get(`/v1/rebuilds/${rebuildId}`))).status, { timeout: 20_000 })
    .not.toBe('running');
  return bodyOf<Run>(api.get(`/v1/rebuilds/${rebuildId}`));
}

async function started(body: object): Promise<string> {
  const reply = await api.post('/v1/rebuilds', body);
  expect(reply.status).toBe(202);
  return (await bodyOf<Run>(reply)).rebuild_id;
}

/** A stored figure that the log does not say: what a rebuild would change. */
async function tamper(): Promise<void> {
  const [row] = await api.database.query<{ slot: string }>(`select slot from active_generation`);
  const database = row?.slot === 'gen_b' ? 'gen_b' : 'gen_a';
  for (const statement of {
    gen_a: [
      `update gen_a.portfolio_timeseries set eod_market_value = eod_market_value + 1 where superseded_by is null and date = '2025-08-14'`,
      `update gen_a.portfolio_state set checksum = checksum + 1`,
    ],
    gen_b: [
      `update gen_b.portfolio_timeseries set eod_market_value = eod_market_value + 1 where superseded_by is null and date = '2025-08-14'`,
      `update gen_b.portfolio_state set checksum = checksum + 1`,
    ],
  }[database])
    await api.database.query(statement);
}

async function active(): Promise<string> {
  const { generations } = await bodyOf<{ generations: { slot: string; state: string }[] }>(
    api.get('/v1/generations'),
  );
  expect(generations[0]?.state).toBe('active');
  return generations[0]!.slot;
}

test('a rebuild is started, followed and shows the same figures', async () => {
  const read = async () => {
    const { rows } = await bodyOf<{ rows: { epoch: number }[] }>(api.get(SERIES));
    return rows.map((row) => ({ ...row, epoch: 0 }));
  };
  const before = await read();
  const etag = (await api.get(SERIES)).headers.get('ETag') ?? '';

  const reply = await api.post('/v1/rebuilds', {});
  expect(reply.status).toBe(202);
  const { rebuild_id, status } = await bodyOf<{ rebuild_id: string; status: string }>(reply);
  expect(status).toBe('running');
  expect(reply.headers.get('Location')).toBe(`/v1/rebuilds/${rebuild_id}`);

  expect(await ended(rebuild_id)).toMatchObject({
    status: 'completed',
    phase: 'done',
    progress: 1,
    who: 'http',
    error: null,
    eta_seconds: null,
    report: { changed: { portfolios: 0 } },
  });
  expect(await (await api.get('/v1/rebuilds')).json()).toMatchObject({ rebuilds: [{ rebuild_id }] });
  expect(await read()).toEqual(before);
  const after = await api.get(SERIES, { 'If-None-Match': etag });
  expect(after.status).toBe(200);
});

test('keys are folded again in place', async () => {
  const slot = await active();
  const run = await ended(await started({ portfolio_id: 'PORT_001', from: '2025-08-14' }));
  expect(run).toMatchObject({
    status: 'completed',
    scope: { portfolio_id: 'PORT_001', from: '2025-08-14' },
    slot: null,
    keys_written: 2,
  });
  expect(await active()).toBe(slot);
});

test('one that changes published figures waits for approval, and is shown with it', async () => {
  const slot = await active();
  await tamper();
  const dry = await api.post('/v1/rebuilds', { dry_run: true });
  expect(dry.status).toBe(200);
  expect(await dry.json()).toMatchObject({
    dry_run: true,
    portfolios: 1,
    changed: [{ portfolio_id: 'PORT_001' }],
  });

  const id = await started({ max_impact_bps: 0 });
  expect(await ended(id)).toMatchObject({
    status: 'awaiting_approval',
    approve: false,
    max_impact_bps: 0,
    report: { changed: { portfolios: 1, max_impact_bps: expect.stringMatching(/^\d/) as string } },
  });
  expect(await active()).toBe(slot);
  expect((await api.post(`/v1/rebuilds/${id}/approve`, {})).status).toBe(202);
  await expect
    .poll(async () => (await bodyOf<Run>(api.get(`/v1/rebuilds/${id}`))).status, { timeout: 20_000 })
    .toBe('completed');
  expect(await active()).not.toBe(slot);
  const again = await problemOf(await api.post(`/v1/rebuilds/${id}/approve`, {}));
  expect(again).toMatchObject({ status: 409, detail: expect.stringContaining('is completed') as string });
});

test('one that waits can be dropped', async () => {
  const slot = await active();
  await tamper();
  const id = await started({});
  expect(await ended(id)).toMatchObject({ status: 'awaiting_approval' });
  const dropped = await api.request(`/v1/rebuilds/${id}`, { method: 'DELETE' });
  expect(dropped.status).toBe(202);
  expect(await dropped.json()).toMatchObject({ status: 'cancelled' });
  expect(await active()).toBe(slot);
  expect(await (await api.get('/v1/generations')).json()).toMatchObject({
    generations: [{}, { state: 'empty' }],
  });
  expect(await ended(await started({ approve: true }))).toMatchObject({ status: 'completed', approve: true });
  expect(await active()).not.toBe(slot);
});

test('a rollback shows the former generation, and is refused where there is none', async () => {
  const slot = await active();
  const reply = await api.post('/v1/rollbacks', {});
  expect(reply.status).toBe(200);
  const done = await bodyOf<Run>(reply);
  expect(done).toMatchObject({ status: 'flipped', from: slot });
  expect(await active()).not.toBe(slot);

  const id = await started({ known_at: 3 });
  expect(await ended(id)).toMatchObject({ status: 'completed', scope: { known_at: 3 } });
  const refused = await problemOf(await api.request('/v1/rollbacks', { method: 'POST' }));
  expect(refused).toMatchObject({
    status: 409,
    detail: expect.stringContaining('known at position 3') as string,
  });
});

test('a second one is refused and told what is running', async () => {
  const held = await api.generations.lock('rollback by anna');
  try {
    const refused = await problemOf(await api.post('/v1/rebuilds', {}));
    expect(refused).toMatchObject({
      status: 409,
      detail: expect.stringMatching(/^rollback by anna has been running since/) as string,
    });
  } finally {
    await held.release();
  }
});

test('one of this interface that was interrupted is gone on with at start, others are named', async () => {
  const slot = (await active()) === 'gen_a' ? ('gen_b' as const) : ('gen_a' as const);
  const order = { scope: { all: true }, slot, approval: { flip: 'always' as const } };
  const other = await api.generations.runs.create({ ...order, who: 'cli:anna' });
  expect(await api.jobs.resume()).toMatchObject({
    rebuild_id: other.rebuildId,
    who: 'cli:anna',
    interrupted: true,
  });
  expect(await bodyOf<Run>(api.get(`/v1/rebuilds/${other.rebuildId}`))).toMatchObject({ interrupted: true });
  const held = await api.generations.lock();
  const refused = await problemOf(await api.post('/v1/rebuilds', {}));
  expect(refused.detail).toContain(
    `rebuild ${other.rebuildId.slice(0, 8)} by cli:anna has been running since`,
  );
  await held.release();
  await api.request(`/v1/rebuilds/${other.rebuildId}`, { method: 'DELETE' });

  const ours = await api.generations.runs.create({ ...order, who: 'http' });
  expect(await api.jobs.resume()).toMatchObject({ rebuild_id: ours.rebuildId });
  expect(await ended(ours.rebuildId)).toMatchObject({ status: 'completed', interrupted: false });
  expect(await active()).toBe(slot);
  expect(await api.jobs.resume()).toBeUndefined();
});

test('an unknown one is 404', async () => {
  expect((await api.get('/v1/rebuilds/nope')).status).toBe(404);
  expect((await api.post('/v1/rebuilds/nope/approve', {})).status).toBe(404);
  expect((await api.request('/v1/rebuilds/nope', { method: 'DELETE' })).status).toBe(404);
});

test.each([
  [{ portfolio: 'P' }, { field: 'portfolio', rule: 'unknown_field' }],
  [
    { portfolio_id: 'PORT_001', known_at: 5 },
    { field: 'known_at', rule: 'exclusive' },
  ],
  [
    { security_id: 'SEC_AAPL', approve: true },
    { field: 'approve', rule: 'exclusive' },
  ],
  [{ max_impact_bps: -1 }, { field: 'max_impact_bps', rule: 'range' }],
  [{ known_at: 'yesterday' }, { field: 'known_at', rule: 'known_at' }],
  [{ dry_run: 'yes' }, { field: 'dry_run', rule: 'type' }],
])('%j is refused', async (body, error) => {
  const reply = await api.post('/v1/rebuilds', body);
  expect(reply.status).toBe(422);
  expect(await reply.json()).toMatchObject({ errors: [error] });
});
