/** The topics of the outside world: who consumes them, and how they are keyed. */

/** What a message of a topic is. */
export type MessageKind =
  | 'transactions'
  | 'portfolios'
  | 'securities'
  | 'prices'
  | 'fx-rates'
  | 'business-dates'
  | 'snapshots'
  | 'aggregation';

/** The groups of processes that share the work on topics. */
export type ConsumerRole = 'positions' | 'market-data' | 'timeseries';

export interface Topic {
  /** With the prefix. */
  readonly name: string;
  readonly kind: MessageKind;
  /** Whose consumers take it in. */
  readonly role: ConsumerRole;
  /** Keyed by portfolio, by what it names (a security, a pair), or all in one order. */
  readonly order: 'portfolio' | 'item' | 'total';
}

/** Names and rows of the table below are in the order of `chronofolio kafka check`. */
const TOPICS: readonly Topic[] = [
  { name: 'processed_transactions_completed', kind: 'transactions', role: 'positions', order: 'portfolio' },
  { name: 'portfolios', kind: 'portfolios', role: 'positions', order: 'portfolio' },
  { name: 'securities', kind: 'securities', role: 'positions', order: 'item' },
  { name: 'prices', kind: 'prices', role: 'market-data', order: 'item' },
  { name: 'fx_rates', kind: 'fx-rates', role: 'market-data', order: 'item' },
  { name: 'business_dates', kind: 'business-dates', role: 'market-data', order: 'total' },
  { name: 'daily_position_snapshot_persisted', kind: 'snapshots', role: 'timeseries', order: 'portfolio' },
  { name: 'portfolio_aggregation_required', kind: 'aggregation', role: 'timeseries', order: 'portfolio' },
];

/** Every topic that is consumed. Transactions, snapshots and aggregation orders are also produced. */
export function topicsOf(prefix: string): readonly Topic[] {
  return TOPICS.map((topic) => ({ ...topic, name: prefix + topic.name }));
}

/** The full name of the topic of a kind. */
export function topicName(prefix: string, kind: MessageKind): string {
  return prefix + TOPICS.find((topic) => topic.kind === kind)!.name;
}

/** Kinds whose messages go into the log by way of the command handler. */
export type IngestKind = Exclude<MessageKind, 'snapshots' | 'aggregation'>;

export type IngestTopic = Topic & { readonly kind: IngestKind };

function isIngested(topic: Topic): topic is IngestTopic {
  return topic.kind !== 'snapshots' && topic.kind !== 'aggregation';
}

/** The topics whose messages become events. */
export function ingestTopics(prefix: string): readonly IngestTopic[] {
  return topicsOf(prefix).filter(isIngested);
}

/** Where messages go that could not be taken in. */
export function deadLetterTopic(topic: string): string {
  return `${topic}.dlq`;
}

/** Where alerts are published, keyed by symbol; we do not consume them. */
export function alertsTopic(prefix: string): string {
  return `${prefix}alerts`;
}

/** The consumer group of a role. */
export function groupName(prefix: string, role: ConsumerRole): string {
  return `${prefix}-${role}`;
}
