/** Handing out API keys and taking them back. What is done stands in the log. */
import { createHash, randomBytes } from 'node:crypto';
import { keyToken } from '../../domain/access/key-token.ts';
import type { Instant } from '../../domain/dates.ts';
import { streams } from '../../domain/events.ts';
import type { DomainEvent, Scope } from '../../domain/events.ts';
import type { EventLog } from '../../domain/log.ts';
import type { KeyRecord, KeyStore, Orderer } from './ports.ts';

export interface KeyOrder {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** All when absent. */
  readonly portfolio_ids?: readonly string[];
  /** Never when absent. */
  readonly expires_at?: Instant;
}

export interface IssuedKey {
  readonly key: KeyRecord;
  /** What its holder sends. It is nowhere else, and cannot be had again. */
  readonly token: string;
}

export interface AccessKeys {
  issue(order: KeyOrder, by: Orderer): Promise<IssuedKey>;
  list(): Promise<readonly KeyRecord[]>;
  /** Revoking again changes nothing. `undefined` when there is no such key. */
  revoke(keyId: string, by: Orderer, reason?: string): Promise<KeyRecord | undefined>;
  /**
   * A new key of the same name, scopes, portfolios and end in place of one, which is revoked.
   * @returns `undefined` when there is no such key, or when it is revoked or has ended
   */
  rotate(keyId: string, by: Orderer): Promise<IssuedKey | undefined>;
}

export interface AccessKeysOptions {
  readonly store: KeyStore;
  readonly log: Pick<EventLog, 'append'>;
  readonly clock: () => Instant;
  /** Told of a key that was revoked here, so that it is not remembered as good. */
  readonly onRevoked?: (keyId: string) => void;
}

/** A list shows so many. */
const MOST_LISTED = 10_000;

export function createAccessKeys({ store, log, clock, onRevoked }: AccessKeysOptions): AccessKeys {
  const append = async (keyId: string, event: DomainEvent, by: Orderer): Promise<void> => {
    await log.append({
      streamId: streams.accessKey(keyId),
      expected: 'any',
      events: [{ ...event, effectiveAt: clock(), metadata: { ...by } }],
      // Said once, however often it is ordered.
      idempotency: { key: `${event.type}:${keyId}`, fingerprint: keyId },
    });
  };

  const keys: AccessKeys = {
    // The event first: a key that is in the table and could be used is never without one.
    async issue({ name, scopes, portfolio_ids, expires_at }, by) {
      const keyId = newKeyId();
      const secret = randomBytes(32).toString('base64url');
      const data = {
        key_id: keyId,
        name,
        scopes,
        ...(portfolio_ids === undefined ? {} : { portfolio_ids }),
        ...(expires_at === undefined ? {} : { expires_at }),
      };
      await append(keyId, { type: 'AccessKeyIssued', data }, by);
      const key = {
        key_id: keyId,
        name,
        scopes,
        portfolio_ids: portfolio_ids ?? null,
        created_at: clock(),
        expires_at: expires_at ?? null,
      };
      await store.insert({ ...key, hash: secretHash(secret) });
      return { key: { ...key, revoked_at: null, last_used_at: null }, token: keyToken({ keyId, secret }) };
    },
    list: () => store.list(MOST_LISTED),
    // The table first: a key that is to be good no more is not kept good by a log that is away. Ordering it
    // again appends the event where it is missing.
    async revoke(keyId, by, reason) {
      const revoked = await store.revoke(keyId, clock());
      if (!revoked) return undefined;
      onRevoked?.(keyId);
      const data = { key_id: keyId, ...(reason === undefined ? {} : { reason }) };
      await append(keyId, { type: 'AccessKeyRevoked', data }, by);
      return revoked;
    },
    async rotate(keyId, by) {
      const former = await store.find(keyId);
      if (!former || former.revoked_at !== null) return undefined;
      const { name, scopes, portfolio_ids, expires_at } = former;
      // What ended would be replaced by what has ended.
      if (expires_at !== null && Date.parse(expires_at) <= Date.parse(clock())) return undefined;
      const order = {
        name,
        scopes,
        ...(portfolio_ids === null ? {} : { portfolio_ids }),
        ...(expires_at === null ? {} : { expires_at }),
      };
      const issued = await keys.issue(order, by);
      await keys.revoke(keyId, by, `rotated to ${issued.key.key_id}`);
      return issued;
    },
  };
  return keys;
}

/** The secrets have 256 random bits, so there is nothing to guess that a slow hash would slow down. */
export function secretHash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** 60 bits: enough that no two are the same. */
function newKeyId(): string {
  const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
  return Array.from(randomBytes(12), (byte) => ALPHABET[byte & 31]).join('');
}
