/** Market data of one process: what serves it, and what keeps it going. */
import { randomUUID } from 'node:crypto';
import type { MarketDependencies } from '../../api/market/app.ts';
import { createSocketHub } from '../../api/sockets/hub.ts';
import type { SocketGuard } from '../../api/sockets/guard.ts';
import type { SocketHub } from '../../api/sockets/hub.ts';
import { DEFAULT_SOCKET_LIMITS } from '../../api/sockets/limits.ts';
import type { CommandHandler } from '../../commands/handler/handler.ts';
import { createMarketCloses } from '../../commands/market-closes.ts';
import { createDeliveryStore } from '../../infra/alerts/delivery-store.ts';
import { createWebhookSender } from '../../infra/alerts/webhook.ts';
import type { Config } from '../../infra/config/config.ts';
import type { Timescale } from '../../infra/database/capabilities.ts';
import type { Database } from '../../infra/database/database.ts';
import { createAlertHooks } from '../../infra/market-store/alert-hooks.ts';
import { createAlertStore } from '../../infra/market-store/alerts.ts';
import { createAnalyticsReader } from '../../infra/market-store/analytics-reads.ts';
import { createAnalyticsStore } from '../../infra/market-store/analytics.ts';
import { createBarReader } from '../../infra/market-store/bars.ts';
import { createDailyCloses } from '../../infra/market-store/daily-closes.ts';
import { createLiveBooks } from '../../infra/market-store/live-books.ts';
import { createRelay } from '../../infra/market-store/relay.ts';
import { createRetention } from '../../infra/market-store/retention.ts';
import { createSnapshotReads } from '../../infra/market-store/snapshots.ts';
import type { SymbolAssignments } from '../../infra/market-store/symbols.ts';
import { createTickStore } from '../../infra/market-store/tick-store.ts';
import type { ProcessMetrics } from '../../infra/metrics/metrics.ts';
import type { Logger } from '../../projections/logger.ts';
import { createAlertDelivery } from '../../projections/market/alert-delivery.ts';
import type { PublishAlerts } from '../../projections/market/alert-delivery.ts';
import { createAnalytics } from '../../projections/market/analytics.ts';
import type { SymbolBook } from '../../projections/market/bars.ts';
import { createLiveValues } from '../../projections/market/live-values.ts';
import { createMarketEvents } from '../../projections/market/model.ts';
import { createTickIntake } from '../../projections/market/ticks.ts';
import type { RoleDuties } from './roles.ts';
import type { TickConsumption } from './streams.ts';

export interface MarketData {
  readonly api: Omit<MarketDependencies, 'uptimeSeconds'>;
  readonly hub: SocketHub;
  /** For the consumer of ticks, in a process that keeps market data going. */
  readonly ticks: TickConsumption | undefined;
  /** @param publishAlerts absent without Kafka */
  start(publishAlerts: PublishAlerts | undefined): Promise<void>;
  stop(): Promise<void>;
}

export interface MarketDataOptions {
  readonly config: Config;
  readonly duties: RoleDuties;
  readonly main: Database;
  readonly url: string;
  readonly timescale: Timescale;
  readonly activeDatabase: () => Promise<Database>;
  readonly commands: Pick<CommandHandler, 'run'>;
  /** Asks who connects. */
  readonly guard: SocketGuard;
  readonly symbols: SymbolBook & SymbolAssignments;
  readonly metrics: ProcessMetrics;
  readonly logger: Logger;
}

/** Nothing runs before `start`. */
export function createMarketData(options: MarketDataOptions): MarketData {
  const { config, duties, main, activeDatabase, symbols, logger } = options;
  const { marketData } = config;
  const { alerts } = marketData;
  const metrics = options.metrics.market;
  const now = () => Date.now();
  const { calendars, exchangeOf } = marketData.calendars;
  const { calendarOf } = calendars;

  const events = createMarketEvents((error) => logger.error('a market event was not passed on', { error }));
  const snapshots = createSnapshotReads(main);
  const hooks = createAlertHooks({ calendarOf, observer: metrics });
  const store = createTickStore({
    database: main,
    calendarOf,
    events,
    hooks,
    maxRetries: marketData.maxRetries,
  });
  const intake = createTickIntake({ store, now, metrics });
  const liveValues = createLiveValues({
    books: createLiveBooks(activeDatabase),
    snapshots,
    events,
    logger,
    now,
  });
  const hub = createSocketHub({
    snapshots,
    events,
    limits: { ...DEFAULT_SOCKET_LIMITS, ...marketData.sockets, origins: config.http.corsOrigins },
    logger,
    metrics,
    now,
    guard: options.guard,
    liveValues,
  });
  const keeping = duties.market === 'keeps';
  const closers: (() => Promise<void> | void)[] = [() => liveValues.close()];

  /** What one process of those that keep market data does, or several that share it. */
  function keep(publishAlerts: PublishAlerts | undefined): void {
    const analytics = createAnalytics({
      store: createAnalyticsStore({ database: main, barHook: hooks.closedBars }),
      events,
      now,
      logger,
      observer: metrics,
    });
    const delivery = createAlertDelivery({
      store: createDeliveryStore(main),
      sendWebhook: createWebhookSender({
        allowedHosts: alerts.webhookHosts,
        secret: alerts.webhookSecret,
        timeoutMs: alerts.webhookTimeoutMs,
      }),
      maxAttempts: alerts.webhookAttempts,
      timeoutMs: alerts.webhookTimeoutMs,
      ...(publishAlerts ? { publish: publishAlerts } : {}),
      events,
      logger,
      observer: metrics,
    });
    const retention = createRetention({
      database: main,
      timescale: options.timescale,
      days: marketData.retention,
      logger,
      now,
    });
    for (const part of [analytics, delivery, retention]) {
      part.start();
      closers.push(() => part.stop());
    }
    if (!marketData.endOfDayPrices) return;
    const closes = createMarketCloses({
      closes: createDailyCloses(main, activeDatabase),
      commands: options.commands,
      now,
      onRecorded: metrics.endOfDayPrices,
      onError: (error) => logger.warn('closes could not become prices', { error }),
    });
    closes.start();
    closers.push(() => closes.stop());
  }

  return {
    api: {
      snapshots,
      bars: createBarReader({ database: main, calendarOf, now }),
      analytics: createAnalyticsReader({ database: main, now }),
      symbols,
      alerts: createAlertStore({
        database: main,
        abilities: {
          webhookHosts: alerts.webhookHosts,
          webhookSecret: alerts.webhookSecret !== undefined,
          kafka: config.kafka !== undefined,
        },
      }),
      takeTicks: intake.takeAll,
      poolStats: () => main.poolStats(),
      bodyLimitBytes: config.http.bodyLimitBytes,
    },
    hub,
    ticks: keeping
      ? {
          take: intake.handle,
          batchSize: marketData.batchSize,
          flushIntervalMs: marketData.flushIntervalMs,
        }
      : undefined,
    async start(publishAlerts) {
      const relay = createRelay({
        database: main,
        url: options.url,
        events,
        processId: randomUUID(),
        logger,
      });
      closers.push(() => relay.close());
      if (!keeping) return;
      await symbols.assign(exchangeOf);
      keep(publishAlerts);
    },
    async stop() {
      await hub.close();
      for (const close of closers.splice(0).reverse()) await close();
    },
  };
}
