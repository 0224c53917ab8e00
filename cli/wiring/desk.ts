/** The desk where operators handle dead letters; it connects to Kafka when one is sent again. */
import type { DeadLetterDesk } from '../../commands/ingest/operations.ts';
import { ConfigError } from '../../infra/config/config.ts';
import type { KafkaConfig } from '../../infra/config/config.ts';
import type { Database } from '../../infra/database/database.ts';
import { createKafka } from '../../infra/kafka/client.ts';
import { createProducer } from '../../infra/kafka/producer.ts';
import type { KafkaProducer } from '../../infra/kafka/producer.ts';
import { createDeadLetterDesk } from '../../infra/kafka-store/dead-letter-desk.ts';
import type { Logger } from '../../projections/logger.ts';

export interface Desk {
  readonly deadLetters: DeadLetterDesk;
  close(): Promise<void>;
}

export function createDesk(database: Database, config: KafkaConfig | undefined, logger: Logger): Desk {
  let producer: KafkaProducer | undefined;
  return {
    deadLetters: createDeadLetterDesk({
      database,
      async send(messages) {
        if (!config)
          throw new ConfigError([
            { variable: 'KAFKA_BROKERS', value: '""', rule: 'must be set to send messages again' },
          ]);
        producer ??= createProducer({ kafka: createKafka(config, logger), logger });
        await producer.send(messages);
      },
    }),
    close: async () => producer?.close(),
  };
}
