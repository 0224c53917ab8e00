/** Access as it is controlled: keys, tokens, limits and the audit put together. */
import type { AccessAudit } from '../../commands/access/audit.ts';
import { looksLikeKey } from '../../domain/access/key-token.ts';
import { isExpired } from '../../domain/access/principal.ts';
import type { Access } from './access.ts';
import { jwtPrincipal } from './jwt-principal.ts';
import type { KeyAuthenticator } from './key-authenticator.ts';
import { createRateLimiter } from './rate-limiter.ts';
import type { Rate } from './rate-limiter.ts';

export interface AccessOptions {
  readonly keys: KeyAuthenticator;
  /** The claims of a token that is good, or nothing. Absent: only keys are taken. */
  readonly jwtClaims?: (token: string) => Promise<unknown>;
  readonly audit: Pick<AccessAudit, 'refused' | 'ordered'>;
  /** Absent: nothing is limited. */
  readonly rate?: Rate;
  readonly trustedProxies: number;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Of tokens that failed, for each address: five at once, then one in six seconds. */
const FAILURES: Rate = { perSecond: 1 / 6, burst: 5 };

export function createAccess(options: AccessOptions): Access {
  const { keys, jwtClaims, audit, rate, trustedProxies, now } = options;
  const limiter = rate && createRateLimiter(rate, now);
  const failures = rate && createRateLimiter(FAILURES, now);
  return {
    required: true,
    trustedProxies,
    // Tokens of a provider are verified with what is here: they cost nobody a question.
    knows: (token) => (looksLikeKey(token) ? keys.knows(token) : true),
    async authenticate(token) {
      if (looksLikeKey(token)) return keys.authenticate(token);
      if (!jwtClaims || token === '') return undefined;
      const principal = jwtPrincipal(await jwtClaims(token));
      return principal && !isExpired(principal, now()) ? principal : undefined;
    },
    spend: (who) => limiter?.spend(who),
    mayTry: (address) => failures?.look(address),
    failed: (address) => failures?.spend(address),
    refused: (refusal) => audit.refused(refusal),
    ordered: (principal, operation, detail, correlationId) =>
      audit.ordered(operation, detail, {
        source: 'http',
        actor: principal.id,
        correlation_id: correlationId,
      }),
  };
}
