/** Access that is required, over the database of a test: keys for whoever the test needs. */
import { createAccess } from '../../api/access/create.ts';
import type { AccessOptions } from '../../api/access/create.ts';
import type { Access } from '../../api/access/access.ts';
import { createKeyAuthenticator } from '../../api/access/key-authenticator.ts';
import type { KeyAuthenticator } from '../../api/access/key-authenticator.ts';
import { createAccessAudit } from '../../commands/access/audit.ts';
import type { AccessAudit } from '../../commands/access/audit.ts';
import { createAccessKeys } from '../../commands/access/keys.ts';
import type { AccessKeys, KeyOrder } from '../../commands/access/keys.ts';
import type { KeyStore } from '../../commands/access/ports.ts';
import { SCOPES } from '../../domain/events.ts';
import type { EventLog } from '../../domain/log.ts';
import { createKeyStore } from '../../infra/access-store/keys.ts';
import type { Database } from '../../infra/database/database.ts';
import { createPostgresEventLog } from '../../infra/event-store/postgres-event-log.ts';

export interface TestAccess {
  readonly access: Access;
  readonly keys: AccessKeys;
  readonly store: KeyStore;
  readonly log: EventLog;
  readonly audit: AccessAudit;
  readonly known: KeyAuthenticator;
  /** Headers of a key of its own; every scope unless said. */
  headers(order?: Partial<KeyOrder>): Promise<Record<string, string>>;
  token(order?: Partial<KeyOrder>): Promise<string>;
  close(): Promise<void>;
}

export function openAccess(
  database: Database,
  options: Partial<AccessOptions> & {
    readonly rememberMs?: number;
    /** Of the audit alone. */
    readonly auditClock?: () => string;
  } = {},
): TestAccess {
  const failures: unknown[] = [];
  const onError = (error: unknown) => void failures.push(error);
  const log = createPostgresEventLog({ database });
  const store = createKeyStore(database);
  const clock = () => `${new Date().toISOString().slice(0, 23)}000Z`;
  const now = options.now ?? Date.now;
  const known = createKeyAuthenticator({
    store,
    now,
    onError,
    ...(options.rememberMs === undefined ? {} : { rememberMs: options.rememberMs }),
  });
  const keys = createAccessKeys({ store, log, clock, onRevoked: known.forget });
  const audit = createAccessAudit({ log, clock: options.auditClock ?? clock, onError });
  const access = createAccess({ keys: known, audit, trustedProxies: 0, ...options, now });
  const token = async (order: Partial<KeyOrder> = {}) =>
    (await keys.issue({ name: 'test', scopes: SCOPES, ...order }, { source: 'cli' })).token;
  return {
    access,
    keys,
    store,
    log,
    audit,
    known,
    token,
    headers: async (order) => ({ Authorization: `Bearer ${await token(order)}` }),
    async close() {
      await audit.close();
      await log.close();
      if (failures.length > 0) throw new AggregateError(failures, 'access failed in the background');
    },
  };
}
