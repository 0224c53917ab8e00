/** From an API key to its principal. */
import { timingSafeEqual } from 'node:crypto';
import { secretHash } from '../../commands/access/keys.ts';
import type { KeyStore, StoredKey } from '../../commands/access/ports.ts';
import { parseKeyToken } from '../../domain/access/key-token.ts';
import type { Principal } from '../../domain/access/principal.ts';
import type { Instant } from '../../domain/dates.ts';

export interface KeyAuthenticator {
  /** Whether the key was found good within the last moments; asks nothing of anybody. */
  knows(token: string): boolean;
  /** Whose key it is, if it is good now, or was so within the last moments. */
  authenticate(token: string): Promise<Principal | undefined>;
  /** To be asked anew. */
  forget(keyId: string): void;
}

export interface KeyAuthenticatorOptions {
  readonly store: Pick<KeyStore, 'find' | 'used'>;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** A use that cannot be noted keeps nobody out. */
  readonly onError: (error: unknown) => void;
  /** For how long a key that was looked up is taken to be the same: so late a revocation can be noticed. */
  readonly rememberMs?: number;
}

const REMEMBER_MS = 2_000;
const MOST_REMEMBERED = 10_000;
const USED_EVERY_MS = 60_000;

/** What a key that is not there is compared with, so that both take the same path. */
const NONE = secretHash('');

interface Remembered {
  readonly key: StoredKey | undefined;
  readonly principal: Principal | undefined;
  readonly until: number;
}

export function createKeyAuthenticator(options: KeyAuthenticatorOptions): KeyAuthenticator {
  const { store, now, onError, rememberMs = REMEMBER_MS } = options;
  const remembered = new Map<string, Remembered>();

  function fresh(keyId: string): Remembered | undefined {
    const known = remembered.get(keyId);
    return known && known.until > now() ? known : undefined;
  }

  async function lookUp(keyId: string): Promise<Remembered> {
    const known = fresh(keyId);
    if (known) return known;
    const key = await store.find(keyId);
    remembered.delete(keyId);
    if (remembered.size >= MOST_REMEMBERED) {
      const [oldest] = remembered.keys();
      if (oldest !== undefined) remembered.delete(oldest);
    }
    const found = { key, principal: key && principalOf(key), until: now() + rememberMs };
    remembered.set(keyId, found);
    if (key) noteUse(key);
    return found;
  }

  function noteUse({ key_id: keyId, last_used_at: last }: StoredKey): void {
    const at = now();
    if (last !== null && at - Date.parse(last) < USED_EVERY_MS) return;
    store.used(keyId, instantOf(at)).catch(onError);
  }

  /** Whether the secret is the key's and the key is in force: all of it is looked at before it is said. */
  function isGood(key: StoredKey | undefined, secret: string): key is StoredKey {
    const same = timingSafeEqual(secretHash(secret), key?.hash ?? NONE);
    const inForce =
      key !== undefined &&
      key.revoked_at === null &&
      (key.expires_at === null || Date.parse(key.expires_at) > now());
    return same && inForce;
  }

  return {
    knows(text) {
      const token = parseKeyToken(text);
      const known = token && fresh(token.keyId);
      return known !== undefined && isGood(known.key, token!.secret);
    },
    async authenticate(text) {
      const token = parseKeyToken(text);
      if (!token) return undefined;
      const { key, principal } = await lookUp(token.keyId);
      return isGood(key, token.secret) ? principal : undefined;
    },
    forget: (keyId) => void remembered.delete(keyId),
  };
}

function principalOf({ key_id, scopes, portfolio_ids, expires_at }: StoredKey): Principal {
  return {
    id: `key:${key_id}`,
    kind: 'key',
    scopes: new Set(scopes),
    ...(portfolio_ids === null ? {} : { portfolios: new Set(portfolio_ids) }),
    ...(expires_at === null ? {} : { expiresAt: Date.parse(expires_at) }),
  };
}

function instantOf(ms: number): Instant {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z`;
}
