/** Who may ask, as the configuration has it. */
import { openAccess } from '../../api/access/access.ts';
import type { Access } from '../../api/access/access.ts';
import { createAccess } from '../../api/access/create.ts';
import type { AccessObserver } from '../../api/access/refusal.ts';
import { createKeyAuthenticator } from '../../api/access/key-authenticator.ts';
import { createSocketGuard } from '../../api/sockets/guard.ts';
import type { SocketGuard } from '../../api/sockets/guard.ts';
import { createAccessAudit } from '../../commands/access/audit.ts';
import { createAccessKeys } from '../../commands/access/keys.ts';
import type { AccessKeys } from '../../commands/access/keys.ts';
import type { Instant } from '../../domain/dates.ts';
import type { EventLog } from '../../domain/log.ts';
import { createJwtVerifier } from '../../infra/access-store/jwt.ts';
import { createKeyStore } from '../../infra/access-store/keys.ts';
import { accessRequired } from '../../infra/config/access.ts';
import type { Config } from '../../infra/config/config.ts';
import type { Database } from '../../infra/database/database.ts';
import type { Logger } from '../../projections/logger.ts';
import type { AccessMetrics } from '../../projections/metrics.ts';
import type { Role } from '../app.ts';
import { listeningHosts } from './roles.ts';

export interface WiredAccess {
  readonly access: Access;
  readonly guard: SocketGuard;
  readonly keys: AccessKeys;
  /** Tells the log of what it counted. */
  close(): Promise<void>;
}

export interface AccessParts {
  readonly config: Config;
  /** As `requiresAccess` says. */
  readonly required: boolean;
  readonly log: Pick<EventLog, 'append'>;
  readonly main: Database;
  readonly clock: () => Instant;
  readonly logger: Logger;
  readonly metrics: AccessMetrics;
}

/** @throws ConfigError where access is switched off for others than this machine */
export function requiresAccess(role: Role, config: Config): boolean {
  return role !== 'cli' && accessRequired(config.access, listeningHosts(role, config));
}

export function wireAccess(parts: AccessParts): WiredAccess {
  const { config, required, log, main, clock, logger, metrics } = parts;
  const { jwt, rate, trustedProxies } = config.access;
  const now = (): number => Date.now();
  const store = createKeyStore(main);
  const known = createKeyAuthenticator({
    store,
    now,
    onError: (error) => logger.warn('the use of a key could not be noted', { error }),
  });
  const keys = createAccessKeys({ store, log, clock, onRevoked: (keyId) => known.forget(keyId) });
  const observer: AccessObserver = { refused: (cause) => metrics.accessRefused(cause) };
  if (!required) {
    const open = openAccess(config.http.corsOrigins, observer);
    return { access: open, guard: createSocketGuard(open), keys, close: () => Promise.resolve() };
  }

  const audit = createAccessAudit({
    log,
    clock,
    onError: (error) => logger.warn('refusals could not be recorded', { error }),
  });
  const access = createAccess({
    keys: known,
    audit,
    observer,
    rate,
    trustedProxies,
    now,
    ...(jwt
      ? {
          jwtClaims: createJwtVerifier(jwt, {
            onRefused: (code) => logger.debug('a token was refused', { code }),
            onError: atMostOnceAMinute(now, (error) =>
              logger.warn('the keys of the identity provider cannot be had', { error }),
            ),
          }),
        }
      : {}),
  });
  return { access, guard: createSocketGuard(access), keys, close: () => audit.close() };
}

const A_MINUTE_MS = 60_000;

/** Every request fails for as long as the provider is away; one line a minute says as much. */
function atMostOnceAMinute(now: () => number, tell: (error: unknown) => void): (error: unknown) => void {
  let told = -Infinity;
  return (error) => {
    if (now() - told < A_MINUTE_MS) return;
    told = now();
    tell(error);
  };
}
