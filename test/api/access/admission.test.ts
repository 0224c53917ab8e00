/** Who comes in: by keys and scopes; how refusals look, and what is limited. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCOPES } from '../../../domain/events.ts';
import type { Scope } from '../../../domain/events.ts';
import { openAccess } from '../../support/access.ts';
import type { TestAccess } from '../../support/access.ts';
import { bodyOf, createTestApi, problemOf } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';

let api: TestApi;
let access: TestAccess;

beforeAll(async () => {
  api = await createTestApi(async (test) => {
    access = openAccess(test.database);
    return { access: access.access, keys: access.keys };
  });
});
afterAll(async () => {
  await access.close();
  await api.close();
});

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

/** All that a caller sees of a refusal, without what is made anew for each. */
async function refusal(headers: Record<string, string>) {
  const reply = await api.get('/v1/portfolios', headers);
  const { correlation_id: _, ...body } = await problemOf(reply);
  const shown = [...reply.headers].filter(([name]) => name !== 'x-request-id');
  return { status: reply.status, headers: Object.fromEntries(shown), body };
}

describe('without a token', () => {
  it('everything but health and the documentation is refused, and says what is needed', async () => {
    const { status, headers, body } = await refusal({});
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toBe('Bearer realm="chronofolio"');
    expect(body).toEqual({
      type: 'urn:chronofolio:problem:unauthenticated',
      title: 'Not authenticated',
      status: 401,
      detail: 'a bearer token that is valid is needed',
    });
    for (const path of ['/health/live', '/health/ready', '/health', '/docs', '/openapi.json'])
      expect([path, (await api.get(path)).status]).toEqual([path, 200]);
  });

  it('health says no more than whether all is well', async () => {
    api.probes['database'] = { ok: false, detail: 'connection to db.internal refused' };
    try {
      const ready = await api.get('/health/ready');
      expect(ready.status).toBe(503);
      expect(await ready.json()).toEqual({ status: 'unavailable', checks: { database: { ok: false } } });
    } finally {
      api.probes['database'] = { ok: true };
    }
  });
});

describe('keys', () => {
  it('wrong ones are all answered alike, whatever is wrong with them', async () => {
    const good = await access.token();
    const id = good.slice(3, 15);
    const revoked = await access.token();
    await access.keys.revoke(revoked.slice(3, 15), { source: 'cli' });
    const expired = await access.token({ expires_at: '2020-01-01T00:00:00.000000Z' });
    const wrong = [
      `cf_${id}_${'A'.repeat(43)}`, // the secret
      `cf_aaaaaaaaaaaa_${good.slice(16)}`, // the id
      revoked,
      expired,
      'cf_', // no key at all
      'eyJhbGciOiJub25lIn0.e30.', // a token of nobody
      'x'.repeat(9_000),
    ];
    const refusals = await Promise.all(wrong.map((token) => refusal(bearer(token))));
    for (const one of refusals) expect(one).toEqual(refusals[0]);
    expect(refusals[0]).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="chronofolio", error="invalid_token"' },
    });
    expect(await refusal({ Authorization: `Basic ${Buffer.from('a:b').toString('base64')}` })).toEqual(
      refusals[0],
    );
    expect((await api.get('/v1/portfolios', bearer(good))).status).toBe(200);
  });

  it('an id that is not there is looked up and compared like one that is', async () => {
    const asked: string[] = [];
    const known = (await access.token()).slice(3, 15);
    const { createKeyAuthenticator } = await import('../../../api/access/key-authenticator.ts');
    const keys = createKeyAuthenticator({
      store: {
        find: (keyId) => {
          asked.push(keyId);
          return access.store.find(keyId);
        },
        used: () => Promise.reject(new Error('a key that is not good is not used')),
      },
      now: Date.now,
      onError: () => undefined,
    });
    for (const id of [known, 'aaaaaaaaaaaa'])
      expect(await keys.authenticate(`cf_${id}_${'A'.repeat(43)}`)).toBe('invalid');
    expect(asked).toEqual([known, 'aaaaaaaaaaaa']);
  });

  it('are kept as hashes, with what they were used, and told of in the log', async () => {
    const token = await access.token({ name: 'nightly', scopes: ['read'], portfolio_ids: ['P1'] });
    const keyId = token.slice(3, 15);
    await api.get('/v1/portfolios', bearer(token));
    const rows = await api.database.query<{ row: string }>(
      `select k::text as row from api_keys k where key_id = $1`,
      [keyId],
    );
    expect(rows[0]!.row).toContain('nightly');
    expect(rows[0]!.row).not.toContain(token.slice(16));
    await expect.poll(async () => (await access.store.find(keyId))?.last_used_at).not.toBeNull();
    await access.keys.revoke(keyId, { source: 'cli', actor: 'key:admin' }, 'left');
    await access.keys.revoke(keyId, { source: 'cli', actor: 'key:admin' }, 'again');
    const events = await access.log.readStream(`access-key-${keyId}`);
    expect(events.map(({ type, data, metadata }) => ({ type, data, actor: metadata.actor }))).toEqual([
      {
        type: 'AccessKeyIssued',
        data: { key_id: keyId, name: 'nightly', scopes: ['read'], portfolio_ids: ['P1'] },
        actor: undefined,
      },
      { type: 'AccessKeyRevoked', data: { key_id: keyId, reason: 'left' }, actor: 'key:admin' },
    ]);
    expect(JSON.stringify(events)).not.toContain(token.slice(16));
  });

  it('are refused by another process within the time that it remembers', async () => {
    let now = Date.now();
    const other = openAccess(api.database, { now: () => now, rememberMs: 2_000 });
    const token = await access.token();
    expect(await other.access.authenticate(token)).toMatchObject({ kind: 'key' });
    await access.keys.revoke(token.slice(3, 15), { source: 'cli' });
    expect((await refusal(bearer(token))).status).toBe(401);
    now += 1_999;
    expect(await other.access.authenticate(token)).toMatchObject({ kind: 'key' });
    now += 1;
    expect(await other.access.authenticate(token)).toBe('revoked');
    await other.close();
  });

  it('are never in the table without being in the log', async () => {
    const { createAccessKeys } = await import('../../../commands/access/keys.ts');
    const keys = createAccessKeys({
      store: access.store,
      log: { append: () => Promise.reject(new Error('the log is away')) },
      clock: () => '2026-01-01T00:00:00.000000Z',
    });
    const before = await access.store.list(100);
    await expect(keys.issue({ name: 'lost', scopes: ['read'] }, { source: 'cli' })).rejects.toThrow('away');
    expect(await access.store.list(100)).toEqual(before);
    // Taking one back is not kept from being done.
    const token = await access.token();
    const keyId = token.slice(3, 15);
    await expect(keys.revoke(keyId, { source: 'cli' })).rejects.toThrow('away');
    expect((await access.store.find(keyId))?.revoked_at).not.toBeNull();
    await access.keys.revoke(keyId, { source: 'cli' });
    expect((await access.log.readStream(`access-key-${keyId}`)).map(({ type }) => type)).toEqual([
      'AccessKeyIssued',
      'AccessKeyRevoked',
    ]);
  });

  it('are not to be seen by the role that reads reports', async () => {
    const [row] = await api.database.query<{ may: boolean }>(
      `select has_table_privilege('chronofolio_reader', 'public.api_keys', 'select') as may`,
    );
    expect(row).toEqual({ may: false });
  });
});

describe('tokens of an identity provider', () => {
  it('are taken beside keys, with what they say and until they end', async () => {
    let now = 1_000_000;
    const claims = { sub: 'analyst', exp: 1_100, scope: 'read', portfolios: ['P1'] };
    const other = openAccess(api.database, {
      now: () => now,
      jwtClaims: async (token) => (token === 'good.t.ok' ? claims : 'invalid'),
    });
    expect(await other.access.authenticate('good.t.ok')).toEqual({
      id: 'jwt:analyst',
      kind: 'jwt',
      scopes: new Set(['read']),
      portfolios: new Set(['P1']),
      expiresAt: 1_100_000,
    });
    expect(await other.access.authenticate('bad.t.ok')).toBe('invalid');
    now = 1_100_000;
    expect(await other.access.authenticate('good.t.ok')).toBe('expired');
    await other.close();
    // Where no provider is configured there are keys alone.
    expect(await access.access.authenticate('good.t.ok')).toBe('invalid');
  });
});

describe('scopes', () => {
  it('let in to what they are for, and none implies another', async () => {
    const requests: Readonly<Record<Scope, () => [string, RequestInit]>> = {
      read: () => ['/v1/portfolios', {}],
      write: () => [
        '/v1/portfolios',
        {
          method: 'POST',
          body: JSON.stringify({ portfolio_id: 'P1', base_currency: 'USD' }),
          headers: { 'Content-Type': 'application/json' },
        },
      ],
      operate: () => ['/v1/generations', {}],
      admin: () => ['/v1/keys', {}],
    };
    for (const held of SCOPES) {
      const token = await access.token({ scopes: [held] });
      for (const needed of SCOPES) {
        const [path, init] = requests[needed]();
        const reply = await api.request(path, {
          ...init,
          headers: { ...(init.headers as Record<string, string>), ...bearer(token) },
        });
        expect([held, needed, reply.status]).toEqual([held, needed, held === needed ? 200 : 403]);
      }
    }
  });

  it('are said by the document for every operation', async () => {
    const { paths } = await bodyOf<{
      paths: Record<string, Record<string, { security?: Record<string, string[]>[] }>>;
    }>(api.get('/openapi.json'));
    for (const [path, item] of Object.entries(paths))
      for (const [method, { security }] of Object.entries(item)) {
        const expected = path.startsWith('/health')
          ? []
          : [{ bearer: [expect.stringMatching(/^(read|write|operate|admin)$/)] }];
        expect([method, path, security]).toEqual([method, path, expected]);
      }
  });
});

describe('keys over HTTP', () => {
  it('are issued, listed, rotated and revoked by administrators, and the token is shown once', async () => {
    const admin = bearer(await access.token({ scopes: ['admin'] }));
    const made = await api.post(
      '/v1/keys',
      { name: 'report', scopes: ['read'], portfolio_ids: ['P1'], expires_at: '2999-01-01T00:00:00Z' },
      admin,
    );
    expect([made.status, made.headers.get('Cache-Control')]).toEqual([201, 'no-store']);
    const { key, token } = await bodyOf<{ key: { key_id: string }; token: string }>(made);
    expect((await api.get('/v1/portfolios', bearer(token))).status).toBe(200);
    expect(await (await api.get('/v1/keys', admin)).text()).not.toContain(token.slice(16));

    const rotated = await bodyOf<{ key: object; token: string }>(
      api.post(`/v1/keys/${key.key_id}/rotate`, {}, admin),
    );
    expect(rotated.key).toMatchObject({ name: 'report', scopes: ['read'], portfolio_ids: ['P1'] });
    expect((await api.get('/v1/portfolios', bearer(token))).status).toBe(401);
    expect((await api.get('/v1/portfolios', bearer(rotated.token))).status).toBe(200);

    const gone = await api.request(`/v1/keys/${rotated.token.slice(3, 15)}`, {
      method: 'DELETE',
      headers: admin,
    });
    expect([gone.status, await gone.json()]).toMatchObject([200, { revoked_at: expect.any(String) }]);
    expect((await api.get('/v1/portfolios', bearer(rotated.token))).status).toBe(401);
    expect((await api.request('/v1/keys/aaaaaaaaaaaa', { method: 'DELETE', headers: admin })).status).toBe(
      404,
    );
  });

  it('that ended are not rotated into others that have', async () => {
    const ended = (await access.token({ expires_at: '2020-01-01T00:00:00.000000Z' })).slice(3, 15);
    const before = (await access.store.list(1_000)).length;
    const reply = await api.post(
      `/v1/keys/${ended}/rotate`,
      {},
      bearer(await access.token({ scopes: ['admin'] })),
    );
    expect([reply.status, (await access.store.list(1_000)).length]).toEqual([404, before + 1]);
  });

  it('are refused with what is wrong with the order', async () => {
    const admin = bearer(await access.token({ scopes: ['admin'] }));
    for (const [order, field] of [
      [{ name: '', scopes: ['read'] }, 'name'],
      [{ name: 'x', scopes: [] }, 'scopes'],
      [{ name: 'x', scopes: ['root'] }, 'scopes.0'],
      [{ name: 'x', scopes: ['read'], expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
      [{ name: 'x', scopes: ['read'], portfolio_ids: ['no blanks'] }, 'portfolio_ids.0'],
    ] as const) {
      const problem = await problemOf(await api.post('/v1/keys', order, admin));
      expect([problem.status, problem.errors?.[0]?.field]).toEqual([422, field]);
    }
  });
});
