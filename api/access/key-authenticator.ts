/** From an API key to its principal. */
import { timingSafeEqual } from 'node:crypto';
import { secretHash } from '../../commands/access/keys.ts';
import type { KeyStore, StoredKey } from '../../commands/access/ports.ts';
import { parseKeyToken } from '../../domain/access/key-token.ts';
import type { Principal } from '../../domain/access/principal.ts';
import type { TokenFault } from '../../domain/access/refusal.ts';
import type { Instant } from '../../domain/dates.ts';

export type KeyFault = Exclude<TokenFault, 'provider'>;

export interface KeyAuthenticator {
  /** Whether the key was good when it was last looked up, if it still is remembered; asks nothing of anybody. */
  knows(token: string): boolean;
  /** Whose key it is, if it is good now, or was so within the last moments; else what is wrong with it. */
  authenticate(token: string): Promise<Principal | KeyFault>;
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
  /** Of the same key asked for at once, as by all of its sockets at a heartbeat, one question is enough. */
  const asked = new Map<string, Promise<Remembered>>();

  function fresh(keyId: string): Remembered | undefined {
    const known = remembered.get(keyId);
    return known && known.until > now() ? known : undefined;
  }

  async function lookUp(keyId: string): Promise<Remembered> {
    const known = fresh(keyId) ?? asked.get(keyId);
    if (known) return known;
    const asking = ask(keyId);
    asked.set(keyId, asking);
    try {
      const found = await asking;
      // Unless it was revoked meanwhile.
      if (asked.get(keyId) === asking) remember(keyId, found);
      return found;
    } finally {
      if (asked.get(keyId) === asking) asked.delete(keyId);
    }
  }

  async function ask(keyId: string): Promise<Remembered> {
    // What is found may be as old as the question.
    const until = now() + rememberMs;
    const key = await store.find(keyId);
    if (key) noteUse(key);
    return { key, principal: key && principalOf(key), until };
  }

  function remember(keyId: string, found: Remembered): void {
    remembered.delete(keyId);
    if (remembered.size >= MOST_REMEMBERED) {
      const [oldest] = remembered.keys();
      if (oldest !== undefined) remembered.delete(oldest);
    }
    remembered.set(keyId, found);
  }

  function noteUse({ key_id: keyId, last_used_at: last }: StoredKey): void {
    const at = now();
    if (last !== null && at - Date.parse(last) < USED_EVERY_MS) return;
    store.used(keyId, instantOf(at)).catch(onError);
  }

  /** All of it is looked at before anything is said; whoever has not the secret is told nothing of the key. */
  function faultOf(key: StoredKey | undefined, secret: string): KeyFault | undefined {
    const same = timingSafeEqual(secretHash(secret), key?.hash ?? NONE);
    const { revoked_at: revoked = null, expires_at: expires = null } = key ?? {};
    const ended = expires !== null && Date.parse(expires) <= now();
    if (!key || !same) return 'invalid';
    if (revoked !== null) return 'revoked';
    return ended ? 'expired' : undefined;
  }

  return {
    knows(text) {
      const token = parseKeyToken(text);
      const known = token && remembered.get(token.keyId);
      return known !== undefined && faultOf(known.key, token!.secret) === undefined;
    },
    async authenticate(text) {
      const token = parseKeyToken(text);
      if (!token) return 'invalid';
      const { key, principal } = await lookUp(token.keyId);
      return faultOf(key, token.secret) ?? principal ?? 'invalid';
    },
    forget(keyId) {
      remembered.delete(keyId);
      asked.delete(keyId);
    },
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
