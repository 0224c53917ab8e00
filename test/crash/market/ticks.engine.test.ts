/** From the topic to the tables over a real broker, and with a database that goes away meanwhile. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deadLetterTopic } from '../../../commands/ingest/topics.ts';
import { calendarOf } from '../../../domain/market/calendars/calendars.ts';
import { loadConfig } from '../../../infra/config/config.ts';
import type { KafkaConfig } from '../../../infra/config/config.ts';
import { openDatabase } from '../../../infra/database/database.ts';
import type { Database } from '../../../infra/database/database.ts';
import { migrate } from '../../../infra/database/migrate.ts';
import { openEmbedded } from '../../../infra/embedded/embedded.ts';
import type { EmbeddedServer } from '../../../infra/embedded/embedded.ts';
import { withFileLock } from '../../../infra/embedded/file-lock.ts';
import { prepareHome } from '../../../infra/embedded/layout.ts';
import { createKafka } from '../../../infra/kafka/client.ts';
import type { Kafka } from '../../../infra/kafka/client.ts';
import { startConsumer } from '../../../infra/kafka/consumer.ts';
import type { KafkaConsumer } from '../../../infra/kafka/consumer.ts';
import { withAdmin } from '../../../infra/kafka/positions.ts';
import { createProducer } from '../../../infra/kafka/producer.ts';
import type { KafkaProducer } from '../../../infra/kafka/producer.ts';
import { createMissingTopics, wantedTopics } from '../../../infra/kafka/topics.ts';
import { createOffsetStore } from '../../../infra/kafka-store/offsets.ts';
import { createTickStore } from '../../../infra/market-store/tick-store.ts';
import { SILENT_LOGGER } from '../../../projections/logger.ts';
import { createMarketEvents } from '../../../projections/market/model.ts';
import type { Snapshot } from '../../../projections/market/model.ts';
import { readTick } from '../../../projections/market/tick-rules.ts';
import { createTickIntake } from '../../../projections/market/ticks.ts';
import { stackBrokers, uniqueTopic } from '../../support/kafka-broker.ts';
import { barsOf, distinct, storedBars, storedSnapshots, storedTicks } from '../../support/ticks.ts';

const LOCK_TIMEOUT_MS = 60_000;
const PATIENCE_MS = 90_000;
const AWAY_MS = 10_000;
const START = Date.now() - 3_600_000;

const parent = mkdtempSync(join(tmpdir(), 'chronofolio-ticks-'));
const home = join(parent, 'home');
const published: Snapshot[] = [];
const sent: object[] = [];
let failures = 0;
let server: EmbeddedServer;
let database: Database;
let config: KafkaConfig;
let kafka: Kafka;
let producer: KafkaProducer;
let consumer: KafkaConsumer;

beforeAll(async () => {
  server = await openEmbedded({ home });
  database = openDatabase({ url: server.url, maxConnections: 6, connectTimeoutMs: 2_000 });
  await migrate(database);
  const own = uniqueTopic('ticks');
  const found = loadConfig({
    KAFKA_BROKERS: stackBrokers().join(','),
    KAFKA_TOPIC_PREFIX: `${own}-`,
    KAFKA_TOPIC: `${own}-price-ticks`,
    KAFKA_PARTITIONS: '2',
  }).kafka;
  if (!found) throw new Error('Kafka is off');
  config = found;
  kafka = createKafka(config, SILENT_LOGGER);
  await createMissingTopics(kafka, config);
  producer = createProducer({ kafka, logger: SILENT_LOGGER });
  const events = createMarketEvents((error) => {
    throw error;
  });
  events.subscribe((event) => {
    if (event.type === 'prices') published.push(...event.snapshots);
  });
  const intake = createTickIntake({
    store: createTickStore({ database, calendarOf, events }),
    now: () => Date.now(),
  });
  consumer = startConsumer({
    kafka,
    groupId: own,
    topics: new Map([[config.topic, intake.handle]]),
    offsets: createOffsetStore(database),
    logger: SILENT_LOGGER,
    observer: { failed: () => (failures += 1) },
    maxBatchMessages: 50,
    maxWaitMs: 200,
  });
}, 120_000);
afterAll(async () => {
  await consumer.stop();
  await producer.close();
  await withAdmin(kafka, (admin) =>
    admin.deleteTopics({ topics: wantedTopics(config).map(({ topic }) => topic) }),
  );
  await database.close();
  await server.close();
  rmSync(parent, { recursive: true, force: true });
}, 60_000);

async function send(...ticks: object[]): Promise<void> {
  sent.push(...ticks);
  await producer.send(
    ticks.map((each) => ({
      topic: config.topic,
      key: 'ric' in each ? String(each.ric) : null,
      value: JSON.stringify(each),
    })),
  );
}

const many = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    ric: `S${(from + i) % 7}.O`,
    price: 10 + ((from + i) % 50) / 4,
    timestamp: START + (from + i) * 1_000,
    volume: 1 + (i % 5),
  }));

async function until(what: string, done: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await done())) {
    if (performance.now() > deadline) throw new Error(`it never came about: ${what}`);
    await delay(25);
  }
}

async function takenIn(): Promise<boolean> {
  return ((await consumer.lag()).get(config.topic) ?? 0) === 0;
}

describe('ticks of the topic', () => {
  it('become current prices and are told', async () => {
    await send({ ric: 'aapl.o', price: 187.32, timestamp: START, volume: 300, bid: 187.31, ask: 187.33 });
    await until('the row', async () => (await storedSnapshots(database)).length === 1);
    expect(await storedSnapshots(database)).toEqual([
      {
        symbol: 'AAPL',
        price: '187.32',
        timestamp: START,
        volume: '300',
        bid: '187.31',
        ask: '187.33',
      },
    ]);
    expect(published).toMatchObject([{ symbol: 'AAPL', price: 187.32, bid: 187.31 }]);
  });

  it('that are none are dead letters, and the others go on', async () => {
    await send(...many(0, 20), { ric: 'AAPL.O', price: -1, timestamp: START }, ...many(20, 20));
    await until('all taken in', takenIn);
    const letters = await database.query<object>('select topic, error_code, error_message from dead_letters');
    expect(letters).toEqual([
      {
        topic: config.topic,
        error_code: 'invalid',
        error_message: expect.stringContaining('price: must be greater than zero'),
      },
    ]);
    expect(await withAdmin(kafka, (admin) => admin.listTopics())).toContain(deadLetterTopic(config.topic));
  });

  it('wait for a database that is away for ten seconds; none is lost, none is doubled', async () => {
    const { lock } = prepareHome(home);
    const before = failures;
    await withFileLock(lock, LOCK_TIMEOUT_MS, async () => {
      await send(...many(40, 300));
      const pid = Number(readFileSync(join(home, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
      process.kill(pid, 'SIGKILL');
      const gone = performance.now();
      await send(...many(340, 300));
      await until('tried in vain', () => failures > before && performance.now() - gone > AWAY_MS);
    });
    await send(...many(640, 100));
    await until('all taken in', () => takenIn().catch(() => false));

    const ticks = sent.flatMap((each) => {
      const read = readTick(each, Date.now());
      return read.ok ? read.tick : [];
    });
    expect(await storedTicks(database)).toBe(distinct(ticks).length);
    expect(await storedBars(database)).toEqual(barsOf(ticks, () => 'XNAS'));
    // A commit that nobody was told of may leave some unpublished; each is told once at most, and in order.
    for (const { symbol } of await storedSnapshots(database)) {
      const times = published.filter((each) => each.symbol === symbol).map(({ timestamp }) => timestamp);
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    }
  }, 180_000);
});
