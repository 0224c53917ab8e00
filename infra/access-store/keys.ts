/** API keys in the database: their hashes, and never the keys. */
import type { KeyRecord, KeyStore, StoredKey } from '../../commands/access/ports.ts';
import type { Database } from '../database/database.ts';

const INSERT = `
  insert into api_keys (key_id, hash, name, scopes, portfolio_ids, created_at, expires_at)
  values ($1, $2, $3, $4::text[], $5::text[], $6, $7)`;

const FIND = `
  select key_id, hash, name, scopes, portfolio_ids, created_at, expires_at, revoked_at, last_used_at
  from api_keys
  where key_id = $1`;

const LIST = `
  select key_id, name, scopes, portfolio_ids, created_at, expires_at, revoked_at, last_used_at
  from api_keys
  order by created_at desc, key_id
  limit $1`;

const REVOKE = `
  update api_keys
  set revoked_at = coalesce(revoked_at, $2)
  where key_id = $1
  returning key_id, name, scopes, portfolio_ids, created_at, expires_at, revoked_at, last_used_at`;

const USED = `
  update api_keys
  set last_used_at = $2
  where key_id = $1 and (last_used_at is null or last_used_at < $2::timestamptz - interval '1 minute')`;

export function createKeyStore(database: Database): KeyStore {
  return {
    async insert({ key_id, hash, name, scopes, portfolio_ids, created_at, expires_at }) {
      await database.query(INSERT, [key_id, hash, name, scopes, portfolio_ids, created_at, expires_at]);
    },
    async find(keyId) {
      const [key] = await database.query<StoredKey>(FIND, [keyId]);
      return key;
    },
    list: (limit) => database.query<KeyRecord>(LIST, [limit]),
    async revoke(keyId, at) {
      const [key] = await database.query<KeyRecord>(REVOKE, [keyId, at]);
      return key;
    },
    async used(keyId, at) {
      await database.query(USED, [keyId, at]);
    },
  };
}
