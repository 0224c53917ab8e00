/** What the commands that feed market data in need of the program; `cli/wiring/feeds.ts` makes it. */
import type { Backfill } from '../../projections/market/backfill.ts';
import type { IngestObserver } from '../../projections/market/ingest-counters.ts';
import type { Exchanges } from '../../projections/market/ingest-gaps.ts';
import type { FileTick, TickSink } from '../../projections/market/ingest-sink.ts';
import type { BarProvider, Providers } from '../../projections/market/provider.ts';
import type { Logger } from '../../projections/logger.ts';

export interface OpenBackfill {
  readonly backfill: Backfill;
  readonly exchanges: Exchanges;
  close(): Promise<void>;
}

export interface MeasuredIngest {
  readonly observer: IngestObserver;
  /** Where the metrics are; `undefined` for nowhere. */
  readonly url: string | undefined;
  close(): Promise<void>;
}

export interface FeedTools {
  /** Kafka's topic of prices; `undefined` when Kafka is off. Connects at the first tick. */
  kafkaSink(): TickSink | undefined;
  httpSink(url: string): TickSink;
  /** Those of `PROVIDERS_FILE`; `undefined` when it is not set. @throws ProviderError */
  providers(): Providers | undefined;
  /** A file of bars as a provider. */
  fileProvider(path: string): BarProvider;
  /** The ticks of a CSV file in its order. @throws ProviderError when the file cannot be read */
  tickFile(path: string): AsyncIterable<FileTick>;
  /** Opens the database. */
  openBackfill(): Promise<OpenBackfill>;
  /** Counts what each provider gives, and serves it at `METRICS_PORT` where that is set. */
  measureIngest(): Promise<MeasuredIngest>;
  /** On standard error. */
  logger(): Logger;
}
