/**
 * An installation of a test's own: topics and groups on a broker, a database, and processes of any role between
 * them. The test sends what an upstream would and waits until all of it has come to rest.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { groupName, topicName, topicsOf } from '../../commands/ingest/topics.ts';
import type { MessageKind } from '../../commands/ingest/topics.ts';
import type { KafkaConfig } from '../../infra/config/config.ts';
import { loadConfig } from '../../infra/config/config.ts';
import { createKafka } from '../../infra/kafka/client.ts';
import type { Kafka } from '../../infra/kafka/client.ts';
import { withAdmin } from '../../infra/kafka/positions.ts';
import { createProducer } from '../../infra/kafka/producer.ts';
import type { KafkaProducer } from '../../infra/kafka/producer.ts';
import { createMissingTopics, wantedTopics } from '../../infra/kafka/topics.ts';
import { createOffsetStore } from '../../infra/kafka-store/offsets.ts';
import { SILENT_LOGGER } from '../../projections/logger.ts';
import { openBooks } from './books.ts';
import type { Books } from './books.ts';
import { createTestDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';
import { stackBrokers, uniqueTopic } from './kafka-broker.ts';
import { startStreamProcess } from './stream-process.ts';
import type { StreamProcess, StreamRole } from './stream-process.ts';

/** How long anything may take on a machine that has other things to do as well. */
const PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 25;

export interface Outbound {
  readonly kind: MessageKind;
  readonly key: string | null;
  /** Objects are sent as JSON, text and bytes as they are. */
  readonly value: unknown;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

export interface StreamWorld {
  readonly config: KafkaConfig;
  readonly kafka: Kafka;
  readonly producer: KafkaProducer;
  /** The database, with a log and projections of the test's own beside those of the processes. */
  readonly books: Books;
  topic(kind: MessageKind): string;
  group(role: 'positions' | 'market-data' | 'timeseries'): string;
  /** Sends in order; what fails is sent again until the broker has it, so that some may be there twice. */
  send(messages: readonly Outbound[]): Promise<void>;
  /** Starts a process and waits until it listens. */
  start(role: StreamRole, environment?: Readonly<Record<string, string>>): Promise<StreamProcess>;
  /** Starts a process and waits until it is ready. */
  startReady(role: StreamRole, environment?: Readonly<Record<string, string>>): Promise<StreamProcess>;
  /** How many messages of the topics have not been taken in. */
  lag(...kinds: readonly MessageKind[]): Promise<number>;
  /**
   * Waits until everything sent is taken in, folded, published, and what was published taken in as well.
   * @param waiting how many days may wait for their aggregation
   */
  settled(waiting?: number): Promise<void>;
  /** Waits until `look` has nothing to say any more; fails with what it said last. */
  until(look: () => Promise<string | undefined> | string | undefined): Promise<void>;
  close(): Promise<void>;
}

export interface StreamWorldOptions {
  /** Of a broker of the test's own; the stack's unless given. */
  readonly brokers?: readonly string[];
  /** A database of the test's own; one on the server of all tests unless given. */
  readonly database?: TestDatabase;
  /** Over what processes read. */
  readonly environment?: Readonly<Record<string, string>>;
}

export async function openStreamWorld(options: StreamWorldOptions = {}): Promise<StreamWorld> {
  const own = uniqueTopic('stream');
  const database = options.database ?? (await createTestDatabase());
  const environment: Readonly<Record<string, string>> = {
    DATABASE_URL: database.url,
    KAFKA_BROKERS: (options.brokers ?? stackBrokers()).join(','),
    KAFKA_TOPIC_PREFIX: `${own}-`,
    KAFKA_TOPIC: `${own}-price-ticks`,
    KAFKA_GROUP_PREFIX: own,
    KAFKA_GROUP_ID: `${own}-ticks`,
    KAFKA_PARTITIONS: '3',
    KAFKA_SESSION_TIMEOUT_MS: '6000',
    KAFKA_BATCH_MESSAGES: '50',
    ...options.environment,
  };
  const { kafka: config } = loadConfig(environment);
  if (!config) throw new Error('Kafka is off');
  const kafka = createKafka(config, SILENT_LOGGER);
  await createMissingTopics(kafka, config);
  const producer = createProducer({ kafka, logger: SILENT_LOGGER });
  const books = await openBooks(database);
  const offsets = createOffsetStore(books.db.database);
  const processes: StreamProcess[] = [];
  const topics = topicsOf(config.topicPrefix);

  async function until(look: () => Promise<string | undefined> | string | undefined): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const said = await look();
      if (said === undefined) return;
      if (performance.now() > deadline) throw new Error(`it never came about: ${said}\n${lastWords()}`);
      await delay(LOOK_EVERY_MS);
    }
  }
  const lastWords = () =>
    processes
      .filter((process) => process.alive())
      .map((process) => `--- ${process.role} ${process.pid}\n${process.lastWords()}`)
      .join('\n');

  async function start(
    role: StreamRole,
    more: Readonly<Record<string, string>> = {},
  ): Promise<StreamProcess> {
    const process = await startStreamProcess(role, { ...environment, ...more });
    processes.push(process);
    return process;
  }

  async function lag(...kinds: readonly MessageKind[]): Promise<number> {
    const wanted = topics.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind));
    const next = new Map<string, number>();
    for (const role of new Set(wanted.map((topic) => topic.role)))
      for (const stored of await offsets.load(groupName(config!.groupPrefix, role)))
        next.set(`${stored.topic} ${stored.partition}`, stored.next);
    return withAdmin(kafka, async (admin) => {
      let behind = 0;
      for (const { name } of wanted)
        for (const { partition, high } of await admin.fetchTopicOffsets(name))
          behind += Number(high) - (next.get(`${name} ${partition}`) ?? 0);
      return behind;
    });
  }

  /** What is still on its way; the log's head tells whether anything came in between two looks. */
  async function unrest(waiting: number): Promise<{ said: string | undefined; at: string }> {
    const slot = await books.generations.active();
    const [row] = await books.db.database.query<Record<keyof typeof WORK, number> & { at: string }>(
      STATE.replaceAll('gen_a', slot),
    );
    const left = Object.entries(WORK)
      .filter(([name]) => row![name as keyof typeof WORK] > (name === 'days' ? waiting : 0))
      .map(([name, what]) => `${row![name as keyof typeof WORK]} ${what}`);
    return { said: left.length === 0 ? undefined : left.join(', '), at: row!.at };
  }

  return {
    config,
    kafka,
    producer,
    books,
    topic: (kind) => topicName(config.topicPrefix, kind),
    group: (role) => groupName(config.groupPrefix, role),
    until,
    async send(messages) {
      const outgoing = messages.map(({ kind, key, value, headers = [] }) => ({
        topic: topicName(config.topicPrefix, kind),
        key,
        value: bytesOf(value),
        headers,
      }));
      await until(() =>
        producer.send(outgoing).then(
          () => undefined,
          (error: unknown) => `sending: ${String(error)}`,
        ),
      );
    },
    start,
    async startReady(role, more) {
      const process = await start(role, more);
      await until(async () => {
        const { ready, said } = await process.readiness();
        return ready ? undefined : `${role} is not ready: ${said}`;
      });
      return process;
    },
    lag,
    settled: (waiting = 0) =>
      until(async () => {
        const before = await unrest(waiting);
        if (before.said !== undefined) return before.said;
        const behind = await lag();
        if (behind > 0) return `${behind} messages are not taken in`;
        const after = await unrest(waiting);
        return after.said ?? (after.at === before.at ? undefined : 'something came in between');
      }),
    async close() {
      await Promise.all(processes.map((process) => process.kill()));
      await producer.close();
      if (!options.brokers)
        await withAdmin(kafka, (admin) =>
          admin.deleteTopics({ topics: wantedTopics(config).map(({ topic }) => topic) }),
        );
      await books.close();
      await database.close();
    },
  };
}

function bytesOf(value: unknown): string | Uint8Array | null {
  if (value === null || typeof value === 'string' || value instanceof Uint8Array) return value;
  return JSON.stringify(value);
}

/** Columns of the statement below, and what they count. */
const WORK = {
  events: 'events are not registered',
  marks: 'marks are not folded',
  outbox: 'rows are in the outbox',
  letters: 'dead letters are not published',
  days: 'days wait for their aggregation',
};

const STATE = `
  select h.head - c.position as events,
         (select count(*) from gen_a.dirty) as marks,
         (select count(*) from public.outbox) as outbox,
         (select count(*) from public.dead_letters where published_at is null) as letters,
         (select count(*) from public.aggregation_days where state <> 'done') as days,
         concat_ws(' ', h.head, (select last_value from pg_sequences where sequencename = 'outbox_outbox_id_seq'))
           as at
  from (select coalesce(max(position), 0) as head from public.events) h
  cross join (select position from gen_a.checkpoints where name = 'register') c`;
