/** Batches of messages taken in on a database of the test's own, without any broker. */
import { createIngest } from '../../../../commands/ingest/ingest.ts';
import type { Ingest, IngestDependencies } from '../../../../commands/ingest/ingest.ts';
import type { IngestKind } from '../../../../commands/ingest/topics.ts';
import type { EventLog, StoredEvent } from '../../../../domain/log.ts';
import type { BatchResult, Message } from '../../../../domain/messages.ts';
import { createPostgresEventLog } from '../../../../infra/event-store/postgres-event-log.ts';
import { createCurrentEpochs } from '../../../../infra/kafka-store/current-epochs.ts';
import { createIngestStore } from '../../../../infra/kafka-store/ingest-store.ts';
import { createLogReads } from '../../../../infra/kafka-store/log-reads.ts';
import { createTestDatabase } from '../../../support/database.ts';
import type { TestDatabase } from '../../../support/database.ts';

export const NOW = '2025-08-20T12:00:00.000000Z';
export const MAX_MESSAGE_BYTES = 10_000;

export interface Outgoing {
  readonly value: Uint8Array | null;
  readonly headers?: Message['headers'];
}

/** A message with the JSON of a value; text is sent as it is. */
export function message(value: unknown, headers: Readonly<Record<string, string>> = {}): Outgoing {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return {
    value: Buffer.from(text),
    headers: Object.entries(headers).map(([name, content]) => [name, Buffer.from(content)]),
  };
}

export const TRANSACTION = {
  transaction_id: 'TXN_001',
  portfolio_id: 'PORT_001',
  security_id: 'SEC_AAPL',
  transaction_date: '2025-08-15T10:00:00Z',
  transaction_type: 'BUY',
  quantity: 10.0,
  price: 150.0,
  gross_transaction_amount: 1500.0,
  net_cost: 1505.0,
  trade_currency: 'USD',
  currency: 'USD',
  trade_fee: 5.0,
  epoch: 0,
};

export interface IngestFixture {
  readonly db: TestDatabase;
  readonly log: EventLog;
  readonly ingest: Ingest;
  readonly dependencies: IngestDependencies;
  /** Takes messages in as the next batch of the kind's topic. */
  take(kind: IngestKind, ...messages: readonly Outgoing[]): Promise<BatchResult>;
  events(): Promise<StoredEvent[]>;
  close(): Promise<void>;
}

/** What came of a batch, in few words: `2 accepted`, `dead: conflict`. */
export function told(result: BatchResult): string[] {
  if (result.status === 'fenced') return ['fenced'];
  const counted = Object.entries(result.counts).filter(([, count]) => count > 0);
  return [
    ...counted.map(([name, count]) => `${count} ${name}`),
    ...result.deadLetters.map(({ code }) => `dead: ${code}`),
  ];
}

export async function openIngest(overrides: Partial<IngestDependencies> = {}): Promise<IngestFixture> {
  const db = await createTestDatabase();
  const log = createPostgresEventLog({ database: db.open({ searchPath: 'public' }) });
  const dependencies: IngestDependencies = {
    log,
    reads: createLogReads(db.database),
    store: createIngestStore(db.database),
    currentEpochs: createCurrentEpochs(async () => db.database),
    clock: () => NOW,
    maxMessageBytes: MAX_MESSAGE_BYTES,
    ...overrides,
  };
  const ingest = createIngest(dependencies);
  const offsets = new Map<IngestKind, number>();
  return {
    db,
    log,
    ingest,
    dependencies,
    async take(kind, ...messages) {
      const expected = offsets.get(kind) ?? 0;
      const next = expected + messages.length;
      offsets.set(kind, next);
      return ingest[kind]({
        groupId: 'test',
        topic: kind,
        partition: 0,
        expected,
        next,
        messages: messages.map(({ value, headers = [] }, i) => ({
          offset: expected + i,
          key: null,
          value,
          headers,
        })),
      });
    },
    events: () => log.readFeed(0, 100_000),
    async close() {
      await log.close();
      await db.close();
    },
  };
}
