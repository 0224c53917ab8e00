/** What the API needs to know who asks. */
import type { Scope } from '../../domain/events.ts';
import { LOCAL } from '../../domain/access/principal.ts';
import type { Principal } from '../../domain/access/principal.ts';

/** How much a caller has left of what it may ask. */
export interface Allowance {
  readonly allowed: boolean;
  /** The most that may come at once. */
  readonly limit: number;
  readonly remaining: number;
  /** Whole seconds until one more is allowed; 0 when one is. */
  readonly retryAfter: number;
}

export interface Refused {
  readonly principal?: string;
  readonly reason: 'unauthenticated' | 'forbidden' | 'rate_limited';
}

export interface Access {
  /** Without it everybody is `LOCAL`. */
  readonly required: boolean;
  /** Whether the token was found good a moment ago: it is then good whatever goes on around it. */
  knows(token: string): boolean;
  /** Whose token it is, if it is anybody's just now. */
  authenticate(token: string): Promise<Principal | undefined>;
  /** Counts a request of a principal, or of an address; `undefined` where nothing is limited. */
  spend(who: string): Allowance | undefined;
  /** Whether an address may try a token, after those that failed. */
  mayTry(address: string): Allowance | undefined;
  /** Counts a token that failed; what the address then has left of such. */
  failed(address: string): Allowance | undefined;
  /** For the audit. Never fails and never waits. */
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
}

/** Nothing is required of anybody. */
export const OPEN_ACCESS: Access = {
  required: false,
  knows: () => true,
  authenticate: () => Promise.resolve(LOCAL),
  spend: () => undefined,
  mayTry: () => undefined,
  failed: () => undefined,
  refused: () => undefined,
  ordered: () => Promise.resolve(),
  trustedProxies: 0,
};
