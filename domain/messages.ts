/** Messages of a stream such as Kafka: how a batch of them is taken in, whatever carries them. */

export interface Message {
  readonly offset: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** In their order; a name may come twice. */
  readonly headers: readonly (readonly [name: string, value: Uint8Array])[];
}

/** On every transaction we publish again, so that we know it when it comes back to us. */
export const REPLAY_HEADER = 'x-chronofolio-replay';

/** Consecutive messages of one partition, and where the offset stands before and after them. */
export interface Batch {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  /** The next offset as stored; it must still be that when the effects are committed. */
  readonly expected: number;
  readonly next: number;
  readonly messages: readonly Message[];
}

/** A message that could not be parsed or applied. */
export interface DeadLetter {
  readonly message: Message;
  /** Such as `invalid`, `conflict`, `json`. */
  readonly code: string;
  readonly reason: string;
}

/** What became of the messages of a batch, in numbers. */
export interface BatchCounts {
  /** New facts and orders. */
  readonly accepted: number;
  /** Known already, word for word. */
  readonly duplicate: number;
  /** Our own replays. */
  readonly ignored: number;
  /** Below the current epoch of their key. */
  readonly fenced: number;
}

export type BatchResult =
  | {
      readonly status: 'committed';
      readonly counts: BatchCounts;
      readonly deadLetters: readonly DeadLetter[];
    }
  /** Somebody else has taken the partition on: nothing of this batch was committed. */
  | { readonly status: 'fenced' };

/**
 * Takes a batch in: its effects, its dead letters and the new offset in one transaction. Throws when the
 * database fails; the batch is then to be given again.
 */
export type HandleBatch = (batch: Batch) => Promise<BatchResult>;
