import { describe, expect, it } from 'vitest';
import { accessRequired } from '../../../infra/config/access.ts';
import type { ListeningHost } from '../../../infra/config/access.ts';
import { ConfigError, loadConfig } from '../../../infra/config/config.ts';
import type { Config } from '../../../infra/config/config.ts';
import { listeningHosts } from '../../../cli/wiring/roles.ts';

const file = (path: string): string => {
  if (path === '/keys') return '{"keys":[{"kty":"EC","crv":"P-256","x":"x","y":"y"}]}';
  if (path === '/odd') return '{"keys":[]}';
  throw new Error('ENOENT');
};
const load = (env: Record<string, string>): Config => loadConfig(env, file);

function failure(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('it was taken');
}

const at = (host: string): ListeningHost[] => [{ variable: 'HOST', host }];

describe('whether access is required', () => {
  it('is by default where others than this machine can ask', () => {
    for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', '::1', '[::1]'])
      expect([host, accessRequired({ mode: undefined }, at(host))]).toEqual([host, false]);
    for (const host of [
      '0.0.0.0',
      '::',
      '10.0.0.7',
      'example.org',
      '127.0.0.1.example.org',
      'localhost.example.org',
    ])
      expect([host, accessRequired({ mode: undefined }, at(host))]).toEqual([host, true]);
  });

  it('is by default where others come by a proxy, or have tokens, too', () => {
    const host = at('127.0.0.1');
    const required = (env: Record<string, string>) => accessRequired(load(env).access, host);
    const provider = { JWKS_FILE: '/keys', JWT_ISSUER: 'x', JWT_AUDIENCE: 'y' };
    expect(required({})).toBe(false);
    expect(required({ TRUSTED_PROXIES: '1' })).toBe(true);
    expect(required(provider)).toBe(true);
    expect(required({ ...provider, TRUSTED_PROXIES: '1', ACCESS: 'off' })).toBe(false);
  });

  it('can be said, but not that it is off for others', () => {
    expect(accessRequired({ mode: 'required' }, at('127.0.0.1'))).toBe(true);
    expect(accessRequired({ mode: 'off' }, at('127.0.0.1'))).toBe(false);
    expect(failure(() => accessRequired({ mode: 'off' }, at('0.0.0.0')))).toBe(
      'ACCESS=off is for processes that listen on loopback alone, and HOST is 0.0.0.0',
    );
  });

  it('looks at every host that a role listens on', () => {
    const config = load({ ACCESS: 'off', WEBSOCKET_HOST: '0.0.0.0' });
    expect(accessRequired(config.access, listeningHosts('all', config))).toBe(false);
    expect(failure(() => accessRequired(config.access, listeningHosts('market-data', config)))).toContain(
      'WEBSOCKET_HOST is 0.0.0.0',
    );
  });
});

describe('tokens of an identity provider', () => {
  const both = { JWT_ISSUER: 'https://id.example.org/', JWT_AUDIENCE: 'chronofolio' };

  it('need an address or a file, an issuer and an audience', () => {
    expect(load({}).access.jwt).toBeUndefined();
    expect(load({ ...both, JWKS_URL: 'https://id.example.org/keys' }).access.jwt).toEqual({
      source: { url: 'https://id.example.org/keys' },
      issuer: 'https://id.example.org/',
      audience: 'chronofolio',
    });
    expect(load({ ...both, JWKS_FILE: '/keys' }).access.jwt?.source).toMatchObject({
      keys: { keys: [{ kty: 'EC' }] },
    });
    for (const [env, message] of [
      [{ JWKS_URL: 'https://id.example.org/keys' }, 'JWT_ISSUER="" must be set with JWKS_URL'],
      [{ JWKS_FILE: '/keys', JWT_ISSUER: 'x' }, 'JWT_AUDIENCE="" must be set with JWKS_FILE'],
      [{ JWT_ISSUER: 'x' }, 'JWT_ISSUER="x" needs JWKS_URL or JWKS_FILE'],
      [
        { ...both, JWKS_URL: 'https://a/k', JWKS_FILE: '/keys' },
        'JWKS_FILE="/keys" must not be set together with JWKS_URL',
      ],
      [{ ...both, JWKS_FILE: '/none' }, 'JWKS_FILE="/none" must name a readable file'],
      [{ ...both, JWKS_FILE: '/odd' }, 'JWKS_FILE="/odd" must name a file with a JSON Web Key Set'],
    ] as const)
      expect(failure(() => load(env))).toBe(message);
  });

  it('have their keys fetched from where nobody on the way can change them', () => {
    expect(load({ ...both, JWKS_URL: 'http://127.0.0.1:9/k' }).access.jwt).toBeDefined();
    for (const url of [
      'http://id.example.org/k',
      'https://user:pass@id.example.org/k',
      'file:///keys',
      'keys',
    ])
      expect(failure(() => load({ ...both, JWKS_URL: url }))).toContain('must be an https address');
  });
});

it('limits have defaults', () => {
  expect(load({}).access).toMatchObject({ rate: { perSecond: 100, burst: 200 }, trustedProxies: 0 });
});
