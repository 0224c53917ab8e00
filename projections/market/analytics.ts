/**
 * The worker that makes the indicators of bars as they close, and again of those that were amended. Any
 * number of processes may run one: a symbol is in the hands of one transaction at a time.
 */
import { createLiveLoop } from '../live-loop.ts';
import type { Logger } from '../logger.ts';
import type { MarketEvent, MarketEvents, Tier } from './model.ts';

export interface AnalyticsStore {
  /**
   * Takes some of the symbols whose bars want indicators and brings them forward, in one transaction.
   * @param now Unix milliseconds: which bars are closed
   * @param after the number of the symbol to go on after, 0 to begin with the first
   * @throws when the database fails; nothing was done then, or everything
   */
  advance(tier: Tier, now: number, after: number): Promise<Advanced>;
}

/** What one transaction did. */
export interface Advanced {
  readonly symbols: number;
  /** Rows of indicators that were written. */
  readonly rows: number;
  /** The last symbol that was taken; 0 when they were taken to the end. */
  readonly last: number;
  /** To be published now that it is committed. */
  readonly events: readonly MarketEvent[];
}

export interface AnalyticsObserver {
  indicatorRows(tier: Tier, count: number): void;
}

export interface AnalyticsDependencies {
  readonly store: AnalyticsStore;
  readonly events: Pick<MarketEvents, 'publish'>;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly logger: Logger;
  readonly observer?: AnalyticsObserver;
  /** Milliseconds between looks, 100 by default; they become rarer while nothing closes. */
  readonly pollMs?: number;
}

export interface Analytics {
  start(): void;
  /** Lets the transaction under way end, then resolves. */
  stop(): Promise<void>;
  /** Bars may have closed or have been amended: looks at once. */
  wake(): void;
  /**
   * One transaction for each tier.
   * @returns how many symbols were taken; with none there is nothing to do, or others are at it
   */
  step(): Promise<number>;
}

const TIERS = ['intraday', 'historical'] as const;
const POLL_MS = 100;

export function createAnalytics(dependencies: AnalyticsDependencies): Analytics {
  const { store, events, now, logger, observer, pollMs = POLL_MS } = dependencies;
  // Symbols take turns: one with much to do does not keep those after it waiting.
  const after: Record<Tier, number> = { intraday: 0, historical: 0 };

  async function advance(tier: Tier): Promise<number> {
    let advanced = await store.advance(tier, now(), after[tier]);
    // There was nothing after the one of last time: there may be before it.
    if (advanced.symbols === 0 && after[tier] > 0) advanced = await store.advance(tier, now(), 0);
    after[tier] = advanced.last;
    if (advanced.rows > 0) observer?.indicatorRows(tier, advanced.rows);
    for (const event of advanced.events) events.publish(event);
    return advanced.symbols;
  }

  async function step(): Promise<number> {
    let symbols = 0;
    for (const tier of TIERS) symbols += await advance(tier);
    return symbols;
  }

  const loop = createLiveLoop({
    step,
    pollMs,
    onError: (error) => logger.error('indicators could not be made, trying again', { error }),
  });
  return { start: loop.start, stop: loop.stop, wake: loop.wake, step };
}
