/** What the API needs to know who asks. */
import type { Scope } from '../../domain/events.ts';
import { LOCAL } from '../../domain/access/principal.ts';
import type { Principal } from '../../domain/access/principal.ts';
import type { TokenFault } from '../../domain/access/refusal.ts';
import { UNOBSERVED } from './refusal.ts';
import type { AccessObserver, Refused } from './refusal.ts';
import { isForeign } from './visit.ts';
import type { Visit } from './visit.ts';

/** How much a caller has left of what it may ask. */
export interface Allowance {
  readonly allowed: boolean;
  /** The most that may come at once. */
  readonly limit: number;
  readonly remaining: number;
  /** Whole seconds until one more is allowed; 0 when one is. */
  readonly retryAfter: number;
}

export interface Access {
  /** Without it everybody is `LOCAL`. */
  readonly required: boolean;
  /** Whether the token was found good before: it is then looked at whatever goes on around it. */
  knows(token: string): boolean;
  /** Whose token it is just now, or why it is nobody's. */
  authenticate(token: string): Promise<Principal | TokenFault>;
  /** Counts a request of a principal, or of an address; `undefined` where nothing is limited. */
  spend(who: string): Allowance | undefined;
  /** Whether an address may try a token, after those that failed. */
  mayTry(address: string): Allowance | undefined;
  /** Counts a token that failed; what the address then has left of such. */
  failed(address: string): Allowance | undefined;
  /** Whether a web page from elsewhere asks, or a proxy for somebody, where nothing else is required. */
  turnsAway(visit: Visit): boolean;
  /** For the audit and the metrics. Never fails and never waits. */
  refused(refusal: Refused): void;
  /** An operator's order, for the audit: recorded before it is carried out. */
  ordered(principal: Principal, operation: string, detail: string, correlationId: string): Promise<void>;
  /** How many proxies stand before this process, whose word on the address of a caller is taken. */
  readonly trustedProxies: number;
}

/** What an endpoint asks of its caller. */
export interface Requirement {
  /** `public` needs nobody. */
  readonly scope: Scope | 'public';
  /** It shows or changes what is not of single portfolios, so it is for those who may see all. */
  readonly allPortfolios?: boolean;
  /** Prices, which any web page may ask for where access is off. */
  readonly anyPage?: boolean;
}

/**
 * Nothing is required of anybody on this machine.
 * @param origins of web pages that may ask all the same; `*` is none of them
 */
export function openAccess(origins: readonly string[], observer: AccessObserver = UNOBSERVED): Access {
  return {
    required: false,
    knows: () => true,
    authenticate: () => Promise.resolve(LOCAL),
    spend: () => undefined,
    mayTry: () => undefined,
    failed: () => undefined,
    turnsAway: (visit) => isForeign(visit, origins),
    refused: ({ cause }) => observer.refused(cause),
    ordered: () => Promise.resolve(),
    trustedProxies: 0,
  };
}
