import { defineConfig } from 'vitest/config';
import { tests } from './vitest.config.ts';

const missing = ['TEST_DATABASE_URL', 'TEST_KAFKA_BROKERS', 'TEST_KAFKA_LIBS'].filter(
  (name) => !process.env[name],
);
if (missing.length > 0) {
  throw new Error(
    `${missing.join(', ')} not set: npm run stack, then eval "$(npm run --silent stack -- env)"`,
  );
}

/** Everything there is, against the TimescaleDB and the Kafka of `npm run stack`. */
export default defineConfig({ test: { ...tests, testTimeout: 120_000, hookTimeout: 120_000 } });
