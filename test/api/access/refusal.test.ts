/** Every refusal is counted by its cause, and stands in the log by what the caller was told. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AUDITED } from '../../../api/access/refusal.ts';
import { REFUSAL_CAUSES } from '../../../domain/access/refusal.ts';
import type { RefusalCause } from '../../../domain/access/refusal.ts';
import { openAccess } from '../../support/access.ts';
import type { TestAccess } from '../../support/access.ts';
import { createTestApi, problemOf } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';

let api: TestApi;
let access: TestAccess;
let now = Date.now();
let causes: RefusalCause[] = [];

beforeAll(async () => {
  api = await createTestApi(async (test) => {
    access = openAccess(test.database, {
      observer: { refused: (cause) => void causes.push(cause) },
      rate: { perSecond: 1, burst: 3 },
      trustedProxies: 1,
      now: () => now,
      jwtClaims: async (token) => (token === 'ended' ? 'expired' : token === 'away' ? 'provider' : 'invalid'),
    });
    return { access: access.access, keys: access.keys };
  });
});
afterAll(async () => {
  await access.close();
  await api.close();
});

let callers = 0;
/** Asks from an address of its own. */
async function ask(token: string | undefined, path = '/v1/portfolios', times = 1) {
  causes = [];
  callers += 1;
  let reply: Response | undefined;
  for (let i = 0; i < times; i++)
    reply = await api.get(path, {
      'X-Forwarded-For': `10.0.0.${callers}`,
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    });
  return { status: reply!.status, causes, reply: reply! };
}

it('by each of its causes', async () => {
  const good = await access.token({ scopes: ['read'] });
  const limited = await access.token({ portfolio_ids: ['P1'] });
  const revoked = await access.token();
  await access.keys.revoke(revoked.slice(3, 15), { source: 'cli' });
  const expired = await access.token({
    expires_at: `${new Date(now + 1_000).toISOString().slice(0, 23)}000Z`,
  });
  now += 3_600_000;

  expect(await ask(good)).toMatchObject({ status: 200, causes: [] });
  expect(await ask(undefined)).toMatchObject({ status: 401, causes: ['missing'] });
  expect(await ask('nonsense')).toMatchObject({ status: 401, causes: ['invalid'] });
  expect(await ask(`${revoked.slice(0, -1)}-`)).toMatchObject({ status: 401, causes: ['invalid'] });
  expect(await ask(revoked)).toMatchObject({ status: 401, causes: ['revoked'] });
  expect(await ask(expired)).toMatchObject({ status: 401, causes: ['expired'] });
  expect(await ask('ended')).toMatchObject({ status: 401, causes: ['expired'] });
  expect(await ask(good, '/v1/keys')).toMatchObject({ status: 403, causes: ['scope'] });
  expect(await ask(limited, '/v1/keys')).toMatchObject({ status: 403, causes: ['limited'] });
  // Answered as one that does not exist, which is what it is here.
  expect(await ask(limited, '/v1/portfolios/P2')).toMatchObject({ status: 404, causes: ['portfolio'] });
  expect(await ask(limited, '/v1/portfolios/P1')).toMatchObject({ status: 404, causes: [] });
  now += 3_600_000;
  expect(await ask(good, '/v1/portfolios', 4)).toMatchObject({ status: 429, causes: ['rate'] });
});

it('a token that cannot be verified for want of keys is not called bad', async () => {
  const { status, causes: found, reply } = await ask('away');
  expect([status, found, reply.headers.get('Retry-After')]).toEqual([503, ['provider'], '5']);
  expect(await problemOf(reply)).toMatchObject({ type: 'urn:chronofolio:problem:unavailable' });
  // Those who send such tokens are limited as any without one.
  expect(await ask('away', '/v1/portfolios', 4)).toMatchObject({ status: 429 });
});

it('the documentation counts as what is for the public', async () => {
  for (const path of ['/docs', '/openapi.json'])
    expect([path, await ask(undefined, path, 4)]).toMatchObject([path, { status: 429, causes: ['rate'] }]);
});

it('has a place in the log for each cause that is a fault of the caller', () => {
  expect(Object.keys(AUDITED).sort()).toEqual([...REFUSAL_CAUSES].sort());
  expect(REFUSAL_CAUSES.filter((cause) => AUDITED[cause] === undefined)).toEqual(['provider']);
});
