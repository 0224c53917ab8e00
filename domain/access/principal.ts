/** Who asks: what they may do, and which portfolios they may know of. */
import { SCOPES } from '../events.ts';
import type { Scope } from '../events.ts';

export interface Principal {
  /** Names it in the log: `key:…`, `jwt:…` or `local`. */
  readonly id: string;
  readonly kind: 'key' | 'jwt' | 'local';
  readonly scopes: ReadonlySet<Scope>;
  /** The portfolios it may know of, which may be none; all when absent. */
  readonly portfolios?: ReadonlySet<string>;
  /** Unix milliseconds; never when absent. */
  readonly expiresAt?: number;
}

/** Everybody, where access is not controlled, and whoever sits at the machine. */
export const LOCAL: Principal = { id: 'local', kind: 'local', scopes: new Set(SCOPES) };

/** Whether what it sees is less than everything: nothing may then tell it of the rest. */
export function isLimited(
  principal: Principal,
): principal is Principal & { readonly portfolios: ReadonlySet<string> } {
  return principal.portfolios !== undefined;
}

export function isExpired({ expiresAt }: Pick<Principal, 'expiresAt'>, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

export function isScope(text: string): text is Scope {
  return SCOPES.some((scope) => scope === text);
}
