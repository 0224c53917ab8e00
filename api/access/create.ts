/** Access as it is controlled: keys, tokens, limits and the audit put together. */
import type { AccessAudit } from '../../commands/access/audit.ts';
import { looksLikeKey } from '../../domain/access/key-token.ts';
import { isExpired } from '../../domain/access/principal.ts';
import type { TokenFault } from '../../domain/access/refusal.ts';
import type { Access } from './access.ts';
import { jwtPrincipal } from './jwt-principal.ts';
import type { KeyAuthenticator } from './key-authenticator.ts';
import { createRateLimiter } from './rate-limiter.ts';
import type { Rate } from './rate-limiter.ts';
import { AUDITED, UNOBSERVED } from './refusal.ts';
import type { AccessObserver } from './refusal.ts';

export interface AccessOptions {
  readonly keys: KeyAuthenticator;
  /** The claims of a token that is good. Absent: only keys are taken. */
  readonly jwtClaims?: (token: string) => Promise<object | TokenFault>;
  readonly audit: Pick<AccessAudit, 'refused' | 'ordered'>;
  readonly observer?: AccessObserver;
  /** Absent: nothing is limited. */
  readonly rate?: Rate;
  readonly trustedProxies: number;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Of tokens that failed, for each address: five at once, then one in six seconds. */
const FAILURES: Rate = { perSecond: 1 / 6, burst: 5 };

export function createAccess(options: AccessOptions): Access {
  const { keys, jwtClaims, audit, observer = UNOBSERVED, rate, trustedProxies, now } = options;
  const limiter = rate && createRateLimiter(rate, now);
  const failures = rate && createRateLimiter(FAILURES, now);
  return {
    required: true,
    trustedProxies,
    // Tokens of a provider are verified with what is here: they cost nobody a question.
    knows: (token) => (looksLikeKey(token) ? keys.knows(token) : true),
    async authenticate(token) {
      if (looksLikeKey(token)) return keys.authenticate(token);
      if (!jwtClaims || token === '') return 'invalid';
      const claims = await jwtClaims(token);
      if (typeof claims === 'string') return claims;
      const principal = jwtPrincipal(claims);
      if (!principal) return 'invalid';
      return isExpired(principal, now()) ? 'expired' : principal;
    },
    spend: (who) => limiter?.spend(who),
    mayTry: (address) => failures?.look(address),
    failed: (address) => failures?.spend(address),
    // Whoever asks has a token, which no page from elsewhere has.
    turnsAway: () => false,
    refused({ cause, principal }) {
      observer.refused(cause);
      const reason = AUDITED[cause];
      if (reason !== undefined) audit.refused({ reason, ...(principal === undefined ? {} : { principal }) });
    },
    ordered: (principal, operation, detail, correlationId) =>
      audit.ordered(operation, detail, {
        source: 'http',
        actor: principal.id,
        correlation_id: correlationId,
      }),
  };
}
