import { configDefaults, defineConfig } from 'vitest/config';
import { tests } from './vitest.config.ts';

const NEEDED = ['TEST_DATABASE_URL', 'TEST_KAFKA_BROKERS', 'TEST_KAFKA_LIBS', 'TEST_PYTHON'];
const missing = NEEDED.filter((name) => !process.env[name]);
if (missing.length > 0) {
  throw new Error(
    `${missing.join(', ')} not set: npm run stack, bash .ci/python-tools.sh, then eval "$(npm run --silent stack -- env)"`,
  );
}

/**
 * Tests to which it makes no difference what servers there are, or that are long and have been run on the
 * embedded one; those for the broker among them are run.
 */
const INDIFFERENT = [
  ...['api/body', 'api/commands', 'api/docs', 'api/http', 'api/market', 'api/pictures', 'api/reply'],
  ...[
    'api/sockets',
    'cli',
    'commands',
    'compose',
    'contract',
    'docs',
    'domain',
    'golden',
    'grafana',
    'infra/alerts',
  ],
  ...['infra/config', 'infra/embedded', 'infra/logging', 'infra/metrics', 'infra/providers'],
  ...['projections/aggregation', 'projections/market', 'projections/outbox', 'projections/queries'],
  ...['projections/replay', 'real-data'],
].map((folder) => `test/${folder}/**/!(*.engine).test.ts`);
const ALONE = [
  'test/api/reads/known-at.test.ts',
  'test/api/reads/returns-edges.test.ts',
  'test/api/reads/returns-reference.test.ts',
  'test/architecture.test.ts',
  'test/crash/kill.test.ts',
  'test/infra/kafka/outbox-publisher.test.ts',
  'test/projections/arrival-order.test.ts',
  'test/projections/concurrency.test.ts',
  'test/projections/hand-off.test.ts',
];

/** Everything there is to try on the TimescaleDB and the Kafka of `npm run stack`. */
export default defineConfig({
  test: {
    ...tests,
    exclude: [...configDefaults.exclude, ...ALONE, ...INDIFFERENT],
    // Most of them wait for a broker, so that one more finds room on two processors.
    poolOptions: { forks: { minForks: 1, maxForks: 3 } },
    // Fewer kills than on the embedded server, where the same code is killed.
    env: { KILL_ROUNDS: process.env.KILL_ROUNDS ?? '3' },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
