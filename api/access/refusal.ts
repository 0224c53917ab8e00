/** What becomes of a refusal: it is counted, and most of them stand in the log. */
import type { RefusalCause } from '../../domain/access/refusal.ts';
import type { EventData } from '../../domain/events.ts';

export interface Refused {
  readonly cause: RefusalCause;
  /** Whoever is known. */
  readonly principal?: string;
}

/** Is told of every refusal; must not fail. */
export interface AccessObserver {
  refused(cause: RefusalCause): void;
}

export const UNOBSERVED: AccessObserver = { refused: () => undefined };

/** As the log has them. What is no fault of the caller is not in it. */
export const AUDITED: Readonly<Record<RefusalCause, EventData['AccessRefused']['reason'] | undefined>> = {
  invalid: 'unauthenticated',
  expired: 'unauthenticated',
  revoked: 'unauthenticated',
  missing: 'unauthenticated',
  provider: undefined,
  scope: 'forbidden',
  limited: 'forbidden',
  portfolio: 'forbidden',
  elsewhere: 'forbidden',
  rate: 'rate_limited',
};
