/** Alerts as messages of the topic `alerts`. */
import type { PublishAlerts } from '../../projections/market/alert-delivery.ts';
import type { KafkaProducer } from '../kafka/producer.ts';

export interface AlertPublisherOptions {
  readonly producer: Pick<KafkaProducer, 'send'>;
  /** With its prefix. */
  readonly topic: string;
}

/** Keyed by symbol, whose alerts so keep their order. */
export function createAlertPublisher({ producer, topic }: AlertPublisherOptions): PublishAlerts {
  return (alerts) =>
    producer.send(alerts.map((alert) => ({ topic, key: alert.symbol, value: JSON.stringify(alert) })));
}
