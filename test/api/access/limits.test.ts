/** What a caller may ask in a time, and how refusals reach the log. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccessAudit } from '../../../commands/access/audit.ts';
import { openAccess } from '../../support/access.ts';
import type { TestAccess } from '../../support/access.ts';
import { createTestApi, problemOf } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';

let api: TestApi;
let access: TestAccess;
let audit: AccessAudit;
let now = Date.now();

beforeAll(async () => {
  api = await createTestApi(async (test) => {
    access = openAccess(test.database, {
      auditClock: () => '2026-01-01T00:00:00.000000Z',
      rate: { perSecond: 1, burst: 3 },
      trustedProxies: 1,
      now: () => now,
    });
    audit = access.audit;
    return { access: access.access, keys: access.keys };
  });
});
// Every bucket is full again.
beforeEach(() => {
  now += 3_600_000;
});
afterAll(async () => {
  await access.close();
  await api.close();
});

/** Behind a proxy that says where a request is from. */
const from = (address: string, token?: string) => ({
  'X-Forwarded-For': address,
  ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
});
const get = (headers: Record<string, string>, path = '/v1/portfolios') => api.get(path, headers);

describe('requests of a principal', () => {
  it('are limited wherever they come from, and say what is left', async () => {
    const token = await access.token();
    const left: (string | null)[] = [];
    for (let i = 0; i < 3; i++) {
      const reply = await get(from(`10.0.0.${i}`, token));
      expect(reply.status).toBe(200);
      left.push(reply.headers.get('RateLimit-Remaining'));
    }
    expect(left).toEqual(['2', '1', '0']);
    const reply = await get(from('10.0.0.9', token));
    expect([reply.status, reply.headers.get('Retry-After'), reply.headers.get('RateLimit-Limit')]).toEqual([
      429,
      '1',
      '3',
    ]);
    expect(await problemOf(reply)).toMatchObject({ type: 'urn:chronofolio:problem:rate-limited' });
    now += 1_000;
    expect((await get(from('10.0.0.9', token))).status).toBe(200);
    // Others have their own.
    expect((await get(from('10.0.0.9', await access.token()))).status).toBe(200);
  });
});

describe('requests without a principal', () => {
  it('are limited by where they come from, as the proxy says and not as the caller does', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await get(from(`1.2.3.${i}, 10.1.1.1`))).status);
    expect(statuses).toEqual([401, 401, 401, 429]);
    expect((await get(from('10.1.1.2'))).status).toBe(401);
    expect((await get(from('10.1.1.1'), '/health/live')).status).toBe(429);
  });

  it('with tokens that fail are limited more strictly, but a key that was good goes on', async () => {
    const good = await access.token();
    expect((await get(from('10.2.2.2', good))).status).toBe(200);
    const bad = (i: number) => `cf_aaaaaaaaaaa${'abcdefgh'[i]}_${'A'.repeat(43)}`;
    const statuses: number[] = [];
    for (let i = 0; i < 7; i++) statuses.push((await get(from('10.2.2.2', bad(i)))).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    expect((await get(from('10.2.2.2', good))).status).toBe(200);
    // Also one that asks seldom: others at its address, or behind its proxy, cannot keep it out.
    now += 5_000;
    expect((await get(from('10.2.2.2', bad(0)))).status).toBe(429);
    expect((await get(from('10.2.2.2', good))).status).toBe(200);
    expect((await get(from('10.2.2.3', bad(0)))).status).toBe(401);
  });
});

describe('the audit', () => {
  it('has one event for each principal and reason', async () => {
    await audit.close();
    const before = (await access.log.readStream('audit')).length;
    const limited = await access.token({ scopes: ['write'], portfolio_ids: ['P1'] });
    const id = `key:${limited.slice(3, 15)}`;
    for (let i = 0; i < 3; i++) await get(from('10.3.3.3', limited));
    await get(from('10.3.3.3', limited));
    await get(from('10.3.3.4'));
    await get(from('10.3.3.5', 'nonsense'));
    await audit.close();
    const events = (await access.log.readStream('audit')).slice(before);
    const times = { from: '2026-01-01T00:00:00.000000Z', through: '2026-01-01T00:00:00.000000Z' };
    expect(events.map(({ type, data }) => ({ type, data }))).toEqual([
      { type: 'AccessRefused', data: { principal: id, reason: 'forbidden', count: 3, ...times } },
      { type: 'AccessRefused', data: { principal: id, reason: 'rate_limited', count: 1, ...times } },
      { type: 'AccessRefused', data: { reason: 'unauthenticated', count: 2, ...times } },
    ]);
    expect(JSON.stringify(events)).not.toContain('nonsense');
  });

  it('has what operators ordered, before it is done', async () => {
    const token = await access.token({ scopes: ['operate'] });
    const reply = await api.post('/v1/rollbacks', {}, from('10.4.4.4', token));
    expect(reply.status).toBe(409);
    const last = (await access.log.readStream('audit')).at(-1);
    expect(last).toMatchObject({
      type: 'OperationOrdered',
      data: { operation: 'rollback' },
      metadata: { source: 'http', actor: `key:${token.slice(3, 15)}` },
    });
  });
});
