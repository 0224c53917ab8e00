/** The port through which market data is measured: labels are the few words of this file. */
import type { Tier } from './model.ts';

export const TIERS = ['intraday', 'historical'] as const satisfies readonly Tier[];

/** Current, too old to be so, there already, not to be taken. */
export const TICK_OUTCOMES = ['accepted', 'stale', 'repeated', 'rejected'] as const;
export type TickOutcome = (typeof TICK_OUTCOMES)[number];

/** A message replaced by a newer one; a client too slow, silent, or one too many. */
export const SOCKET_DROPS = ['conflated', 'slow', 'silent', 'refused'] as const;
export type SocketDrop = (typeof SOCKET_DROPS)[number];

export const ALERT_CHANNELS = ['webhook', 'kafka'] as const;
export type AlertChannel = (typeof ALERT_CHANNELS)[number];
export const ALERT_OUTCOMES = ['delivered', 'retried', 'failed'] as const;
export type AlertOutcome = (typeof ALERT_OUTCOMES)[number];

/** By a tick, or by a bar that closed. */
export const ALERT_KINDS = ['price', 'bar'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

export interface MarketMetrics {
  ticks(outcome: TickOutcome, count: number): void;
  /** From the own time of the newest tick of a batch to its commit, in seconds. */
  tickAge(seconds: number): void;
  bars(tier: Tier, count: number): void;
  indicatorRows(tier: Tier, count: number): void;
  socketMessages(count: number): void;
  socketDropped(reason: SocketDrop, count: number): void;
  sockets(connections: number, subscriptions: number): void;
  alertsRaised(kind: AlertKind, count: number): void;
  alertDelivery(channel: AlertChannel, outcome: AlertOutcome, count: number): void;
  /** Deliveries that wait, and the seconds since the oldest of them was due. */
  alertBacklog(channel: AlertChannel, rows: number, ageSeconds: number): void;
  endOfDayPrices(count: number): void;
}
