/**
 * One tick until it is at a WebSocket client: taken in with all it changes, committed, published. Beside it an
 * insert of the same tick alone, committed, and sent by a bare `ws`. From Kafka as well when there is a broker.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import WebSocket, { WebSocketServer } from 'ws';
import { z } from 'zod';
import { createSocketHub } from '../api/sockets/hub.ts';
import { DEFAULT_SOCKET_LIMITS } from '../api/sockets/limits.ts';
import { calendarOf } from '../domain/market/calendars/calendars.ts';
import { loadConfig } from '../infra/config/config.ts';
import { openDatabase } from '../infra/database/database.ts';
import type { Database } from '../infra/database/database.ts';
import { createOffsetStore } from '../infra/kafka-store/offsets.ts';
import { createKafka } from '../infra/kafka/client.ts';
import { startConsumer } from '../infra/kafka/consumer.ts';
import { withAdmin } from '../infra/kafka/positions.ts';
import { createProducer } from '../infra/kafka/producer.ts';
import { createTogether } from '../infra/kafka/topics.ts';
import { createSnapshotReads } from '../infra/market-store/snapshots.ts';
import { createTickStore } from '../infra/market-store/tick-store.ts';
import { SILENT_LOGGER } from '../projections/logger.ts';
import { createMarketEvents } from '../projections/market/model.ts';
import { createTickIntake } from '../projections/market/ticks.ts';
import type { TickIntake } from '../projections/market/ticks.ts';
import { openBenchServer } from './support/bench-server.ts';
import type { BenchServer } from './support/bench-server.ts';
import { renderTable } from './support/report.ts';
import type { BenchRow, BenchTable } from './support/report.ts';

const TICKS = 500;
/** One at a time, a hundred a second: nothing waits for anything but itself. */
const EVERY_MS = 10;
const SYMBOLS = 20;

/** Only an update has data. */
const messageSchema = z.object({ data: z.object({ price: z.number() }).optional() });

interface Sample {
  readonly p50: number;
  readonly p99: number;
}

/** Sends ticks on their way one after another, and measures until the client has each of them. */
async function measured(url: string, send: (tick: object) => Promise<unknown>): Promise<Sample> {
  const client = new WebSocket(url);
  await once(client, 'open');
  const waiting = new Map<number, () => void>();
  client.on('message', (bytes: Buffer) => {
    const { data } = messageSchema.parse(JSON.parse(bytes.toString('utf8')));
    if (data) waiting.get(data.price)?.();
  });
  client.send(JSON.stringify({ type: 'subscribe', symbol: '*' }));
  await delay(100);
  const times: number[] = [];
  for (let i = 1; i <= TICKS; i++) {
    const arrived = new Promise<void>((resolve) => waiting.set(i, resolve));
    const started = performance.now();
    const sent = send({ ric: `S${i % SYMBOLS}`, price: i, timestamp: Date.now(), volume: 1 });
    await arrived;
    times.push(performance.now() - started);
    await sent;
    waiting.delete(i);
    await delay(EVERY_MS);
  }
  client.terminate();
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(TICKS * 0.5)]!, p99: times[Math.floor(TICKS * 0.99)]! };
}

async function withHub<T>(
  database: Database,
  work: (url: string, intake: TickIntake) => Promise<T>,
): Promise<T> {
  const events = createMarketEvents((error) => {
    throw error;
  });
  const hub = createSocketHub({
    snapshots: createSnapshotReads(database),
    events,
    limits: DEFAULT_SOCKET_LIMITS,
    logger: SILENT_LOGGER,
    metrics: { socketMessages: () => undefined, socketDropped: () => undefined, sockets: () => undefined },
    now: Date.now,
  });
  const { url } = await hub.listen({ host: '127.0.0.1', port: 0 });
  const store = createTickStore({ database, calendarOf, events });
  try {
    return await work(url.replace(/^http/, 'ws'), createTickIntake({ store, now: Date.now }));
  } finally {
    await hub.close();
  }
}

async function bare(database: Database): Promise<Sample> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    return await measured(`ws://127.0.0.1:${port}`, async (tick) => {
      await database.query(
        `insert into realtime_prices (symbol_no, time, price, volume)
         select 1, clock_timestamp(), ($1::json ->> 'price')::numeric, ($1::json ->> 'volume')::numeric`,
        [JSON.stringify(tick)],
      );
      const text = JSON.stringify({ type: 'price_update', data: tick });
      for (const client of server.clients) client.send(text);
    });
  } finally {
    server.close();
  }
}

/** Through a topic of its own on the broker. */
async function throughKafka(database: Database, brokers: string): Promise<Sample> {
  const name = `bench-ticks-${randomBytes(4).toString('hex')}`;
  const { kafka: config } = loadConfig({ KAFKA_BROKERS: brokers });
  const kafka = createKafka(config!, SILENT_LOGGER);
  await withAdmin(kafka, (admin) => createTogether(admin, [{ topic: name, numPartitions: 1 }]));
  const producer = createProducer({ kafka, logger: SILENT_LOGGER });
  try {
    return await withHub(database, async (url, intake) => {
      const consumer = startConsumer({
        kafka,
        groupId: name,
        topics: new Map([[name, intake.handle]]),
        offsets: createOffsetStore(database),
        logger: SILENT_LOGGER,
        maxBatchMessages: 50,
        maxWaitMs: 1_000,
      });
      try {
        while (!consumer.health().ok) await delay(50);
        return await measured(url, (tick) =>
          producer.send([{ topic: name, key: 'S', value: JSON.stringify(tick) }]),
        );
      } finally {
        await consumer.stop();
      }
    });
  } finally {
    await producer.close();
    await withAdmin(kafka, (admin) => admin.deleteTopics({ topics: [name] }));
  }
}

const text = ({ p50, p99 }: Sample) => `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;

export async function benchTickLatency(server: BenchServer, brokers?: string): Promise<BenchTable> {
  const created = await server.createDatabase();
  const database = openDatabase({ url: created.url, maxConnections: 4 });
  try {
    const yardstick = await bare(database);
    const row = (what: string, sample: Sample): BenchRow => ({
      what,
      measured: text(sample),
      yardstick: text(yardstick),
      ratio: sample.p50 / yardstick.p50,
      target: '',
    });
    const rows = [
      row(
        'taken in by the process that serves the socket',
        await withHub(database, (url, intake) => measured(url, (tick) => intake.takeAll([tick]))),
      ),
    ];
    if (brokers) rows.push(row('from Kafka', await throughKafka(database, brokers)));
    return { title: 'One tick, until it is at a WebSocket client', rows };
  } finally {
    await database.close();
    await created.drop();
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = await openBenchServer();
  try {
    process.stdout.write(renderTable(await benchTickLatency(server, process.env.KAFKA_BROKERS)));
  } finally {
    await server.close();
  }
}
