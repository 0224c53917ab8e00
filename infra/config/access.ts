/** Whether callers have to say who they are, how they do, and how often they may ask. */
import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { ConfigError } from './errors.ts';
import { isLoopback } from './loopback.ts';
import type { Values } from './variables.ts';

export interface AccessConfig {
  /** As it is set; without it the addresses decide, see `accessRequired`. */
  readonly mode: 'off' | 'required' | undefined;
  /** `undefined`: only API keys are taken. */
  readonly jwt: JwtSettings | undefined;
  readonly rate: { readonly perSecond: number; readonly burst: number };
  readonly trustedProxies: number;
  /** What commands of ours say who they are by, where they ask over HTTP. */
  readonly apiKey: string | undefined;
}

export interface JwtSettings {
  readonly source: { readonly url: string } | { readonly keys: JSONWebKeySet };
  readonly issuer: string;
  readonly audience: string;
}

export function accessConfig(values: Values, readFile: (path: string) => string): AccessConfig {
  return {
    mode: values.ACCESS,
    jwt: jwtSettings(values, readFile),
    rate: { perSecond: values.RATE_LIMIT_PER_SECOND, burst: values.RATE_LIMIT_BURST },
    trustedProxies: values.TRUSTED_PROXIES,
    apiKey: values.CHRONOFOLIO_API_KEY,
  };
}

/** Where a process listens, and the variable that says so. */
export interface ListeningHost {
  readonly variable: 'HOST' | 'REST_API_HOST' | 'WEBSOCKET_HOST';
  readonly host: string;
}

/**
 * Required, unless nobody but this machine can ask. Tokens that are taken, and proxies that are trusted, say
 * that others do, by a way that ends on loopback.
 * @throws ConfigError where it is switched off for others than this machine
 */
export function accessRequired(
  {
    mode,
    jwt,
    trustedProxies = 0,
  }: Pick<AccessConfig, 'mode'> & Partial<Pick<AccessConfig, 'jwt' | 'trustedProxies'>>,
  hosts: readonly ListeningHost[],
): boolean {
  const open = hosts.find(({ host }) => !isLoopback(host));
  if (mode === 'off' && open)
    throw new ConfigError([
      {
        variable: 'ACCESS',
        value: 'off',
        rule: `is for processes that listen on loopback alone, and ${open.variable} is ${open.host}`,
      },
    ]);
  const others = open !== undefined || jwt !== undefined || trustedProxies > 0;
  return (mode ?? (others ? 'required' : 'off')) === 'required';
}

function jwtSettings(values: Values, readFile: (path: string) => string): JwtSettings | undefined {
  const { JWKS_URL: url, JWKS_FILE: file, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = values;
  const given = file === undefined ? ('JWKS_URL' as const) : ('JWKS_FILE' as const);
  if (url !== undefined && file !== undefined)
    throw problem('JWKS_FILE', file, 'must not be set together with JWKS_URL');
  if (url === undefined && file === undefined) {
    for (const [variable, value] of [
      ['JWT_ISSUER', issuer],
      ['JWT_AUDIENCE', audience],
    ] as const)
      if (value !== undefined) throw problem(variable, value, 'needs JWKS_URL or JWKS_FILE');
    return undefined;
  }
  if (issuer === undefined) throw problem('JWT_ISSUER', '', `must be set with ${given}`);
  if (audience === undefined) throw problem('JWT_AUDIENCE', '', `must be set with ${given}`);
  const source = url === undefined ? { keys: keySet(file ?? '', readFile) } : { url };
  return { source, issuer, audience };
}

const keys = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });

function keySet(path: string, readFile: (path: string) => string): JSONWebKeySet {
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    throw new ConfigError(problem('JWKS_FILE', path, 'must name a readable file').problems, { cause: error });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = keys.safeParse(value);
  if (!parsed.success) throw problem('JWKS_FILE', path, 'must name a file with a JSON Web Key Set');
  return parsed.data;
}

function problem(variable: string, value: string, rule: string): ConfigError {
  return new ConfigError([{ variable, value: JSON.stringify(value), rule }]);
}
