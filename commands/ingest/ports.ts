/** What taking messages in needs of the database. */
import type { AppendRequest, StoredEvent } from '../../domain/log.ts';
import type { Batch, DeadLetter } from '../../domain/messages.ts';

/** Where an append with a key went. */
export interface KnownKey {
  readonly firstPosition: number;
  readonly lastPosition: number;
  readonly fingerprint: string;
}

/** The log read set by set. */
export interface LogReads {
  /** The events of each stream above the version given for it, in order. Streams without any are left out. */
  readStreams(after: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, readonly StoredEvent[]>>;
  /** The keys among these that were used. */
  findKeys(keys: readonly string[]): Promise<ReadonlyMap<string, KnownKey>>;
}

/** Everything a batch comes to. */
export interface BatchEffects {
  readonly batch: Batch;
  /** In order; each was decided as if the ones before it were appended already. */
  readonly requests: readonly AppendRequest[];
  readonly deadLetters: readonly DeadLetter[];
}

export type CommitOutcome =
  | { readonly status: 'committed' }
  /** The stored offset is not the one the batch expects. */
  | { readonly status: 'fenced' }
  /** Somebody else appended what this was decided without. */
  | { readonly status: 'raced' }
  /** The database does not take what is in the batch, however often it is tried. */
  | { readonly status: 'refused'; readonly reason: string };

export interface IngestStore {
  /**
   * Moves the offset, keeps the dead letters and appends all requests in one transaction; or does
   * nothing of it, when the outcome is another than `committed`.
   * @throws when the database fails; whether it was committed is then open, and trying again finds out.
   */
  commit(effects: BatchEffects): Promise<CommitOutcome>;
}

export interface PositionKey {
  readonly portfolioId: string;
  readonly securityId: string;
}

/** The current epochs of keys, in the order asked; 0 for one without rows. */
export type CurrentEpochs = (keys: readonly PositionKey[]) => Promise<readonly number[]>;
