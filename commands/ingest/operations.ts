/** What operators see and do of Kafka and of the messages that could not be taken in. */
import type { ConsumerRole, MessageKind } from './topics.ts';

export type DeadLetterStatus = 'open' | 'retried' | 'discarded';

export interface DeadLetterSummary {
  readonly id: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly error_code: string;
  readonly error_message: string;
  readonly status: DeadLetterStatus;
  readonly received_at: string;
  /** When it was copied to the dead-letter topic. */
  readonly published_at: string | null;
  /** When it was retried or discarded. */
  readonly resolved_at: string | null;
}

export interface DeadLetterDetails extends DeadLetterSummary {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly (readonly [name: string, value: Uint8Array])[];
}

/** Which dead letters an order is about: these, or all open ones, of a topic where one is given. */
export type DeadLetterSelection = { readonly ids: readonly number[] } | { readonly topic?: string };

export interface DeadLetterDesk {
  /** The newest first. */
  list(filter: {
    readonly topic?: string;
    readonly status?: DeadLetterStatus;
    readonly limit: number;
  }): Promise<readonly DeadLetterSummary[]>;
  find(id: number): Promise<DeadLetterDetails | undefined>;
  /**
   * Sends the messages to their topics again, as they were received, and closes their dead letters. What
   * fails again becomes a dead letter of its own.
   * @returns the ids of those sent: open ones only
   */
  retry(selection: DeadLetterSelection): Promise<readonly number[]>;
  /** @returns the ids of those that were open and are closed now */
  discard(ids: readonly number[]): Promise<readonly number[]>;
}

export interface TopicReport {
  readonly topic: string;
  readonly kind: MessageKind | 'ticks' | 'alerts' | 'dead-letters';
  readonly exists: boolean;
  readonly partitions: number;
  readonly replication: number;
  /** Partitions of which a replica is missing. */
  readonly under_replicated: number;
}

export interface GroupReport {
  readonly group: string;
  readonly role: ConsumerRole | 'ticks';
  /** As the brokers call it: `Stable`, `Empty`, `Dead` when they know none. */
  readonly state: string;
  readonly members: number;
  /** By what the brokers have been told of the offsets, which may be a second old. */
  readonly lag: readonly { readonly topic: string; readonly messages: number }[];
}

export interface KafkaReport {
  readonly cluster_id: string;
  readonly brokers: readonly {
    readonly id: number;
    readonly address: string;
    readonly controller: boolean;
  }[];
  readonly topics: readonly TopicReport[];
  readonly groups: readonly GroupReport[];
  /** What stands against working with this cluster; empty when all is well. */
  readonly problems: readonly string[];
}

export interface CreateTopics {
  readonly partitions?: number;
  readonly replication?: number;
}

/** Each call connects and leaves. Rejects when no broker answers or none lets us in. */
export interface KafkaOperations {
  check(): Promise<KafkaReport>;
  /** Creates the topics that are missing, and tells which. */
  createTopics(options?: CreateTopics): Promise<readonly string[]>;
}
