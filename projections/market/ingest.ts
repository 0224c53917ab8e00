/**
 * Live prices of any number of providers, checked and published. What comes faster than it can be published
 * waits in a queue of bounded size, in which the oldest gives way: of live prices the newest count.
 */
import type { Logger } from '../logger.ts';
import { createIngestCounters } from './ingest-counters.ts';
import type { IngestCounts, IngestObserver } from './ingest-counters.ts';
import { createPublisher } from './ingest-publisher.ts';
import { createBoundedQueue } from './ingest-queue.ts';
import type { OutgoingTick, TickSink } from './ingest-sink.ts';
import { FIVE_MINUTES_MS } from './provider.ts';
import type { LiveSource, RawTick, SourceEvent } from './provider.ts';
import { reasonOf } from './tick-messages.ts';
import { readTick } from './tick-rules.ts';

/** Bars that were missed while a source was away. */
export interface Gap {
  readonly provider: string;
  readonly symbols: readonly string[];
  /** Unix milliseconds. */
  readonly from: number;
  readonly to: number;
}

export interface IngestOptions {
  readonly sources: readonly LiveSource[];
  readonly sink: TickSink;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly logger: Logger;
  readonly observer?: IngestObserver;
  /** Fills a gap from whole bars; @returns how many. Absent: gaps stay. */
  readonly fillGap?: (gap: Gap, signal: AbortSignal) => Promise<number>;
  /** Ticks that may wait to be published. */
  readonly queueLimit?: number;
  /** How long to go on publishing what is in hand after the end, in milliseconds. */
  readonly drainMs?: number;
  /** Milliseconds between two lines on what each provider gave. */
  readonly reportEveryMs?: number;
}

export interface Ingest {
  /**
   * Runs until the signal, publishes what is in hand, and resolves.
   * @throws what a source ends with before that, after all others have been ended as well
   */
  run(signal: AbortSignal): Promise<Readonly<Record<string, IngestCounts>>>;
}

/** A tick on its way. */
export interface Queued extends OutgoingTick {
  readonly provider: string;
}

export function createIngest(options: IngestOptions): Ingest {
  const {
    sources,
    sink,
    now,
    logger,
    queueLimit = 20_000,
    drainMs = 10_000,
    reportEveryMs = 60_000,
  } = options;
  const queue = createBoundedQueue<Queued>(queueLimit);
  const counters = createIngestCounters(
    sources.map(({ name }) => name),
    options.observer,
  );

  function takeFrom(provider: string, ticks: readonly RawTick[]): void {
    for (const raw of ticks) {
      const read = readTick(raw, now());
      if (!read.ok) {
        const reason = reasonOf(read.faults);
        if (counters.rejected(provider))
          logger.warn('a tick was rejected', { provider, symbol: raw.symbol, reason });
        continue;
      }
      counters.ticks(provider);
      const code = typeof raw.symbol === 'string' ? raw.symbol : read.tick.symbol;
      const oldest = queue.push({ provider, code, tick: read.tick });
      if (oldest && counters.dropped(oldest.provider))
        logger.warn('ticks come faster than they can be published: the oldest are dropped', { provider });
    }
  }

  return {
    async run(asked) {
      const failing = new AbortController();
      const signal = AbortSignal.any([asked, failing.signal]);
      const gaps = createGaps(options, signal);
      const publisher = createPublisher({ queue, sink, now, logger, counters });
      publisher.start();
      signal.addEventListener('abort', () => queue.dismiss(), { once: true });
      if (signal.aborted) queue.dismiss();
      const timer = setInterval(() => report(), reportEveryMs);
      function report(): void {
        for (const [provider, counts] of Object.entries(counters.counts()))
          logger.info('ingest', { provider, ...counts, queued: queue.size });
        counters.nextPeriod();
      }
      const hear = (source: LiveSource) => (event: SourceEvent) => {
        const provider = source.name;
        switch (event.type) {
          case 'connected':
            logger.info('connected', { provider });
            break;
          case 'reconnected':
            counters.reconnected(provider);
            logger.info('connected again', { provider });
            gaps.add({ provider, symbols: source.symbols, from: event.since, to: now() });
            break;
          case 'lost':
            logger.warn('the connection is lost', {
              provider,
              reason: event.reason,
              retry_ms: event.retryMs,
            });
            break;
          case 'messages':
            counters.messages(provider, event.count, event.unreadable);
            break;
          default: {
            const never: never = event;
            return never;
          }
        }
      };
      try {
        const ends = await Promise.allSettled(
          sources.map(async (source) => {
            try {
              await source.run({
                signal,
                take: (ticks) => takeFrom(source.name, ticks),
                room: () => queue.room(),
                tell: hear(source),
              });
            } catch (error) {
              failing.abort();
              throw error;
            }
          }),
        );
        await gaps.over();
        const failed = ends.find((end) => end.status === 'rejected');
        if (failed) throw failed.reason;
      } finally {
        clearInterval(timer);
        await publisher.drain(drainMs);
        report();
      }
      return counters.counts();
    },
  };
}

interface Gaps {
  add(gap: Gap): void;
  over(): Promise<void>;
}

/** Fills gaps one after another, beside the live prices. */
function createGaps({ fillGap, logger }: IngestOptions, signal: AbortSignal): Gaps {
  let tail: Promise<void> = Promise.resolve();
  async function fill(gap: Gap): Promise<void> {
    const ended = (): boolean => signal.aborted;
    if (!fillGap || ended()) return;
    const { provider } = gap;
    try {
      const bars = await fillGap(gap, signal);
      logger.info('the gap is filled', { provider, bars });
    } catch (error) {
      if (!ended()) logger.warn('the gap could not be filled; backfill can do it later', { provider, error });
    }
  }
  return {
    add(gap) {
      // Only whole bars can be filled in: where none was missed from its beginning to its end there is nothing.
      if (Math.ceil(gap.from / FIVE_MINUTES_MS) >= Math.floor(gap.to / FIVE_MINUTES_MS)) return;
      tail = tail.then(() => fill(gap));
    },
    over: () => tail,
  };
}
