import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import {
  ALERT_CHANNELS,
  ALERT_KINDS,
  ALERT_OUTCOMES,
  SOCKET_DROPS,
  TICK_OUTCOMES,
  TIERS,
} from '../../projections/market/metrics.ts';
import type { MarketMetrics } from '../../projections/market/metrics.ts';

const AGE_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 3_600];

/** Ticks, bars, indicators, sockets and alerts. Every series is there from the start, at nothing. */
export function marketMetrics(registry: Registry): MarketMetrics {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, label: L, values: readonly string[]) => {
    const made = new Counter({ name, help, labelNames: [label], registers });
    for (const value of values) made.inc({ [label]: value } as Record<L, string>, 0);
    return (value: string, count: number) => made.inc({ [label]: value } as Record<L, string>, count);
  };
  const plain = (name: string, help: string) => {
    const made = new Counter({ name, help, registers });
    return (count: number) => made.inc(count);
  };
  const gauge = (name: string, help: string) => {
    const made = new Gauge({ name, help, registers });
    return (value: number) => made.set(value);
  };

  const ticks = counter('chronofolio_ticks_total', 'Ticks by what became of them.', 'outcome', TICK_OUTCOMES);
  const bars = counter('chronofolio_bars_written_total', 'Bars begun or amended.', 'tier', TIERS);
  const indicators = counter(
    'chronofolio_indicator_rows_written_total',
    'Rows of indicators written.',
    'tier',
    TIERS,
  );
  const age = new Histogram({
    name: 'chronofolio_tick_age_seconds',
    help: "From a tick's own time to its commit.",
    buckets: AGE_SECONDS,
    registers,
  });
  const sent = plain('chronofolio_websocket_messages_total', 'Messages sent to WebSocket clients.');
  const dropped = counter(
    'chronofolio_websocket_dropped_total',
    'Messages conflated and clients disconnected, by why.',
    'reason',
    SOCKET_DROPS,
  );
  const raised = counter('chronofolio_alerts_raised_total', 'Alerts raised, by what.', 'kind', ALERT_KINDS);
  const deliveries = new Counter({
    name: 'chronofolio_alert_deliveries_total',
    help: 'Attempts to deliver alerts.',
    labelNames: ['channel', 'outcome'],
    registers,
  });
  for (const channel of ALERT_CHANNELS)
    for (const outcome of ALERT_OUTCOMES) deliveries.inc({ channel, outcome }, 0);
  const waiting = new Gauge({
    name: 'chronofolio_alert_deliveries_waiting',
    help: 'Deliveries of alerts that are still to be made.',
    labelNames: ['channel'],
    registers,
  });
  const oldest = new Gauge({
    name: 'chronofolio_alert_deliveries_age_seconds',
    help: 'Time since the oldest of them was due.',
    labelNames: ['channel'],
    registers,
  });
  for (const channel of ALERT_CHANNELS) {
    waiting.set({ channel }, 0);
    oldest.set({ channel }, 0);
  }
  const prices = plain('chronofolio_end_of_day_prices_total', 'Closes that became prices of the books.');
  const connections = gauge('chronofolio_websocket_connections', 'Open WebSocket connections.');
  const subscriptions = gauge('chronofolio_websocket_subscriptions', 'Subscriptions of all of them.');

  return {
    ticks,
    tickAge: (seconds) => age.observe(seconds),
    bars,
    indicatorRows: indicators,
    socketMessages: sent,
    socketDropped: dropped,
    sockets(open, subscribed) {
      connections(open);
      subscriptions(subscribed);
    },
    alertsRaised: raised,
    alertDelivery: (channel, outcome, count) => deliveries.inc({ channel, outcome }, count),
    alertBacklog(channel, rows, ageSeconds) {
      waiting.set({ channel }, rows);
      oldest.set({ channel }, ageSeconds);
    },
    endOfDayPrices: prices,
  };
}
