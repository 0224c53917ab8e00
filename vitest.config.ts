import { type ViteUserConfig, configDefaults, defineConfig } from 'vitest/config';

// What a developer's shell points the product to is no business of the tests: theirs begins with TEST_.
delete process.env.DATABASE_URL;
delete process.env.KAFKA_BROKERS;

export const tests = {
  include: ['test/**/*.test.ts'],
  globalSetup: ['test/support/global-setup.ts'],
  testTimeout: 30_000,
  hookTimeout: 60_000,
  teardownTimeout: 30_000,
  pool: 'forks',
  poolOptions: { forks: { minForks: 1, maxForks: 2 } },
} satisfies ViteUserConfig['test'];

/** All that needs no server: on the embedded PostgreSQL, or on that of TEST_DATABASE_URL. */
export default defineConfig({
  test: { ...tests, exclude: [...configDefaults.exclude, 'test/**/*.engine.test.ts'] },
});
