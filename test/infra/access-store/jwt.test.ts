/** Tokens of an identity provider: the good one is taken, and each kind of bad one is not. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHmac } from 'node:crypto';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWK, JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jwtPrincipal } from '../../../api/access/jwt-principal.ts';
import { createJwtVerifier } from '../../../infra/access-store/jwt.ts';

const ISSUER = 'https://id.example.org/';
const AUDIENCE = 'chronofolio';

let provider: { publicKey: CryptoKey; privateKey: CryptoKey };
let stranger: CryptoKey;
let jwk: JWK;
const refused: string[] = [];
const failures: unknown[] = [];
const observers = {
  onRefused: (code: string) => void refused.push(code),
  onError: (error: unknown) => void failures.push(error),
};

beforeAll(async () => {
  provider = await generateKeyPair('ES256', { extractable: true });
  stranger = (await generateKeyPair('ES256')).privateKey;
  jwk = { ...(await exportJWK(provider.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
});

interface Making {
  readonly claims?: JWTPayload;
  readonly issuer?: string;
  readonly audience?: string;
  readonly expires?: number | null;
  readonly notBefore?: number;
  readonly kid?: string;
  readonly key?: CryptoKey;
}

const now = () => Math.floor(Date.now() / 1_000);

async function token(making: Making = {}): Promise<string> {
  const { claims = {}, expires, notBefore } = making;
  const jwt = new SignJWT({ sub: 'analyst', scope: 'read', ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: making.kid ?? 'k1' })
    .setIssuer(making.issuer ?? ISSUER)
    .setAudience(making.audience ?? AUDIENCE);
  if (expires !== null) jwt.setExpirationTime(expires ?? now() + 60);
  if (notBefore !== undefined) jwt.setNotBefore(notBefore);
  return jwt.sign(making.key ?? provider.privateKey);
}

/** Says that it must not be taken without understanding something. */
const critical = () =>
  new SignJWT({ sub: 'analyst' })
    .setProtectedHeader({
      alg: 'ES256',
      kid: 'k1',
      crit: ['http://example.org/x'],
      'http://example.org/x': true,
    })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setExpirationTime(now() + 60)
    .sign(provider.privateKey, { crit: { 'http://example.org/x': true } });

const verifier = () =>
  createJwtVerifier({ source: { keys: { keys: [jwk] } }, issuer: ISSUER, audience: AUDIENCE }, observers);

const text = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a token', () => {
  it('that is good has its claims', async () => {
    expect(await verifier()(await token())).toMatchObject({ sub: 'analyst', scope: 'read' });
    // Clocks differ a little.
    expect(await verifier()(await token({ expires: now() - 2, notBefore: now() + 2 }))).toMatchObject({
      sub: 'analyst',
    });
  });

  it('that is bad has none, and why is for us alone', async () => {
    const verify = verifier();
    const payload = text({ sub: 'a', iss: ISSUER, aud: AUDIENCE, exp: now() + 60, scope: 'admin' });
    const none = `${text({ alg: 'none' })}.${payload}.`;
    // Signed with what anybody may know: the public key taken as a shared secret.
    const head = text({ alg: 'HS256', kid: 'k1' });
    const secret = await exportSPKI(provider.publicKey);
    const confused = `${head}.${payload}.${createHmac('sha256', secret).update(`${head}.${payload}`).digest('base64url')}`;
    const good = await token();
    const bad: Record<string, string> = {
      'another issuer': await token({ issuer: 'https://evil.example.org/' }),
      'another audience': await token({ audience: 'payroll' }),
      'one that ended': await token({ expires: now() - 30 }),
      'one without an end': await token({ expires: null }),
      'one that begins later': await token({ notBefore: now() + 30 }),
      'one of a key that is not known': await token({ kid: 'k2' }),
      'one signed by another key': await token({ key: stranger }),
      'one without a signature': none,
      'one signed with the public key': confused,
      'one that was changed': `${good.slice(0, -6)}${good.endsWith('AAAAAA') ? 'BBBBBB' : 'AAAAAA'}`,
      'one that ended, of another key': await token({ key: stranger, expires: now() - 30 }),
      'one with what we do not understand': await critical(),
      'no token': 'not.a.token',
    };
    for (const [what, one] of Object.entries(bad)) {
      const before = refused.length;
      const fault = what === 'one that ended' ? 'expired' : 'invalid';
      expect([what, await verify(one)]).toEqual([what, fault]);
      expect([what, refused.length]).toEqual([what, before + 1]);
    }
    expect(failures).toEqual([]);
  });
});

describe('keys that a provider publishes', () => {
  const served: { status: number; body: string; requests: number } = { status: 200, body: '', requests: 0 };
  const server = createServer((_, response) => {
    served.requests += 1;
    response.writeHead(served.status, { 'Content-Type': 'application/json' }).end(served.body);
  });
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const remote = () => createJwtVerifier({ source: { url }, issuer: ISSUER, audience: AUDIENCE }, observers);

  it('are fetched once, and not for every id that somebody makes up', async () => {
    Object.assign(served, { status: 200, body: JSON.stringify({ keys: [jwk] }), requests: 0 });
    const verify = remote();
    expect(await verify(await token())).toMatchObject({ sub: 'analyst' });
    for (let i = 0; i < 5; i++) expect(await verify(await token({ kid: `made-up-${i}` }))).toBe('invalid');
    expect(await verify(await token())).toMatchObject({ sub: 'analyst' });
    expect(served.requests).toBe(1);
  });

  it('that cannot be had, or are too many to be keys, let nobody in', async () => {
    for (const [status, body] of [
      [500, ''],
      [200, 'no json'],
      [200, JSON.stringify({ keys: [jwk], more: 'x'.repeat(600_000) })],
    ] as const) {
      Object.assign(served, { status, body });
      const before = failures.length;
      expect(await remote()(await token())).toBe('provider');
      expect([status, failures.length]).toEqual([status, before + 1]);
    }
  });
});

describe('a provider that is down', () => {
  it('is not asked for every token that somebody sends, and is asked again', async () => {
    let at = 1_000_000;
    const served = { requests: 0, status: 503 };
    const server = createServer((_, response) => {
      served.requests += 1;
      response
        .writeHead(served.status, { 'Content-Type': 'application/json' })
        .end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
      const verify = createJwtVerifier(
        { source: { url }, issuer: ISSUER, audience: AUDIENCE },
        { onRefused: () => undefined, onError: () => undefined, now: () => at },
      );
      for (let i = 0; i < 5; i++) expect(await verify(await token({ kid: `made-up-${i}` }))).toBe('provider');
      expect(served.requests).toBe(1);
      served.status = 200;
      expect(await verify(await token())).toBe('provider');
      at += 5_000;
      expect(await verify(await token())).toMatchObject({ sub: 'analyst' });
      expect(served.requests).toBe(2);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('sends nobody elsewhere', async () => {
    const served: string[] = [];
    const server = createServer(({ url: path }, response) => {
      served.push(path ?? '');
      if (path === '/jwks') response.writeHead(302, { Location: '/inside' }).end();
      else
        response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
      const verify = createJwtVerifier({ source: { url }, issuer: ISSUER, audience: AUDIENCE }, observers);
      expect(await verify(await token())).toBe('provider');
      expect(served).toEqual(['/jwks']);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

describe('from claims to a principal', () => {
  const claims = { sub: 'analyst', exp: 1_800_000_000 };

  it('takes scopes of ours, prefixed or not, and passes over others', () => {
    const principal = jwtPrincipal({ ...claims, scope: 'openid read chronofolio:operate payroll:admin' });
    expect(principal).toMatchObject({ id: 'jwt:analyst', kind: 'jwt', expiresAt: 1_800_000_000_000 });
    expect([...principal!.scopes]).toEqual(['read', 'operate']);
    expect([...jwtPrincipal(claims)!.scopes]).toEqual([]);
  });

  it('knows of no portfolio unless it is said, and of all only by a star', () => {
    expect([...jwtPrincipal(claims)!.portfolios!]).toEqual([]);
    expect([...jwtPrincipal({ ...claims, portfolios: ['P1', 'P2'] })!.portfolios!]).toEqual(['P1', 'P2']);
    expect(jwtPrincipal({ ...claims, portfolios: '*' })!.portfolios).toBeUndefined();
    expect(jwtPrincipal({ ...claims, portfolios: ['P1', '*'] })!.portfolios).toBeUndefined();
  });

  it('is nobody where the claims are not as agreed', () => {
    for (const bad of [
      {},
      { exp: 1 },
      { ...claims, sub: '' },
      { ...claims, sub: 'two words' },
      { ...claims, scope: ['read'] },
      { ...claims, portfolios: 'P1' },
      { ...claims, portfolios: ['no blanks'] },
      { ...claims, portfolios: null },
    ])
      expect(jwtPrincipal(bad)).toBeUndefined();
  });
});
