/** What the command handler takes and gives. */
import type { Instant } from '../../domain/dates.ts';
import type { EventLog, EventMetadata } from '../../domain/log.ts';
import type { FieldError, Parsed } from '../parsed.ts';
import type { RefusalCode } from '../deciders/decision.ts';

/**
 * The securities of a portfolio whose lots come from a security or go to it by SPIN_OFF, MERGER or
 * EXCHANGE, directly or through others. May lag behind the log and may name the security itself.
 */
export type LinkedSecurities = (portfolioId: string, securityId: string) => Promise<readonly string[]>;

export interface CommandDependencies {
  readonly log: EventLog;
  /** Now. */
  readonly clock: () => Instant;
  readonly linkedSecurities: LinkedSecurities;
}

/**
 * What to do with a transaction that leaves itself or a later one without enough to dispose of.
 * - `refuse`: refuse it, naming what is held
 * - `accept`: record it and report it as pending
 * - `unchecked`: record it without looking; for feeds, where nobody can be answered
 */
export type PendingPolicy = 'refuse' | 'accept' | 'unchecked';

export interface CommandContext extends EventMetadata {
  /** The portfolios the caller may know of; any other is as if it were not there. All when absent. */
  readonly portfolios?: ReadonlySet<string>;
  /** The caller's key and what its request said, in short: a repeat of it appends nothing. */
  readonly idempotency?: { readonly key: string; readonly fingerprint: string };
  /** `refuse` unless given. */
  readonly pending?: PendingPolicy;
  /** Whether a transaction opens the portfolio it names; `refuse` unless given. */
  readonly unknownPortfolio?: 'refuse' | 'open';
}

export interface CommandError {
  readonly code: RefusalCode;
  /** The errors in one sentence. */
  readonly message: string;
  readonly errors: readonly FieldError[];
}

/** What became of one item of a request. */
export interface ItemResult {
  readonly id: string;
  readonly status: 'accepted' | 'pending' | 'duplicate' | 'rejected';
  readonly error?: CommandError;
  /** Global position of the event: of the last one appended, or of the one a duplicate repeats. */
  readonly position?: number;
}

export interface BatchResult {
  readonly results: readonly ItemResult[];
  /** Global position of the last event appended (of those repeated, where nothing was); 0 without any. */
  readonly position: number;
}

/** The items of a request as they were read; one that could not be read says why. */
export type RawItems = Iterable<Parsed<unknown>> | AsyncIterable<Parsed<unknown>>;

/** Wraps values that have been read already. */
export function rawItems(values: Iterable<unknown>): Parsed<unknown>[] {
  return [...values].map((value) => ({ ok: true, value }));
}
