import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { StreamMetrics } from '../../projections/metrics.ts';

const BATCH_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What comes from Kafka and what goes there. */
export function streamMetrics(registry: Registry): StreamMetrics {
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });

  const messages = new Counter({
    name: 'chronofolio_kafka_messages_total',
    help: 'Messages by topic, direction and what became of them.',
    labelNames: ['topic', 'direction', 'outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'chronofolio_kafka_batch_duration_seconds',
    help: 'Time from a batch of messages to its commit in the database.',
    labelNames: ['topic'],
    buckets: BATCH_SECONDS,
    registers,
  });
  const fenced = new Counter({
    name: 'chronofolio_fenced_messages_total',
    help: 'Messages dropped because their epoch was below the current one of their key.',
    labelNames: ['topic'],
    registers,
  });
  const dead = new Counter({
    name: 'chronofolio_dead_letters_total',
    help: 'Messages that could not be parsed or applied.',
    labelNames: ['topic', 'code'],
    registers,
  });
  const lag = new Gauge({
    name: 'chronofolio_kafka_consumer_lag',
    help: 'Messages of a topic that have not been taken in yet.',
    labelNames: ['topic'],
    registers,
  });
  const days = new Gauge({
    name: 'chronofolio_aggregation_days',
    help: 'Portfolio-days on their way through portfolio_aggregation_required.',
    labelNames: ['state'],
    registers,
  });
  const connected = gauge('chronofolio_kafka_connected', '1 while the brokers answer.');
  const open = gauge('chronofolio_dead_letters_open', 'Dead letters nobody has seen to yet.');
  const depth = gauge('chronofolio_outbox_depth', 'Rows of the outbox that are not published yet.');
  const age = gauge('chronofolio_outbox_age_seconds', 'Age of the oldest of them.');

  return {
    kafkaMessages: (topic, direction, outcome, count) => {
      if (count > 0) messages.inc({ topic, direction, outcome }, count);
    },
    kafkaBatch: (topic, duration) => seconds.observe({ topic }, duration),
    // A series of its own from the first batch on, so that a rule sees it rise from nothing.
    fencedMessages: (topic, count) => fenced.inc({ topic }, count),
    deadLetters: (topic, code, count) => dead.inc({ topic, code }, count),
    consumerLag: (topic, count) => lag.set({ topic }, count),
    kafkaConnected: (ok) => connected.set(ok ? 1 : 0),
    openDeadLetters: (count) => open.set(count),
    outbox: (rows, ageSeconds) => {
      depth.set(rows);
      age.set(ageSeconds);
    },
    aggregationDays: (states) => {
      for (const [state, count] of Object.entries(states)) days.set({ state }, count);
    },
  };
}
