import { configDefaults, defineConfig } from 'vitest/config';
import { tests } from './vitest.config.ts';

const missing = ['TEST_DATABASE_URL', 'TEST_KAFKA_BROKERS', 'TEST_KAFKA_LIBS'].filter(
  (name) => !process.env[name],
);
if (missing.length > 0) {
  throw new Error(
    `${missing.join(', ')} not set: npm run stack, then eval "$(npm run --silent stack -- env)"`,
  );
}

/** Tests to which it makes no difference what servers there are; those for the broker among them are run. */
const INDIFFERENT = [
  'api/docs',
  'api/http',
  'api/sockets',
  'cli',
  'commands/deciders',
  'commands/import',
  'commands/schemas',
  'compose',
  'docs',
  'domain',
  'golden',
  'infra/config',
  'infra/embedded',
  'infra/providers',
  'real-data',
].map((folder) => `test/${folder}/**/!(*.engine).test.ts`);

/** Everything there is to try on the TimescaleDB and the Kafka of `npm run stack`. */
export default defineConfig({
  test: {
    ...tests,
    exclude: [...configDefaults.exclude, 'test/architecture.test.ts', ...INDIFFERENT],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
