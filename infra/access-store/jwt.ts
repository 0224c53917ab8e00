/** Tokens of an identity provider, verified with its published keys. */
import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, jwtVerify } from 'jose';
import type { FetchImplementation, JSONWebKeySet, JWTPayload, JWTVerifyGetKey } from 'jose';
import type { TokenFault } from '../../domain/access/refusal.ts';

export interface JwtConfig {
  readonly source: { readonly url: string } | { readonly keys: JSONWebKeySet };
  readonly issuer: string;
  readonly audience: string;
}

/** Signatures by a key that only the provider has: nothing that verifies can also sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const CLOCK_TOLERANCE_SECONDS = 5;
const FETCH_TIMEOUT_MS = 3_000;
/** Between two fetches for a key that is not known: tokens with made-up ids must not make us fetch. */
const COOLDOWN_MS = 30_000;
const KEYS_FRESH_MS = 600_000;
/** After a fetch that failed: a provider that is down is not asked for every token that somebody sends. */
const RETRY_AFTER_MS = 5_000;
const LARGEST_KEY_SET = 512 * 1024;

export interface JwtVerifierOptions {
  /** Why a token was not taken: for the log, never for its bearer. */
  readonly onRefused: (code: string) => void;
  /** The provider's keys cannot be had. */
  readonly onError: (error: unknown) => void;
  /** Unix milliseconds. */
  readonly now?: () => number;
}

/** What is said of a token that is not good: `provider` where that cannot be told, for want of keys. */
export type JwtFault = Exclude<TokenFault, 'revoked'>;

/** The claims of a token that is good, else what is wrong. */
export function createJwtVerifier(
  { source, issuer, audience }: JwtConfig,
  { onRefused, onError, now = Date.now }: JwtVerifierOptions,
): (token: string) => Promise<JWTPayload | JwtFault> {
  const keys = 'url' in source ? remoteKeys(source.url, now) : createLocalJWKSet(source.keys);
  const options = {
    issuer,
    audience,
    algorithms: ALGORITHMS,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    requiredClaims: ['exp', 'sub'],
  };
  return async (token) => {
    try {
      return (await jwtVerify(token, keys, options)).payload;
    } catch (error) {
      if (!isFaultOfToken(error)) {
        onError(error);
        return 'provider';
      }
      onRefused(error.code);
      return error instanceof errors.JWTExpired ? 'expired' : 'invalid';
    }
  };
}

function remoteKeys(url: string, now: () => number): JWTVerifyGetKey {
  let failure: { readonly error: unknown; readonly at: number } | undefined;
  const fetchKeys: FetchImplementation = async (address, init) => {
    if (failure && now() - failure.at < RETRY_AFTER_MS) throw failure.error;
    try {
      // The provider is the one that is configured, and no other that it might send us to.
      const reply = await bounded(await fetch(address, { ...init, redirect: 'error' }));
      failure = undefined;
      return reply;
    } catch (error) {
      failure = { error, at: now() };
      throw error;
    }
  };
  return createRemoteJWKSet(new URL(url), {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: KEYS_FRESH_MS,
    [customFetch]: fetchKeys,
  });
}

/** @throws Error for anything but a set of keys that is no larger than any */
async function bounded(reply: Response): Promise<Response> {
  const { status, body } = reply;
  if (status !== 200 || !body) throw new Error(`the key set is answered with status ${status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const pieces: AsyncIterable<Uint8Array> = body;
  for await (const chunk of pieces) {
    size += chunk.length;
    if (size > LARGEST_KEY_SET) throw new Error(`the key set is larger than ${LARGEST_KEY_SET} bytes`);
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks), { status, headers: reply.headers });
}

/** Whether the token is at fault, and not the way to the provider's keys. */
function isFaultOfToken(error: unknown): error is errors.JOSEError {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout) &&
    !(error instanceof errors.JWKSInvalid) &&
    error.code !== errors.JOSEError.code
  );
}
