/** What feeds market data in: providers, sinks for ticks, backfill. */
import type { Config } from '../../infra/config/config.ts';
import { openDatabase } from '../../infra/database/database.ts';
import { migrate } from '../../infra/database/migrate.ts';
import { createKafka } from '../../infra/kafka/client.ts';
import { createProducer } from '../../infra/kafka/producer.ts';
import { createLogger } from '../../infra/logging/logger.ts';
import { createBackfillStore } from '../../infra/market-store/backfill.ts';
import { createIngestMetrics } from '../../infra/metrics/ingest-metrics.ts';
import { createHttpSink } from '../../infra/providers/http-sink.ts';
import { createKafkaSink } from '../../infra/providers/kafka-sink.ts';
import { fileProvider, openProviders } from '../../infra/providers/providers.ts';
import { tickFile } from '../../infra/providers/tick-file.ts';
import { createBackfill } from '../../projections/market/backfill.ts';
import type { FeedTools, MeasuredIngest, OpenBackfill } from '../feed/tools.ts';
import { serveMetrics } from './http.ts';
import { openServer } from './server.ts';

/** What a command fails with is told by its own words. */
const QUIET = createLogger({ level: 'error' });

/** One for what is read, one for what is written. */
const CONNECTIONS = 2;

export function createFeedTools(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
): FeedTools {
  const now = (): number => Date.now();
  return {
    kafkaSink() {
      if (!config.kafka) return undefined;
      const producer = createProducer({ kafka: createKafka(config.kafka, QUIET), logger: QUIET });
      return createKafkaSink(producer, config.kafka.topic);
    },
    httpSink: (url) => createHttpSink(url, config.access.apiKey),
    providers() {
      const { providersFile: path } = config.marketData;
      return path === undefined ? undefined : openProviders({ path, env });
    },
    fileProvider: (path) => fileProvider(path),
    tickFile: (path) => tickFile(path, now),
    openBackfill: () => openBackfill(config, now),
    measureIngest: () => measureIngest(config),
    logger: () => createLogger({ level: config.logging.level }),
  };
}

async function measureIngest({ metrics, http }: Config): Promise<MeasuredIngest> {
  const { observer, render } = createIngestMetrics();
  if (!metrics.enabled || metrics.port === undefined)
    return { observer, url: undefined, close: async () => undefined };
  const { url, close } = await serveMetrics(
    { render },
    metrics.path,
    { host: http.host, port: metrics.port },
    http,
  );
  return { observer, url: `${url}${metrics.path}`, close };
}

async function openBackfill(config: Config, now: () => number): Promise<OpenBackfill> {
  const { calendars, exchangeOf } = config.marketData.calendars;
  const { calendarOf, exchanges } = calendars;
  const server = await openServer(config, QUIET);
  const database = openDatabase({
    url: server.url,
    maxConnections: CONNECTIONS,
    searchPath: 'public',
    applicationName: 'chronofolio backfill',
  });
  const close = async (): Promise<void> => {
    await database.close();
    await server.close();
  };
  try {
    await migrate(database);
    const store = createBackfillStore(database);
    return { backfill: createBackfill({ store, calendarOf, exchangeOf, now }), exchanges, close };
  } catch (error) {
    await close();
    throw error;
  }
}
