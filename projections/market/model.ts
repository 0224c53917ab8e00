/** Market data between the parts that make it, keep it and show it. */

/** Bars of five minutes, and of trading days. */
export type Tier = 'intraday' | 'historical';

/** The newest tick of a symbol, as clients get it: numbers, times in Unix milliseconds or ISO. */
export interface Snapshot {
  readonly id: string;
  readonly symbol: string;
  readonly price: number;
  /** Unix milliseconds of the tick's own time. */
  readonly timestamp: number;
  readonly volume?: number;
  readonly bid?: number;
  readonly ask?: number;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A rule that came true, see `domain/alerts/`. */
export interface AlertRaised {
  readonly alert_id: string;
  readonly rule_id: string;
  readonly symbol: string;
  readonly interval: string;
  readonly condition: string;
  readonly value: number;
  /** Unix milliseconds of the tick or of the end of the bar. */
  readonly at: number;
  readonly raised_at: string;
}

/** What happened, after it was committed. */
export type MarketEvent =
  /** Accepted changes of current prices, in the order of each symbol. */
  | { readonly type: 'prices'; readonly snapshots: readonly Snapshot[] }
  | { readonly type: 'alerts'; readonly alerts: readonly AlertRaised[] };

/** Who wants to know of what happens, in this process. */
export interface MarketEvents {
  publish(event: MarketEvent): void;
  /** @returns ends it */
  subscribe(listener: (event: MarketEvent) => void): () => void;
}

/** Listeners are called one after another; one that throws does not keep the others from hearing. */
export function createMarketEvents(onError: (error: unknown) => void): MarketEvents {
  const listeners = new Set<(event: MarketEvent) => void>();
  return {
    publish(event) {
      for (const listener of listeners) {
        try {
          listener(event);
        } catch (error) {
          onError(error);
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
