/** Ticks to the topic of prices. */
import type { TickSink } from '../../projections/market/ingest-sink.ts';
import { SinkError, tickJson } from '../../projections/market/ingest-sink.ts';
import type { KafkaProducer } from '../kafka/producer.ts';
import { KafkaError } from '../kafka/errors.ts';

/** @param producer is closed with the sink */
export function createKafkaSink(producer: KafkaProducer, topic: string): TickSink {
  return {
    target: `Kafka topic ${topic}`,
    async send(ticks) {
      try {
        // Those of a symbol stay in order, in the partition of their key.
        await producer.send(
          ticks.map((outgoing) => ({ topic, key: outgoing.tick.symbol, value: tickJson(outgoing) })),
        );
        return 0;
      } catch (error) {
        if (error instanceof KafkaError && error.code === 'too_large')
          throw new SinkError('refused', error.message, { cause: error });
        throw error;
      }
    },
    close: () => producer.close(),
  };
}
