/** Alerts raised in the transactions of those who take ticks and close bars. */
import type { Calendar } from '../../domain/market/calendar.ts';
import type { IndicatorBar } from '../../domain/indicators/model.ts';
import type { AlertRaised, MarketEvent, Tier } from '../../projections/market/model.ts';
import type { Queryable } from '../database/queryable.ts';
import { watchClosedBars } from './alert-bars.ts';
import { createRuleIndex } from './alert-index.ts';
import { watchPrices } from './alert-prices.ts';

/** A tick that became the newest of its symbol. */
export interface FreshPrice {
  readonly symbolNo: number;
  readonly symbol: string;
  /** As a number: units of 10^-8 divided by 10^8. */
  readonly price: number;
  /** Unix milliseconds. */
  readonly timestamp: number;
}

/** Bars of a symbol that closed, in ascending order. */
export interface ClosedBars {
  readonly symbolNo: number;
  readonly symbol: string;
  readonly tier: Tier;
  readonly bars: readonly IndicatorBar[];
  /**
   * Unix milliseconds: stored bars that began then or later were amended, or filled in, since the last time.
   * Nothing is raised for them again, but what indicators remember of them is read anew.
   */
  readonly amendedFrom?: number;
}

/**
 * Both return what is to be published after the commit, and nothing when nothing was raised. They may run
 * again for the same input when the transaction has to: nothing is remembered outside of it.
 */
export interface AlertHooks {
  /** @param fresh in the order they came, every one of them */
  priceTicks(tx: Queryable, fresh: readonly FreshPrice[]): Promise<MarketEvent[]>;
  closedBars(tx: Queryable, closed: readonly ClosedBars[]): Promise<MarketEvent[]>;
}

/** Tells of alerts, for the metrics. */
export interface AlertObserver {
  alertsRaised(kind: 'price' | 'bar', count: number): void;
}

export interface AlertHooksOptions {
  /** The calendar of an exchange as stored with a symbol. */
  readonly calendarOf: (exchange: string) => Calendar;
  readonly observer?: AlertObserver;
}

export function createAlertHooks({ calendarOf, observer }: AlertHooksOptions): AlertHooks {
  const index = createRuleIndex();

  function eventsOf(kind: 'price' | 'bar', alerts: readonly AlertRaised[]): MarketEvent[] {
    if (alerts.length === 0) return [];
    observer?.alertsRaised(kind, alerts.length);
    return [{ type: 'alerts', alerts }];
  }

  return {
    async priceTicks(tx, fresh) {
      if (fresh.length === 0) return [];
      const rules = await index.current(tx);
      const watched = fresh.filter(({ symbol }) => rules.prices.has(symbol));
      if (watched.length === 0) return [];
      return eventsOf('price', await watchPrices(tx, rules, watched));
    },
    async closedBars(tx, closed) {
      if (closed.length === 0) return [];
      const rules = await index.current(tx);
      const watched = closed.filter(({ symbol, tier }) => rules.bars[tier].has(symbol));
      if (watched.length === 0) return [];
      return eventsOf('bar', await watchClosedBars(tx, rules, watched, calendarOf));
    },
  };
}
