/** What the handling of keys needs besides the log. */
import type { Instant } from '../../domain/dates.ts';
import type { Scope } from '../../domain/events.ts';
import type { Source } from '../../domain/log.ts';

export interface KeyRecord {
  readonly key_id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** `null`: all. */
  readonly portfolio_ids: readonly string[] | null;
  readonly created_at: Instant;
  readonly expires_at: Instant | null;
  readonly revoked_at: Instant | null;
  /** To the minute or so. */
  readonly last_used_at: Instant | null;
}

export interface StoredKey extends KeyRecord {
  /** SHA-256 of the secret. */
  readonly hash: Buffer;
}

export interface KeyStore {
  insert(key: Omit<StoredKey, 'revoked_at' | 'last_used_at'>): Promise<void>;
  find(keyId: string): Promise<StoredKey | undefined>;
  /** The latest first, at most `limit`. */
  list(limit: number): Promise<KeyRecord[]>;
  /** The key as it then is; one that was revoked before stays as it was. `undefined` when there is none. */
  revoke(keyId: string, at: Instant): Promise<KeyRecord | undefined>;
  /** Notes the use, unless one of the last minute is noted. */
  used(keyId: string, at: Instant): Promise<void>;
}

/** Who gives the order. */
export interface Orderer {
  readonly source: Source;
  readonly actor?: string;
  readonly correlation_id?: string;
}
