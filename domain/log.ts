/**
 * The port of the event log. Two adapters implement it and one contract suite runs on both.
 *
 * Position order is commit order and positions have no gaps, so a reader that has seen position *p*
 * has seen every event up to *p* and never needs to look back.
 */
import type { DomainEvent } from './events.ts';
import type { Instant } from './dates.ts';

export type Source = 'http' | 'kafka' | 'import' | 'cli';

export interface EventMetadata {
  readonly source: Source;
  readonly correlation_id?: string;
  readonly causation_id?: string;
  /** Who did it, where an authenticated principal is known. */
  readonly actor?: string;
  readonly kafka?: { readonly topic: string; readonly partition: number; readonly offset: string };
}

/** An event to append. */
export type NewEvent = DomainEvent & {
  /** When it happened in the world. */
  readonly effectiveAt: Instant;
  readonly metadata: EventMetadata;
};

/** An event of the log, in the newest shape of its type. */
export type StoredEvent = NewEvent & {
  readonly position: number;
  readonly eventId: string;
  readonly streamId: string;
  /** 1 for the first event of its stream. */
  readonly version: number;
  /** When we learned it. */
  readonly recordedAt: Instant;
};

/** The version a stream must have: that very one, none at all (it must not exist), or any. */
export type ExpectedVersion = number | 'none' | 'any';

export interface AppendRequest {
  readonly streamId: string;
  readonly expected: ExpectedVersion;
  /** At least one; they are appended together or not at all. */
  readonly events: readonly NewEvent[];
  /**
   * Makes the append idempotent. The same key with the same fingerprint returns the first result and
   * appends nothing; with another fingerprint it is a conflict.
   */
  readonly idempotency?: { readonly key: string; readonly fingerprint: string };
}

export type AppendOutcome =
  | {
      readonly status: 'appended';
      readonly firstPosition: number;
      readonly lastPosition: number;
      readonly version: number;
    }
  | { readonly status: 'duplicate'; readonly firstPosition: number; readonly lastPosition: number }
  | { readonly status: 'version_conflict'; readonly expected: ExpectedVersion; readonly actual: number }
  | { readonly status: 'key_conflict'; readonly key: string; readonly firstPosition: number };

export interface FeedFilter {
  readonly streamId?: string;
  readonly types?: readonly string[];
}

export interface EventLog {
  /**
   * Appends one request. Concurrent calls are committed together, yet each gets its own outcome: one
   * conflict never fails its neighbours. Rejects only when the store itself fails.
   */
  append(request: AppendRequest): Promise<AppendOutcome>;
  /** Appends several requests in order in one transaction; each gets its own outcome, as in `append`. */
  appendMany(requests: readonly AppendRequest[]): Promise<AppendOutcome[]>;
  /**
   * Appends a whole import in one transaction by `COPY`: all requests, or, when any of them conflicts,
   * none of them. Versions are not checked beyond `expected: 'none'`.
   * @returns the outcomes in order, and whether anything was committed.
   */
  appendBulk(requests: readonly AppendRequest[]): Promise<{ committed: boolean; outcomes: AppendOutcome[] }>;
  /** The events of one stream from a version on (1 by default), in order; empty when there is none. */
  readStream(streamId: string, fromVersion?: number): Promise<StoredEvent[]>;
  /** Up to `limit` events with a position above `after` and not above `upTo`, in position order. */
  readFeed(
    after: number,
    limit: number,
    options?: FeedFilter & { readonly upTo?: number },
  ): Promise<StoredEvent[]>;
  /** Where the append with this idempotency key went, if there was one. */
  findKey(
    key: string,
  ): Promise<{ firstPosition: number; lastPosition: number; fingerprint: string } | undefined>;
  /** The event at a position. */
  readAt(position: number): Promise<StoredEvent | undefined>;
  /** The highest position committed; 0 for an empty log. */
  head(): Promise<number>;
  /** The highest position recorded at or before an instant. */
  positionAt(recordedAt: Instant): Promise<number>;
  close(): Promise<void>;
}
